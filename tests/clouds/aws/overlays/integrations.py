"""Credentials of integrations: EventBridge connections, AppFlow profiles, keys of API Gateway.

moto has no AppFlow; its EventBridge hands out what a connection was made with, and its API Gateway does not page.
Where nothing is seeded, moto answers for those two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

_SUMMARY = (
    "ConnectionArn", "Name", "ConnectionState", "StateReason", "AuthorizationType", "CreationTime", "LastModifiedTime",
    "LastAuthorizedTime",
)  # fmt: skip


@dataclass
class Integrations:
    """State of an account in a region, each record as the API shows it in full."""

    connections: list[dict[str, Any]] = field(default_factory=list)
    destinations: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    api_keys: list[dict[str, Any]] = field(default_factory=list)
    """With `value`, which only those who ask for values get."""
    leaks: bool = False
    """Whether values of API keys come although nobody asked for them."""
    page: int = 500
    """Largest page; tests make it smaller than AWS's."""


@answers("events", "ListConnections")
def _connections(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Integrations)
    if not state.connections:
        return None
    page, token = paged(state.connections, params.get("NextToken"), min(int(params.get("Limit") or 100), state.page))
    shown = [{key: value for key, value in one.items() if key in _SUMMARY} for one in page]
    return {"Connections": shown, **({"NextToken": token} if token else {})}


@answers("events", "DescribeConnection")
def _connection(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Integrations)
    if not state.connections:
        return None
    for connection in state.connections:
        if connection["Name"] == params["Name"]:
            return connection
    raise ServiceError("ResourceNotFoundException", "The connection does not exist.")


@answers("events", "ListApiDestinations")
def _destinations(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Integrations)
    if not state.connections:
        return None
    page, token = paged(state.destinations, params.get("NextToken"), min(int(params.get("Limit") or 100), state.page))
    return {"ApiDestinations": page, **({"NextToken": token} if token else {})}


@answers("appflow", "DescribeConnectorProfiles")
def _profiles(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Integrations)
    page, token = paged(state.profiles, params.get("nextToken"), min(int(params.get("maxResults") or 100), state.page))
    return {"connectorProfileDetails": page, **({"nextToken": token} if token else {})}


@answers("apigateway", "GetApiKeys")
def _keys(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(Integrations)
    if not state.api_keys:
        return None
    page, token = paged(state.api_keys, params.get("position"), min(int(params.get("limit") or 25), state.page))
    if not params.get("includeValues") and not state.leaks:
        page = [{key: value for key, value in one.items() if key != "value"} for one in page]
    return {"items": page, **({"position": token} if token else {})}
