"""CloudWatch investigations over a socket: groups, their roles, their policies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from nhiscan.model import Ownership, RunsAs
from nhiscan_connectors.aws.services.aiops import GET, LIST, POLICY, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.aiops import Investigations
from tests.clouds.aws.seed_assistants import investigation_group
from tests.connectors.aws.answers import IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/investigator"
SOURCE = "arn:aws:iam::210987654321:role/look"
ARN = "arn:aws:aiops:eu-west-1:123456789012:investigation-group/g1"


def test_groups_and_their_roles(aws: Aws, tmp_path: Path) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    arn = investigation_group(aws.account, "incidents", ROLE, region=REGION, sources=(SOURCE, SOURCE), policy=policy)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (group,) = inventory.workloads.values()
    assert (group.id, group.kind, group.name, group.agent) == (arn, "investigation-group", "incidents", True)
    assert group.public is False
    assert group.created_at == datetime(2026, 8, 26, tzinfo=UTC)
    assert group.attributes == {
        "cloudtrail_history": "true",
        "source_accounts": "210987654321",
        "retention_days": "90",
    }
    assert inventory.runs_as == [
        RunsAs(workload=arn, identity=ROLE, detail="investigation role"),
        RunsAs(workload=arn, identity=SOURCE, detail="source account role"),
    ]
    assert inventory.ownerships == [
        Ownership(subject=arn, owner="ada", kind="creator", source="aiops:GetInvestigationGroup")
    ]
    assert json.loads(inventory.policies[f"{arn}/policy/resource"].document or "") == json.loads(policy)
    assert [(use.target, use.use) for use in inventory.policy_uses] == [(arn, "resource")]
    assert not inventory.gaps


def test_pages_and_groups_without_policy(aws: Aws, tmp_path: Path) -> None:
    arns = [investigation_group(aws.account, f"g{number}", ROLE, region=REGION) for number in range(3)]
    aws.emulator.store.get(Investigations, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert sorted(inventory.workloads) == sorted(arns)
    assert not inventory.policies
    assert not inventory.gaps
    assert aws.calls.count("aiops", "ListInvestigationGroups") == 3


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("aiops") == 1


def test_a_denied_list_hides_agents(aws: Aws, tmp_path: Path) -> None:
    investigation_group(aws.account, "incidents", ROLE, region=REGION)
    aws.faults.deny("aiops", "ListInvestigationGroups")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "aiops:ListInvestigationGroups")
    assert not inventory.knows(SCOPE, "agents")


def test_a_group_that_was_refused_is_there_with_a_gap_of_its_own() -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"investigationGroups": [{"arn": ARN}]}),
            refused(GET, identifier=ARN),
            refused(POLICY, identifier=ARN),
        ],
    )
    assert inventory.workloads[ARN].name == "g1"
    assert {(gap.operation, gap.subjects) for gap in inventory.gaps} == {(GET.name, (ARN,)), (POLICY.name, (ARN,))}


def test_damaged_groups() -> None:
    hostile = {"roleArn": ["x"], "createdAt": "soon", "crossAccountConfigurations": ["x", {"sourceRoleArn": 1}]}
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"investigationGroups": [{"arn": ARN, "name": 7}, {"name": "b"}, None]}),
            answer(GET, {**hostile, "createdBy": {}, "encryptionConfiguration": []}, identifier=ARN),
            answer(POLICY, {"policy": "{"}, identifier=ARN),
        ],
    )
    assert inventory.workloads[ARN].created_at is None
    assert not inventory.runs_as
    assert inventory.policies[f"{ARN}/policy/resource"].problem
    told = " ".join(gap.detail for gap in inventory.gaps)
    assert "investigationGroups[1] has no arn" in told
    assert "investigationGroups[2] is null" in told
    assert "crossAccountConfigurations[0] is text" in told


def test_times_in_seconds_and_in_milliseconds() -> None:
    def created(value: int) -> datetime | None:
        found = [
            answer(LIST, {"investigationGroups": [{"arn": ARN}]}),
            answer(GET, {"createdAt": value}, identifier=ARN),
        ]
        return parse(REGION_SHARD, found).workloads[ARN].created_at

    assert created(1_790_000_000) == created(1_790_000_000_000) == datetime.fromtimestamp(1_790_000_000, UTC)
