"""Gaps of calls that were refused or do not tell what they should, and of documents that cannot be used."""

from __future__ import annotations

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.model import Aspect, Gap, GapReason, Policy


def gap_of(
    shard: Shard,
    operation: Operation,
    reason: GapReason,
    detail: str,
    *,
    hides: str = "",
    blinds: tuple[Aspect, ...] | None = None,
    subjects: tuple[str, ...] = (),
) -> Gap:
    """What could not be known because of a call. `hides` and `blinds` are those of the operation when not given.

    `subjects`: ids of the records that it leaves unknown; empty: every one in the scope.
    """
    return Gap(
        connector=shard.connector,
        scope=shard.scope,
        region=shard.region,
        operation=operation.name,
        reason=reason,
        permission=operation.permission if reason == "denied" else "",
        hides=hides or operation.hides,
        detail=detail,
        blinds=operation.blinds if blinds is None else blinds,
        subjects=subjects,
        below=operation.below and not subjects,
    )


def refusal(
    shard: Shard, operation: Operation, item: Evidence, *subjects: str, blinds: tuple[Aspect, ...] | None = None
) -> Gap:
    """A refused call that leaves the subjects unknown."""
    return gap_of(shard, operation, item.problem or "failed", item.detail, blinds=blinds, subjects=subjects)


def unusable(policy: Policy, hides: str, subjects: tuple[str, ...]) -> Gap:
    """A document that was read and cannot be used. `subjects`: ids of those of whom nobody knows, because of it."""
    problem = policy.problem or "its document is not of the form of one"
    return Gap(
        connector=policy.provider,
        scope=policy.scope,
        operation="evaluate policy",
        reason="failed",
        hides=hides,
        detail=f"{policy.name} ({policy.id}) cannot be used: {problem}",
        blinds=("policies",) if subjects else (),
        subjects=subjects,
    )
