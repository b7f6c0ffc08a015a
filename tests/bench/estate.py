"""A generated AWS account of any size, as the evidence that a scan would have left."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from nhiscan import engine, plugins
from nhiscan.connector import Shard
from nhiscan.sink import BundleExportSink

NOW = datetime(2026, 11, 24, tzinfo=UTC)
ACCOUNT = "111122223333"
_ARN = f"arn:aws:iam::{ACCOUNT}"


def bundle(directory: Path, identities: int) -> None:
    """Write a bundle with so many users and roles, half and half, and a policy for every seven of them."""
    connector = plugins.connectors()["aws"]
    made = engine.begin(directory, {"aws": {}}, {"aws": connector}, started=NOW)
    operations = {operation.name: operation for operation in connector.operations}
    sink = BundleExportSink(made)
    shard = Shard(connector="aws", scope=f"aws:{ACCOUNT}", part="account")
    chance = random.Random(7)
    users, roles = identities // 2, identities - identities // 2
    policies = max(1, identities // 7)
    for page in _pages(users, roles, policies, chance):
        sink.add(shard, operations["iam:GetAccountAuthorizationDetails"], page)
    rows = [
        "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,mfa_active,"
        + ",".join(
            f"access_key_{n}_{field}"
            for n in (1, 2)
            for field in ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
        )
        + ",cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
    ]
    rows += [_row(number, chance) for number in range(users)]
    sink.add(shard, operations["iam:GetCredentialReport"], {"Content": "\n".join(rows)})
    for number in range(users):
        keys = [{"UserName": f"user-{number}", "AccessKeyId": f"AKIA{number:016d}", "Status": "Active"}]
        body = {"AccessKeyMetadata": keys, "IsTruncated": False}
        sink.add(shard, operations["iam:ListAccessKeys"], body, {"UserName": f"user-{number}"})
    made.save(_with_shards(made, sink.finish()))


def _with_shards(made: Any, shards: list[Shard]) -> Any:
    import msgspec

    entries = [msgspec.structs.replace(entry, planned=True) for entry in made.manifest.connectors]
    return msgspec.structs.replace(made.manifest, shards=shards, connectors=entries, finished=NOW)


def _pages(users: int, roles: int, policies: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for start in range(0, users, 1000):
        yield {"UserDetailList": [_user(n, policies, chance) for n in range(start, min(start + 1000, users))]}
    yield {"GroupDetailList": [_group(n, policies) for n in range(20)]}
    for start in range(0, roles, 1000):
        yield {"RoleDetailList": [_role(n, policies, chance) for n in range(start, min(start + 1000, roles))]}
    for start in range(0, policies, 1000):
        yield {"Policies": [_policy(n, chance) for n in range(start, min(start + 1000, policies))]}


def _date(chance: random.Random) -> str:
    return (NOW - timedelta(days=chance.randrange(2000))).isoformat()


def _user(number: int, policies: int, chance: random.Random) -> dict[str, Any]:
    return {
        "Path": "/",
        "UserName": f"user-{number}",
        "UserId": f"AIDA{number:017d}",
        "Arn": f"{_ARN}:user/user-{number}",
        "CreateDate": _date(chance),
        "GroupList": [f"group-{number % 20}"],
        "AttachedManagedPolicies": [_attached(number % policies)],
        "Tags": [{"Key": "Owner", "Value": f"person-{number % 300}@example.com"}] if number % 3 else [],
    }


def _group(number: int, policies: int) -> dict[str, Any]:
    return {
        "Path": "/", "GroupName": f"group-{number}", "GroupId": f"AGPA{number:017d}",
        "Arn": f"{_ARN}:group/group-{number}", "CreateDate": NOW.isoformat(), "GroupPolicyList": [],
        "AttachedManagedPolicies": [_attached(number % policies)],
    }  # fmt: skip


def _role(number: int, policies: int, chance: random.Random) -> dict[str, Any]:
    principal: dict[str, Any] = {
        0: {"Service": "lambda.amazonaws.com"},
        1: {"Service": "ec2.amazonaws.com"},
        2: {"AWS": f"{_ARN}:root"},
        3: {"AWS": "arn:aws:iam::999988887777:root"},
        4: {"Service": "bedrock-agentcore.amazonaws.com"},
    }[number % 5]
    inline = {
        "PolicyName": "inline",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": ["s3:GetObject", "s3:Put*"],
                    "Resource": f"arn:aws:s3:::bucket-{number}/*",
                }
            ],
        },
    }
    return {
        "Path": "/",
        "RoleName": f"role-{number}",
        "RoleId": f"AROA{number:017d}",
        "Arn": f"{_ARN}:role/role-{number}",
        "CreateDate": _date(chance),
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        },
        "RolePolicyList": [inline],
        "AttachedManagedPolicies": [_attached(number % policies)],
        "InstanceProfileList": [],
        "Tags": [{"Key": "team", "Value": f"team-{number % 40}"}],
        "RoleLastUsed": {"LastUsedDate": _date(chance), "Region": "eu-west-1"} if number % 4 else {},
        "MaxSessionDuration": 3600,
    }


def _attached(number: int) -> dict[str, str]:
    return {"PolicyName": f"policy-{number}", "PolicyArn": f"{_ARN}:policy/policy-{number}"}


def _policy(number: int, chance: random.Random) -> dict[str, Any]:
    """Mostly narrow; one in forty may pass roles to Lambda, one in two hundred everything."""
    statements: list[dict[str, Any]] = [
        {"Effect": "Allow", "Action": ["ec2:Describe*", "logs:*"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:Query"],
            "Resource": f"arn:aws:dynamodb:*:{ACCOUNT}:table/table-{number}",
            "Condition": {"StringEquals": {"aws:RequestedRegion": ["eu-west-1"]}},
        },
    ]
    if number % 40 == 0:
        statements.append(
            {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
             "Resource": "*"}
        )  # fmt: skip
    if number % 200 == 0:
        statements.append({"Effect": "Allow", "Action": "*", "Resource": "*"})
    return {
        "PolicyName": f"policy-{number}",
        "PolicyId": f"ANPA{number:017d}",
        "Arn": f"{_ARN}:policy/policy-{number}",
        "Path": "/",
        "DefaultVersionId": "v1",
        "PolicyVersionList": [
            {"VersionId": "v1", "IsDefaultVersion": True, "CreateDate": _date(chance),
             "Document": {"Version": "2012-10-17", "Statement": statements}}
        ],
    }  # fmt: skip


def _row(number: int, chance: random.Random) -> str:
    used = _date(chance) if number % 5 else "N/A"
    cells = [f"user-{number}", f"{_ARN}:user/user-{number}", _date(chance), "false", "N/A", "N/A", "false"]
    cells += ["true", _date(chance), used, "us-east-1", "s3", "false", "N/A", "N/A", "N/A", "N/A"]
    return ",".join([*cells, "false", "N/A", "false", "N/A"])
