"""Answers of IAM in the real shapes of AWS, written by hand, and the records that the parser makes of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Credential, Gap, GapReason, Identity, Trust
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services.iam import SERVICE

ACCOUNT = "111122223333"
SCOPE = f"aws:{ACCOUNT}"
SHARD = Shard(connector="aws", scope=SCOPE, part="account")
AT = "2026-11-24T00:00:00Z"
MADE = "2024-02-03T04:05:06Z"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"

R = TypeVar("R")

COLUMNS = (
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,"
    "mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,"
    "access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,"
    "access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,"
    "cert_2_last_rotated"
)


def moment(text: str) -> datetime:
    """A time as records have it."""
    return datetime.fromisoformat(text).astimezone(UTC)


def document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def encoded(value: Mapping[str, Any]) -> str:
    """A policy document as AWS sends it: URL-encoded JSON."""
    return quote(json.dumps(value), safe="")


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    """An Allow statement."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def trusts(principal: Any, action: str = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    """An Allow statement of a trust policy."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def user_arn(name: str, path: str = "/") -> str:
    """ARN of a user."""
    return f"arn:aws:iam::{ACCOUNT}:user{path}{name}"


def role_arn(name: str, path: str = "/") -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{ACCOUNT}:role{path}{name}"


def attached(*arns: str) -> list[dict[str, str]]:
    """References to managed policies."""
    return [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in arns]


def user(name: str, *, path: str = "/", **more: Any) -> dict[str, Any]:
    """An element of UserDetailList."""
    entry = {"Path": path, "UserName": name, "UserId": f"AIDA{name.upper():0<17.17}", "Arn": user_arn(name, path)}
    return {**entry, "CreateDate": MADE, "GroupList": [], "AttachedManagedPolicies": [], "Tags": [], **more}


def group(name: str, **more: Any) -> dict[str, Any]:
    """An element of GroupDetailList."""
    arn = f"arn:aws:iam::{ACCOUNT}:group/teams/{name}"
    entry = {"Path": "/teams/", "GroupName": name, "GroupId": "AGPAEXAMPLE", "Arn": arn, "CreateDate": MADE}
    return {**entry, "GroupPolicyList": [], "AttachedManagedPolicies": [], **more}


def role(name: str, *statements: Mapping[str, Any], path: str = "/", **more: Any) -> dict[str, Any]:
    """An element of RoleDetailList with the statements of its trust policy."""
    entry = {"Path": path, "RoleName": name, "RoleId": f"AROA{name.upper():0<17.17}", "Arn": role_arn(name, path)}
    trust = encoded(document(*(statements or (trusts({"Service": "ec2.amazonaws.com"}),))))
    lists: dict[str, Any] = {"InstanceProfileList": [], "RolePolicyList": [], "AttachedManagedPolicies": [], "Tags": []}
    return {**entry, "CreateDate": MADE, "AssumeRolePolicyDocument": trust, **lists, "RoleLastUsed": {}, **more}


def managed(name: str, *statements: Mapping[str, Any], arn: str = "") -> dict[str, Any]:
    """An element of Policies, with an old version beside the one in force."""
    arn = arn or f"arn:aws:iam::{ACCOUNT}:policy/{name}"
    old = {"Document": encoded(document(allow("old:*"))), "VersionId": "v1", "IsDefaultVersion": False}
    new = {"Document": encoded(document(*statements)), "VersionId": "v2", "IsDefaultVersion": True}
    return {
        "PolicyName": name, "PolicyId": "ANPAEXAMPLE", "Arn": arn, "Path": "/", "DefaultVersionId": "v2",
        "AttachmentCount": 1, "PermissionsBoundaryUsageCount": 0, "IsAttachable": True, "CreateDate": MADE,
        "UpdateDate": MADE, "PolicyVersionList": [new, old],
    }  # fmt: skip


def answer(operation: Operation, body: Any, page: int = 0, at: str = AT, **params: Any) -> Evidence:
    """What AWS answered to a call."""
    read_back = msgspec.json.decode(msgspec.json.encode(body))
    return Evidence(operation=operation.name, params=params, page=page, body=read_back, at=at)


def absent(operation: Operation, **params: Any) -> Evidence:
    """AWS said that there is no such thing."""
    return Evidence(operation=operation.name, params=params, at=AT)


def refused(operation: Operation, reason: GapReason = "denied", page: int = 0, **params: Any) -> Evidence:
    """AWS refused a call."""
    return Evidence(
        operation=operation.name, params=params, page=page, at=AT, problem=reason, code="AccessDenied", detail="no"
    )


def details(
    *entries: Mapping[str, Any], groups: Sequence[Any] = (), policies: Sequence[Any] = (), page: int = 0, at: str = AT
) -> Evidence:
    """A page of the authorization details: users and roles are told apart by what they have."""
    body = {
        "UserDetailList": [entry for entry in entries if "UserName" in entry],
        "RoleDetailList": [entry for entry in entries if "RoleName" in entry],
        "GroupDetailList": list(groups),
        "Policies": list(policies),
    }
    return answer(ops.DETAILS, body, page=page, at=at)


def row(name: str, arn: str = "", **fields: str) -> str:
    """A row of the credential report: no password, no second factor, no keys, unless `fields` say so."""
    values = dict.fromkeys(COLUMNS.split(","), "N/A")
    for column in ("password_enabled", "mfa_active", "access_key_1_active", "access_key_2_active"):
        values[column] = "false"
    values |= {"cert_1_active": "false", "cert_2_active": "false"}
    values |= {"user": name, "arn": arn or user_arn(name), "user_creation_time": "2024-02-03T04:05:06+00:00"}
    return ",".join((values | fields).values())


def root_row(**fields: str) -> str:
    """The row of the root user."""
    unsaid = dict.fromkeys(("password_enabled", "password_last_changed", "password_next_rotation"), "not_supported")
    return row("<root_account>", ROOT_ARN, **{**unsaid, "password_last_used": "no_information", **fields})


def report(*lines: str, root: str = "", at: str = AT) -> Evidence:
    """The credential report."""
    content = "\n".join((COLUMNS, root or root_row(), *lines))
    return answer(ops.REPORT, {"Content": content, "ReportFormat": "text/csv", "GeneratedTime": at}, at=at)


def nothing_else() -> list[Evidence]:
    """Empty answers of the account-wide calls, so that they are no gaps."""
    return [
        answer(ops.SPECIFIC, {"ServiceSpecificCredentials": []}, AllUsers=True),
        answer(ops.SERVER_CERTIFICATES, {"ServerCertificateMetadataList": []}),
    ]


class Records(list[AnyRecord]):
    """What the parser made."""

    def of(self, type_: type[R]) -> list[R]:
        """Records of one type."""
        return [record for record in self if isinstance(record, type_)]

    @property
    def inventory(self) -> Inventory:
        """All of it, as rules see it."""
        return Inventory(self)

    def identity(self, name: str) -> Identity:
        """The identity of a name."""
        (found,) = [identity for identity in self.of(Identity) if identity.name == name]
        return found

    def credentials(self, holder: str) -> dict[str, Credential]:
        """Credentials of a holder, by kind and id."""
        return {f"{c.kind} {c.id}": c for c in self.of(Credential) if c.holder == holder}

    def trusts(self, name: str) -> list[Trust]:
        """Trusts of the role of a name."""
        return [trust for trust in self.of(Trust) if trust.identity == self.identity(name).id]

    def signals(self, subject: str) -> set[str]:
        """Names of the signals about something."""
        return {signal.name for signal in self.inventory.signals_of(subject)}

    def gaps(self, operation: Operation) -> list[Gap]:
        """Gaps of an operation."""
        return [gap for gap in self.of(Gap) if gap.operation == operation.name]


def parse(*evidence: Evidence, quiet: bool = True) -> Records:
    """The records of some answers; `quiet` adds empty answers of the account-wide calls that are not given."""
    given = {item.operation for item in evidence}
    more: Iterable[Evidence] = nothing_else() if quiet else ()
    items = [*evidence, *(item for item in more if item.operation not in given)]
    return Records(SERVICE.parse(SHARD, Answers(items)))
