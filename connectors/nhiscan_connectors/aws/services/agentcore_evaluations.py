"""Bedrock AgentCore online evaluations and payment managers: parts of the platform that act by a role of the account.

Attributes of an evaluation: status, execution (ENABLED, DISABLED), sampling_percent, evaluators, agents (names of the
services whose traces it reads), log_groups (that it reads), results (log group that it writes to).
Attributes of a payment manager: status, authorizer (AWS_IAM, CUSTOM_JWT) and what goes with it, kms_key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, RunsAs, Workload
from nhiscan_connectors.aws.agentcore.runtimes_settings import inbound, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

EVALUATIONS = call(
    "bedrock-agentcore-control:ListOnlineEvaluationConfigs",
    "lists the evaluations that watch agents at work",
    "which evaluations read what agents say, and what they run as",
    permission="bedrock-agentcore:ListOnlineEvaluationConfigs",
    blinds=("agents", "workloads"),
)
EVALUATION = call(
    "bedrock-agentcore-control:GetOnlineEvaluationConfig",
    "reads the role of an evaluation and what it reads",
    "what an evaluation runs as and what it reads",
    permission="bedrock-agentcore:GetOnlineEvaluationConfig",
    blinds=("agents", "workloads"),
)
MANAGERS = call(
    "bedrock-agentcore-control:ListPaymentManagers",
    "lists the payment managers, by which agents pay, and the role of each",
    "which payment managers exist, what they run as and who may call them",
    permission="bedrock-agentcore:ListPaymentManagers",
    blinds=("agents", "workloads"),
)
MANAGER = call(
    "bedrock-agentcore-control:GetPaymentManager",
    "reads the identity and the authorizer of a payment manager",
    "which identity a payment manager has and whose tokens it takes",
    permission="bedrock-agentcore:GetPaymentManager",
    blinds=("agents",),
)


def collect(calls: Calls) -> None:
    """Two lists; of each evaluation the role, of each payment manager the identity and the authorizer."""
    calls.each(lambda ask: ask(calls), (_ask_evaluations, _ask_managers))


def _ask_evaluations(calls: Calls) -> None:
    found = (item for item in calls.items(EVALUATIONS, "onlineEvaluationConfigs") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("onlineEvaluationConfigId")))]
    calls.each(lambda id: calls.page(EVALUATION, onlineEvaluationConfigId=id), ids)


def _ask_managers(calls: Calls) -> None:
    found = (item for item in calls.items(MANAGERS, "paymentManagers") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("paymentManagerId")))]
    calls.each(lambda id: calls.page(MANAGER, paymentManagerId=id), ids)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an evaluation, one a payment manager."""
    reading = Reading(shard, answers)
    yield from _evaluations(reading)
    yield from _managers(reading)
    yield from reading.gaps()


def _evaluations(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(EVALUATION, "onlineEvaluationConfigId")
    arns: dict[str, str] = {}
    for listed in reading.items(
        EVALUATIONS,
        "onlineEvaluationConfigs",
        "onlineEvaluationConfigArn",
        "onlineEvaluationConfigId",
        "onlineEvaluationConfigName",
    ):
        id, arn = listed["onlineEvaluationConfigId"], listed["onlineEvaluationConfigArn"]
        arns[id] = arn
        detail = details.get(id, {})
        facts = {
            "status": text(listed.get("status")),
            "execution": text(listed.get("executionStatus")),
            **_evaluation_facts(reading, detail, arn),
        }
        yield Workload(
            id=arn,
            provider="aws",
            kind="agentcore-online-evaluation",
            name=listed["onlineEvaluationConfigName"],
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform="Bedrock AgentCore",
            created_at=moment(listed.get("createdAt")),
            updated_at=moment(listed.get("updatedAt")),
            # It takes no calls: it reads logs.
            public=False,
            attributes=stated(facts),
        )
        yield from reading.runs_as(arn, detail.get("evaluationExecutionRoleArn"), "evaluation role")
    place = named_on_the_way("onlineEvaluationConfigArn", {"description": "description"})
    yield from reading.sightings(EVALUATIONS, place)
    yield from reading.gaps_of_details(EVALUATION, "onlineEvaluationConfigId", arns)


def _evaluation_facts(reading: Reading, detail: dict[str, Any], arn: str) -> dict[str, str]:
    logs = table(table(detail.get("dataSourceConfig")).get("cloudWatchLogs"))
    sampled = table(table(detail.get("rule")).get("samplingConfig")).get("samplingPercentage")
    results = table(table(detail.get("outputConfig")).get("cloudWatchConfig"))
    evaluators = reading.within(EVALUATION, detail, "evaluators", "evaluatorId", subject=arn)
    groups = [
        *reading.texts(EVALUATION, logs, "logGroupNames", arn),
        *(f"{prefix}*" for prefix in reading.texts(EVALUATION, logs, "logGroupNamePrefixes", arn)),
    ]
    return {
        "sampling_percent": f"{sampled:g}" if isinstance(sampled, int | float) else "",
        "evaluators": ", ".join(evaluator["evaluatorId"] for evaluator in evaluators),
        "agents": ", ".join(reading.texts(EVALUATION, logs, "serviceNames", arn)),
        "log_groups": ", ".join(groups),
        "results": text(results.get("logGroupName")),
    }


def _managers(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(MANAGER, "paymentManagerId")
    arns: dict[str, str] = {}
    for listed in reading.items(MANAGERS, "paymentManagers", "paymentManagerArn", "paymentManagerId", "name"):
        id, arn = listed["paymentManagerId"], listed["paymentManagerArn"]
        arns[id] = arn
        detail = details.get(id, {})
        kind = text(listed.get("authorizerType"))
        facts = {"status": text(listed.get("status")), "kms_key": text(listed.get("kmsKeyArn"))}
        if detail:
            facts |= inbound(reading, MANAGER, detail, arn).facts
        facts["authorizer"] = kind
        yield Workload(
            id=arn,
            provider="aws",
            kind="agentcore-payment-manager",
            name=listed["name"],
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform="Bedrock AgentCore",
            created_at=moment(listed.get("createdAt") or detail.get("createdAt")),
            updated_at=moment(listed.get("lastUpdatedAt")),
            public=False if kind in ("AWS_IAM", "CUSTOM_JWT") else None,
            tags=tags_of(detail.get("tags")),
            attributes=stated(facts),
        )
        yield from reading.runs_as(arn, listed.get("roleArn"), "payment role")
        identity = text(table(detail.get("workloadIdentityDetails")).get("workloadIdentityArn"))
        if identity:
            yield RunsAs(workload=arn, identity=identity, detail="workload identity")
    place = named_on_the_way("paymentManagerArn", {"description": "description"})
    yield from reading.sightings(MANAGER, place)
    yield from reading.gaps_of_details(MANAGER, "paymentManagerId", arns)


SERVICE = Service(
    name="agentcore-evaluations",
    part="region",
    operations=(EVALUATIONS, EVALUATION, MANAGERS, MANAGER),
    collect=collect,
    parse=parse,
)
