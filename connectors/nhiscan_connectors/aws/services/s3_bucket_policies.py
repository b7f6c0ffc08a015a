"""S3: the policies of buckets, which let other accounts and the whole internet in; no object is read.

Calls: one list of the account's buckets (10,000 a page) and one GetBucketPolicy for each bucket, in the bucket's own
region, so that S3 does not send the call elsewhere. Buckets are asked once an account, not in each region.

Only policies are told: access lists, access points and public access blocks are not read here, so a bucket may be
open, or closed, by one of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.resource_policies import asked_policy
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text

BUCKETS = call(
    "s3:ListBuckets",
    "lists buckets and the region of each",
    "which buckets exist, and who outside of the account their policies let in",
    permission="s3:ListAllMyBuckets",
    # Not "policies": what identities may do by their own policies is known all the same.
    blinds=(),
)
POLICY = call(
    "s3:GetBucketPolicy",
    "reads the policy of a bucket",
    "who is let in by the bucket's own policy",
    blinds=("policies",),
)


def collect(calls: Calls) -> None:
    """One list, and the policy of each bucket."""
    buckets = [item for item in calls.items(BUCKETS, "Buckets") if isinstance(item, dict) and text(item.get("Name"))]
    calls.each(lambda item: calls.page(POLICY, text(item.get("BucketRegion")), Bucket=item["Name"]), buckets)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One policy a bucket that has one."""
    reading = Reading(shard, answers)
    found: dict[str, tuple[str, str]] = {}
    for item in reading.items(BUCKETS, "Buckets", "Name"):
        found[item["Name"]] = (_arn(item), f"bucket {item['Name']}")
    yield from asked_policy(reading, POLICY, "Bucket", "Policy", found)
    yield from reading.gaps()


def _arn(item: dict[str, Any]) -> str:
    """ARN of a bucket: it names neither account nor region, but the partition that the region lies in."""
    region = text(item.get("BucketRegion"))
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    return f"arn:{partition}:s3:::{item['Name']}"


SERVICE = Service(name="s3-bucket-policies", part="account", operations=(BUCKETS, POLICY), collect=collect, parse=parse)
