"""Climb: the way by which an identity comes to administer, told step by step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.access.reach import Reach
from nhiscan.model import CanBecome, Grant
from nhiscan.wording import listed, plain

_MOST_STEPS: Final = 8
_LONGEST_REASON: Final = 600


def told(way: list[CanBecome]) -> Iterator[str]:
    """The way as sentences: each step, what must hold, and what would break it."""
    for step in way[:_MOST_STEPS]:
        reason = step.reason or f"{step.identity} can become {step.target} by {step.method}"
        yield plain(reason, _LONGEST_REASON)
    if len(way) > _MOST_STEPS:
        yield f"and so on, {len(way)} steps in all"
    if conditions := sorted({condition for step in way for condition in step.conditions}):
        yield f"it depends on this: {listed(conditions)}"
    if fix := next((step.fix for step in way if step.fix), ""):
        yield f"this change ends it: {plain(fix, _LONGEST_REASON)}"


def end(reach: Reach, identity: str, way: list[CanBecome]) -> Iterator[str]:
    """Why whoever the way ends at administers: the identity itself, when it takes no step at all."""
    grant = reach.arrived.get(way[-1].target if way else identity)
    if grant is not None and grant.reason:
        yield plain(grant.reason, _LONGEST_REASON)
        if grant.conditions:
            yield f"that depends on this: {listed(sorted(grant.conditions))}"


def reasons(grants: list[Grant], most: int = 3) -> list[str]:
    """Why an identity administers by itself, as sentences."""
    found = {
        plain(g.reason, _LONGEST_REASON)
        for g in grants
        if g.capability == "administer" and g.answer == "allowed" and g.reason
    }
    return sorted(found)[:most]
