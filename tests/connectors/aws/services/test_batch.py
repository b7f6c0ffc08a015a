"""Batch over a socket: job definitions, their roles and keys, in all the shapes that a job can have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.batch import DEFINITIONS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse
from tests.connectors.aws.services.test_lambda_functions import OPENAI_KEY
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ARN = f"arn:aws:batch:{REGION}:{ACCOUNT}:job-definition"


def register(aws: Aws, name: str, **container: Any) -> str:
    """A job definition in the emulator; its ARN."""
    made = aws.client("batch", REGION).register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={"image": "app", "vcpus": 1, "memory": 128, **container},
        tags={"Team": "data"},
    )
    return str(made["jobDefinitionArn"])


def test_a_job_definition_its_role_and_its_keys(aws: Aws, tmp_path: Path) -> None:
    arn = register(
        aws,
        "embed",
        image="docker.io/dify/worker:1",
        jobRoleArn=f"{IAM}:role/embed",
        executionRoleArn=f"{IAM}:role/pull",
        environment=[{"name": "OPENAI_API_KEY", "value": OPENAI_KEY}],
        secrets=[{"name": "DB_PASSWORD", "valueFrom": "db-password"}],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name) == ("batch-job-definition", "embed:1")
    assert workload.variables == ("OPENAI_API_KEY", "DB_PASSWORD")
    assert workload.tags == {"Team": "data"}
    assert workload.attributes["frameworks"] == "dify"
    assert inventory.identities_run_by(arn) == [
        RunsAs(workload=arn, identity=f"{IAM}:role/embed", detail="job role"),
        RunsAs(workload=arn, identity=f"{IAM}:role/pull", detail="execution role", by_platform=True),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:openai"),
        ("reads_secret", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/db-password"),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert sighting.where == "environment variable OPENAI_API_KEY"
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_all_active_revisions_over_pages_and_none_that_is_deregistered(aws: Aws, tmp_path: Path) -> None:
    arns = [register(aws, "etl") for _ in range(102)]
    aws.client("batch", REGION).deregister_job_definition(jobDefinition=arns[0])
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == set(arns[1:])
    assert aws.calls.names() == {DEFINITIONS.name: 2}


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    assert not collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert aws.calls.count("batch") == 1


def test_a_refused_list_is_a_gap(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("batch", "DescribeJobDefinitions")
    (gap,) = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION).gaps
    assert (gap.permission, gap.blinds) == ("batch:DescribeJobDefinitions", ("workloads",))


def parsed(**fields: Any) -> tuple[Inventory, str]:
    arn = f"{ARN}/job:3"
    definition = {"jobDefinitionArn": arn, "jobDefinitionName": "job", "revision": 3, "status": "ACTIVE", **fields}
    return parse(REGION_SHARD, [answer(DEFINITIONS, {"jobDefinitions": [definition]})]), arn


def test_tasks_of_ecs() -> None:
    container = {"name": "a", "image": "x", "environment": [{"name": "GROQ_API_KEY", "value": "[value]"}]}
    task = {"containers": [container, {"name": "b", "image": "y"}], "taskRoleArn": f"{IAM}:role/t"}
    inventory, arn = parsed(ecsProperties={"taskProperties": [task]})
    assert [(run.identity, run.detail) for run in inventory.runs_as] == [(f"{IAM}:role/t", "task role")]
    attributes = inventory.workloads[arn].attributes
    assert (attributes["image a"], attributes["image b"]) == ("x", "y")
    assert [(link.kind, link.target) for link in inventory.links_from(arn)] == [("holds_key_of", "llm:groq")]


def test_pods_of_eks() -> None:
    pod = {
        "serviceAccountName": "planner",
        "containers": [{"image": "x", "env": [{"name": "OPENAI_API_KEY", "value": "[value]"}]}],
        "initContainers": [{"name": "init", "image": "y"}],
    }
    inventory, arn = parsed(eksProperties={"podProperties": pod})
    workload = inventory.workloads[arn]
    assert workload.variables == ("OPENAI_API_KEY",)
    assert workload.attributes["service_account"] == "planner"
    assert workload.attributes["image init"] == "y"


def test_where_a_key_stands_in_a_pod() -> None:
    arn = f"{ARN}/job:3"
    pod = {"containers": [{"env": [{"name": "TOKEN", "value": "[value]"}], "args": ["--key", "x"]}]}
    body = {"jobDefinitions": [{"jobDefinitionArn": arn, "eksProperties": {"podProperties": pod}}]}
    way = ["jobDefinitions", 0, "eksProperties", "podProperties", "containers", 0]
    found = [
        {"detector": "d", "fingerprint": "f", "last4": "", "path": [*way, *end]}
        for end in (["env", 0, "value"], ["args", 1], ["gone", 7])
    ]
    item = msgspec.structs.replace(answer(DEFINITIONS, body), sightings=found)
    sightings = parse(REGION_SHARD, [item]).sightings
    assert {sighting.subject for sighting in sightings} == {arn}
    assert [sighting.where for sighting in sightings] == [
        "environment variable TOKEN",
        "its command",
        f"an answer of {DEFINITIONS.name}",
    ]


def test_nodes_of_a_parallel_job() -> None:
    nodes = [
        {"container": {"image": "x", "jobRoleArn": f"{IAM}:role/a"}},
        {"container": {"image": "y", "jobRoleArn": f"{IAM}:role/a", "executionRoleArn": f"{IAM}:role/b"}},
        7,
    ]
    inventory, arn = parsed(type="multinode", nodeProperties={"nodeRangeProperties": nodes})
    assert [run.identity for run in inventory.identities_run_by(arn)] == [f"{IAM}:role/a", f"{IAM}:role/b"]
    (gap,) = inventory.gaps
    assert gap.subjects == (arn,)
    assert "nodeRangeProperties[2] is a number" in gap.detail


def test_damaged_definitions() -> None:
    inventory, arn = parsed(containerProperties=7, ecsProperties=[], eksProperties={"podProperties": 7}, tags=7)
    assert set(inventory.workloads) == {arn}
    page = {"jobDefinitions": [7, {"jobDefinitionArn": arn}]}
    (gap,) = parse(REGION_SHARD, [answer(DEFINITIONS, page)]).gaps
    assert "jobDefinitions[1] has no jobDefinitionName" in gap.detail
