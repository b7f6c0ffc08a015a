"""EventBridge pipes over a socket: roles, secrets of brokers, what they start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.eventbridge_pipes import PIPE, PIPES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/pipe"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:pay"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:check"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:kafka-AbCdEf"


def pipe_arn(name: str) -> str:
    return f"arn:aws:pipes:{REGION}:{ACCOUNT}:pipe/{name}"


def make_pipe(aws: Aws, name: str, **fields: Any) -> str:
    made = aws.client("pipes", REGION).create_pipe(Name=name, RoleArn=ROLE, Source=QUEUE, Target=FUNCTION, **fields)
    return str(made["Arn"])


def test_pipes_and_what_they_start(aws: Aws, tmp_path: Path) -> None:
    arn = make_pipe(aws, "orders", Enrichment=MACHINE, Tags={"team": "shop"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name, workload.tags) == ("eventbridge-pipe", "orders", {"team": "shop"})
    assert workload.attributes["source"] == QUEUE
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert [(link.kind, link.target) for link in inventory.links_from(arn)] == [
        ("invokes_tool", FUNCTION),
        ("invokes_tool", MACHINE),
    ]
    assert not inventory.gaps


def test_a_region_without_pipes_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("pipes") == 1


def test_pipes_come_by_the_page(aws: Aws, tmp_path: Path) -> None:
    for number in range(101):
        make_pipe(aws, f"pipe-{number}")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.runs_as) == 101
    assert aws.calls.count("pipes", "ListPipes") == 2


def test_refusals(aws: Aws, tmp_path: Path) -> None:
    arn = make_pipe(aws, "orders")
    aws.faults.deny("pipes", "DescribePipe")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [(gap.operation, gap.subjects) for gap in inventory.gaps] == [(PIPE.name, (arn,))]
    assert inventory.knows(SCOPE, "workloads", pipe_arn("another"))


def test_a_refused_list_hides_workloads() -> None:
    assert not parse(REGION_SHARD, [refused(PIPES)]).workloads  # the gap is the core's to tell


def test_secrets_of_brokers_and_variables_of_jobs() -> None:
    job = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition/train:2"
    overrides = {"Environment": [{"Name": "OPENAI_API_KEY", "Value": "[value]"}]}
    detail = {
        "Arn": pipe_arn("a"),
        "RoleArn": ROLE,
        "SourceParameters": {"SelfManagedKafkaParameters": {"Credentials": {"BasicAuth": SECRET}}, "x": 7},
        "TargetParameters": {"BatchJobParameters": {"JobDefinition": job, "ContainerOverrides": overrides}},
    }
    listed = {"Arn": pipe_arn("a"), "Name": "a", "Target": f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/gpu"}
    inventory = parse(REGION_SHARD, [answer(PIPES, {"Pipes": [listed]}), answer(PIPE, detail, Name="a")])
    assert inventory.workloads[pipe_arn("a")].variables == ("OPENAI_API_KEY",)
    assert {(link.kind, link.target) for link in inventory.links_from(pipe_arn("a"))} == {
        ("reads_secret", SECRET),
        ("holds_key_of", "llm:openai"),
        ("invokes_tool", job),
    }


def test_damaged_pipes_are_left_out_and_told() -> None:
    listed = {"Arn": pipe_arn("a"), "Name": "a", "Tags": []}
    found = [answer(PIPES, {"Pipes": [listed, 7]}), answer(PIPE, {"TargetParameters": [], "Tags": 7}, Name="a")]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {pipe_arn("a")}
    assert [gap.operation for gap in inventory.gaps] == [PIPES.name]
