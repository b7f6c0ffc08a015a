"""Step Functions over a socket: roles, and what definitions say that machines call."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.stepfunctions import MACHINE, MACHINES, SERVICE
from nhiscan_connectors.aws.state_language import calling
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import trust_service
from tests.clouds.aws.seed_pipelines import state_machine
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/flow"
ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
RUNTIME = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/helper-abc"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def made(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def task(resource: str, key: str = "Parameters", **arguments: Any) -> dict[str, Any]:
    """A task of a machine."""
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", key: arguments, "End": True}


def test_machines_and_what_they_call(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("flow", trust_service("states.amazonaws.com"))
    states = {
        "Old": {"Type": "Task", "Resource": FUNCTION + "old", "Next": "Think"},
        "Think": task("bedrock:invokeModel", ModelId="anthropic.claude-sonnet-4", Body={"token": GITHUB_TOKEN}),
        "All": {
            "Type": "Map",
            "ItemProcessor": {
                "States": {"Tell": task("lambda:invoke.waitForTaskToken", FunctionName=f"{FUNCTION}tell:$LATEST")}
            },
        },
        "Ask": task("aws-sdk:bedrockagentcore:invokeAgentRuntime", "Arguments", AgentRuntimeArn=RUNTIME),
    }
    arn = state_machine(aws, REGION, "answer", ROLE, states)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.public) == ("stepfunctions-state-machine", "answer", False)
    assert workload.model == "anthropic.claude-sonnet-4"
    assert not workload.agent
    calls = "bedrock:invokeModel, bedrockagentcore:invokeAgentRuntime, lambda:invoke"
    assert workload.attributes["integrations"] == calls
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("invokes_tool", FUNCTION + "old"),
        ("invokes_tool", FUNCTION + "tell"),
        ("invokes_tool", RUNTIME),
        ("uses_model", "llm:bedrock"),
    }
    assert [sighting.where for sighting in inventory.sightings_in(arn)] == ["its definition"]
    assert not inventory.gaps
    assert GITHUB_TOKEN.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_machines_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("stepfunctions") == 1


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("stepfunctions", "ListStateMachines")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [gap.permission for gap in inventory.gaps] == ["states:ListStateMachines"]
    assert not inventory.knows(SCOPE, "workloads")


def test_an_encrypted_definition_does_not_hide_the_role(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("flow", trust_service("states.amazonaws.com"))
    arn = state_machine(aws, REGION, "sealed", ROLE, {"End": {"Type": "Succeed"}})
    aws.faults.error("stepfunctions", "DescribeStateMachine", "KmsAccessDeniedException", "no key", times=1)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [run.identity for run in inventory.runs_as] == [ROLE]
    (gap,) = inventory.gaps
    assert gap.subjects == (arn,)
    assert aws.calls.count("stepfunctions", "DescribeStateMachine") == 2


def test_names_become_ids() -> None:
    states = {
        "a": task("lambda:invoke", FunctionName="pay:live"),
        "b": task("glue:startJobRun.sync", JobName="nightly"),
        "c": task("codebuild:startBuild", ProjectName="deploy"),
        "d": task("aws-sdk:bedrockagentruntime:invokeAgent", AgentId="ABCDEFGHIJ"),
        "e": task("aws-sdk:sagemakerruntime:invokeEndpoint", EndpointName="chat"),
        "f": task("states:startExecution", StateMachineArn=ARN + "other:live"),
        "g": task("lambda:invoke", **{"FunctionName.$": "$.name", "FunctionName": "{% $name %}"}),
        "h": task(
            "http:invoke",
            Authentication={"ConnectionArn": made("events", "connection/openai/1-2")},
            ApiEndpoint="https",
        ),
    }
    found = calling(json.dumps({"States": states}), made)
    assert found is not None
    assert set(found.callees) == {
        FUNCTION + "pay",
        made("glue", "job/nightly"),
        made("codebuild", "project/deploy"),
        made("bedrock", "agent/ABCDEFGHIJ"),
        made("sagemaker", "endpoint/chat"),
        ARN + "other",
    }
    assert found.connections == {made("events", "connection/openai/1-2")}


@pytest.mark.parametrize(
    "definition", ["", "no", "[" * 100_000, '{"States": 7}', '[{"Resource": 7}]', '{"Resource": "x"}']
)
def test_any_definition(definition: str) -> None:
    found = calling(definition, made)
    assert found is None or not found.callees


def test_a_definition_that_is_no_json_is_told() -> None:
    machine = {"stateMachineArn": ARN + "bad", "name": "bad", "type": "EXPRESS"}
    found = [
        answer(MACHINES, {"stateMachines": [machine, "x", {**machine, "name": ""}]}),
        answer(MACHINE, {**machine, "roleArn": ROLE, "definition": "{"}, stateMachineArn=ARN + "bad"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert [run.identity for run in inventory.runs_as] == [ROLE]
    assert {(gap.operation, gap.subjects) for gap in inventory.gaps} == {
        (MACHINE.name, (ARN + "bad",)),
        (MACHINES.name, ()),
    }


def test_a_refused_description_leaves_one_machine_unknown() -> None:
    machines = [{"stateMachineArn": ARN + name, "name": name, "type": "EXPRESS"} for name in ("a", "b")]
    found = [answer(MACHINES, {"stateMachines": machines}), refused(MACHINE, stateMachineArn=ARN + "a")]
    inventory = parse(REGION_SHARD, found)
    assert inventory.workloads[ARN + "a"].public is None
    assert [gap.subjects for gap in inventory.gaps] == [(ARN + "a",)]
