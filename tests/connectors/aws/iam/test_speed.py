"""The parser's cost is linear in the estate, and small."""

from __future__ import annotations

import time

from nhiscan.connector import Evidence
from nhiscan.model import Identity
from nhiscan_connectors.aws.iam import operations as ops
from tests.connectors.aws.iam.support import (
    allow,
    answer,
    attached,
    details,
    document,
    encoded,
    managed,
    parse,
    report,
    role,
    row,
    trusts,
    user,
)


def estate(size: int) -> list[Evidence]:
    """Half users with keys and policies, half roles, each with a trust policy of its own."""
    own = managed("own", allow("s3:*", "bedrock:InvokeModel"))
    inline = [{"PolicyName": "p", "PolicyDocument": encoded(document(allow("s3:Get*", "dynamodb:*")))}]
    held = attached(own["Arn"])
    users = [user(f"user-{n}", UserPolicyList=inline, AttachedManagedPolicies=held) for n in range(size // 2)]
    roles = [
        role(f"role-{n}", trusts({"AWS": "444455556666"}, Condition={"StringEquals": {"sts:ExternalId": f"id-{n}"}}))
        for n in range(size // 2)
    ]
    rotated = "2025-05-06T07:08:09+00:00"
    rows = [row(f"user-{n}", access_key_1_active="true", access_key_1_last_rotated=rotated) for n in range(size // 2)]
    keys = [
        answer(
            ops.KEYS,
            {"AccessKeyMetadata": [{"AccessKeyId": f"AKIA{n:016}", "Status": "Active", "CreateDate": rotated}]},
            UserName=f"user-{n}",
        )
        for n in range(size // 2)
    ]
    pages = [*users, *roles]
    cut = [
        details(*pages[start : start + 1000], policies=[own] if not start else [], page=start // 1000)
        for start in range(0, size, 1000)
    ]
    return [*cut, report(*rows), *keys]


def seconds(evidence: list[Evidence], size: int) -> float:
    start = time.process_time()
    records = parse(*evidence)
    took = time.process_time() - start
    assert sum(identity.kind != "root-user" for identity in records.of(Identity)) == size
    return took


def test_two_thousand_principals_take_well_under_a_second() -> None:
    evidence = estate(2000)
    assert min(seconds(evidence, 2000) for _ in range(3)) < 0.6


def test_ten_times_as_many_take_about_ten_times_as_long() -> None:
    small, large = estate(1000), estate(10_000)
    assert seconds(large, 10_000) < 30 * min(seconds(small, 1000) for _ in range(3))
