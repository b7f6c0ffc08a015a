"""Regions that policies confine an identity to, by the condition key aws:RequestedRegion.

Two forms are common: a Deny of everything where the region is not one of some (in policies of the organization), and
Allows that all demand a region. Layers add up: an identity acts where every layer lets it. Global services are mostly
exempt from such statements, and what is done in them has no region, so a Deny of all but some actions counts as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from nhiscan.model import Confinement
from nhiscan_connectors.aws.access.conditions import Test
from nhiscan_connectors.aws.access.document import Statement
from nhiscan_connectors.aws.access.estate import Holder
from nhiscan_connectors.aws.access.layers import Layer, Line, Profile
from nhiscan_connectors.aws.access.patterns import matches

_KEY: Final = "aws:requestedregion"
_IN: Final = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})
_NOT_IN: Final = frozenset({"stringnotequals", "stringnotequalsignorecase", "stringnotlike"})

_Found = tuple[frozenset[str], str]
"""Regions, and the statement that confines to them."""


class Confinements:
    """Confinements of profiles, worked out once each."""

    def __init__(self) -> None:
        self._found: dict[int, tuple[Profile, _Found | None]] = {}

    def of(self, holder: Holder) -> Confinement | None:
        """The confinement of a holder; None when nothing confines it, or its policies were not all read."""
        if holder.unread or holder.boundary_unread:
            return None
        key = id(holder.profile)
        if key not in self._found:
            self._found[key] = (holder.profile, _of_layers(holder.profile.layers))
        found = self._found[key][1]
        if found is None:
            return None
        regions, source = found
        return Confinement(
            identity=holder.id,
            regions=tuple(sorted(regions)),
            reason=f"{holder.subject} can act in {', '.join(sorted(regions)) or 'no region'} alone ({source})",
        )


def _of_layers(layers: Iterable[Layer]) -> _Found | None:
    regions: frozenset[str] | None = None
    sources: list[str] = []
    for layer in layers:
        for found in (*_by_denies(layer.denies), *_by_allows(layer.allows)):
            regions = found[0] if regions is None else _common(regions, found[0])
            sources.append(found[1])
    return None if regions is None else (regions, "; ".join(dict.fromkeys(sources)))


def _by_denies(lines: Iterable[Line]) -> Iterable[_Found]:
    for line in lines:
        statement = line.statement
        wide = statement.not_action or "*" in statement.actions
        # A further condition lets somebody out of it, so only a Deny on the region alone counts.
        if wide and _everywhere(statement) and len(statement.tests) == 1:
            test = statement.tests[0]
            if test.lower == _KEY and test.operator in _NOT_IN and _is_literal(test):
                yield frozenset(test.values), line.label


def _by_allows(lines: tuple[Line, ...]) -> Iterable[_Found]:
    regions: set[str] = set()
    for line in lines:
        test = next((test for test in line.statement.tests if _demands(test)), None)
        if test is None:
            return
        regions |= set(test.values)
    if lines:
        yield frozenset(regions), lines[0].label


def _demands(test: Test) -> bool:
    return test.lower == _KEY and test.operator in _IN and not test.if_exists and _is_literal(test)


def _is_literal(test: Test) -> bool:
    return not any("${" in value for value in test.values)


def _everywhere(statement: Statement) -> bool:
    return "*" in statement.resources and not statement.not_resource


def _common(a: frozenset[str], b: frozenset[str]) -> frozenset[str]:
    """Regions that both let in; of a pattern and a region that fits it, the region."""
    return frozenset(
        {one for one in a for other in b if matches(other, one, "text")}
        | {other for one in a for other in b if matches(one, other, "text")}
    )
