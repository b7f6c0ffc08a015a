"""Bedrock Flows with versions and aliases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.bedrock_agents import only, page


@dataclass
class Flow:
    """A flow as the API shows its parts."""

    draft: dict[str, Any]
    versions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Numbered versions, by number."""
    aliases: list[dict[str, Any]] = field(default_factory=list)


@dataclass
class BedrockFlows:
    """State of an account in a region."""

    flows: dict[str, Flow] = field(default_factory=dict)
    most: int = 1000
    """Entries of a page, where the caller asks for no fewer."""

    def flow(self, id: str) -> Flow:
        """The flow of an id, or AWS's answer that there is none."""
        if id not in self.flows:
            raise ServiceError("ResourceNotFoundException", "The flow could not be found.", 404)
        return self.flows[id]


@answers("bedrock-agent", "ListFlows")
def _flows(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockFlows)
    names = ("name", "description", "id", "arn", "status", "createdAt", "updatedAt", "version")
    return page("flowSummaries", [only(flow.draft, names) for flow in state.flows.values()], params, state.most)


@answers("bedrock-agent", "GetFlow")
def _flow(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return context.regional(BedrockFlows).flow(params["flowIdentifier"]).draft


@answers("bedrock-agent", "ListFlowAliases")
def _aliases(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockFlows)
    return page("flowAliasSummaries", state.flow(params["flowIdentifier"]).aliases, params, state.most)


@answers("bedrock-agent", "GetFlowVersion")
def _version(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    flow = context.regional(BedrockFlows).flow(params["flowIdentifier"])
    if params["flowVersion"] not in flow.versions:
        raise ServiceError("ResourceNotFoundException", "The version could not be found.", 404)
    return flow.versions[params["flowVersion"]]
