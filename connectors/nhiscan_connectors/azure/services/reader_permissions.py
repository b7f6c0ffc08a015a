"""What the scanner itself may read in a subscription, so that silence is not taken for absence.

Resource Graph answers for what the scanner may read and says nothing of the rest: a scanner that may read one resource
group sees a subscription with one resource group. So its own permissions over the whole subscription are asked for,
and each type that they do not cover is told in one gap.

Calls in a subscription: one. What a deny assignment takes away again is not seen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap
from nhiscan.wording import listed
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.sweep import RESOURCES
from nhiscan_connectors.azure.resources.types import LISTS
from nhiscan_connectors.azure.service import Answers, Service

PERMISSIONS = arm(
    "Microsoft.Authorization:permissions.list",
    "/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions",
    "2022-04-01",
    permission="Microsoft.Authorization/permissions/read",
    purpose="tells what the scanner may read in the whole subscription, for Resource Graph is silent about the rest",
    hides="whether the scanner may read all of the subscription, or only some resource groups in it",
    optional=True,
)
_MOST = 5
"""Permissions that a gap names; of more, it tells the number."""


def collect(calls: Calls) -> None:
    """The scanner's own permissions."""
    calls.ask(PERMISSIONS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """A gap, where Resource Graph may have left something out."""
    reading = Reading(shard, answers)
    if answers.answered(PERMISSIONS) and answers.answered(RESOURCES):
        granted = list(reading.items(PERMISSIONS, "value"))
        lacking = {
            operation.permission: operation
            for operation in LISTS.values()
            if not _covers(granted, operation.permission)
        }
        if lacking:
            yield Gap(
                connector=shard.connector,
                scope=shard.scope,
                operation=RESOURCES.name,
                reason="denied",
                permission=listed(lacking, _MOST) if len(lacking) < len(LISTS) else "Reader on the subscription",
                hides="resources of the subscription outside of what the scanner was let into",
                detail="Resource Graph answered, and leaves out without a word what the scanner may not read",
                blinds=tuple(sorted({aspect for operation in lacking.values() for aspect in operation.blinds})),
            )
    yield from reading.gaps()


def _covers(granted: list[dict[str, Any]], action: str) -> bool:
    """Whether one of the roles that apply to the subscription lets its holder do this."""
    return any(
        _matches(entry.get("actions"), action) and not _matches(entry.get("notActions"), action) for entry in granted
    )


def _matches(patterns: object, action: str) -> bool:
    return isinstance(patterns, list) and any(
        isinstance(pattern, str) and _pattern(pattern).fullmatch(action.lower()) for pattern in patterns
    )


def _pattern(written: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", written.lower()[:512]))))


SERVICE = Service(
    name="reader-permissions",
    part="subscription",
    operations=(PERMISSIONS,),
    collect=collect,
    parse=parse,
)
