"""AgentCore online evaluations and payment managers, which moto has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.agentcore_runtimes import one, page

_EVALUATION: tuple[str, ...] = (
    "onlineEvaluationConfigArn", "onlineEvaluationConfigId", "onlineEvaluationConfigName", "description", "status",
    "executionStatus", "createdAt", "updatedAt",
)  # fmt: skip
_MANAGER: tuple[str, ...] = (
    "paymentManagerArn", "paymentManagerId", "name", "description", "authorizerType", "roleArn", "status", "createdAt",
    "lastUpdatedAt", "kmsKeyArn",
)  # fmt: skip


@dataclass
class Overseers:
    """State of an account in a region, each record as the API shows it in full."""

    evaluations: list[dict[str, Any]] = field(default_factory=list)
    managers: list[dict[str, Any]] = field(default_factory=list)


@answers("bedrock-agentcore-control", "ListOnlineEvaluationConfigs")
def _evaluations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    items = context.regional(Overseers).evaluations
    shown = [{key: item[key] for key in _EVALUATION if key in item} for item in items]
    return page("onlineEvaluationConfigs", shown, params)


@answers("bedrock-agentcore-control", "GetOnlineEvaluationConfig")
def _evaluation(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    items = context.regional(Overseers).evaluations
    return one(items, "onlineEvaluationConfigId", params["onlineEvaluationConfigId"])


@answers("bedrock-agentcore-control", "ListPaymentManagers")
def _managers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    items = context.regional(Overseers).managers
    return page("paymentManagers", [{key: item[key] for key in _MANAGER if key in item} for item in items], params)


@answers("bedrock-agentcore-control", "GetPaymentManager")
def _manager(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return one(context.regional(Overseers).managers, "paymentManagerId", params["paymentManagerId"])
