"""A region in which nothing may be read: each refusal is told with its permission, and nothing there looks clean."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from nhiscan import engine, plugins
from nhiscan.analyze import analyze
from nhiscan.config import Config
from nhiscan.connector import Evidence
from nhiscan.evidence import Bundle, open_bundle
from nhiscan.parse import parse
from nhiscan_connectors.aws.connector import AwsConnector
from nhiscan_connectors.aws.service import Service
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import NOW
from tests.connectors.aws.answers import REGION_SHARD
from tests.connectors.aws.test_hostile_answers import WRONG, Maker, told

REGION = "us-east-1"
SERVICES = tuple(service for service in AwsConnector().services if service.part == "region")
OPERATIONS = {operation.name: operation for service in SERVICES for operation in service.operations}

UNASKED = {"cloudtrail"}
"""Asked only where the scan is told to."""


NO_RULE_RESTS_ON = {
    "accessanalyzer:ListAnalyzers", "bedrock:GetModelInvocationLoggingConfiguration",
    "bedrock:ListEnforcedGuardrailsConfiguration", "bedrock:ListGuardrails", "bedrock:ListInferenceProfiles",
    "bedrock:ListProvisionedModelThroughputs", "kms:ListKeys", "resourcegroupstaggingapi:GetResources",
    "rolesanywhere:ListTrustAnchors", "sso-admin:ListInstances",
}  # fmt: skip
"""Calls that blind to no aspect as a whole: a rule that needs what they tell looks for the record itself."""


@pytest.fixture(autouse=True)
def fresh_connector() -> None:
    plugins.load.cache_clear()


OF_AGENTS_AND_WORKLOADS = (
    "agent_on_maintenance_platform", "agent_outside_declared_regions", "agent_without_invocation_logging",
    "default_or_wildcard_role", "exposed_secret", "gateway_without_authorization", "ownerless_agent",
    "plaintext_parameter", "public_agent_endpoint", "shared_execution_role", "shared_llm_key", "unregistered_agent",
    "unrotated_llm_secret",
)  # fmt: skip
"""Rules about what regions hold: over an account whose regions were not read, none of them finds everything clean."""


def refused_everywhere(aws: Aws, directory: Path) -> Bundle:
    """A scan of one region in which every call of every regional service is refused."""
    for name in OPERATIONS:
        aws.faults.deny(*name.split(":"))
    connectors = plugins.connectors()
    settings = {"region": [REGION], "endpoint_url": aws.endpoint}
    engine.collect(engine.begin(directory, {"aws": settings}, connectors, started=NOW), connectors, {})
    return open_bundle(directory)


def test_what_is_refused_is_told_and_passes_for_nothing(aws: Aws, tmp_path: Path) -> None:
    aws.account.alias("acme-prod")
    bundle = refused_everywhere(aws, tmp_path / "b")
    (shard,) = (shard for shard in bundle.manifest.shards if shard.part == "region")
    asked = [item for item in bundle.read(shard)[0] if item.operation in OPERATIONS]
    refused = {item.operation for item in asked}
    for service in SERVICES:
        names = {operation.name for operation in service.operations}
        assert service.name in UNASKED or refused & names, service.name
    assert {item.problem for item in asked} == {"denied"}
    gaps = {gap.operation: gap for gap in parse(bundle, plugins.connectors()).inventory.gaps}
    for name in refused:
        gap, operation = gaps[name], OPERATIONS[name]
        assert (gap.reason, gap.permission, gap.region) == ("denied", operation.permission, REGION)
        assert gap.hides == operation.hides
        assert set(operation.blinds) <= set(gap.blinds), name
        assert not gap.subjects, name
    checks = {check.rule: check for check in analyze(bundle, Config()).checks}
    assert {name for name in refused if not OPERATIONS[name].blinds} <= NO_RULE_RESTS_ON
    for rule in OF_AGENTS_AND_WORKLOADS:
        assert (checks[rule].examined, checks[rule].unknown, checks[rule].found) == (1, 1, 0), rule


def damaged(service: Service, name: str, variant: int) -> list[Evidence]:
    """Answers of a service with parts of other types in them, and one more page, which failed, of one call."""
    found = [item for op in service.operations for item in told(op, Maker(variant=variant, wrong=WRONG))]
    like = next(told(OPERATIONS[name], Maker()))
    params = dict.fromkeys(like.params, "another")
    return [*found, Evidence(operation=name, params=params, page=1, problem="failed", code="500", detail="no page")]


LISTS = ("cloudformation:DescribeStacks", "devops-agent:ListServices", "apigateway:GetApiKeys", "ecs:DescribeTasks")


@pytest.mark.parametrize("name", LISTS)
def test_damage_of_one_thing_does_not_hide_that_a_page_failed(tmp_path: Path, name: str) -> None:
    (service,) = (service for service in SERVICES if OPERATIONS[name] in service.operations)
    met = 0
    for variant in range(15):
        connectors = plugins.connectors()
        bundle = engine.begin(tmp_path / str(variant), {"aws": {}}, connectors, started=NOW)
        writer = bundle.writer(REGION_SHARD)
        for item in damaged(service, name, variant):
            writer.add(item)
        writer.end()
        writer.close()
        bundle.save(msgspec.structs.replace(bundle.manifest, shards=[REGION_SHARD]))
        found = parse(open_bundle(tmp_path / str(variant)), connectors).inventory.gaps
        gaps = [gap for gap in found if (gap.operation, gap.reason) == (name, "failed")]
        met += any(gap.subjects for gap in gaps)
        assert any(not gap.subjects for gap in gaps)
    assert met
