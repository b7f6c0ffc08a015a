"""What a principal may do where: its bindings put together along the places that inherit from each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from nhiscan_connectors.gcp.access.denies import DenySet, Masks
from nhiscan_connectors.gcp.access.estate import Assigned
from nhiscan_connectors.gcp.access.places import Places, is_wide, possible


class Tier(msgspec.Struct, frozen=True, gc=False):
    """Permissions that are allowed under some conditions; without any for the first tier."""

    mask: int
    conditions: tuple[str, ...] = ()


class Level(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A place at which something is bound, or perhaps denied, and what is allowed there, inherited or not."""

    scope: str
    own: tuple[Assigned, ...]
    tiers: tuple[Tier, ...]
    around: tuple[Tier, ...]
    """The same of the project that it lies in; of a project or above the same tiers."""
    denied: Masks


class Holding:
    """What a principal holds, by place."""

    def __init__(self, assigned: Sequence[Assigned], denies: DenySet, places: Places) -> None:
        self._by_scope: dict[str, list[Assigned]] = defaultdict(list)
        for one in assigned:
            self._by_scope[one.scope].append(one)
        self._denies = denies
        self._places = places
        self._wide: dict[str, tuple[Tier, ...]] = {}

    def levels(self) -> list[Level]:
        """Every place with a binding, and those inside with a deny rule under a condition, the widest first."""
        scopes = {*self._by_scope}
        for scope in self._by_scope:
            if is_wide(scope):
                scopes.update(self._denies.perhaps_inside(scope))
        ordered = sorted(scopes, key=lambda scope: (not is_wide(scope), len(self._places.chain(scope)), scope))
        return [self._level(scope) for scope in ordered]

    def _level(self, scope: str) -> Level:
        tiers = self.at(scope, possible(scope))
        around = tiers if is_wide(scope) else self.around(scope)
        own = self._by_scope.get(scope)
        if own is None:
            # Nothing is bound here, but a deny rule makes it differ from what lies around.
            own = [one for above in self._places.chain(scope) for one in self._by_scope.get(above, ())]
        return Level(scope, tuple(own), tiers, around, self._denies.at(scope))

    def around(self, place: str) -> tuple[Tier, ...]:
        """What is allowed in the project that something lies in."""
        container = self._places.container_of(place)
        if not container:
            return (Tier(0),)
        found = self._wide.get(container)
        if found is None:
            found = self._wide[container] = self.at(container, possible(container))
        return found

    def at(self, place: str, can: int) -> tuple[Tier, ...]:
        """What is allowed at a place, of some permissions, whether or not anything is bound there."""
        denied = self._denies.at(place)
        can &= ~denied.sure
        tied: dict[tuple[str, ...], int] = {}
        for above in self._places.chain(place):
            for one in self._by_scope.get(above, ()):
                for layer in one.layers:
                    tied[layer.conditions] = tied.get(layer.conditions, 0) | layer.mask
        if denied.maybe:
            tied = _less(tied, denied.maybe)
        free = tied.pop((), 0)
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
        return tuple(tiers)


def _less(tied: dict[tuple[str, ...], int], maybe: Iterable[tuple[int, str]]) -> dict[tuple[str, ...], int]:
    """What is allowed, with what a deny rule perhaps takes away tied to that it does not."""
    for taken, name in maybe:
        found: dict[tuple[str, ...], int] = {}
        for conditions, mask in tied.items():
            if mask & ~taken:
                found[conditions] = found.get(conditions, 0) | (mask & ~taken)
            if mask & taken:
                more = tuple(sorted({*conditions, name}))
                found[more] = found.get(more, 0) | (mask & taken)
        tied = found
    return tied


def anywhere(levels: Iterable[Level]) -> tuple[int, int]:
    """Permissions that are allowed in some project: without a condition, and at all."""
    free = every = 0
    for level in levels:
        if is_wide(level.scope):
            free |= level.tiers[0].mask
            for tier in level.tiers:
                every |= tier.mask
    return free, every
