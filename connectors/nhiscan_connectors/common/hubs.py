"""Hubs: nodes that stand for everything of a kind in a scope, so that the number of edges grows with the estate.

Whoever controls all of a kind in a scope gets one edge to the hub of the scope, which has one to the hub of each scope
inside, and so down to what lies there. All who control as much share the hubs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Final, Generic, Protocol, TypeVar

from nhiscan.model import CanBecome
from nhiscan_connectors.common.cuts import Cut, cut, digest_of

DIRECT: Final = 8
"""Up to so many targets are named one by one."""


class Scopes(Protocol):
    """The tree of scopes of a cloud."""

    def chain(self, scope: str, /) -> tuple[str, ...]:
        """A scope and everything above it, the nearest first."""

    def told(self, scope: str, /) -> str:
        """What sentences call a scope."""


class Hosted(Protocol):
    """One thing and one identity that it acts as."""

    @property
    def id(self) -> str:
        """Of the thing."""

    @property
    def identity(self) -> str:
        """Whoever takes over the thing becomes this."""


H = TypeVar("H", bound=Hosted)


class ScopeHubs(ABC, Generic[H]):
    """Hubs made so far; `edges` gives what leads on from them."""

    prefix: ClassVar[str]
    """Stands before the ids of all hubs of a cloud."""
    all_kinds: ClassVar[tuple[str, ...]]
    """Every kind of thing that can be taken over."""

    def __init__(self, scopes: Scopes) -> None:
        self._scopes = scopes
        self._made: set[str] = set()
        self._waiting: list[tuple[str, str, str, Cut | None]] = []
        self._edges: list[CanBecome] = []

    @abstractmethod
    def count(self, kind: str, scope: str) -> int:
        """How many things of a kind lie in a scope, or are it."""

    @abstractmethod
    def within(self, kind: str, scope: str) -> Iterable[H]:
        """Everything of a kind in a scope."""

    @abstractmethod
    def parts(self, kind: str, scope: str) -> tuple[Sequence[str], Iterable[H]]:
        """Scopes directly inside of one that hold things of a kind, and those that lie in it and in none of these."""

    @abstractmethod
    def plural(self, kind: str) -> str:
        """Several things of a kind, in words."""

    @abstractmethod
    def membership(self, host: H) -> str:
        """Why whoever controls all of the kind gains the identity of one of them."""

    def few(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> list[H] | None:
        """The things of some kinds in a scope, but for what is denied; None when they are too many to name."""
        if sum(self.count(kind, scope) for kind in kinds) > DIRECT:
            return None
        return [
            host
            for kind in kinds
            for host in self.within(kind, scope)
            if not self._is_denied(host.id, denied.get(kind))
        ]

    def _is_denied(self, id: str, denied: Cut | None) -> bool:
        return denied is not None and not denied.scopes.isdisjoint(self._scopes.chain(id))

    def of(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> str:
        """Id of the hub of all things of some kinds in a scope, but for what is denied inside of it."""
        kinds = [kind for kind in kinds if self.count(kind, scope)]
        members = [self._one(kind, scope, denied.get(kind)) for kind in kinds]
        if len(members) == 1:
            return members[0]
        digest = "all" if tuple(kinds) == self.all_kinds and not denied else digest_of(members)
        hub = f"{self.prefix}hosts:{digest}:{scope}"
        if hub not in self._made:
            self._made.add(hub)
            where = self._scopes.told(scope)
            for kind, member in zip(kinds, members, strict=True):
                self._lead(hub, member, f"one kind of them are {self.plural(kind)} in {where}")
        return hub

    def _one(self, kind: str, scope: str, denied: Cut | None) -> str:
        """Id of the hub of the things of one kind; its members are worked out when the edges are asked for."""
        hub = f"{self.prefix}{self.written(kind)}:{scope}" + (f":but:{denied.digest}" if denied is not None else "")
        if hub not in self._made:
            self._made.add(hub)
            self._waiting.append((hub, kind, scope, denied))
        return hub

    def written(self, kind: str) -> str:
        """A kind as ids of hubs have it."""
        return kind

    def _lead(self, hub: str, target: str, reason: str) -> None:
        self._edges.append(CanBecome(identity=hub, target=target, method="member", answer="allowed", reason=reason))

    def edges(self) -> Iterator[CanBecome]:
        """From each hub to its members."""
        while self._waiting:
            self._members(*self._waiting.pop())
            yield from self._edges
            self._edges.clear()
        yield from self._edges
        self._edges.clear()

    def _members(self, hub: str, kind: str, scope: str, denied: Cut | None) -> None:
        inner, direct = self.parts(kind, scope)
        within = self._by_part(inner, denied)
        for part in inner:
            if self._is_denied(part, denied):
                continue
            self._lead(
                hub,
                self._one(kind, part, cut(within.get(part, ()))),
                f"{self.plural(kind)} in {self._scopes.told(part)} are among them",
            )
        told: set[str] = set()
        for host in direct:
            if host.identity not in told and not self._is_denied(host.id, denied):
                told.add(host.identity)
                self._lead(hub, host.identity, self.membership(host))

    def _by_part(self, inner: Sequence[str], denied: Cut | None) -> dict[str, list[str]]:
        """What is denied, by the scope inside that it lies in."""
        parts = {*inner}
        found: dict[str, list[str]] = defaultdict(list)
        for one in denied.scopes if denied is not None else ():
            for above in self._scopes.chain(one)[1:]:
                if above in parts:
                    found[above].append(one)
        return found
