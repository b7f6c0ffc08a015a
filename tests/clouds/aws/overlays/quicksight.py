"""Amazon Quick: a subscription with its home region, action connectors, agents and flows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Subscription:
    """State of an account."""

    home: str = ""
    """Region that the subscription lives in; "" without one."""
    edition: str = "ENTERPRISE_AND_Q"
    status: str = "ACCOUNT_CREATED"
    everywhere: bool = True
    """Whether the other regions answer about what people built; else they refuse as they do about people."""


@dataclass
class Quick:
    """State of an account in a region, each record as the call that tells most of it shows it."""

    connectors: list[dict[str, Any]] = field(default_factory=list)
    agents: list[dict[str, Any]] = field(default_factory=list)
    flows: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _elsewhere(context: Context, home: str) -> ServiceError:
    return ServiceError(
        "AccessDeniedException",
        f"Operation is being called from endpoint {context.region}, but your identity region is {home}."
        f" Please use the {home} endpoint.",
        401,
    )


def _guarded(context: Context) -> Quick:
    subscription = context.state(Subscription)
    if not subscription.home:
        raise ServiceError(
            "UnsupportedUserEditionException", f"Account {context.account} is not subscribed for QuickSight", 403
        )
    if context.region != subscription.home and not subscription.everywhere:
        raise _elsewhere(context, subscription.home)
    return context.regional(Quick)


def _page(state: Quick, key: str, items: list[dict[str, Any]], params: dict[str, Any], *shown: str) -> dict[str, Any]:
    page, token = paged(items, params.get("NextToken"), min(state.page, int(params.get("MaxResults") or 100)))
    found = [{name: item[name] for name in shown if name in item} for item in page] if shown else page
    return {key: found, **({"NextToken": token} if token else {})}


def _one(items: list[dict[str, Any]], name: str, params: dict[str, Any]) -> dict[str, Any]:
    for item in items:
        if item[name] == params[name]:
            return item
    raise ServiceError("ResourceNotFoundException", "The resource was not found.", 404)


@answers("quicksight", "DescribeAccountSubscription")
def _subscription(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    subscription = context.state(Subscription)
    if not subscription.home:
        raise ServiceError(
            "ResourceNotFoundException", f"Account {context.account} is not signed up with QuickSight", 404
        )
    if context.region != subscription.home:
        raise _elsewhere(context, subscription.home)
    return {
        "AccountInfo": {
            "AccountName": "acme",
            "Edition": subscription.edition,
            "NotificationEmail": "bi@example.com",
            "AccountSubscriptionStatus": subscription.status,
        }
    }


@answers("quicksight", "ListActionConnectors")
def _connectors(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = _guarded(context)
    shown = ("Arn", "ActionConnectorId", "Type", "Name", "CreatedTime", "LastUpdatedTime", "Status")
    return _page(state, "ActionConnectorSummaries", state.connectors, params, *shown)


@answers("quicksight", "DescribeActionConnector")
def _connector(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"ActionConnector": _one(_guarded(context).connectors, "ActionConnectorId", params)}


@answers("quicksight", "ListAgents")
def _agents(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = _guarded(context)
    if context.state(Subscription).edition == "STANDARD":
        raise ServiceError("UnsupportedUserEditionException", "The edition does not support this operation.", 403)
    shown = ("Arn", "AgentId", "Name", "CreatedAt", "UpdatedAt")
    return _page(state, "AgentSummaries", state.agents, params, *shown)


@answers("quicksight", "DescribeAgent")
def _agent(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return {"Agent": _one(_guarded(context).agents, "AgentId", params)}


@answers("quicksight", "ListFlows")
def _flows(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = _guarded(context)
    return _page(state, "FlowSummaryList", state.flows, params)
