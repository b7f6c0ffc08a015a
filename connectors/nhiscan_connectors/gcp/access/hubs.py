"""Hubs: nodes that stand for everything of a kind in a scope, so that the number of edges grows with the estate.

Whoever can get tokens of all accounts of an organization gets one edge to the hub of the organization, which has one to
the hub of each folder and project, which has one to each account. All who control as much share the hubs.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from nhiscan.model import CanBecome, administrator_of
from nhiscan_connectors.gcp.access.denies import Cut, cut
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.access.firing import SCOPE
from nhiscan_connectors.gcp.access.hosts import DELEGATE, Host, Hosts
from nhiscan_connectors.gcp.access.methods import ALL_KINDS
from nhiscan_connectors.gcp.access.places import is_wide, kind_of

DIRECT: Final = 8
"""Up to so many targets are named one by one."""
_HUB: Final = "any-of:gcp:"


class Hubs:
    """Hubs made so far; `edges` gives what leads on from them."""

    def __init__(self, estate: Estate, hosts: Hosts) -> None:
        self._estate = estate
        self._places = estate.places
        self._hosts = hosts
        self._made: set[str] = set()
        self._waiting: list[tuple[str, str, str, Cut | None]] = []
        self._edges: list[CanBecome] = []
        self._scopes: dict[tuple[str, str], int] = {}
        self.administered: set[str] = set()
        """Scopes that hubs lead to the administration of."""

    def count(self, kind: str, scope: str) -> int:
        """How many things of a kind lie in a scope, or are it."""
        if kind.startswith(SCOPE):
            return self._count_scopes(kind, scope)
        return self._hosts.count(kind, scope)

    def _count_scopes(self, kind: str, scope: str) -> int:
        key = (kind, scope)
        found = self._scopes.get(key)
        if found is None:
            self._scopes[key] = 0  # a scope that lies in itself holds nothing
            level = kind.removeprefix(SCOPE)
            found = sum(
                1 if kind_of(inner) == level else self._count_scopes(kind, inner) for inner in self._places.below(scope)
            )
            self._scopes[key] = found
        return found

    def few(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> list[Host] | None:
        """The things of some kinds in a scope, but for what is denied; None when they are too many to name."""
        if sum(self.count(kind, scope) for kind in kinds) > DIRECT:
            return None
        return [
            host
            for kind in kinds
            for host in self._within(kind, scope)
            if not self._is_denied(host.id, denied.get(kind))
        ]

    def _within(self, kind: str, scope: str) -> Iterator[Host]:
        if not kind.startswith(SCOPE):
            yield from self._hosts.within(kind, scope)
            return
        level = kind.removeprefix(SCOPE)
        for inner in self._places.below(scope):
            if kind_of(inner) == level:
                self.administered.add(inner)
                yield Host(inner, kind, administrator_of(inner))
            elif self.count(kind, inner):
                yield from self._within(kind, inner)

    def _is_denied(self, id: str, denied: Cut | None) -> bool:
        return denied is not None and not denied.scopes.isdisjoint(self._places.chain(id))

    def of(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> str:
        """Id of the hub of all things of some kinds in a scope, but for what is denied inside of it."""
        kinds = [kind for kind in kinds if self.count(kind, scope)]
        members = [self._one(kind, scope, denied.get(kind)) for kind in kinds]
        if len(members) == 1:
            return members[0]
        digest = "all" if tuple(kinds) == ALL_KINDS and not denied else _digest(members)
        hub = f"{_HUB}hosts:{digest}:{scope}"
        if hub not in self._made:
            self._made.add(hub)
            where = self._places.told(scope)
            for kind, member in zip(kinds, members, strict=True):
                self._lead(hub, member, f"one kind of them are {plural(kind)} in {where}")
        return hub

    def everything(self, scope: str) -> str:
        """Id of the hub of all identities in a scope; empty where there are none."""
        kinds = [kind for kind in ALL_KINDS if self.count(kind, scope)]
        return self.of(kinds, scope, {}) if kinds else ""

    def _one(self, kind: str, scope: str, denied: Cut | None) -> str:
        hub = f"{_HUB}{kind}:{scope}" + (f":but:{denied.digest}" if denied is not None else "")
        if hub not in self._made:
            self._made.add(hub)
            self._waiting.append((hub, kind, scope, denied))
        return hub

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
        inner = [part for part in self._places.below(scope) if self._leads_on(kind, part)] if is_wide(scope) else []
        within: dict[str, list[str]] = defaultdict(list)
        parts = {*inner}
        for one in denied.scopes if denied is not None else ():
            for above in self._places.chain(one)[1:]:
                if above in parts:
                    within[above].append(one)
        for part in inner:
            if self._is_denied(part, denied):
                continue
            self._lead(
                hub,
                self._one(kind, part, cut(within.get(part, ()))),
                f"{plural(kind)} in {self._places.told(part)} are among them",
            )
        told: set[str] = set()
        for host in self._here(kind, scope):
            if host.identity in told or self._is_denied(host.id, denied):
                continue
            told.add(host.identity)
            self._lead(hub, host.identity, f"{_acting(host, self._estate)} is among them")

    def _leads_on(self, kind: str, part: str) -> bool:
        if kind.startswith(SCOPE) and kind_of(part) == kind.removeprefix(SCOPE):
            return False
        return self.count(kind, part) > 0

    def _here(self, kind: str, scope: str) -> list[Host]:
        if not kind.startswith(SCOPE):
            return self._hosts.directly(kind, scope) if is_wide(scope) else list(self._hosts.within(kind, scope))
        found = [inner for inner in self._places.below(scope) if kind_of(inner) == kind.removeprefix(SCOPE)]
        self.administered.update(found)
        return [Host(inner, kind, administrator_of(inner)) for inner in found]


def _acting(host: Host, estate: Estate) -> str:
    """A thing and whom it acts as."""
    if host.kind.startswith(SCOPE):
        return estate.places.told(host.id)
    if host.kind == DELEGATE:
        return f"delegation through {estate.name(host.id)}"
    if host.id == host.identity:
        return estate.subject(host.identity)
    return f"{estate.subject(host.identity)} of {estate.places.told(host.id)}"


def plural(kind: str) -> str:
    """Several things of a kind, in words."""
    words = kind.removeprefix(SCOPE).removeprefix("google-")
    words = re.split("[/+?]", words)[0].replace("-", " ")
    return f"{words[:-1]}ies" if words.endswith("y") and not words.endswith("ey") else f"{words}s"


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
