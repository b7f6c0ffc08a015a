"""Bounds of texts: whoever may write a name into a tenant must not be able to fill a report with it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from nhiscan.model import AnyRecord

LONGEST: Final = 8_000
"""Characters that a text of a record may have; no name is as long, and an export could hold one without end."""

_TEXTS: Final = (
    "name", "reason", "detail", "hides", "description", "where", "owner", "owner_hint", "service", "model", "email",
    "fix", "action", "region", "problem",
)  # fmt: skip
_TABLES: Final = ("attributes", "tags", "decoded")


def bounded(record: AnyRecord) -> AnyRecord:
    """The record with no text in it that is longer than `LONGEST`.

    Ids and documents stay whole, and so do attributes with a ":" in their names: a service wrote them for itself to
    read again in `join`, and half of one would be read wrong.
    """
    long: dict[str, Any] = {}
    for field in _TEXTS:
        value = getattr(record, field, None)
        if isinstance(value, str) and len(value) > LONGEST:
            long[field] = _cut(value)
    for field in _TABLES:
        value = getattr(record, field, None)
        if value and any(len(text) > LONGEST for pair in value.items() for text in pair):
            whole = field == "attributes"
            long[field] = {_cut(key): text if whole and ":" in key else _cut(text) for key, text in value.items()}
    activity = getattr(record, "activity", None)
    if activity is not None and len(activity.detail) > LONGEST:
        long["activity"] = msgspec.structs.replace(activity, detail=_cut(activity.detail))
    names = getattr(record, "variables", ())
    if any(len(name) > LONGEST for name in names):
        long["variables"] = tuple(map(_cut, names))
    return msgspec.structs.replace(record, **long) if long else record


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"
