"""Whether a region logs what models are asked: on, off, or not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.bedrock_logging import LOGGING, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import IAM, REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ID = f"arn:aws:bedrock:{REGION}:123456789012:model-invocation-logging"
ROLE = f"{IAM}:role/bedrock-logs"


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_logging_that_is_on(aws: Aws, tmp_path: Path) -> None:
    aws.client("bedrock", REGION).put_model_invocation_logging_configuration(
        loggingConfig={
            "cloudWatchConfig": {"logGroupName": "/bedrock/calls", "roleArn": ROLE},
            "s3Config": {"bucketName": "bedrock-calls", "keyPrefix": "eu"},
            "textDataDeliveryEnabled": True,
            "imageDataDeliveryEnabled": False,
        }
    )
    inventory = scanned(aws, tmp_path)
    (logging,) = inventory.resources.values()
    assert (logging.id, logging.kind, logging.region) == (ID, "model-invocation-logging", REGION)
    assert logging.attributes == {
        "on": "true",
        "s3": "bedrock-calls/eu",
        "cloudwatch": "/bedrock/calls",
        "data": "text",
    }
    assert {(link.kind, link.target) for link in inventory.links_from(ID)} == {
        ("logs_to", f"arn:aws:logs:{REGION}:123456789012:log-group:/bedrock/calls"),
        ("logs_to", "arn:aws:s3:::bedrock-calls"),
    }
    run = RunsAs(workload=ID, identity=ROLE, detail="log delivery role", by_platform=True)
    assert inventory.runs_as == [run]
    assert not inventory.gaps


def test_logging_that_is_off_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert inventory.resources[ID].attributes == {"on": "false"}
    assert not inventory.links
    assert not inventory.gaps
    assert aws.calls.count("bedrock") == 1


def test_logging_that_could_not_be_read_is_not_off(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("bedrock", "GetModelInvocationLoggingConfiguration")
    inventory = scanned(aws, tmp_path)
    assert not inventory.resources
    (gap,) = inventory.gaps
    assert gap.permission == "bedrock:GetModelInvocationLoggingConfiguration"


@pytest.mark.parametrize("odd", [7, "x", [], True])
def test_a_damaged_configuration_is_not_off(odd: Any) -> None:
    inventory = parse(REGION_SHARD, [answer(LOGGING, {"loggingConfig": odd})])
    assert not inventory.resources
    assert "damaged" in inventory.gaps[0].detail


@pytest.mark.parametrize(
    ("settings", "attributes"),
    [
        (None, {"on": "false"}),
        ({}, {"on": "false"}),
        ({"textDataDeliveryEnabled": True}, {"on": "false"}),
        ({"s3Config": {"bucketName": "b"}}, {"on": "true", "s3": "b", "data": "none"}),
        ({"s3Config": 5, "cloudWatchConfig": {"logGroupName": 5}}, {"on": "false"}),
    ],
)
def test_what_counts_as_on(settings: Any, attributes: dict[str, str]) -> None:
    inventory = parse(REGION_SHARD, [answer(LOGGING, {"loggingConfig": settings})])
    assert inventory.resources[ID].attributes == attributes
