"""Managed Airflow over a socket: the role of the workflows, and no password of its options."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.mwaa import ENVIRONMENT, ENVIRONMENTS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_pipelines import airflow
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/airflow"


def test_environments(aws: Aws, tmp_path: Path) -> None:
    options = {"smtp.smtp_password": "a-value-that-must-not-stay", "core.dags": "12"}
    arn = airflow(aws, REGION, "nightly", ROLE, options)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.kind, workload.name) == ("mwaa-environment", "nightly")
    assert workload.variables == ("smtp.smtp_password", "core.dags")
    assert workload.attributes == {"bucket": "arn:aws:s3:::workflows"}
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert not inventory.gaps
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"a-value-that-must-not-stay" not in kept


def test_environments_come_by_the_page(aws: Aws, tmp_path: Path) -> None:
    for number in range(26):
        airflow(aws, REGION, f"environment-{number}", ROLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.runs_as) == 26
    assert aws.calls.count("mwaa", "ListEnvironments") == 2


def test_a_region_without_environments_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("mwaa") == 1


def test_refusals(aws: Aws, tmp_path: Path) -> None:
    arn = airflow(aws, REGION, "nightly", ROLE)
    aws.faults.deny("mwaa", "GetEnvironment")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.subjects, gap.permission) == ((arn,), "airflow:GetEnvironment")
    assert arn in inventory.workloads


def test_a_refused_list_hides_workloads(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("mwaa", "ListEnvironments")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [gap.permission for gap in inventory.gaps] == ["airflow:ListEnvironments"]
    assert not inventory.knows(SCOPE, "workloads")


def test_damaged_environments_are_left_out_and_told() -> None:
    found = [
        answer(ENVIRONMENTS, {"Environments": ["a", 7]}),
        answer(ENVIRONMENT, {"Environment": {"ExecutionRoleArn": 7, "AirflowConfigurationOptions": "x"}}, Name="a"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert set(inventory.workloads) == {f"arn:aws:airflow:{REGION}:{ACCOUNT}:environment/a"}
    assert not inventory.runs_as
    assert [gap.operation for gap in inventory.gaps] == [ENVIRONMENTS.name]
