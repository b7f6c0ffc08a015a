"""What nhiscan asks about the agents of Bedrock Agents Classic, and in which order."""

from __future__ import annotations

from typing import Any, Final

from nhiscan.connector import Operation
from nhiscan.model import Aspect
from nhiscan_connectors.aws.bedrock.names import DRAFT
from nhiscan_connectors.aws.bedrock.versions import routed_versions
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import call
from nhiscan_connectors.common.fields import text

_BLINDS: Final[tuple[Aspect, ...]] = ("agents", "workloads")


def _agents(name: str, purpose: str, hides: str) -> Operation:
    return call(f"bedrock-agent:{name}", purpose, hides, permission=f"bedrock:{name}", blinds=_BLINDS)


LIST_AGENTS = _agents("ListAgents", "lists the agents of Bedrock Agents Classic", "which Bedrock agents exist")
GET_AGENT = _agents(
    "GetAgent",
    "reads the role, model, guardrail and memory of an agent's draft",
    "what a Bedrock agent runs as, which model it uses and what holds it back",
)
LIST_ALIASES = _agents(
    "ListAgentAliases",
    "lists the aliases of an agent and the versions that they send callers to",
    "which version of a Bedrock agent answers its callers",
)
GET_VERSION = _agents(
    "GetAgentVersion",
    "reads the role, model, guardrail and memory of a version that an alias routes to",
    "what the version of a Bedrock agent that answers callers runs as, and which model it uses",
)
LIST_GROUPS = _agents(
    "ListAgentActionGroups", "lists the tools of an agent's version", "which tools a Bedrock agent can call"
)
GET_GROUP = _agents(
    "GetAgentActionGroup",
    "reads which function carries out the actions of a tool",
    "which functions a Bedrock agent's tools call",
)
LIST_COLLABORATORS = _agents(
    "ListAgentCollaborators",
    "lists the agents that a supervisor hands work to",
    "which other agents a Bedrock agent hands work to",
)
LIST_BASES = _agents(
    "ListAgentKnowledgeBases",
    "lists the knowledge bases that an agent's version reads",
    "which knowledge bases a Bedrock agent reads",
)
OPERATIONS = (
    LIST_AGENTS,
    GET_AGENT,
    LIST_ALIASES,
    GET_VERSION,
    LIST_GROUPS,
    GET_GROUP,
    LIST_COLLABORATORS,
    LIST_BASES,
)


def ask_agents(calls: Calls) -> None:
    """One list; for each agent its draft, its aliases, and the tools of the draft and of the versions in use."""
    found = (item for item in calls.items(LIST_AGENTS, "agentSummaries") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("agentId")))]
    versions = [version for several in calls.each(lambda id: _versions(calls, id), ids) for version in several]
    groups = [group for several in calls.each(lambda version: _tools(calls, *version), versions) for group in several]
    calls.each(
        lambda group: calls.page(GET_GROUP, agentId=group[0], agentVersion=group[1], actionGroupId=group[2]), groups
    )


def _versions(calls: Calls, id: str) -> list[tuple[str, str, bool]]:
    """The draft and the versions in use, each with whether it hands work to others."""
    draft = _part(calls.page(GET_AGENT, agentId=id), "agent")
    found = [(id, DRAFT, supervises(draft))]
    for version in routed_versions(calls.items(LIST_ALIASES, "agentAliasSummaries", agentId=id), "agentVersion"):
        body = _part(calls.page(GET_VERSION, agentId=id, agentVersion=version), "agentVersion")
        found.append((id, version, supervises(body)))
    return found


def _tools(calls: Calls, id: str, version: str, supervisor: bool) -> list[tuple[str, str, str]]:
    """Lists what a version can call; the action groups among it, whose function only a call of its own tells."""
    of = {"agentId": id, "agentVersion": version}
    if supervisor:
        for _ in calls.pages(LIST_COLLABORATORS, **of):
            pass
    for _ in calls.pages(LIST_BASES, **of):
        pass
    groups = (item for item in calls.items(LIST_GROUPS, "actionGroupSummaries", **of) if isinstance(item, dict))
    return [(id, version, group) for item in groups if (group := text(item.get("actionGroupId")))]


def supervises(agent: dict[str, Any]) -> bool:
    """Whether an agent has collaborators, or may have: it could not be read."""
    return not agent or text(agent.get("agentCollaboration")).startswith("SUPERVISOR")


def _part(body: dict[str, Any] | None, key: str) -> dict[str, Any]:
    part = body.get(key) if body else None
    return part if isinstance(part, dict) else {}
