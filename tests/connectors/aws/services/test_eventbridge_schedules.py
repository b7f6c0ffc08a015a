"""EventBridge Scheduler over a socket: roles, what schedules start, and how many of them are asked about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.eventbridge_schedules import MOST, SCHEDULE, SCHEDULES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/clock"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
API = "arn:aws:scheduler:::aws-sdk:"


def make_schedule(aws: Aws, name: str, target: str, **fields: Any) -> str:
    made = aws.client("scheduler", REGION).create_schedule(
        Name=name,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": target, "RoleArn": ROLE, **fields},
    )
    return str(made["ScheduleArn"])


def test_schedules_and_what_they_start(aws: Aws, tmp_path: Path) -> None:
    function = make_schedule(aws, "pay", FUNCTION)
    prompt = {"ModelId": "anthropic.claude-sonnet-4", "Messages": []}
    model = make_schedule(aws, "think", API + "bedrockruntime:converse", Input=json.dumps(prompt))
    named = make_schedule(aws, "call", API + "lambda:invoke", Input=json.dumps({"FunctionName": "pay"}))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[function]
    assert (workload.kind, workload.name) == ("eventbridge-schedule", "pay")
    assert workload.attributes["expression"] == "rate(1 day)"
    assert RunsAs(workload=function, identity=ROLE, detail="execution role") in inventory.runs_as
    assert len(inventory.runs_as) == 3
    for id in (function, named):
        assert [(link.kind, link.target) for link in inventory.links_from(id)] == [("invokes_tool", FUNCTION)]
    assert inventory.workloads[model].model == "anthropic.claude-sonnet-4"
    assert inventory.workloads[model].attributes["action"] == "bedrockruntime:converse"
    assert [(link.kind, link.target) for link in inventory.links_from(model)] == [("uses_model", "llm:bedrock")]
    assert not inventory.gaps


def test_a_region_without_schedules_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("scheduler") == 1


def test_of_schedules_that_are_alike_some_are_asked_about(aws: Aws, tmp_path: Path) -> None:
    other = make_schedule(aws, "zz-other", FUNCTION + "-other")
    for number in range(MOST + 60):
        make_schedule(aws, f"reminder-{number:04}", FUNCTION)
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert aws.calls.count("scheduler", "ListSchedules") == 2
    assert aws.calls.count("scheduler", "GetSchedule") == MOST + 1
    assert len(inventory.workloads) == MOST + 1
    assert other in inventory.workloads
    (gap,) = inventory.gaps
    assert "60 more schedules" in gap.hides
    assert not inventory.knows(SCOPE, "workloads")


def test_a_refused_description_leaves_one_schedule_unknown(aws: Aws, tmp_path: Path) -> None:
    arn = make_schedule(aws, "pay", FUNCTION)
    aws.faults.deny("scheduler", "GetSchedule")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [(gap.operation, gap.subjects) for gap in inventory.gaps] == [(SCHEDULE.name, (arn,))]
    assert [link.target for link in inventory.links_from(arn)] == [FUNCTION]


def test_a_refused_list_hides_workloads() -> None:
    assert not parse(REGION_SHARD, [refused(SCHEDULES)]).workloads  # the gap is the core's to tell


def test_damaged_schedules_are_left_out_and_told() -> None:
    whole = {"Arn": "arn:a", "Name": "a", "GroupName": "default", "Target": 7}
    found = [
        answer(SCHEDULES, {"Schedules": [7, {"Name": "b"}, whole]}),
        answer(SCHEDULE, {"Target": {"Arn": API + "lambda:invoke", "Input": "{"}}, GroupName="default", Name="a"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {"arn:a"}
    assert inventory.workloads["arn:a"].attributes["action"] == "lambda:invoke"
    (gap,) = inventory.gaps
    assert "Schedules[0] is a number" in gap.detail
