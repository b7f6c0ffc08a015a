"""The credential report: a CSV with a row for each user and one for the root user."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from nhiscan_connectors.aws.times import moment

ROOT = "<root_account>"

_NOTHING = frozenset({"", "N/A", "n/a", "not_supported", "no_information", "no_info"})


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of one of the two keys that a user may have."""

    number: int
    active: bool
    rotated: datetime | None
    used: datetime | None
    """Last use; None when it was never used since AWS keeps track."""
    region: str = ""
    service: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of one user."""

    user: str
    arn: str
    created: datetime | None
    password: bool
    password_used: datetime | None
    password_used_known: bool
    """False where AWS has no information: never used, or last used before it kept track."""
    password_changed: datetime | None
    mfa: bool | None
    slots: tuple[Slot, ...]
    """Keys that exist."""
    certificates: bool


def rows(content: str) -> Iterator[Row]:
    """Every row of a report. Raises ValueError when it has not the columns of one."""
    reader = csv.DictReader(io.StringIO(content))
    if not reader.fieldnames or not {"user", "arn", "mfa_active", "access_key_1_active"} <= set(reader.fieldnames):
        raise ValueError("not a credential report: it lacks the columns user, arn, mfa_active, access_key_1_active")
    for line in reader:
        yield _row({key: value or "" for key, value in line.items() if key})


def _row(line: Mapping[str, str]) -> Row:
    return Row(
        user=line["user"],
        arn=line["arn"],
        created=_time(line.get("user_creation_time", "")),
        # The root user always has a password; the report says "not_supported" of it.
        password=line.get("password_enabled", "").lower() == "true" or line["user"] == ROOT,
        password_used=_time(line.get("password_last_used", "")),
        password_used_known=line.get("password_last_used", "") not in ("", "not_supported"),
        password_changed=_time(line.get("password_last_changed", "")),
        mfa={"true": True, "false": False}.get(line["mfa_active"].lower()),
        slots=tuple(slot for number in (1, 2) if (slot := _slot(line, number)) is not None),
        certificates=any(line.get(f"cert_{n}_last_rotated", "") not in _NOTHING for n in (1, 2)),
    )


def _slot(line: Mapping[str, str], number: int) -> Slot | None:
    prefix = f"access_key_{number}_"
    active = line.get(f"{prefix}active", "").lower() == "true"
    rotated = line.get(f"{prefix}last_rotated", "")
    if not active and rotated in _NOTHING:
        return None
    region, service = line.get(f"{prefix}last_used_region", ""), line.get(f"{prefix}last_used_service", "")
    return Slot(
        number=number,
        active=active,
        rotated=_time(rotated),
        used=_time(line.get(f"{prefix}last_used_date", "")),
        region="" if region in _NOTHING else region,
        service="" if service in _NOTHING else service,
    )


def _time(text: str) -> datetime | None:
    return None if text in _NOTHING else moment(text)


def match(slots: Sequence[Slot], keys: Sequence[Mapping[str, Any]]) -> dict[str, Slot] | None:
    """Which key of ListAccessKeys each slot is, by key id; None when the report leaves it open.

    The report has no key ids. A user with one key leaves no doubt; two keys are told apart by the date on which they
    were made (the report gives it to the second, unless a key's status was changed since) or by their status.
    """
    ids = [str(key["AccessKeyId"]) for key in keys]
    if len(slots) != len(keys):
        return None
    if len(slots) < 2:
        return dict(zip(ids, slots, strict=True))
    if all(slot.used is None for slot in slots) and slots[0].active == slots[1].active:
        return dict(zip(ids, slots, strict=True))  # neither was used, so it does not matter which is which
    for signs in (
        ([slot.rotated for slot in slots], [moment(key.get("CreateDate")) for key in keys]),
        ([slot.active for slot in slots], [key.get("Status") == "Active" for key in keys]),
    ):
        left, right = signs
        if len(set(left)) == 2 and set(left) == set(right):
            return {id: slots[left.index(sign)] for id, sign in zip(ids, right, strict=True)}  # type: ignore[arg-type]
    return None
