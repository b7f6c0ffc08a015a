"""IAM's credential report, in the columns and the words of AWS."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.root_user import RootUser

COLUMNS: Final = (
    "user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed",
    "password_next_rotation", "mfa_active",
    "access_key_1_active", "access_key_1_last_rotated", "access_key_1_last_used_date", "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active", "access_key_2_last_rotated", "access_key_2_last_used_date", "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active", "cert_1_last_rotated", "cert_2_active", "cert_2_last_rotated",
)  # fmt: skip
"""The guide names one column more, for more than two keys; a report of an account without such users has 22."""

_LASTS: Final = timedelta(hours=4)
"""A report that is younger is given again instead of being made anew."""


@dataclass
class CredentialReport:
    """The report of an account."""

    content: str = ""
    made: datetime | None = None
    polls: int = 0
    """How often GetCredentialReport says that the report is not ready, once it was ordered."""
    left: int = 0


@answers("iam", "GenerateCredentialReport")
def _generate(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    report = context.state(CredentialReport)
    if report.made and context.now - report.made < _LASTS:
        return {"State": "INPROGRESS" if report.left else "COMPLETE"}
    report.content, report.made, report.left = _render(context), context.now, report.polls
    return {"State": "STARTED", "Description": "No report exists. Starting a new report generation task"}


@answers("iam", "GetCredentialReport")
def _get(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    report = context.state(CredentialReport)
    if report.made is None:
        raise ServiceError("ReportNotPresent", "No report exists. Call GenerateCredentialReport.", 410)
    if report.left:
        report.left -= 1
        raise ServiceError("ReportInProgress", "The report is being generated.", 404)
    return {"Content": report.content.encode(), "ReportFormat": "text/csv", "GeneratedTime": report.made}


def _render(context: Context) -> str:
    from moto.iam.models import iam_backends

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerow(_root(context.account, context.state(RootUser)))
    # A report is ordered in one moment and written by another thread; the list must not change under it.
    for user in list(iam_backends[context.account]["aws"].users.values()):
        writer.writerow(_user(user))
    return text.getvalue().rstrip("\n")


def _time(moment: datetime | None, absent: str = "N/A") -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+00:00") if moment else absent


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _root(account: str, root: RootUser) -> list[str]:
    row = [
        "<root_account>", f"arn:aws:iam::{account}:root", _time(root.created), "not_supported",
        _time(root.password_last_used, "no_information"), "not_supported", "not_supported", _bool(root.mfa),
    ]  # fmt: skip
    for number in range(2):
        key = root.keys[number] if number < len(root.keys) else None
        row += _key(key.active, key.created, key.last_used, key.region, key.service) if key else _key()
    return [*row, "false", "N/A", "false", "N/A"]


def _user(user: Any) -> list[str]:
    password = bool(user.password)
    changed = getattr(user, "password_changed", None) or user.create_date
    row = [
        user.name,
        user.arn,
        _time(user.create_date),
        _bool(password),
        _time(user.password_last_used, "no_information") if password else "N/A",
        _time(changed) if password else "N/A",
        "N/A",
        _bool(bool(user.mfa_devices)),
    ]
    for number in range(2):
        row += _user_key(user.access_keys[number]) if number < len(user.access_keys) else _key()
    certificates = list(user.signing_certificates.values())
    for number in range(2):
        row += _certificate(certificates[number]) if number < len(certificates) else ["false", "N/A"]
    return row


def _user_key(key: Any) -> Iterator[str]:
    used = key.last_used
    moment = getattr(used, "timestamp", None)
    yield from _key(
        key.status == "Active", key.create_date, moment, getattr(used, "region", ""), getattr(used, "service", "")
    )


def _key(
    active: bool = False,
    created: datetime | None = None,
    used: datetime | None = None,
    region: str = "",
    service: str = "",
) -> list[str]:
    return [_bool(active), _time(created), _time(used), region if used else "N/A", service if used else "N/A"]


def _certificate(certificate: Any) -> list[str]:
    return [_bool(certificate.status == "Active"), _time(certificate.upload_date)]
