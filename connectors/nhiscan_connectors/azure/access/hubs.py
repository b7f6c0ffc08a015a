"""Hubs: nodes that stand for every identity hosted in a scope, or every target of a kind, so that edges stay linear.

Whoever controls all virtual machines of a subscription gets one edge to the hub of the subscription, which has one to
the hub of each resource group, which has one to each identity there. All who control as much share the hubs.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from nhiscan.model import CanBecome
from nhiscan_connectors.azure.access.denies import Cut, cut
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.hosts import Host, Hosts
from nhiscan_connectors.azure.access.methods import ALL_KINDS
from nhiscan_connectors.azure.access.scopes import GROUPS, ROOT, levels

DIRECT: Final = 8
"""Up to so many targets are named one by one."""

_HUB: Final = "any-of:azure:"


class Hubs:
    """Hubs made so far; `edges` gives what leads on from them."""

    def __init__(self, estate: Estate, hosts: Hosts) -> None:
        self._estate = estate
        self._tree = estate.tree
        self._hosts = hosts
        self._made: set[str] = set()
        self._waiting: list[tuple[str, str, str, Cut | None]] = []
        self._edges: list[CanBecome] = []
        self._counts: dict[tuple[str, str], int] = {}

    def count(self, kind: str, scope: str) -> int:
        """How many hosts of a type lie in a scope; counted once."""
        key = (kind, scope)
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = self._hosts.count(kind, scope)
        return found

    def few(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> list[Host] | None:
        """The hosts of some types in a scope, but for what is denied; None when they are too many to name."""
        if sum(self.count(kind, scope) for kind in kinds) > DIRECT:
            return None
        return [
            host
            for kind in kinds
            for host in self._hosts.within(kind, scope)
            if not self._is_denied(host.id, denied.get(kind))
        ]

    def _is_denied(self, id: str, denied: Cut | None) -> bool:
        return denied is not None and not denied.scopes.isdisjoint(self._tree.chain(id))

    def of(self, kinds: Sequence[str], scope: str, denied: dict[str, Cut]) -> str:
        """Id of the hub of all hosts of some types in a scope, but for what is denied inside of it."""
        kinds = [kind for kind in kinds if self.count(kind, scope)]
        members = [self._one(kind, scope, denied.get(kind)) for kind in kinds]
        if len(members) == 1:
            return members[0]
        digest = "all" if tuple(kinds) == ALL_KINDS and not denied else _digest(members)
        hub = f"{_HUB}hosts:{digest}:{scope}"
        if hub not in self._made:
            self._made.add(hub)
            where = self._tree.told(scope)
            for kind, member in zip(kinds, members, strict=True):
                self._lead(hub, member, f"one kind of them are {_plural(kind)} in {where}")
        return hub

    def _one(self, kind: str, scope: str, denied: Cut | None) -> str:
        """Id of the hub of the hosts of one type; its members are worked out when the edges are asked for."""
        hub = f"{_HUB}{kind.replace('/', '.')}:{scope}" + (f":but:{denied.digest}" if denied is not None else "")
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
        inner, direct = self._parts(kind, scope)
        within: dict[str, list[str]] = defaultdict(list)
        if denied is not None:
            parts = {*inner}
            for one in denied.scopes:
                for above in self._tree.chain(one)[1:]:
                    if above in parts:
                        within[above].append(one)
        for part in inner:
            if self._is_denied(part, denied):
                continue
            self._lead(
                hub,
                self._one(kind, part, cut(within.get(part, ()))),
                f"{_plural(kind)} in {self._tree.told(part)} are among them",
            )
        told: set[str] = set()
        for host in direct:
            if host.identity in told or self._is_denied(host.id, denied):
                continue
            told.add(host.identity)
            name = self._estate.name(host.identity)
            self._lead(hub, host.identity, f"{self._tree.told(host.id)} acts as {name}")

    def _parts(self, kind: str, scope: str) -> tuple[list[str], list[Host]]:
        """Scopes directly inside of one that hold hosts of a type, and hosts that lie in it and in none of those."""
        if scope == ROOT or scope.startswith(GROUPS):
            return [part for part in self._tree.below(scope) if self.count(kind, part)], []
        hosts = list(self._hosts.within(kind, scope))
        if scope.count("/") > 2:
            return [], hosts
        groups: dict[str, None] = {}
        direct: list[Host] = []
        for host in hosts:
            above = levels(host.id)
            if len(above) > 2:
                groups[above[-2]] = None
            else:
                direct.append(host)
        return list(groups), direct

    def targets(self, name: str, title: str, members: Sequence[tuple[str, str, tuple[str, ...]]]) -> str:
        """Id of a hub of given members: id, name, conditions."""
        hub = f"{_HUB}{name}"
        if hub not in self._made:
            self._made.add(hub)
            for target, called, conditions in members:
                self._edges.append(
                    CanBecome(
                        identity=hub,
                        target=target,
                        method="member",
                        answer="conditional" if conditions else "allowed",
                        conditions=conditions,
                        reason=f"{called} is a {title}",
                    )
                )
        return hub


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _plural(kind: str) -> str:
    return kind.rpartition("/")[2]
