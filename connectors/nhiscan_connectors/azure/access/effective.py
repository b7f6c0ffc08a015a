"""What a principal may do where: its assignments put together along the scopes that inherit from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from nhiscan_connectors.azure.access.denies import DenySet
from nhiscan_connectors.azure.access.estate import Assigned
from nhiscan_connectors.azure.access.scopes import Tree, type_of
from nhiscan_connectors.azure.access.universe import possible_on


class Tier(msgspec.Struct, frozen=True, gc=False):
    """Actions that are allowed under some conditions; without any for the first tier."""

    mask: int
    conditions: tuple[str, ...] = ()


class Level(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A scope at which something is assigned, and what is allowed there, inherited or not."""

    scope: str
    own: tuple[Assigned, ...]
    tiers: tuple[Tier, ...]
    denied: int


def levels_of(assigned: Sequence[Assigned], denies: DenySet, tree: Tree) -> list[Level]:
    """Every scope with an assignment, the widest first."""
    by_scope: dict[str, list[Assigned]] = defaultdict(list)
    for one in assigned:
        by_scope[one.scope].append(one)
    ordered = sorted(by_scope, key=lambda scope: (len(tree.chain(scope)), scope))
    return [_level(scope, by_scope, denies, tree, possible_on(type_of(scope))) for scope in ordered]


def level_at(resource: str, assigned: Sequence[Assigned], denies: DenySet, tree: Tree, possible: int) -> Level:
    """What is allowed on one resource, of some actions, whether or not anything is assigned at it."""
    by_scope: dict[str, list[Assigned]] = defaultdict(list)
    for one in assigned:
        by_scope[one.scope].append(one)
    return _level(resource, by_scope, denies, tree, possible)


def _level(scope: str, by_scope: dict[str, list[Assigned]], denies: DenySet, tree: Tree, possible: int) -> Level:
    denied = denies.at(scope)
    can = possible & ~denied
    free = 0
    tied: dict[tuple[str, ...], int] = {}
    for above in tree.chain(scope):
        for one in by_scope.get(above, ()):
            for mask, conditions in one.layers:
                if conditions:
                    tied[conditions] = tied.get(conditions, 0) | mask
                else:
                    free |= mask
    tiers = [Tier(free & can)]
    for conditions, mask in sorted(tied.items(), key=lambda pair: (len(pair[0]), pair[0])):
        if mask & can & ~free:
            tiers.append(Tier((free | mask) & can, conditions))
    if len(tiers) > 2:
        every = tuple(sorted({name for tier in tiers for name in tier.conditions}))
        both = 0
        for tier in tiers:
            both |= tier.mask
        tiers.append(Tier(both, every))
    return Level(scope=scope, own=tuple(by_scope.get(scope, ())), tiers=tuple(tiers), denied=denied)


def anywhere(levels: Iterable[Level]) -> tuple[int, int]:
    """Actions that are allowed at some scope: without a condition, and at all."""
    free = every = 0
    for level in levels:
        free |= level.tiers[0].mask
        for tier in level.tiers:
            every |= tier.mask
    return free, every
