"""Whom rules bind: by name, all, and all but some."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from nhiscan_connectors.common.deny_sets import DenySets


@dataclass(frozen=True)
class Taken:
    """A rule."""

    principals: frozenset[str]
    excluded: frozenset[str] = frozenset()


RULES = (
    Taken(frozenset({"*"})),
    Taken(frozenset({"*"}), frozenset({"spared"})),
    Taken(frozenset({"ann", "team"}), frozenset({"spared"})),
)


def sets() -> DenySets[list[int]]:
    return DenySets(RULES, "*", lambda added, removed: sorted(({0, 1} | added) - removed))


@pytest.mark.parametrize(
    ("principals", "bound"),
    [
        (("bob",), [0, 1]),
        (("ann",), [0, 1, 2]),
        (("bob", "team"), [0, 1, 2]),
        (("bob", "spared"), [0]),
        (("ann", "spared"), [0]),
        ((), [0, 1]),
    ],
)
def test_who_is_bound_by_what(principals: tuple[str, ...], bound: list[int]) -> None:
    assert sets().binding(principals) == bound


def test_whoever_is_bound_alike_shares_it() -> None:
    found = sets()
    assert found.binding(("ann",)) is found.binding(("bob", "team"))
    assert found.binding(("bob",)) is found.plain
    assert found.asked == 3
