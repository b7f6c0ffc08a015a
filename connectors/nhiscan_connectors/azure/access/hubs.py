"""Hubs of Azure: every identity hosted in a scope, or every target of a kind.

Whoever controls all virtual machines of a subscription gets one edge to the hub of the subscription, which has one to
the hub of each resource group, which has one to each identity there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nhiscan.model import CanBecome
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.hosts import Host, Hosts
from nhiscan_connectors.azure.access.methods import ALL_KINDS
from nhiscan_connectors.azure.access.scopes import GROUPS, ROOT, levels
from nhiscan_connectors.common.hubs import ScopeHubs


class Hubs(ScopeHubs[Host]):
    """See `ScopeHubs`."""

    prefix = "any-of:azure:"
    all_kinds = ALL_KINDS

    def __init__(self, estate: Estate, hosts: Hosts) -> None:
        super().__init__(estate.tree)
        self._estate = estate
        self._tree = estate.tree
        self._hosts = hosts
        self._counts: dict[tuple[str, str], int] = {}

    def count(self, kind: str, scope: str) -> int:
        """How many hosts of a type lie in a scope; counted once."""
        key = (kind, scope)
        found = self._counts.get(key)
        if found is None:
            found = self._counts[key] = self._hosts.count(kind, scope)
        return found

    def within(self, kind: str, scope: str) -> Iterable[Host]:
        """See `ScopeHubs.within`."""
        return self._hosts.within(kind, scope)

    def parts(self, kind: str, scope: str) -> tuple[list[str], list[Host]]:
        """See `ScopeHubs.parts`."""
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

    def plural(self, kind: str) -> str:
        """See `ScopeHubs.plural`."""
        return kind.rpartition("/")[2]

    def written(self, kind: str) -> str:
        """See `ScopeHubs.written`."""
        return kind.replace("/", ".")

    def membership(self, host: Host) -> str:
        """See `ScopeHubs.membership`."""
        return f"{self._tree.told(host.id)} acts as {self._estate.name(host.identity)}"

    def targets(self, name: str, title: str, members: Sequence[tuple[str, str, tuple[str, ...]]]) -> str:
        """Id of a hub of given members: id, name, conditions."""
        hub = f"{self.prefix}{name}"
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
