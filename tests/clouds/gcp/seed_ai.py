"""Agents and machine learning to fill an emulated organization with."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import Company, ago


def placed(
    company: Company, service: str, type: str, project: str, collection: str, id: str, data: Item, location: str
) -> str:
    """An asset of a location; gives its relative name with the project's number, as its own API writes it."""
    name = f"{company.state.place(project)}/locations/{location}/{collection}/{id}"
    host = f"{service}.googleapis.com"
    company.asset(f"{host}/{type}", f"//{host}/{name}", {"name": name, **data}, project, location=location)
    return name


def own_identity(company: Company, resource: str) -> str:
    """The SPIFFE name of an agent, without "principal://", as Agent Engine writes it."""
    organization = company.organization.removeprefix("organizations/")
    return f"agents.global.org-{organization}.system.id.goog/resources/aiplatform/{resource}"


def engine(
    company: Company,
    project: str,
    title: str,
    *,
    id: str = "",
    location: str = "us-central1",
    identity: str = "",
    account: str = "",
    told: bool = True,
    framework: str = "google-adk",
    env: dict[str, str] | None = None,
    secrets: dict[str, str] | None = None,
    **fields: Any,
) -> str:
    """A reasoning engine; gives its relative name. `identity`: "AGENT_IDENTITY" or none; `told`: with what it acts as.

    `secrets`: names of variables, and of the secrets that they come from.
    """
    id = id or company.state.number()
    number = company.state.place(project).partition("/")[2]
    resource = f"projects/{number}/locations/{location}/reasoningEngines/{id}"
    spec: Item = {"agentFramework": framework, "packageSpec": {"pythonVersion": "3.12"}, **fields}
    if identity:
        spec["identityType"] = identity
    if account:
        spec["serviceAccount"] = account
    if told:
        default = f"service-{number}@gcp-sa-aiplatform-re.googleapis.com"
        spec["effectiveIdentity"] = (
            own_identity(company, resource) if identity == "AGENT_IDENTITY" else account or default
        )
    deployment: Item = {}
    if env:
        deployment["env"] = [{"name": name, "value": value} for name, value in env.items()]
    if secrets:
        deployment["secretEnv"] = [
            {"name": name, "secretRef": {"secret": secret, "version": "latest"}} for name, secret in secrets.items()
        ]
    if deployment:
        spec["deploymentSpec"] = deployment
    data = {"displayName": title, "spec": spec, "createTime": ago(90), "updateTime": ago(3)}
    return placed(company, "aiplatform", "ReasoningEngine", project, "reasoningEngines", id, data, location)


def agent(
    company: Company,
    project: str,
    title: str,
    *,
    email: str = "",
    owner: str = "",
    state: str = "ACTIVE",
    location: str = "us-central1",
    **fields: Any,
) -> str:
    """An agent with a persona; gives its relative name. `email`: of a CoWorker's own account; else it is personal."""
    id = f"agent-{company.state.number()}"
    number = company.state.place(project).partition("/")[2]
    resource = f"projects/{number}/locations/{location}/agents/{id}"
    data: Item = {
        "id": id,
        "object": "agent",
        "base_agent": "antigravity-preview-05-2026",
        "persona": {"displayName": title, "role": "Analyst"},
        "status": {"state": state},
        "effectiveIdentity": own_identity(company, resource),
        "created": ago(20),
        "updated": ago(1),
        **fields,
    }
    if email:
        data["agentIdentity"] = {
            "email": email,
            "gaiaId": "1140",
            "tenant": {"type": "WORKSPACE_CUSTOMER", "id": "C01"},
        }
    if owner:
        data["owner"] = {"id": owner, "type": "USER"}
    return placed(company, "aiplatform", "Agent", project, "agents", id, data, location)


def auth_provider(
    company: Company, project: str, id: str, params: Item, *, used_by: tuple[str, ...] = (), **f: Any
) -> str:
    """An auth provider; gives its relative name. `used_by`: principals of agents."""
    for one in used_by:
        company.state.lists[f"agentidentity workloads {id}"].append({"id": one})
    data = {"authProviderTypeParams": params, "state": "ENABLED", "createTime": ago(60), **f}
    return placed(company, "agentidentity", "AuthProvider", project, "authProviders", id, data, "us-central1")


def access(company: Company, project: str, workload: str, user: str, scopes: list[str], *, days: float = 1) -> None:
    """An agent acted for a user."""
    data = {
        "workloadId": workload,
        "userId": user,
        "scopes": scopes,
        "authProviderType": "AUTH_PROVIDER_TYPE_THREE_LEGGED_OAUTH",
        "tokenUrl": "https://auth.example.com/oauth/token?client=1",
        "firstAccessTime": ago(30),
        "lastAccessTime": ago(days),
    }
    id = company.state.number()
    placed(company, "agentidentity", "AccessSummary", project, "accessSummaries", id, data, "us-central1")


def registered(
    company: Company,
    project: str,
    kind: str,
    title: str,
    *,
    runs_on: str = "",
    runs_as: str = "",
    framework: str = "",
    location: str = "us-central1",
    **fields: Any,
) -> str:
    """An entry of the registry; gives its relative name. `kind`: "Agent", "McpServer", "AiApplication" and so on.

    An agent and a server have "urn:agent:<title>" and "urn:mcp:<title>" as their ids.
    """
    system = "agentregistry.googleapis.com/system/"
    attributes: Item = {}
    if runs_on:
        attributes[f"{system}RuntimeReference"] = {"uri": runs_on}
    if runs_as:
        attributes[f"{system}RuntimeIdentity"] = {"principal": runs_as}
    if framework:
        attributes[f"{system}Framework"] = {"framework": framework}
    data: Item = {"createTime": ago(10), **fields}
    if kind != "Finding":
        data["displayName"] = title
    if kind == "Agent":
        data["agentId"] = f"urn:agent:{title}"
    if kind == "McpServer":
        data["mcpServerId"] = f"urn:mcp:{title}"
    if attributes:
        data["attributes"] = attributes
    collection = f"{kind[0].lower()}{kind[1:]}s"
    return placed(company, "agentregistry", kind, project, collection, f"x-{company.state.number()}", data, location)


def enterprise_app(company: Company, project: str, title: str, *, location: str = "global") -> str:
    """An app of Gemini Enterprise with one assistant; gives the assistant's relative name."""
    data = {"displayName": title, "solutionType": "SOLUTION_TYPE_SEARCH", "appType": "APP_TYPE_INTRANET"}
    collection = "collections/default_collection/engines"
    app = placed(company, "discoveryengine", "Engine", project, collection, title, data, location)
    name = f"{app}/assistants/default_assistant"
    company.asset(
        "discoveryengine.googleapis.com/Assistant", f"//discoveryengine.googleapis.com/{name}", {"name": name}, project
    )
    return name


def enterprise_agent(company: Company, project: str, assistant: str, title: str, **fields: Any) -> str:
    """An agent in an assistant of Gemini Enterprise; gives its relative name."""
    name = f"{assistant}/agents/{company.state.number()}"
    data = {
        "name": name,
        "displayName": title,
        "description": title,
        "state": "ENABLED",
        "createTime": ago(5),
        **fields,
    }
    company.asset("discoveryengine.googleapis.com/Agent", f"//discoveryengine.googleapis.com/{name}", data, project)
    return name


def vertex(
    company: Company, project: str, type: str, title: str, *, location: str = "us-central1", **fields: Any
) -> str:
    """Anything else of Vertex AI; gives its relative name. `type`: "Endpoint", "CustomJob" and so on."""
    collection = f"{type[0].lower()}{type[1:]}s"
    data = {"displayName": title, "createTime": ago(9), "updateTime": ago(2), **fields}
    return placed(company, "aiplatform", type, project, collection, company.state.number(), data, location)


def workbench(company: Company, project: str, id: str, **fields: Any) -> str:
    """A Workbench instance; gives its relative name."""
    data = {"state": "ACTIVE", "createTime": ago(9), **fields}
    return placed(company, "notebooks", "Instance", project, "instances", id, data, "us-central1-a")


def refuses(company: Company, location: str, message: str) -> None:
    """A region of Vertex AI answers every list with an invalid argument."""
    company.state.lists[f"aiplatform refuses {location}"].append({"message": message})
