"""Calls made for one thing that is named by more than one parameter, and were refused."""

from __future__ import annotations

from nhiscan.connector import Evidence, Operation
from nhiscan.model import Gap
from nhiscan_connectors.aws.regional import Reading


def refusal(reading: Reading, operation: Operation, item: Evidence, subject: str) -> Gap:
    """A refused call that leaves one record unknown."""
    return Gap(
        connector=reading.shard.connector,
        scope=reading.scope,
        region=reading.region,
        operation=operation.name,
        reason=item.problem or "failed",
        permission=operation.permission if item.problem == "denied" else "",
        hides=operation.hides,
        detail=item.detail,
        blinds=operation.blinds,
        subjects=(subject,),
    )
