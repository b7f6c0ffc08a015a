"""Lambda functions over a socket: roles, environment variables without values, keys that stood in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.lambda_functions import FUNCTIONS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import IAM, REGION_SHARD, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/pay"
# Made up; in two parts, so that no scanner of secrets takes it for one.
OPENAI_KEY = (
    "sk-proj-"
    + "a1B2c3D4e5F6g7H8i9J0" * 3
    + "kLmNoPqRsTuVwX"
    + "T3BlbkFJ"
    + "z9Y8x7W6v5U4t3S2r1Q0" * 3
    + "pOnMlKjIhGfEdC"
)


def make_function(aws: Aws, name: str, variables: dict[str, str]) -> str:
    """A function in the emulator; gives its ARN."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): ...")
    created: dict[str, Any] = aws.client("lambda", REGION).create_function(
        FunctionName=name,
        Role=ROLE,
        Runtime="python3.12",
        Handler="main.handler",
        Code={"ZipFile": packed.getvalue()},
        Environment={"Variables": variables},
    )
    return str(created["FunctionArn"])


def test_functions_and_their_keys(aws: Aws, tmp_path: Path) -> None:
    aws.account.role("pay", {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip
    secret = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:db-AbCdEf"
    arn = make_function(aws, "pay", {"OPENAI_API_KEY": OPENAI_KEY, "STAGE": "production-x", "DB_SECRET_ARN": secret})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.region) == ("pay", "lambda-function", REGION)
    assert workload.variables == ("OPENAI_API_KEY", "STAGE", "DB_SECRET_ARN")
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:openai"),
        ("reads_secret", secret),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("openai", "environment variable OPENAI_API_KEY")
    assert not inventory.gaps
    assert OPENAI_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_functions_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads and not inventory.gaps
    assert aws.calls.count("lambda") == 1


def test_a_refused_list_hides_workloads() -> None:
    inventory = parse(REGION_SHARD, [refused(FUNCTIONS)])
    assert not inventory.workloads  # the gap is the core's to tell


def test_a_damaged_function_is_left_out_and_told() -> None:
    whole = {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:b", "FunctionName": "b", "Role": 7}
    inventory = parse(REGION_SHARD, [answer(FUNCTIONS, {"Functions": [{"FunctionName": "a"}, "x", whole]})])
    assert [workload.name for workload in inventory.workloads.values()] == ["b"]
    assert not inventory.runs_as
    (gap,) = inventory.gaps
    assert "Functions[0] has no FunctionArn" in gap.detail and "Functions[1] is text" in gap.detail
