"""CloudFormation over a socket: stacks that act as a role, and keys in parameters and outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.cloudformation import SERVICE, STACKS
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/deploy"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def make_stack(aws: Aws, name: str, parameters: dict[str, str], output: str = "x", **fields: Any) -> str:
    """A stack with a queue, parameters and one output; its id."""
    template = {
        "Parameters": {key: {"Type": "String"} for key in parameters},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"Result": {"Value": output}},
    }
    made = aws.client("cloudformation", REGION).create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        **fields,
    )
    return str(made["StackId"])


def test_stacks_that_act_or_hold_a_key(aws: Aws, tmp_path: Path) -> None:
    acting = make_stack(aws, "app", {"DbSecret": SECRET, "Size": "3"}, RoleARN=ROLE, Capabilities=["CAPABILITY_IAM"])
    keyed = make_stack(aws, "chat", {"OpenAIApiKey": "masked"})
    telling = make_stack(aws, "tell", {}, output=GITHUB_TOKEN)
    make_stack(aws, "plain", {"Size": "3"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {acting, keyed, telling}
    workload = inventory.workloads[acting]
    assert (workload.kind, workload.name, workload.variables) == ("cloudformation-stack", "app", ("DbSecret", "Size"))
    assert inventory.runs_as == [RunsAs(workload=acting, identity=ROLE, detail="role that it is deployed with")]
    assert [(link.kind, link.target) for link in inventory.links_from(acting)] == [("reads_secret", SECRET)]
    assert [(link.kind, link.target) for link in inventory.links_from(keyed)] == [("holds_key_of", "llm:openai")]
    assert [(sighting.subject, sighting.where) for sighting in inventory.sightings] == [(telling, "output Result")]
    assert not inventory.gaps
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert GITHUB_TOKEN.encode() not in kept


def test_a_region_without_stacks_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("cloudformation") == 1


def test_stacks_come_by_the_page(aws: Aws, tmp_path: Path) -> None:
    for number in range(51):
        make_stack(aws, f"stack-{number}", {}, RoleARN=ROLE)
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 51
    assert aws.calls.count("cloudformation") == 2


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("cloudformation", "DescribeStacks")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [gap.permission for gap in inventory.gaps] == ["cloudformation:DescribeStacks"]
    assert not inventory.knows(SCOPE, "workloads")


def test_damaged_stacks_are_left_out_and_told() -> None:
    whole = {"StackId": "arn:a", "StackName": "a", "RoleARN": ROLE, "Parameters": [7], "Capabilities": "x"}
    inventory = parse(REGION_SHARD, [answer(STACKS, {"Stacks": [whole, {"StackName": "b"}, 7]})])
    assert set(inventory.workloads) == {"arn:a"}
    assert {gap.subjects for gap in inventory.gaps} == {(), ("arn:a",)}
