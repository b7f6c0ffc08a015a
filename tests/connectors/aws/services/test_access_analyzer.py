"""Access Analyzer over a socket: analyzers, doors to the outside, and what its findings add to IAM's usage data."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.access.proposal import Window
from nhiscan.assemble import _usage
from nhiscan.inventory import Inventory
from nhiscan.model import Usage
from nhiscan_connectors.aws.access import tighten
from nhiscan_connectors.aws.services import iam
from nhiscan_connectors.aws.services.access_analyzer import ANALYZERS, DETAILS, EXTERNAL, OTHERS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.last_accessed import LastAccessed
from tests.clouds.aws.seed import NOW, ago, allow, trust_service
from tests.clouds.aws.seed_findings import Analyzer
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse, refused
from tests.connectors.aws.support_options import joined, parsed_with
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
BOT = f"{IAM}:role/bot"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
ARN = f"arn:aws:access-analyzer:{REGION}:{ACCOUNT}:analyzer/a"


def doors(inventory: Inventory) -> dict[tuple[str, str], str]:
    """Reasons, by resource and principal."""
    return {
        (link.source, link.target): link.reason for link in inventory.links if link.kind == "reachable_from_outside"
    }


def test_a_region_without_analyzers_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.resources
    assert not inventory.gaps
    assert aws.calls.names() == {"accessanalyzer:ListAnalyzers": 1}


def test_doors_to_the_outside(aws: Aws, tmp_path: Path) -> None:
    analyzer = Analyzer(aws.account, "outside", "ORGANIZATION")
    conditions = {"aws:SourceVpc": "vpc-1"}
    analyzer.open(BOT, "AWS::IAM::Role", {"AWS": "999999999999"})
    analyzer.open(SECRET, "AWS::SecretsManager::Secret", {"AWS": "arn:aws:iam::999999999999:role/reader"})
    analyzer.open("arn:aws:s3:::open", "AWS::S3::Bucket", {"AWS": "*"}, isPublic=True, action=["s3:GetObject"])
    analyzer.open("arn:aws:s3:::vpc", "AWS::S3::Bucket", {"AWS": "*"}, condition=conditions)
    pool = f"{IAM}:oidc-provider/token.actions.githubusercontent.com"
    other = "arn:aws:iam::210987654321:role/other"
    analyzer.open(other, "AWS::IAM::Role", {"Federated": pool}, resourceOwnerAccount="210987654321")
    analyzer.open(f"{IAM}:role/old", "AWS::IAM::Role", {"AWS": "999999999999"}, status="ARCHIVED")
    analyzer.open("arn:aws:kms:eu-west-1:1:key/k", "AWS::KMS::Key", {}, error="ACCESS_DENIED")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    found = doors(inventory)
    assert set(found) == {
        (BOT, "aws:999999999999"),
        (SECRET, "arn:aws:iam::999999999999:role/reader"),
        ("arn:aws:s3:::open", "*"),
        ("arn:aws:s3:::vpc", "*"),
        (other, "oidc:token.actions.githubusercontent.com#*"),
    }
    assert found[BOT, "aws:999999999999"] == (
        f"IAM Access Analyzer finds that aws:999999999999 can reach role {BOT} of account {ACCOUNT} from outside"
        " (sts:AssumeRole)"
    )
    assert "finds that everyone can reach bucket arn:aws:s3:::open" in found["arn:aws:s3:::open", "*"]
    narrowed = found["arn:aws:s3:::vpc", "*"]
    assert "whoever meets the conditions" in narrowed
    assert "under conditions on aws:SourceVpc" in narrowed
    assert "of account 210987654321" in found[other, "oidc:token.actions.githubusercontent.com#*"]
    attributes = inventory.resources[analyzer.arn].attributes
    assert attributes == {
        "type": "ORGANIZATION",
        "status": "ACTIVE",
        "findings": "6",
        "ExternalAccess": "6",
        "public": "1",
        "errors": "1",
    }
    assert aws.calls.count("accessanalyzer", "ListFindingsV2") == 0


def test_pages_of_analyzers_and_findings(aws: Aws, tmp_path: Path) -> None:
    several = [Analyzer(aws.account, f"a{number}") for number in range(3)]
    several[0].state.page = 2
    for number in range(5):
        several[2].open(f"{IAM}:role/r{number}", "AWS::IAM::Role", {"AWS": "999999999999"})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {resource.name for resource in inventory.resources.values()} == {"a0", "a1", "a2"}
    assert len(doors(inventory)) == 5
    assert aws.calls.names() == {"accessanalyzer:ListAnalyzers": 2, "accessanalyzer:ListFindings": 5}


def test_unused_access_is_counted_and_details_are_asked_for_on_demand(aws: Aws, tmp_path: Path) -> None:
    analyzer = Analyzer(aws.account, "unused", "ACCOUNT_UNUSED_ACCESS", days=90)
    Analyzer(aws.account, "off", status="DISABLED", statusReason={"code": "ORGANIZATION_DELETED"})
    analyzer.unused(BOT, {"s3": {"s3:PutObject": None}})
    analyzer.finds("UnusedIAMRole", f"{IAM}:role/idle", "AWS::IAM::Role", {"unusedIamRoleDetails": {}})
    inventory = parsed_with(aws, tmp_path, [(SERVICE, REGION)]).inventory
    attributes = inventory.resources[analyzer.arn].attributes
    assert {key: attributes[key] for key in ("findings", "UnusedIAMRole", "UnusedPermission")} == {
        "findings": "2",
        "UnusedIAMRole": "1",
        "UnusedPermission": "1",
    }
    assert attributes["unused_access_days"] == "90"
    (off,) = [resource for resource in inventory.resources.values() if resource.name == "off"]
    assert (off.attributes["status_reason"], off.attributes["findings"]) == ("ORGANIZATION_DELETED", "unknown")
    assert not inventory.usages
    assert aws.calls.names() == {"accessanalyzer:ListAnalyzers": 1, "accessanalyzer:ListFindingsV2": 1}


@pytest.fixture
def used(aws: Aws) -> Aws:
    """A role that IAM saw use S3, of whose actions it tells, and SQS, of whose actions it does not."""
    aws.account.role("bot", trust_service("lambda"), inline={"p": allow("s3:*", "sqs:*", "ec2:*")})
    told = aws.emulator.store.get(LastAccessed, aws.account.id)
    told.use(BOT, "s3", ago(3), ListBuckets=ago(4))
    told.use(BOT, "sqs", ago(5))
    told.use(BOT, "ec2")
    return aws


def complete(aws: Aws, tmp_path: Path) -> Inventory:
    """All that IAM and Access Analyzer tell, in the order in which a scan reads them."""
    inventory = parsed_with(aws, tmp_path, [(iam.SERVICE, ""), (SERVICE, REGION)], "usage").inventory
    return joined(SERVICE, inventory)


def test_actions_that_were_not_used_are_added_to_what_iam_tells(used: Aws, tmp_path: Path) -> None:
    analyzer = Analyzer(used.account, "unused", "ACCOUNT_UNUSED_ACCESS", days=90)
    actions = {"s3:PutBucketAcl": None, "DeleteBucket": ago(120), "s3:ListBuckets": None}
    analyzer.unused(BOT, {"s3": actions, "sqs": {"sqs:AddPermission": None}, "ec2": {}})
    inventory = complete(used, tmp_path)
    added = [use for use in inventory.usages_of(BOT) if use.source == DETAILS.name]
    assert added == [
        Usage(
            identity=BOT,
            service="s3",
            action=action,
            last_used_at=last,
            observed_since=ago(1) - timedelta(days=90),
            source="accessanalyzer:GetFindingV2",
        )
        for action, last in (("s3:DeleteBucket", ago(120)), ("s3:PutBucketAcl", None))
    ]
    assert used.calls.count("accessanalyzer", "GetFindingV2") == 1


def test_what_iam_says_of_services_stays_as_it_is(used: Aws, tmp_path: Path) -> None:
    """The sum of a report and the proposal of a policy are the same with an analyzer as without one."""
    window = Window(clock=NOW, unused=timedelta(days=90))
    inventory = parsed_with(used, tmp_path / "without", [(iam.SERVICE, "")], "usage").inventory
    summed = _usage(inventory.identities[BOT], inventory)
    proposal = tighten(inventory, BOT, window)
    assert summed is not None
    assert (summed.granted, summed.used, summed.unused) == (3, 2, ["ec2"])

    analyzer = Analyzer(used.account, "unused", "ACCOUNT_UNUSED_ACCESS", days=30)
    # It looked before the role used them, and names services that IAM does not.
    services = {"s3": {"s3:PutBucketAcl": None, "s3:ListBuckets": None}, "sqs": {"sqs:AddPermission": None}}
    analyzer.unused(BOT, {**services, "glue": {"glue:GetJob": None}})
    with_it = complete(used, tmp_path / "with")
    assert [use.action for use in with_it.usages_of(BOT) if use.source == DETAILS.name] == ["s3:PutBucketAcl"]
    assert _usage(with_it.identities[BOT], with_it) == summed
    assert tighten(with_it, BOT, window) == proposal
    assert "sqs:*" in proposal.document


def test_the_analyzer_that_looks_back_further_is_believed(used: Aws, tmp_path: Path) -> None:
    for name, days in (("a-short", 30), ("b-long", 180), ("c-none", None)):
        analyzer = Analyzer(used.account, name, "ACCOUNT_UNUSED_ACCESS", days=days)
        analyzer.unused(BOT, {"s3": {"s3:PutBucketAcl": None}})
    (use,) = [use for use in complete(used, tmp_path).usages_of(BOT) if use.source == DETAILS.name]
    assert use.observed_since == ago(181)


def test_identities_that_are_not_there_get_no_usage(used: Aws, tmp_path: Path) -> None:
    analyzer = Analyzer(used.account, "unused", "ORGANIZATION_UNUSED_ACCESS", days=90)
    analyzer.unused("arn:aws:iam::210987654321:role/far", {"s3": {"s3:PutBucketAcl": None}})
    assert not [use for use in complete(used, tmp_path).usages if use.source == DETAILS.name]


@pytest.mark.parametrize("operation", ["ListAnalyzers", "ListFindings"])
def test_a_refusal_is_told_and_counts_for_nothing(aws: Aws, tmp_path: Path, operation: str) -> None:
    analyzer = Analyzer(aws.account, "outside")
    analyzer.open(BOT, "AWS::IAM::Role", {"AWS": "999999999999"})
    aws.faults.deny("accessanalyzer", operation)
    parsed = parsed_with(aws, tmp_path, [(SERVICE, REGION)])
    (gap,) = parsed.inventory.gaps
    assert gap.permission == f"access-analyzer:{operation}"
    assert parsed.optional_gaps == 1
    assert not gap.blinds
    attributes = [resource.attributes for resource in parsed.inventory.resources.values()]
    assert attributes == ([] if operation == "ListAnalyzers" else [{**attributes[0], "findings": "unknown"}])


def test_a_refused_detail_takes_nothing_from_the_others(used: Aws, tmp_path: Path) -> None:
    analyzer = Analyzer(used.account, "unused", "ACCOUNT_UNUSED_ACCESS", days=90)
    hidden = analyzer.unused(BOT, {"s3": {"s3:PutBucketAcl": None}})
    analyzer.unused(BOT, {"s3": {"s3:DeleteBucket": None}})
    used.faults.deny("accessanalyzer", "GetFindingV2", params={"id": hidden})
    inventory = complete(used, tmp_path)
    assert [use.action for use in inventory.usages_of(BOT) if use.source == DETAILS.name] == ["s3:DeleteBucket"]
    assert [gap.permission for gap in inventory.gaps if gap.operation == DETAILS.name] == ["access-analyzer:GetFinding"]


LISTED = {"arn": ARN, "name": "a", "type": "ACCOUNT", "status": "ACTIVE"}


def test_a_finding_that_aws_calls_public_is_everyones_whatever_it_names() -> None:
    finding = {"id": "f", "resource": BOT, "status": "ACTIVE", "isPublic": True, "principal": {"AWS": "999999999999"}}
    pages = [answer(ANALYZERS, {"analyzers": [LISTED]}), answer(EXTERNAL, {"findings": [finding]}, analyzerArn=ARN)]
    assert set(doors(parse(REGION_SHARD, pages))) == {(BOT, "*")}


@pytest.mark.parametrize(
    ("kind", "name", "principal"),
    [
        ("AWS", f"{IAM}:root", f"aws:{ACCOUNT}"),
        ("AWS", "AROAEXAMPLEEXAMPLE", "AROAEXAMPLEEXAMPLE"),
        ("Federated", f"{IAM}:saml-provider/okta", f"saml:{IAM}:saml-provider/okta"),
        ("Federated", "accounts.google.com", "oidc:accounts.google.com#*"),
        ("Federated", "no host", "no host"),
        ("Service", "S3.amazonaws.com", "service:s3.amazonaws.com"),
        ("CanonicalUser", "79a59df9", "79a59df9"),
    ],
)
def test_principals_have_the_names_that_trusts_give_them(kind: str, name: str, principal: str) -> None:
    finding = {"id": "f", "resource": BOT, "status": "ACTIVE", "principal": {kind: name}}
    pages = [answer(ANALYZERS, {"analyzers": [LISTED]}), answer(EXTERNAL, {"findings": [finding]}, analyzerArn=ARN)]
    assert set(doors(parse(REGION_SHARD, pages))) == {(BOT, principal)}


def test_a_long_list_of_actions_is_counted_and_doubts_are_told() -> None:
    finding = {
        "id": "f",
        "resource": BOT,
        "status": "ACTIVE",
        "principal": {"AWS": "999999999999"},
        "action": [f"s3:Get{letter}" for letter in "hgfedcba"],
        "resourceControlPolicyRestriction": "APPLICABLE",
    }
    pages = [answer(ANALYZERS, {"analyzers": [LISTED]}), answer(EXTERNAL, {"findings": [finding]}, analyzerArn=ARN)]
    (reason,) = doors(parse(REGION_SHARD, pages)).values()
    assert "(s3:Geta, s3:Getb, s3:Getc, s3:Getd, s3:Gete, s3:Getf and 2 more)" in reason
    assert reason.endswith("; a resource control policy that was not looked at may forbid it")


def test_damaged_answers_are_left_out_and_told() -> None:
    detail = {
        "status": "ACTIVE",
        "resource": BOT,
        "analyzedAt": "x",
        "findingDetails": [7, {"unusedPermissionDetails": 7}],
    }
    pages = [
        answer(ANALYZERS, {"analyzers": [LISTED, 7, {"arn": "x"}]}),
        answer(EXTERNAL, {"findings": [7, {"status": "ACTIVE", "principal": "*"}]}, analyzerArn=ARN),
        answer(OTHERS, {"findings": "text"}, analyzerArn=ARN),
        answer(DETAILS, detail, analyzerArn=ARN, id="f"),
        refused(DETAILS, analyzerArn=ARN, id="g"),
    ]
    inventory = parse(REGION_SHARD, pages)
    assert [resource.name for resource in inventory.resources.values()] == ["a"]
    assert not doors(inventory)
    told = {gap.operation for gap in inventory.gaps}
    assert told == {ANALYZERS.name, EXTERNAL.name, OTHERS.name, DETAILS.name}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["ACTIVE", BOT, ARN, "*", "s3", "s3:A", "2026-01-01"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "arn", "name", "status", "resource", "principal", "AWS", "findingDetails", "unusedPermissionDetails",
            "serviceNamespace", "actions", "action", "configuration", "unusedAccess", "unusedAccessAge", "analyzedAt",
        ]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANY, ANY, ANY, ANY)
def test_any_answer(analyzer: Any, external: Any, other: Any, detail: Any) -> None:
    pages = [
        answer(ANALYZERS, {"analyzers": [LISTED, analyzer]}),
        answer(EXTERNAL, {"findings": [external]}, analyzerArn=ARN),
        answer(OTHERS, {"findings": [other]}, analyzerArn=ARN),
        answer(DETAILS, detail, analyzerArn=ARN, id="f"),
    ]
    inventory = parse(REGION_SHARD, pages)
    assert ARN in inventory.resources
    assert not [gap for gap in inventory.gaps if gap.operation.startswith("parse")]
    for key, value in inventory.resources[ARN].attributes.items():
        if key.startswith("unused:"):
            assert set(json.loads(value)) <= {"since", "actions"}
