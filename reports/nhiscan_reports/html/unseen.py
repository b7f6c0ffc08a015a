"""What could not be seen, as templates read it: the same question in many scopes is one line."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

import msgspec

from nhiscan.result import ScanResult, ScopeResult
from nhiscan.terminal import percent
from nhiscan_reports.html.words import GAP_REASONS

MOST_GROUPS: Final = 400
MOST_PLACES: Final = 60
MOST_SCOPES: Final = 300


class GapView(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was not answered, in one place or many."""

    connector: str
    operation: str
    reason: str
    reason_title: str
    permission: str
    hides: str
    detail: str
    places: list[str]
    places_more: int
    times: int


class ScopeView(msgspec.Struct, frozen=True, kw_only=True):
    """A scope that did not answer everything."""

    id: str
    name: str
    kind: str
    percent: str
    unanswered: int
    asked: int


def gaps(result: ScanResult) -> tuple[list[GapView], int]:
    """Questions by what they hide, the commonest first, and how many more kinds there are."""
    names = {scope.id: scope.name for scope in result.scan.scopes}
    places: dict[tuple[str, str, str, str, str], list[str]] = defaultdict(list)
    details: dict[tuple[str, str, str, str, str], str] = {}
    for gap in result.gaps:
        key = (gap.connector, gap.operation, gap.reason, gap.permission, gap.hides)
        name = names.get(gap.scope, "")
        place = f"{name} ({gap.scope})" if name and name != gap.scope else gap.scope
        places[key].append(f"{place}, {gap.region}" if gap.region else place)
        details.setdefault(key, gap.detail)
    ranked = sorted(places, key=lambda key: (-len(places[key]), key))
    views = [
        GapView(
            connector=key[0],
            operation=key[1],
            reason=key[2],
            reason_title=GAP_REASONS.get(key[2], key[2]),
            permission=key[3],
            hides=key[4],
            detail=details[key],
            places=places[key][:MOST_PLACES],
            places_more=max(len(places[key]) - MOST_PLACES, 0),
            times=len(places[key]),
        )
        for key in ranked[:MOST_GROUPS]
    ]
    return views, max(len(ranked) - MOST_GROUPS, 0)


def permissions(result: ScanResult) -> list[tuple[str, list[str]]]:
    """Permissions that are missing, by connector."""
    missing: dict[str, set[str]] = defaultdict(set)
    for gap in result.gaps:
        if gap.permission and gap.reason == "denied":
            missing[gap.connector].add(gap.permission)
    return [(connector, sorted(names)) for connector, names in sorted(missing.items())]


def scopes(result: ScanResult) -> tuple[list[ScopeView], int, int]:
    """Scopes that did not answer everything, the worst first; how many more; and how many answered everything."""

    def lost(scope: ScopeResult) -> tuple[float, str]:
        return (scope.answered / scope.asked if scope.asked else -1.0, scope.id)

    # A scope that was asked nothing is not known either, unless it only holds others.
    holders = {scope.parent for scope in result.scan.scopes}
    partial = sorted(
        (
            scope
            for scope in result.scan.scopes
            if scope.answered < scope.asked or not (scope.asked or scope.scanned or scope.id in holders)
        ),
        key=lost,
    )
    views = [
        ScopeView(
            id=scope.id,
            name=scope.name,
            kind=scope.kind,
            percent=percent(scope.answered, scope.asked),
            unanswered=scope.asked - scope.answered,
            asked=scope.asked,
        )
        for scope in partial[:MOST_SCOPES]
    ]
    return views, max(len(partial) - MOST_SCOPES, 0), len(result.scan.scopes) - len(partial)
