"""Usage data: jobs that are ordered first and read later, and what is not known where one failed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.usage import REMEMBERED
from nhiscan_connectors.aws.services.iam import SERVICE
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.last_accessed import LastAccessed
from tests.clouds.aws.seed import NOW, ago, allow, trust_service
from tests.connectors.aws.answers import ACCOUNT_SHARD, IAM, SCOPE, answer, refused
from tests.connectors.aws.answers import parse as parsed

CI, BOT = f"{IAM}:user/ci", f"{IAM}:role/bot"


def scanned(aws: Aws, directory: Path, *, usage: bool = False, end: bool = True) -> Inventory:
    """What IAM tells; asked again in the same directory, it goes on from what was recorded."""
    connectors: dict[str, Connector] = {"aws": AwsConnector()}
    shard = msgspec.structs.replace(ACCOUNT_SHARD, options={"usage": "yes"} if usage else {})
    place = directory / "bundle"
    bundle = open_bundle(place) if place.exists() else engine.begin(place, {"aws": {}}, connectors, started=NOW)
    sink = BundleSink(bundle, shard, stop=Stop())
    SERVICE.collect(Calls(Sessions({"endpoint_url": aws.endpoint}), shard, sink))
    if end:
        sink.end()
    sink.close()
    planned = [msgspec.structs.replace(entry, planned=True) for entry in bundle.manifest.connectors]
    bundle.save(msgspec.structs.replace(bundle.manifest, shards=[shard], connectors=planned))
    return parse(open_bundle(place), connectors).inventory


def state(aws: Aws) -> LastAccessed:
    return aws.emulator.store.get(LastAccessed, aws.account.id)


@pytest.fixture
def estate(aws: Aws) -> Aws:
    aws.account.user("ci", inline={"p": allow("s3:*", "bedrock:*")})
    aws.account.role("bot", trust_service("lambda"))
    aws.account.service_linked_role("ecs.amazonaws.com", "AWSServiceRoleForECS")
    return aws


def test_services_and_actions_that_were_used(estate: Aws, tmp_path: Path) -> None:
    told = state(estate)
    told.use(CI, "s3", ago(3), ListBuckets=ago(4))
    told.use(CI, "bedrock", ago(2))
    told.use(CI, "ec2")
    told.polls, told.page = 2, 2
    inventory = scanned(estate, tmp_path, usage=True)
    found = {(use.service, use.action): use for use in inventory.usages_of(CI)}
    assert set(found) == {("bedrock", ""), ("ec2", ""), ("s3", ""), ("s3", "s3:ListBuckets")}
    assert found["s3", ""].last_used_at == ago(3)
    assert found["ec2", ""].last_used_at is None
    since = found["ec2", ""].observed_since
    assert since is not None
    assert NOW - since <= REMEMBERED
    assert "uses-ai-service" in {signal.name for signal in inventory.signals_of(CI)}
    assert inventory.knows(SCOPE, "usage", CI)


def test_all_jobs_are_ordered_before_the_first_is_read(estate: Aws, tmp_path: Path) -> None:
    scanned(estate, tmp_path, usage=True)
    names = [call.operation for call in estate.calls if "ServiceLastAccessed" in call.operation]
    ordered = [name for name in names if name.startswith("Generate")]
    assert len(ordered) >= 2
    assert names[: len(ordered)] == ordered
    asked = {call.params.get("Arn") for call in estate.calls if call.operation.startswith("GenerateServiceLast")}
    assert {CI, BOT} <= asked
    assert not any("aws-service-role" in str(arn) for arn in asked)


def test_without_the_option_nothing_is_asked(estate: Aws, tmp_path: Path) -> None:
    inventory = scanned(estate, tmp_path)
    assert not [call for call in estate.calls if "ServiceLastAccessed" in call.operation]
    assert not inventory.usages


def test_a_job_that_fails_leaves_its_identity_unknown_and_no_other(estate: Aws, tmp_path: Path) -> None:
    state(estate).failing = {CI}
    state(estate).use(BOT, "s3", ago(1))
    inventory = scanned(estate, tmp_path, usage=True)
    assert not inventory.knows(SCOPE, "usage", CI)
    assert inventory.knows(SCOPE, "usage", BOT)
    (gap,) = [gap for gap in inventory.gaps if gap.operation == ops.USAGE.name]
    assert "the job failed" in gap.detail


def test_what_was_refused_is_unknown() -> None:
    inventory = parsed(ACCOUNT_SHARD, [refused(ops.USAGE_JOB, Arn=CI)])
    assert not inventory.knows(SCOPE, "usage", CI)


@pytest.mark.parametrize(
    "body", [{"JobStatus": "IN_PROGRESS"}, {"JobStatus": "FAILED"}, {"JobStatus": 7}, {}, "text", None]
)
def test_a_job_that_tells_nothing_is_unknown(body: Any) -> None:
    inventory = parsed(
        ACCOUNT_SHARD, [answer(ops.USAGE_JOB, {"JobId": "j"}, Arn=CI), answer(ops.USAGE, body, JobId="j")]
    )
    assert not inventory.usages
    assert not inventory.knows(SCOPE, "usage", CI)


def test_a_job_that_nobody_read_is_unknown() -> None:
    inventory = parsed(ACCOUNT_SHARD, [answer(ops.USAGE_JOB, {"JobId": "j"}, Arn=CI)])
    assert not inventory.knows(SCOPE, "usage", CI)


def test_damaged_entries_are_left_out_and_told() -> None:
    body = {
        "JobStatus": "COMPLETED",
        "ServicesLastAccessed": [{"ServiceNamespace": "s3", "LastAuthenticated": "never"}, 7, {"ServiceName": "x"}],
    }
    evidence = [answer(ops.USAGE_JOB, {"JobId": "j"}, Arn=CI), answer(ops.USAGE, body, JobId="j")]
    inventory = parsed(ACCOUNT_SHARD, evidence)
    (use,) = inventory.usages
    assert (use.service, use.last_used_at) == ("s3", None)
    assert not inventory.knows(SCOPE, "usage", CI)


def test_a_resumed_scan_orders_no_job_twice(estate: Aws, tmp_path: Path) -> None:
    scanned(estate, tmp_path, usage=True, end=False)
    before = len(list(estate.calls))
    inventory = scanned(estate, tmp_path, usage=True)
    assert len(list(estate.calls)) == before
    assert inventory.knows(SCOPE, "usage", CI)
