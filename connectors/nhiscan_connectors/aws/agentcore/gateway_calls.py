"""What AgentCore gateways are asked: the list, then for each gateway itself, its targets and its own policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from nhiscan_connectors.aws.agentcore.resource_policies import ask_policies
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.common.fields import text

_API = "bedrock-agentcore-control"
_IAM = "bedrock-agentcore"

LIST_GATEWAYS = call(
    f"{_API}:ListGateways",
    "lists the gateways through which agents call tools",
    "which gateways exist, who may call them and what they call",
    permission=f"{_IAM}:ListGateways",
    blinds=("agents", "workloads"),
)
GET_GATEWAY = call(
    f"{_API}:GetGateway",
    "tells the role of a gateway, who may call it and the policies that bind it",
    "the role of the gateway, the policies that bind it and whether anybody may call it",
    permission=f"{_IAM}:GetGateway",
    blinds=("agents", "workloads"),
    # Instructions are written for a model and say nothing that nhiscan reads.
    drop=("instructions",),
)
LIST_TARGETS = call(
    f"{_API}:ListGatewayTargets",
    "lists the tools behind a gateway",
    "which tools the gateway calls",
    permission=f"{_IAM}:ListGatewayTargets",
    blinds=("agents",),
    # Where a person is in the middle of signing in, the URL holds the state of it.
    drop=("authorizationUrl",),
)
GET_TARGET = call(
    f"{_API}:GetGatewayTarget",
    "tells what a target of a gateway calls and with which credential",
    "what the target calls and with which credential",
    permission=f"{_IAM}:GetGatewayTarget",
    blinds=("agents",),
    # Fixed query parameters are where an API key that has no better place is put.
    drop=("authorizationUrl", "customParameters"),
)


def arn_of(reading: Reading, id: str, body: dict[str, Any]) -> str:
    """ARN of a gateway, which only its own call tells; without that it is put together."""
    return text(body.get("gatewayArn")) or reading.arn("bedrock-agentcore", f"gateway/{id}")


def ask_gateways(calls: Calls) -> None:
    """A region without gateways costs one call; a gateway three, and one for each target, which no list tells."""
    reading = Reading(calls.shard, Answers(()))
    ids = [id for item in calls.items(LIST_GATEWAYS, "items") if (id := text(item.get("gatewayId")))]
    details = calls.each(_one(calls), ids)
    ask_policies(calls, [arn_of(reading, id, body or {}) for id, body in zip(ids, details, strict=True)])
    targets = [pair for pairs in calls.each(_targets(calls), ids) for pair in pairs]
    calls.each(lambda pair: calls.page(GET_TARGET, gatewayIdentifier=pair[0], targetId=pair[1]), targets)


def _one(calls: Calls) -> Callable[[str], dict[str, Any] | None]:
    return lambda id: calls.page(GET_GATEWAY, gatewayIdentifier=id)


def _targets(calls: Calls) -> Callable[[str], list[tuple[str, str]]]:
    def targets(id: str) -> list[tuple[str, str]]:
        items = calls.items(LIST_TARGETS, "items", gatewayIdentifier=id)
        return [(id, target) for item in items if (target := text(item.get("targetId")))]

    return targets
