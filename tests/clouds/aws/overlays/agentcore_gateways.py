"""AgentCore gateways and their targets, with paging and the fields that moto does not keep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

_SUMMARY = (
    "gatewayId", "name", "status", "description", "createdAt", "updatedAt", "authorizerType", "protocolType",
)  # fmt: skip
_TARGET_SUMMARY = (
    "targetId", "name", "status", "description", "createdAt", "updatedAt", "resourcePriority", "targetType",
)  # fmt: skip
_PAGE = 1000


@dataclass
class Gateways:
    """State of an account in a region, each record as the API shows it in full. Where it is empty, moto answers."""

    gateways: list[dict[str, Any]] = field(default_factory=list)
    targets: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their gateway, with `targetType`, which only the list shows."""
    page: int = _PAGE
    """Largest page; tests make it smaller than AWS's."""


def _page(
    state: Gateways, items: list[dict[str, Any]], params: dict[str, Any], keys: tuple[str, ...]
) -> dict[str, Any]:
    size = min(int(params.get("maxResults") or _PAGE), state.page)
    page, token = paged(items, params.get("nextToken"), size)
    shown = [{key: value for key, value in item.items() if key in keys} for item in page]
    return {"items": shown, **({"nextToken": token} if token else {})}


def _gateway(state: Gateways, id: str) -> dict[str, Any]:
    for gateway in state.gateways:
        if gateway["gatewayId"] == id:
            return gateway
    raise ServiceError("ResourceNotFoundException", "The gateway was not found.", 404)


@answers("bedrock-agentcore-control", "ListGateways")
def _list(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Gateways)
    return _page(state, state.gateways, params, _SUMMARY) if state.gateways else None


@answers("bedrock-agentcore-control", "GetGateway")
def _get(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Gateways)
    return _gateway(state, params["gatewayIdentifier"]) if state.gateways else None


@answers("bedrock-agentcore-control", "ListGatewayTargets")
def _targets(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Gateways)
    if not state.gateways:
        return None
    gateway = _gateway(state, params["gatewayIdentifier"])
    return _page(state, state.targets.get(gateway["gatewayId"], []), params, _TARGET_SUMMARY)


@answers("bedrock-agentcore-control", "GetGatewayTarget")
def _target(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Gateways)
    if not state.gateways:
        return None
    gateway = _gateway(state, params["gatewayIdentifier"])
    for target in state.targets.get(gateway["gatewayId"], []):
        if target["targetId"] == params["targetId"]:
            shown = {key: value for key, value in target.items() if key != "targetType"}
            return {"gatewayArn": gateway["gatewayArn"], **shown}
    raise ServiceError("ResourceNotFoundException", "The target was not found.", 404)
