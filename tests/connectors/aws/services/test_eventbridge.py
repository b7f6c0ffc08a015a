"""EventBridge rules over a socket: roles, what rules start, buses that others may send to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.eventbridge import BUSES, RULES, SERVICE, TARGETS
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
HIDDEN = "a-value-that-must-not-stay"
ROLE = f"{IAM}:role/events"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
TASK = f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/job:3"
CLUSTER = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/main"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:news"
API = f"arn:aws:events:{REGION}:{ACCOUNT}:api-destination/openai/1b2c"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GITHUB_TOKEN = "ghp_" + "a1B2c3D4e" * 4


def rule_arn(name: str) -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{name}"


def make_rule(aws: Aws, name: str, *targets: dict[str, Any], **fields: Any) -> str:
    """A rule on the default bus; its ARN."""
    client = aws.client("events", REGION)
    made = client.put_rule(Name=name, **({"ScheduleExpression": "rate(1 day)"} | fields))
    if targets:
        client.put_targets(Rule=name, Targets=[{"Id": f"t{number}", **one} for number, one in enumerate(targets)])
    return str(made["RuleArn"])


def test_rules_and_what_they_start(aws: Aws, tmp_path: Path) -> None:
    arn = make_rule(
        aws,
        "nightly",
        {"Arn": CLUSTER, "RoleArn": ROLE, "EcsParameters": {"TaskDefinitionArn": TASK}},
        {"Arn": FUNCTION + ":live", "Input": json.dumps({"token": GITHUB_TOKEN})},
        {"Arn": API, "RoleArn": ROLE, "HttpParameters": {"HeaderParameters": {"X-Key": HIDDEN}}},
        {"Arn": TOPIC},
    )
    make_rule(aws, "tell", {"Arn": TOPIC})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (workload,) = inventory.workloads.values()
    assert (workload.id, workload.kind, workload.name) == (arn, "eventbridge-rule", "nightly")
    assert workload.attributes == {
        "bus": "default",
        "state": "ENABLED",
        "trigger": "schedule",
        "expression": "rate(1 day)",
        "targets": TOPIC,
    }
    detail = "role with which it starts its targets"
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail=detail)]
    assert [(link.kind, link.target) for link in inventory.links_from(arn)] == [
        ("invokes_tool", TASK),
        ("invokes_tool", FUNCTION),
        ("invokes_tool", API),
    ]
    assert (inventory.resources[API].kind, inventory.resources[API].name) == ("api-destination", "openai")
    # One in what it sends to the function, one in a header for the outside API.
    assert {sighting.where for sighting in inventory.sightings_in(arn)} == {"what it sends to a target"}
    assert len(inventory.sightings_in(arn)) == 2
    assert not inventory.gaps
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert GITHUB_TOKEN.encode() not in kept
    assert HIDDEN.encode() not in kept


def test_an_empty_region_costs_two_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("events") == 2


def test_rules_come_by_the_page_and_on_every_bus(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("events", REGION)
    client.create_event_bus(Name="orders")
    for number in range(101):
        make_rule(aws, f"rule-{number}", {"Arn": FUNCTION})
    pattern = json.dumps({"source": ["shop"]})
    client.put_rule(Name="rule-0", EventBusName="orders", EventPattern=pattern)
    client.put_targets(Rule="rule-0", EventBusName="orders", Targets=[{"Id": "a", "Arn": FUNCTION, "RoleArn": ROLE}])
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 102
    other = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/orders/rule-0"
    assert [run.workload for run in inventory.runs_as] == [other]
    assert aws.calls.count("events", "ListRules") == 3


def test_a_bus_that_others_may_send_to(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("events", REGION)
    bus = str(client.create_event_bus(Name="orders")["EventBusArn"])
    client.put_permission(
        EventBusName="orders", Action="events:PutEvents", Principal="111122223333", StatementId="partner"
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.resources[bus].kind == "event-bus"
    policy = inventory.policies[f"{bus}/policy/resource"]
    assert policy.document is not None
    assert "111122223333" in policy.document
    assert [(use.target, use.use) for use in inventory.policy_uses] == [(bus, "resource")]


def test_refused_targets_leave_one_rule_unknown(aws: Aws, tmp_path: Path) -> None:
    arn = make_rule(aws, "nightly", {"Arn": FUNCTION})
    known = make_rule(aws, "known", {"Arn": FUNCTION})
    aws.faults.deny("events", "ListTargetsByRule", params={"Rule": "nightly"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == {arn, known}
    assert [(gap.operation, gap.subjects, gap.permission) for gap in inventory.gaps] == [
        (TARGETS.name, (arn,), "events:ListTargetsByRule")
    ]


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("events", "ListRules")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [gap.operation for gap in inventory.gaps] == [RULES.name]
    assert not inventory.knows(SCOPE, "workloads")


def test_rules_of_aws_are_not_asked_for_their_targets() -> None:
    rules = [{"Name": "own", "Arn": rule_arn("own"), "ManagedBy": "autoscaling.amazonaws.com"}]
    inventory = parse(REGION_SHARD, [answer(RULES, {"Rules": rules}, EventBusName="default")])
    assert not inventory.workloads
    assert not inventory.gaps


def test_damaged_rules_are_left_out_and_told() -> None:
    rules = [{"Name": "a", "Arn": rule_arn("a"), "RoleArn": ROLE}, {"Name": "b"}, 7]
    found = [
        answer(BUSES, {"EventBuses": [{"Name": "default", "Arn": "arn", "Policy": "{"}, "x"]}),
        answer(RULES, {"Rules": rules}, EventBusName="default"),
        answer(TARGETS, {"Targets": [{"Id": "1"}, 7]}, EventBusName="default", Rule="a"),
        refused(TARGETS, EventBusName="gone", Rule="a"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {rule_arn("a")}
    assert inventory.policies["arn/policy/resource"].problem
    told = {(gap.operation, gap.subjects) for gap in inventory.gaps}
    assert told == {(BUSES.name, ()), (RULES.name, ()), (TARGETS.name, (rule_arn("a"),))}
