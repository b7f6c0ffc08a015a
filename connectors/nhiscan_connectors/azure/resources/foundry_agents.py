"""Agents of a Foundry project, as the project's own host lists them: what each runs as, its model and its tools.

Attributes of an agent ("azure-foundry-agent"): "kind" (prompt, hosted, workflow, external, classic), "version",
"state", "authorization" (how callers of its endpoint prove themselves), "app_id" and "blueprint_app_id" (client ids of
its agent identity and of the blueprint of that), "draft". Of a tool (a resource "agent-tool"): "type", "url" (of the
server, without its path), "connector", "approval" (always, never, or by tool), "tools" (those that are let through),
"authorization" ("inline": a token stands in the agent itself). The host of an MCP server is a resource "mcp-endpoint".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from nhiscan.connector import Evidence, Fetch, Page
from nhiscan.model import AnyRecord, Link, Resource, RunsAs, Sighting, Workload
from nhiscan.regions import AREA
from nhiscan_connectors.azure.api import Api, data
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.errors import refusal
from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from nhiscan_connectors.azure.resources.reading import LIVES_IN, Reading
from nhiscan_connectors.azure.resources.rows import Row, shown, yes
from nhiscan_connectors.azure.resources.variables import environment, sightings
from nhiscan_connectors.azure.resources.zones import zone_of
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.addresses import origin
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

_DOMAINS: Final = (".services.ai.azure.com", ".services.ai.azure.us", ".services.ai.azure.cn")
AGENTS = data(
    "foundry:agents.list",
    "/api/projects/{project}/agents",
    "v1",
    audience="https://ai.azure.com",
    hosts=_DOMAINS,
    query=(("limit", "100"),),
    permission="Microsoft.CognitiveServices/accounts/AIServices/agents/read",
    purpose="lists the agents of a Foundry project, their models, tools and identities",
    hides="which agents the Foundry project has, what they act as and what they can reach",
    blinds=("agents", "workloads"),
    drop=("authorization",),
)
CLASSIC = data(
    "foundry:assistants.list",
    "/api/projects/{project}/assistants",
    "v1",
    audience="https://ai.azure.com",
    hosts=_DOMAINS,
    query=(("limit", "100"),),
    permission="Microsoft.CognitiveServices/accounts/AIServices/agents/read",
    purpose="lists the classic agents of a Foundry project, which the newer list leaves out",
    hides="which classic agents the Foundry project has, and what they can reach",
    blinds=("agents", "workloads"),
    drop=("authorization",),
)
OPERATIONS = (AGENTS, CLASSIC)
_WITH_TOKEN = frozenset({"Entra", "BotServiceRbac", "BotServiceTenant"})
"""Schemes under which only who has a token of the tenant is answered."""
_DEEPEST = 8
_DROPPED = "[dropped]"


def host_of(account: Row) -> str:
    """The host that answers for the projects of an account; empty where the account names none."""
    endpoints = table(account.properties.get("endpoints"))
    for address in (text(endpoints.get("AI Foundry API")), *map(text, endpoints.values())):
        host = (
            (urlsplit(address).hostname or "") if re.fullmatch(r"https://[\w.-]{1,250}(:443)?(/.*)?", address) else ""
        )
        if host.endswith(_DOMAINS):
            return host
    name = text(account.properties.get("customSubDomainName")).lower()
    return f"{name}{_DOMAINS[0]}" if re.fullmatch(r"[a-z0-9-]{2,64}", name) else ""


def ask_agents(calls: Calls, account: Row, project: str) -> None:
    """Read all agents of a project, given by its resource id, into the bundle."""
    params = {"host": host_of(account), "project": project.rpartition("/")[2], "id": project}
    for operation in OPERATIONS:
        for _ in calls.through(operation, _pages(calls, operation, params), **params):
            pass


def _pages(calls: Calls, operation: Api, params: dict[str, str]) -> Fetch:
    """How a page is asked for: the next one by the last id of this one, which no link says."""

    def fetch(token: str | None) -> Page:
        target = calls.target(operation, params)
        if token is not None:
            target += f"&after={quote(token, safe='')}"
        status, _, body = calls.request(operation, "GET", calls.url(operation, params, target))
        if not 200 <= status < 300:
            raise refusal(operation, status, body)
        given = table(body)
        more = bool(given.get("data")) and given.get("has_more") is not False
        return Page(body=body, next=text(given.get("last_id")) or None if more else None)

    return fetch


def agents_of(reading: Reading, project: Row) -> Iterator[AnyRecord]:
    """Records of the agents of a project."""
    for body in reading.about(AGENTS, project.id):
        for agent in reading.within(AGENTS, body, "data", "name", subject=project.id):
            latest = table(table(agent.get("versions")).get("latest"))
            yield from _Agent(reading, project, agent["name"], agent, latest, table(latest.get("definition"))).records()
    for body in reading.about(CLASSIC, project.id):
        for agent in reading.within(CLASSIC, body, "data", "id", subject=project.id):
            yield from _Agent(reading, project, agent["id"], {}, agent, {**agent, "kind": "classic"}).records()


def sightings_in_agents(reading: Reading) -> Iterator[Sighting]:
    """Secret values that stood in agents."""
    for operation in OPERATIONS:
        yield from sightings(reading, operation, _place, bool)


def _place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    project = str(item.params.get("id") or "")
    agents = table(item.body).get("data")
    number = path[1] if len(path) > 1 else None
    if not (isinstance(agents, list) and isinstance(number, int) and 0 <= number < len(agents)):
        return project, ""
    name = text(table(agents[number]).get("id" if item.operation == CLASSIC.name else "name"))
    steps = [step for step in path[2:] if isinstance(step, str)]
    if "environment_variables" in steps[:-1]:
        return agent_id(project, name), f"environment variable {steps[-1]}"
    where = " of ".join(reversed(steps[-2:])) if steps else ""
    return agent_id(project, name), f"field {where}" if where else ""


def agent_id(project: str, name: str) -> str:
    """Id of an agent: under its project, by its name, which is its own there."""
    return f"{project}/agents/{name.lower()}"


class _Agent(NamedTuple):
    """One agent, in the words of both lists."""

    reading: Reading
    project: Row
    key: str
    """What it is called in its project and nowhere else there: its name, or the id of a classic one."""
    agent: dict[str, Any]
    latest: dict[str, Any]
    definition: dict[str, Any]

    @property
    def id(self) -> str:
        """Id of its record."""
        return agent_id(self.project.id, self.key)

    @property
    def name(self) -> str:
        """What people call it."""
        return text(self.latest.get("name")) or self.key

    @property
    def title(self) -> str:
        """How a sentence about it begins."""
        return f"agent {self.name}"

    def records(self) -> Iterator[AnyRecord]:
        """The agent, what it acts as, its model and its tools."""
        variables = list(table(self.definition.get("environment_variables")))
        model = text(self.definition.get("model"))
        facts = self._facts()
        yield Workload(
            id=self.id,
            provider="azure",
            kind="azure-foundry-agent",
            name=self.name,
            scope=self.reading.scope,
            region=self.project.location,
            agent=True,
            ai_platform="Microsoft Foundry",
            model=model,
            created_at=moment(self.latest.get("created_at")),
            public=self._is_public(),
            variables=tuple(variables),
            attributes=shown(facts),
        )
        yield from self._acts_as()
        reason = f"{self.title} lives in Foundry project {self.project.name}"
        yield Link(source=self.id, target=self.project.id, kind=LIVES_IN, reason=reason)
        if model:
            deployment = f"{self.project.id.partition('/projects/')[0]}/deployments/{model.lower()}"
            reason = f"{self.title} is set up with model {model}"
            yield Link(source=self.id, target=deployment, kind="uses_model", reason=reason)
        yield from environment(self.id, self.title, [(variable, "") for variable in variables])
        tools = self.reading.within(AGENTS, self.definition, "tools", "type", subject=self.id)
        for number, tool in enumerate(tools):
            yield from self._tool(number, tool)

    def _facts(self) -> dict[str, str]:
        own, blueprint = self._named("instance_identity"), self._named("blueprint")
        schemes = table(self.agent.get("agent_endpoint")).get("authorization_schemes")
        types = {text(table(item).get("type")) for item in schemes} if isinstance(schemes, list) else set()
        return {
            "kind": text(self.definition.get("kind")),
            "version": text(self.latest.get("version")),
            "state": text(self.agent.get("state")),
            "authorization": ", ".join(sorted(types - {""})),
            "app_id": text(own.get("client_id")).lower(),
            "blueprint_app_id": text(blueprint.get("client_id")).lower(),
            "draft": yes(flag(self.latest.get("draft"))),
            AREA: zone_of(self.project.location),
        }

    def _is_public(self) -> bool | None:
        """Callers need a token of Entra; behind a bot, the channels decide who gets in, and those were not read."""
        schemes = {scheme for scheme in self._facts()["authorization"].split(", ") if scheme}
        return False if schemes <= _WITH_TOKEN else None

    def _named(self, field: str) -> dict[str, Any]:
        return table(self.agent.get(field)) or table(self.latest.get(field))

    def _acts_as(self) -> Iterator[RunsAs]:
        """An agent with an identity of its own acts as that, any other one as its project."""
        if principal := text(self._named("instance_identity").get("principal_id")):
            yield RunsAs(workload=self.id, identity=service_principal_id(principal), detail="agent identity")
        elif principal := text(self.project.identity.get("principalId")):
            identity = service_principal_id(principal)
            yield RunsAs(workload=self.id, identity=identity, detail="identity of its project")

    def _tool(self, number: int, tool: dict[str, Any]) -> Iterator[AnyRecord]:
        kind = tool["type"]
        inner = table(tool.get(kind)) or tool
        label = text(tool.get("server_label")) or text(inner.get("name")) or text(tool.get("name")) or kind
        id = f"{self.id}/tools/{number}/{label.lower()}"
        token = tool.get("authorization") == _DROPPED
        facts = {
            "type": kind,
            "url": origin(text(tool.get("server_url")) or text(tool.get("base_url"))),
            "connector": text(tool.get("connector_id")),
            "approval": _approval(tool.get("require_approval")),
            "tools": ", ".join(_texts(tool.get("allowed_tools"))),
            "authorization": "inline" if token else text(table(inner.get("auth")).get("type")),
        }
        yield self._resource(id, "agent-tool", label, facts)
        yield Link(source=self.id, target=id, kind="invokes_tool", reason=f"{self.title} calls {kind} tool {label}")
        if kind == "mcp" and facts["url"]:
            # Its id is the origin, so that all who call one host meet there.
            yield self._resource(facts["url"], "mcp-endpoint", urlsplit(facts["url"]).netloc, {})
            reason = f"{self.title} sends its calls of tool {label} to {facts['url']}"
            yield Link(source=self.id, target=facts["url"], kind="invokes_tool", reason=reason)
        for connection in sorted(set(_connections(tool, _DEEPEST))):
            target = connection if connection.startswith("/") else f"{self.project.id}/connections/{connection}"
            reason = f"{self.title} reaches tool {label} through connection {connection.rpartition('/')[2]}"
            yield Link(source=self.id, target=resource_id(target), kind="reads_secret", reason=reason)

    def _resource(self, id: str, kind: str, name: str, attributes: dict[str, str]) -> Resource:
        return Resource(
            id=id,
            provider="azure",
            kind=kind,
            name=name,
            scope=self.reading.scope,
            region=self.project.location,
            node="tool",
            attributes=shown(attributes),
        )


def _approval(value: object) -> str:
    return text(value) or ("by tool" if isinstance(value, dict) and value else "")


def _texts(value: object) -> list[str]:
    names = value if isinstance(value, list) else table(value).get("tool_names")
    return sorted(text(item) for item in names if text(item)) if isinstance(names, list) else []


def _connections(value: object, depth: int) -> Iterator[str]:
    """Connections that a tool names, at any depth: each kind of tool has its own place for them."""
    if depth == 0:
        return
    if isinstance(value, dict):
        if found := text(value.get("project_connection_id")) or text(value.get("connection_id")):
            yield found
        for item in value.values():
            yield from _connections(item, depth - 1)
    elif isinstance(value, list):
        for item in value:
            yield from _connections(item, depth - 1)
