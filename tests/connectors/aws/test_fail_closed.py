"""A region in which nothing may be read: each refusal is told with its permission, and nothing there passes for clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan import engine, plugins
from nhiscan.analyze import analyze
from nhiscan.config import Config
from nhiscan.connector import Evidence
from nhiscan.evidence import open_bundle
from nhiscan.result import ScanResult
from nhiscan_connectors.aws.connector import AwsConnector
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import NOW

REGION = "us-east-1"
SERVICES = tuple(service for service in AwsConnector().services if service.part == "region")
OPERATIONS = {operation.name: operation for service in SERVICES for operation in service.operations}


@pytest.fixture(autouse=True)
def fresh_connector() -> None:
    plugins.load.cache_clear()


def refused_everywhere(aws: Aws, directory: Path) -> tuple[ScanResult, list[Evidence]]:
    """A scan of one region in which every call of every regional service is refused, and what was asked there."""
    for name in OPERATIONS:
        aws.faults.deny(*name.split(":"))
    connectors = plugins.connectors()
    settings = {"region": [REGION], "endpoint_url": aws.endpoint}
    bundle = engine.begin(directory, {"aws": settings}, connectors, started=NOW)
    engine.collect(bundle, connectors, {})
    bundle = open_bundle(directory)
    asked = [
        item
        for shard in bundle.manifest.shards
        if shard.region == REGION and shard.part == "region"
        for item in bundle.read(shard)[0]
    ]
    return analyze(bundle, Config()), asked


def test_what_is_refused_is_told_and_passes_for_nothing(aws: Aws, tmp_path: Path) -> None:
    aws.account.alias("acme-prod")
    result, asked = refused_everywhere(aws, tmp_path / "b")
    refused = {item.operation for item in asked if item.operation in OPERATIONS}
    # Each service was refused at least once, and none got through.
    for service in SERVICES:
        assert refused & {operation.name for operation in service.operations} or service.name in {"cloudtrail"}, service.name
    assert {item.problem for item in asked if item.operation in refused} == {"denied"}
    gaps = {gap.operation: gap for gap in result.gaps if gap.region == REGION}
    for name in sorted(refused):
        gap, operation = gaps[name], OPERATIONS[name]
        assert (gap.reason, gap.permission, gap.hides) == ("denied", operation.permission, operation.hides)
        assert set(operation.blinds) <= set(gap.blinds), name
        assert not gap.subjects, name
    print({c.rule: (c.examined, c.unknown, c.findings) for c in result.checks})
    print([n for n in sorted(refused) if not OPERATIONS[n].blinds])
