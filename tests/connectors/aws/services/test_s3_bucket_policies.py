"""Bucket policies over a socket: asked once an account, in the bucket's own region."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nhiscan.inventory import Inventory
from nhiscan.model import Gap
from nhiscan_connectors.aws.services.s3_bucket_policies import BUCKETS, POLICY, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.s3_buckets import Buckets
from tests.clouds.aws.seed import ago
from tests.connectors.aws.answers import ACCOUNT_SHARD, SCOPE, answer, document, parse
from tests.connectors.aws.support_org import collected

SHARED = document(
    {
        "Effect": "Allow",
        "Principal": {"AWS": "999999999999"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::shared/*",
    }
)


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint)


def told(inventory: Inventory) -> list[Gap]:
    """Gaps of this service; the shard of an account is also that of IAM, which was not asked here."""
    return [gap for gap in inventory.gaps if gap.operation.startswith("s3:")]


def make(aws: Aws, name: str, policy: dict[str, Any] | None = None, region: str = "us-east-1") -> None:
    """A bucket in moto, and in the list with its region."""
    client = aws.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **where)
    if policy is not None:
        client.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
    aws.emulator.store.get(Buckets, aws.account.id).buckets.append(
        {"Name": name, "BucketRegion": region, "CreationDate": ago(9)}
    )


def test_policies_of_buckets(aws: Aws, tmp_path: Path) -> None:
    make(aws, "shared", SHARED, "eu-west-1")
    make(aws, "plain")
    start = len(aws.calls.of("s3"))
    inventory = gather(aws, tmp_path)
    (use,) = inventory.policy_uses
    assert (use.target, use.use) == ("arn:aws:s3:::shared", "resource")
    policy = inventory.policies[use.policy]
    assert (policy.kind, policy.name, policy.scope) == ("resource", "resource policy of bucket shared", SCOPE)
    assert json.loads(policy.document or "") == SHARED
    assert not told(inventory)  # that a bucket has no policy is an answer
    asked = [(call.operation, call.region) for call in aws.calls.of("s3")[start:]]
    assert sorted(asked) == [
        ("GetBucketPolicy", "eu-west-1"),
        ("GetBucketPolicy", "us-east-1"),
        ("ListBuckets", "us-east-1"),
    ]


def test_buckets_that_moto_lists(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("s3")
    client.create_bucket(Bucket="shared")
    client.put_bucket_policy(Bucket="shared", Policy=json.dumps(SHARED))
    assert [use.target for use in gather(aws, tmp_path).policy_uses] == ["arn:aws:s3:::shared"]


def test_pages(aws: Aws, tmp_path: Path) -> None:
    for number in range(5):
        make(aws, f"bucket-{number}", SHARED)
    aws.emulator.store.get(Buckets, aws.account.id).page = 2
    assert len(gather(aws, tmp_path).policies) == 5
    assert aws.calls.count("s3", "ListBuckets") == 3


def test_an_account_without_buckets_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.policies
    assert not told(inventory)
    assert aws.calls.count("s3") == 1


def test_a_refused_policy_is_unknown_and_not_absent(aws: Aws, tmp_path: Path) -> None:
    make(aws, "closed", SHARED)
    make(aws, "open", SHARED)
    aws.faults.deny("s3", "GetBucketPolicy", params={"Bucket": "closed"})
    inventory = gather(aws, tmp_path)
    (gap,) = told(inventory)
    assert (gap.subjects, gap.permission) == (("arn:aws:s3:::closed",), "s3:GetBucketPolicy")
    unread = inventory.policies["arn:aws:s3:::closed/policy/resource"]
    assert (unread.document, unread.attributes["unread"]) == (None, "it could not be read (denied)")
    assert inventory.policies["arn:aws:s3:::open/policy/resource"].document
    assert inventory.knows(SCOPE, "policies", "somebody else")


def test_a_refused_list_is_told(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("s3")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in told(inventory)] == ["s3:ListAllMyBuckets"]
    assert inventory.knows(SCOPE, "policies")


def test_damaged_answers_and_an_interrupted_scan() -> None:
    listed = {"Buckets": [3, {}, {"Name": "a"}, {"Name": "b", "BucketRegion": "cn-north-1"}]}
    found = [answer(BUCKETS, listed), answer(POLICY, {"Policy": "no JSON"}, Bucket="a")]
    inventory = parse(ACCOUNT_SHARD, found)
    assert inventory.policies["arn:aws:s3:::a/policy/resource"].problem.startswith("is not JSON")
    assert inventory.policies["arn:aws-cn:s3:::b/policy/resource"].attributes["unread"] == "it was not asked for"
    (gap,) = told(inventory)
    assert "Buckets[0] is a number" in gap.detail
