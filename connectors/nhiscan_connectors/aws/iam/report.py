"""The credential report: a CSV with a row for each user and one for the root user.

Source: IAM User Guide, "Generate credential reports for your AWS account".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from nhiscan.model import Activity
from nhiscan_connectors.common.times import moment

ROOT: Final = "<root_account>"
SOURCE: Final = "iam:GetCredentialReport"

PASSWORDS_TRACKED: Final = datetime(2014, 10, 20, tzinfo=UTC)
"""Since when IAM remembers the use of passwords."""
KEYS_TRACKED: Final = datetime(2015, 4, 22, tzinfo=UTC)
"""Since when IAM remembers the use of access keys."""

_NEVER: Final = frozenset({"N/A", "no_information"})
_REQUIRED: Final = ("user", "arn", "password_enabled", "mfa_active", "access_key_1_active", "access_key_2_active")


class Slot(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of one of the two keys that a user may have."""

    number: int
    active: bool
    rotated: datetime | None
    """When the key was made, or switched on or off since."""
    activity: Activity | None
    service: str = ""
    """Service that it was last used with, by its namespace: "s3"."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of one of the two signing certificates that a user may have."""

    number: int
    active: bool
    rotated: datetime | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What the report says of one user."""

    user: str
    arn: str
    created: datetime | None
    password: bool | None
    """Whether there is one; None for a root user of whom the report does not say it."""
    password_activity: Activity | None
    password_changed: datetime | None
    mfa: bool | None
    slots: tuple[Slot, ...]
    """Keys that exist."""
    certificates: tuple[Certificate, ...]
    """Signing certificates that exist."""


def rows(content: str) -> Iterator[Row]:
    """Every whole row of a report. Raises ValueError when it has not the columns of one."""
    lines = csv.reader(io.StringIO(content))
    try:
        header = next(lines, [])
        missing = [name for name in _REQUIRED if name not in header]
        if missing:
            raise ValueError(f"not a credential report: it has no column {missing[0]}")
        for line in lines:
            fields = line if len(line) == len(header) else _mended(header, line)
            if fields is not None:
                yield _row(dict(zip(header, fields, strict=True)))
    except csv.Error as error:
        raise ValueError(f"not a credential report: {error}") from error


def _mended(header: Sequence[str], line: list[str]) -> list[str] | None:
    """A row whose user name has commas that nobody quoted; None for a row that was cut off.

    No field behind the ARN has a comma, and no user name has a colon, so the ARN begins at the first ",arn:".
    """
    rest = len(header) - 2
    if len(line) <= len(header) or list(header[:2]) != ["user", "arn"]:
        return None
    user, comma, arn = ",".join(line[:-rest]).partition(",arn:")
    return [user, f"arn:{arn}", *line[-rest:]] if comma else None


def _row(line: Mapping[str, str]) -> Row:
    return Row(
        user=line["user"],
        arn=line["arn"],
        created=moment(line.get("user_creation_time")),
        password=_flag(line["password_enabled"]),
        password_activity=_activity(line.get("password_last_used", ""), PASSWORDS_TRACKED, ""),
        password_changed=moment(line.get("password_last_changed")),
        mfa=_flag(line["mfa_active"]),
        slots=tuple(slot for number in (1, 2) if (slot := _slot(line, number)) is not None),
        certificates=tuple(found for number in (1, 2) if (found := _certificate(line, number)) is not None),
    )


def _slot(line: Mapping[str, str], number: int) -> Slot | None:
    prefix = f"access_key_{number}_"
    active, rotated = _flag(line[f"{prefix}active"]) is True, moment(line.get(f"{prefix}last_rotated"))
    used = line.get(f"{prefix}last_used_date", "")
    if not active and rotated is None and moment(used) is None:
        return None
    service, region = (_word(line.get(f"{prefix}last_used_{what}", "")) for what in ("service", "region"))
    detail = " in ".join(part for part in (service, region) if part)
    activity = _activity(used, KEYS_TRACKED, detail)
    return Slot(number=number, active=active, rotated=rotated, activity=activity, service=service)


def _certificate(line: Mapping[str, str], number: int) -> Certificate | None:
    active, rotated = _flag(line.get(f"cert_{number}_active", "")), moment(line.get(f"cert_{number}_last_rotated"))
    if not active and rotated is None:
        return None
    return Certificate(number=number, active=active is True, rotated=rotated)


def _flag(text: str) -> bool | None:
    return {"true": True, "false": False}.get(text.strip().lower())


def _word(text: str) -> str:
    return "" if text in _NEVER else text


def _activity(text: str, tracked: datetime, detail: str) -> Activity | None:
    used = moment(text)
    if used is not None:
        return Activity(last_used_at=used, detail=detail, source=SOURCE)
    return Activity(observed_since=tracked, source=SOURCE) if text in _NEVER else None


def match(slots: Sequence[Slot], keys: Sequence[Mapping[str, Any]]) -> dict[str, Slot]:
    """Which slot of the report each key of ListAccessKeys is, by key id. A key that is in doubt is left out.

    The report has no key ids. It dates a key to the second on which it was made, unless its status was changed since;
    then the date is later. So keys are told apart by equal dates, and one key that is left over is the slot that is
    left over, if it was there already when the report was written. A key that was made after that is in no slot.
    """
    made = {str(key.get("AccessKeyId")): moment(key.get("CreateDate")) for key in keys}
    found: dict[str, Slot] = {}
    for id, date in made.items():
        same = [slot for slot in slots if date is not None and slot.rotated == date]
        if len(same) == 1 and list(made.values()).count(date) == 1:
            found[id] = same[0]
    keys_left = [id for id in made if id not in found]
    slots_left = [slot for slot in slots if slot not in found.values()]
    if len(keys) == len(slots) and len(keys_left) == len(slots_left) == 1:
        date, rotated = made[keys_left[0]], slots_left[0].rotated
        if date is not None and rotated is not None and date <= rotated:
            found[keys_left[0]] = slots_left[0]
    return found
