"""AgentCore online evaluations and payment managers over a socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.agentcore_evaluations import (
    EVALUATION,
    EVALUATIONS,
    MANAGER,
    MANAGERS,
    SERVICE,
)
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_agentcore import Agents
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
CONTROL = "bedrock-agentcore-control"
ROLE = f"{IAM}:role/evaluator"


@pytest.fixture
def agents(aws: Aws) -> Agents:
    return Agents(aws.account, REGION)


def test_an_evaluation_and_what_it_reads(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.evaluation("quality", ROLE, agents=("support.DEFAULT", "orders.DEFAULT"), created=ago(40))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.agent) == ("quality", "agentcore-online-evaluation", True)
    assert (workload.created_at, workload.public) == (ago(40), False)
    assert workload.attributes == {
        "status": "ACTIVE",
        "execution": "ENABLED",
        "sampling_percent": "12.5",
        "evaluators": "Builtin.Helpfulness",
        "agents": "support.DEFAULT, orders.DEFAULT",
        "log_groups": "/aws/bedrock-agentcore/runtimes/support",
        "results": "/aws/bedrock-agentcore/evaluations/results",
    }
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="evaluation role")]
    assert not inventory.gaps


def test_a_payment_manager_and_its_identity(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    jwt = {
        "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
        "allowedClients": ["shop"],
    }
    arn = agents.payment_manager(
        "shop",
        ROLE,
        "CUSTOM_JWT",
        authorizerConfiguration={"customJWTAuthorizer": jwt},
        tags={"Owner": "payments@example.com"},
    )
    signed = agents.payment_manager("plain", ROLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.agent, workload.public) == ("agentcore-payment-manager", True, False)
    assert workload.tags == {"Owner": "payments@example.com"}
    assert workload.attributes == {
        "status": "READY",
        "authorizer": "CUSTOM_JWT",
        "discovery_url": "https://id.example.com/.well-known/openid-configuration",
        "allowed_clients": "shop",
        "token_limits": "allowed_clients",
    }
    identity = agents.identity.identities[0]["workloadIdentityArn"]
    assert [run for run in inventory.runs_as if run.workload == arn] == [
        RunsAs(workload=arn, identity=ROLE, detail="payment role"),
        RunsAs(workload=arn, identity=identity, detail="workload identity"),
    ]
    assert inventory.workloads[signed].attributes == {"status": "READY", "authorizer": "AWS_IAM"}


def test_more_than_a_page(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    for number in range(101):
        agents.evaluation(f"quality{number}", ROLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 101
    assert aws.calls.count(CONTROL, "ListOnlineEvaluationConfigs") == 2


def test_an_empty_region_costs_one_call_a_root(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count(CONTROL) == 2


def test_refused_details_name_what_they_leave_unknown(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    evaluation, manager = agents.evaluation("quality", ROLE), agents.payment_manager("shop", ROLE)
    aws.faults.deny(CONTROL, "GetOnlineEvaluationConfig")
    aws.faults.deny(CONTROL, "GetPaymentManager")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    # The list of payment managers holds the role.
    assert inventory.runs_as == [RunsAs(workload=manager, identity=ROLE, detail="payment role")]
    assert {gap.operation: gap.subjects for gap in inventory.gaps} == {
        EVALUATION.name: (evaluation,),
        MANAGER.name: (manager,),
    }


def test_refused_lists_hide_agents(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    agents.evaluation("quality", ROLE)
    agents.payment_manager("shop", ROLE)
    aws.faults.deny(CONTROL)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {gap.operation for gap in inventory.gaps} == {EVALUATIONS.name, MANAGERS.name}
    assert {gap.blinds for gap in inventory.gaps} == {("agents", "workloads")}


def test_damaged_answers_are_told() -> None:
    here = f"arn:aws:bedrock-agentcore:eu-west-1:{ACCOUNT}"
    evaluation = {
        "onlineEvaluationConfigArn": f"{here}:online-evaluation-config/q-abcdefghij",
        "onlineEvaluationConfigId": "q-abcdefghij",
        "onlineEvaluationConfigName": "q",
        "createdAt": "soon",
    }
    manager = {
        "paymentManagerArn": f"{here}:payment-manager/m-abcdefghij",
        "paymentManagerId": "m-abcdefghij",
        "name": "m",
        "authorizerType": "NEW",
        "roleArn": 7,
    }
    inventory = parse(
        REGION_SHARD,
        [
            answer(EVALUATIONS, {"onlineEvaluationConfigs": [{}, evaluation]}),
            answer(
                EVALUATION,
                {"evaluators": "all", "rule": {"samplingConfig": {"samplingPercentage": "x"}}},
                onlineEvaluationConfigId="q-abcdefghij",
            ),
            answer(MANAGERS, {"paymentManagers": [manager, 7]}),
            answer(MANAGER, {"tags": 7, "workloadIdentityDetails": []}, paymentManagerId="m-abcdefghij"),
        ],
    )
    assert not inventory.runs_as
    # A kind of authorisation that nobody knows is not taken for one that keeps strangers out.
    assert inventory.workloads[f"{here}:payment-manager/m-abcdefghij"].public is None
    assert {gap.operation for gap in inventory.gaps} == {EVALUATIONS.name, EVALUATION.name, MANAGERS.name}
