"""AgentCore policy engines and their policies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Engines:
    """State of an account in a region, each record as the API shows it."""

    engines: list[dict[str, Any]] = field(default_factory=list)
    policies: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their engine."""
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(state: Engines, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    size = min(int(params.get("maxResults") or state.page), state.page)
    page, token = paged(items, params.get("nextToken"), size)
    return {key: page, **({"nextToken": token} if token else {})}


@answers("bedrock-agentcore-control", "ListPolicyEngines")
def _engines(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Engines)
    return _page(state, "policyEngines", state.engines, params)


@answers("bedrock-agentcore-control", "ListPolicies")
def _policies(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Engines)
    id = params["policyEngineId"]
    if all(engine["policyEngineId"] != id for engine in state.engines):
        raise ServiceError("ResourceNotFoundException", "The policy engine was not found.", 404)
    return _page(state, "policies", state.policies.get(id, []), params)
