"""AgentCore runtimes and their endpoints, with paging, dates, and the ARNs and fields that moto has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

_LISTED: tuple[str, ...] = (
    "agentRuntimeArn", "agentRuntimeId", "agentRuntimeVersion", "agentRuntimeName", "description", "lastUpdatedAt",
    "status",
)  # fmt: skip
PAGE: Final = 100
"""Largest page of these lists."""


@dataclass
class AgentRuntimes:
    """State of an account in a region, each record as the API shows it in full. Where it is empty, moto answers."""

    runtimes: list[dict[str, Any]] = field(default_factory=list)
    endpoints: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By id of the runtime."""


def page(key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    """An answer in AgentCore's way of paging."""
    shown, token = paged(items, params.get("nextToken"), min(int(params.get("maxResults") or PAGE), PAGE))
    return {key: shown, **({"nextToken": token} if token else {})}


def one(items: list[dict[str, Any]], key: str, id: str) -> dict[str, Any]:
    """The record with an id. Raises the error that AWS answers with where there is none."""
    for item in items:
        if item[key] == id:
            return item
    raise ServiceError("ResourceNotFoundException", "The specified resource does not exist.", 404)


@answers("bedrock-agentcore-control", "ListAgentRuntimes")
def _runtimes(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(AgentRuntimes)
    if not state.runtimes:
        return None
    shown = [
        {"description": "-", **{key: runtime[key] for key in _LISTED if key in runtime}} for runtime in state.runtimes
    ]
    return page("agentRuntimes", shown, params)


@answers("bedrock-agentcore-control", "GetAgentRuntime")
def _runtime(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(AgentRuntimes)
    return one(state.runtimes, "agentRuntimeId", params["agentRuntimeId"]) if state.runtimes else None


@answers("bedrock-agentcore-control", "ListAgentRuntimeEndpoints")
def _endpoints(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(AgentRuntimes)
    if not state.runtimes:
        return None
    one(state.runtimes, "agentRuntimeId", params["agentRuntimeId"])
    return page("runtimeEndpoints", state.endpoints.get(params["agentRuntimeId"], []), params)
