"""AWS DevOps Agent: spaces, associations, services and webhooks. moto has bare spaces only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class DevOpsAgent:
    """State of an account in a region, each record as the API shows it."""

    spaces: list[dict[str, Any]] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    associations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their space."""
    operators: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the id of their space."""
    webhooks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their association."""
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(state: DevOpsAgent, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(state.page, int(params.get("maxResults") or 100)))
    return {key: page, **({"nextToken": token} if token else {})}


def _known(state: DevOpsAgent, params: dict[str, Any]) -> str:
    id = str(params["agentSpaceId"])
    if id not in {space["agentSpaceId"] for space in state.spaces}:
        raise ServiceError("ResourceNotFoundException", "The agent space was not found.", 404)
    return id


@answers("devops-agent", "ListAgentSpaces")
def _spaces(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(DevOpsAgent)
    hidden = () if params.get("includedData") == "ALL_DATA" else ("description", "preferences")
    shown = [{key: value for key, value in space.items() if key not in hidden} for space in state.spaces]
    return _page(state, "agentSpaces", shown, params)


@answers("devops-agent", "ListServices")
def _services(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(DevOpsAgent)
    return _page(state, "services", state.services, params)


@answers("devops-agent", "ListAssociations")
def _associations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(DevOpsAgent)
    return _page(state, "associations", state.associations.get(_known(state, params), []), params)


@answers("devops-agent", "GetOperatorApp")
def _operator(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(DevOpsAgent)
    operator = state.operators.get(_known(state, params))
    if operator is None:
        raise ServiceError("ResourceNotFoundException", "The agent space has no operator app.", 404)
    return operator


@answers("devops-agent", "ListWebhooks")
def _webhooks(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(DevOpsAgent)
    _known(state, params)
    return {"webhooks": state.webhooks.get(params["associationId"], [])}
