"""Bedrock Agents Classic: agents with versions, aliases, tools, collaborators and knowledge bases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Agent:
    """An agent as the API shows its parts."""

    draft: dict[str, Any]
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Numbered versions, by number."""
    aliases: list[dict[str, Any]] = field(default_factory=list)
    groups: list[dict[str, Any]] = field(default_factory=list)
    """Action groups of all versions, each with its `agentVersion`."""
    collaborators: list[dict[str, Any]] = field(default_factory=list)
    bases: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """Knowledge bases, each with the version that reads it."""


@dataclass
class BedrockAgents:
    """State of an account in a region."""

    agents: dict[str, Agent] = field(default_factory=dict)
    most: int = 1000
    """Entries of a page, where the caller asks for no fewer."""

    def agent(self, id: str) -> Agent:
        """The agent of an id, or AWS's answer that there is none."""
        if id not in self.agents:
            raise ServiceError("ResourceNotFoundException", f"Failed to retrieve resource {id}", 404)
        return self.agents[id]


def only(source: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The fields of these names that a record has."""
    return {name: source[name] for name in names if name in source}


def page(key: str, items: Sequence[dict[str, Any]], params: dict[str, Any], most: int = 1000) -> dict[str, Any]:
    """A page of a list as Bedrock's services give it. They may show fewer than they are asked for."""
    shown, token = paged(items, params.get("nextToken"), min(int(params.get("maxResults") or most), most))
    return {key: shown, **({"nextToken": token} if token else {})}


@answers("bedrock-agent", "ListAgents")
def _agents(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    names = ("agentId", "agentName", "agentStatus", "description", "updatedAt", "guardrailConfiguration")
    state = context.regional(BedrockAgents)
    summaries = [
        {**only(agent.draft, names), **({"latestAgentVersion": max(agent.versions, key=int)} if agent.versions else {})}
        for agent in state.agents.values()
    ]
    return page("agentSummaries", summaries, params, state.most)


@answers("bedrock-agent", "GetAgent")
def _agent(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"agent": context.regional(BedrockAgents).agent(params["agentId"]).draft}


@answers("bedrock-agent", "GetAgentVersion")
def _version(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    agent = context.regional(BedrockAgents).agent(params["agentId"])
    if params["agentVersion"] not in agent.versions:
        raise ServiceError("ResourceNotFoundException", "Failed to retrieve resource", 404)
    return {"agentVersion": agent.versions[params["agentVersion"]]}


@answers("bedrock-agent", "ListAgentAliases")
def _aliases(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockAgents)
    return page("agentAliasSummaries", state.agent(params["agentId"]).aliases, params, state.most)


@answers("bedrock-agent", "ListAgentActionGroups")
def _groups(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    names = ("actionGroupId", "actionGroupName", "actionGroupState", "description", "updatedAt")
    state = context.regional(BedrockAgents)
    agent = state.agent(params["agentId"])
    found = [only(group, names) for group in agent.groups if group["agentVersion"] == params["agentVersion"]]
    return page("actionGroupSummaries", found, params, state.most)


@answers("bedrock-agent", "GetAgentActionGroup")
def _group(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for group in context.regional(BedrockAgents).agent(params["agentId"]).groups:
        if (group["agentVersion"], group["actionGroupId"]) == (params["agentVersion"], params["actionGroupId"]):
            return {"agentActionGroup": group}
    raise ServiceError("ResourceNotFoundException", "Failed to retrieve resource", 404)


@answers("bedrock-agent", "ListAgentCollaborators")
def _collaborators(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    agent = context.regional(BedrockAgents).agent(params["agentId"])
    found = [one for one in agent.collaborators if one["agentVersion"] == params["agentVersion"]]
    return page("agentCollaboratorSummaries", found, params)


@answers("bedrock-agent", "ListAgentKnowledgeBases")
def _bases(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    agent = context.regional(BedrockAgents).agent(params["agentId"])
    found = [base for version, base in agent.bases if version == params["agentVersion"]]
    return page("agentKnowledgeBaseSummaries", found, params)
