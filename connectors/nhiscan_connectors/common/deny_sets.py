"""Whom rules that take permissions away bind: each set of principals that is bound alike is judged once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Generic, Protocol, TypeVar

S = TypeVar("S")


class Rule(Protocol):
    """A rule that binds some principals, or everybody, but for some."""

    @property
    def principals(self) -> frozenset[str]:
        """Ids of principals that it binds."""

    @property
    def excluded(self) -> frozenset[str]:
        """Ids of principals that it does not bind for all that."""


class DenySets(Generic[S]):
    """What binds whom. `asked` counts the work: principals with groups that were looked at."""

    def __init__(
        self, rules: Sequence[Rule], everyone: str, make: Callable[[frozenset[int], frozenset[int]], S]
    ) -> None:
        """`everyone` stands among the principals of a rule for all of them.

        `make` gives what binds a set of principals: the rules for everyone, with some added and some removed, given by
        their numbers in `rules`.
        """
        self.asked = 0
        self._everyone = frozenset(number for number, rule in enumerate(rules) if everyone in rule.principals)
        self._make = make
        self._named: dict[str, set[int]] = defaultdict(set)
        self._excluded: dict[str, set[int]] = defaultdict(set)
        for number, rule in enumerate(rules):
            for principal in rule.principals - {everyone}:
                self._named[principal].add(number)
            for principal in rule.excluded:
                self._excluded[principal].add(number)
        self.plain = make(frozenset(), frozenset())
        """What binds whoever is neither named nor excluded."""
        self._sets = {(frozenset[int](), frozenset[int]()): self.plain}

    def binding(self, principals: Iterable[str]) -> S:
        """What binds somebody, given as itself and all its groups. The same object for the same rules."""
        self.asked += 1
        added: frozenset[int] = frozenset()
        removed: frozenset[int] = frozenset()
        if self._named or self._excluded:
            principals = tuple(principals)
            removed = removed.union(*(self._excluded[p] for p in principals if p in self._excluded))
            added = added.union(*(self._named[p] for p in principals if p in self._named)) - self._everyone
            added, removed = added - removed, removed & self._everyone
        found = self._sets.get((added, removed))
        if found is None:
            found = self._sets[added, removed] = self._make(added, removed)
        return found
