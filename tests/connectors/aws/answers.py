"""Answers of AWS, written by hand in the shape that AWS gives them, and what the connector makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import msgspec

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.connector import AwsConnector

ACCOUNT = "123456789012"
SCOPE = f"aws:{ACCOUNT}"
AT = "2026-11-24T09:00:00Z"
IAM = f"arn:aws:iam::{ACCOUNT}"

ACCOUNT_SHARD = Shard(connector="aws", scope=SCOPE, part="account")
ORGANIZATION_SHARD = Shard(connector="aws", scope=SCOPE, part="organization")
REGION_SHARD = Shard(connector="aws", scope=SCOPE, region="eu-west-1", part="region")

HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,"
    "access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,"
    "cert_1_last_rotated,cert_2_active,cert_2_last_rotated"
)


def report(*rows: str) -> str:
    """A credential report."""
    return "\n".join((HEADER, *rows)) + "\n"


def report_row(user: str, **fields: str) -> str:
    """A row of a user that has nothing but what is given."""
    arn = f"{IAM}:root" if user == "<root_account>" else f"{IAM}:user/{user}"
    nothing = {
        **dict.fromkeys(HEADER.split(","), "N/A"),
        "user": user,
        "arn": arn,
        "user_creation_time": "2024-01-01T00:00:00+00:00",
        "password_enabled": "false",
        **{name: "false" for name in HEADER.split(",") if name.endswith("_active")},
    }
    return ",".join({**nothing, **fields}.values())


def answer(operation: Operation | str, body: Any, *, page: int = 0, at: str = AT, **params: Any) -> Evidence:
    """One page."""
    name = operation if isinstance(operation, str) else operation.name
    # What a bundle holds was JSON once.
    return Evidence(
        operation=name, params=params, page=page, at=at, body=msgspec.json.decode(msgspec.json.encode(body))
    )


def refused(operation: Operation | str, **params: Any) -> Evidence:
    """A call that was denied."""
    name = operation if isinstance(operation, str) else operation.name
    return Evidence(operation=name, params=params, at=AT, problem="denied", code="AccessDenied", detail="no")


def document(*statements: Any) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def encoded(value: Any) -> str:
    """A document as the API writes it."""
    return quote(json.dumps(value), safe="")


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    """A statement of an identity's policy."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def trusts(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """A statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def user(name: str, **fields: Any) -> dict[str, Any]:
    """An element of UserDetailList."""
    return {
        "Path": "/",
        "UserName": name,
        "UserId": f"AIDA{name.upper():X<17}"[:21],
        "Arn": f"{IAM}:user/{name}",
        "CreateDate": "2024-01-01T00:00:00Z",
        "GroupList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **fields,
    }


def role(name: str, trust: Any = None, *, path: str = "/", **fields: Any) -> dict[str, Any]:
    """An element of RoleDetailList."""
    return {
        "Path": path,
        "RoleName": name,
        "RoleId": f"AROA{name.upper():X<17}"[:21],
        "Arn": f"{IAM}:role{path}{name}",
        "CreateDate": "2024-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": document(trusts({"AWS": f"{IAM}:root"})) if trust is None else trust,
        "InstanceProfileList": [],
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        "RoleLastUsed": {},
        **fields,
    }


def group(name: str, **fields: Any) -> dict[str, Any]:
    """An element of GroupDetailList."""
    return {
        "Path": "/",
        "GroupName": name,
        "GroupId": f"AGPA{name.upper():X<17}"[:21],
        "Arn": f"{IAM}:group/{name}",
        "CreateDate": "2024-01-01T00:00:00Z",
        "GroupPolicyList": [],
        "AttachedManagedPolicies": [],
        **fields,
    }


def managed(name: str, content: Any, *, owner: str = ACCOUNT) -> dict[str, Any]:
    """An element of Policies."""
    versions = [
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": encoded(document(allow("iam:*")))},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": content},
    ]
    arn = f"arn:aws:iam::{owner}:policy/{name}"
    return {"PolicyName": name, "Arn": arn, "DefaultVersionId": "v2", "PolicyVersionList": versions}


def details(
    users: Iterable[Any] = (), roles: Iterable[Any] = (), groups: Iterable[Any] = (), policies: Iterable[Any] = ()
) -> dict[str, Any]:
    """A page of the authorization details."""
    return {
        "UserDetailList": list(users),
        "GroupDetailList": list(groups),
        "RoleDetailList": list(roles),
        "Policies": list(policies),
        "IsTruncated": False,
    }


def attached(*arns: str) -> list[dict[str, str]]:
    """References to managed policies."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def parse(shard: Shard, evidence: Iterable[Evidence]) -> Inventory:
    """The inventory that a shard's evidence amounts to."""
    return Inventory(records(shard, evidence))


def records(shard: Shard, evidence: Iterable[Evidence]) -> Iterator[Any]:
    """The records that a shard's evidence amounts to."""
    yield from AwsConnector().parse(shard, evidence)


def signals(inventory: Inventory, subject: str) -> set[str]:
    """Names of the signals about somebody."""
    return {signal.name for signal in inventory.signals_of(subject)}
