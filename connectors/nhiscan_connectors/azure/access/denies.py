"""Deny assignments: what they take away, from whom, and where."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable

import msgspec

from nhiscan_connectors.azure.access.roles import Block
from nhiscan_connectors.azure.access.scopes import Tree
from nhiscan_connectors.common.cuts import Cut, cut
from nhiscan_connectors.common.deny_sets import DenySets

EVERYONE = "*"


class Deny(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One deny assignment."""

    name: str
    scope: str
    principals: frozenset[str]
    """Ids of principals that it binds; `EVERYONE` for all."""
    excluded: frozenset[str]
    """Ids of principals that it does not bind for all that."""
    blocks: tuple[Block, ...]
    below: bool = True
    """Whether it binds in what lies in the scope as well."""
    condition: str = ""
    """A deny that binds only under a condition takes nothing away for sure."""

    @property
    def mask(self) -> int:
        """The actions that it takes away for sure."""
        found = 0
        for block in self.blocks:
            if not self.condition and not block.condition:
                found |= block.mask
        return found


class _Base:
    """All deny assignments by scope, and what they take from whoever is neither named nor excluded by any."""

    def __init__(self, denies: tuple[Deny, ...], tree: Tree) -> None:
        self.denies = denies
        self.tree = tree
        self.masks = [deny.mask if deny.below else 0 for deny in denies]
        self.everyone = frozenset(n for n, deny in enumerate(denies) if EVERYONE in deny.principals)
        self.by_scope: dict[str, list[int]] = defaultdict(list)
        for number, deny in enumerate(denies):
            self.by_scope[deny.scope].append(number)
        self.scopes = sorted(self.by_scope)
        self.at = {scope: self.of(numbers, self.everyone) for scope, numbers in self.by_scope.items()}
        self._inside: dict[str, tuple[str, ...]] = {}
        self.plain: DenySet | None = None
        """What binds whoever is neither named nor excluded."""

    def of(self, numbers: Iterable[int], bound: Container[int]) -> int:
        """What some deny assignments take away together, as far as they bind."""
        found = 0
        for number in numbers:
            if number in bound:
                found |= self.masks[number]
        return found

    def inside(self, scope: str) -> tuple[str, ...]:
        """Scopes inside a scope that have deny assignments."""
        found = self._inside.get(scope)
        if found is None:
            if scope.startswith("/subscriptions/"):
                start, end = bisect_left(self.scopes, f"{scope}/"), bisect_left(self.scopes, f"{scope}0")
                found = tuple(self.scopes[start:end])
            else:
                found = tuple(one for one in self.scopes if one != scope and self.tree.covers(scope, one))
            self._inside[scope] = found
        return found


class DenySet:
    """The deny assignments that bind one set of principals: those for everybody, but for a few differences."""

    def __init__(self, base: _Base, added: frozenset[int], removed: frozenset[int]) -> None:
        self._base = base
        self._bound = (base.everyone | added) - removed if added or removed else base.everyone
        touched = {base.denies[number].scope for number in (*added, *removed)}
        self._cuts: dict[tuple[str, tuple[int, ...]], Cut | None] = {}
        self._other = {scope: base.of(base.by_scope[scope], self._bound) for scope in touched}

    @property
    def denies(self) -> tuple[Deny, ...]:
        """Each of them."""
        return tuple(self._base.denies[number] for number in sorted(self._bound))

    def _mask(self, scope: str) -> int:
        other = self._other.get(scope)
        return self._base.at.get(scope, 0) if other is None else other

    def at(self, scope: str) -> int:
        """Actions that are denied at a scope."""
        if not self._base.at:
            return 0
        found = 0
        for above in self._base.tree.chain(scope):
            found |= self._mask(above)
        return found

    def cut(self, scope: str, needed: tuple[int, ...]) -> Cut | None:
        """What lies in a scope and is closed to every one of some methods, each given as the actions that it needs."""
        if not self._base.at:
            return None
        key = (scope, needed)
        if key not in self._cuts:
            plain = self._base.plain if self._other else None
            if plain is not None and not any(self._base.tree.covers(scope, one) for one in self._other):
                self._cuts[key] = plain.cut(scope, needed)  # what binds only some binds elsewhere
            else:
                self._cuts[key] = self._closed(scope, needed)
        return self._cuts[key]

    def _closed(self, scope: str, needed: tuple[int, ...]) -> Cut | None:
        return cut(
            inner for inner in self._base.inside(scope) if all(self._mask(inner) & actions for actions in needed)
        )


class Denies(DenySets[DenySet]):
    """All deny assignments, by whom they bind."""

    def __init__(self, denies: Iterable[Deny], tree: Tree) -> None:
        base = _Base(tuple(denies), tree)
        super().__init__(base.denies, EVERYONE, lambda added, removed: DenySet(base, added, removed))
        base.plain = self.plain
