"""Hubs of Google Cloud: everything of a kind in an organization, folder or project.

Whoever can get tokens of all accounts of an organization gets one edge to the hub of the organization, which has one to
the hub of each folder and project, which has one to each account.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiscan.model import administrator_of
from nhiscan_connectors.common.hubs import ScopeHubs
from nhiscan_connectors.gcp.access.estate import Estate
from nhiscan_connectors.gcp.access.firing import SCOPE
from nhiscan_connectors.gcp.access.hosts import DELEGATE, Host, Hosts
from nhiscan_connectors.gcp.access.methods import ALL_KINDS
from nhiscan_connectors.gcp.access.places import is_wide, kind_of


class Hubs(ScopeHubs[Host]):
    """See `ScopeHubs`. Scopes count as things of a kind too: whoever takes one over administers it."""

    prefix = "any-of:gcp:"
    all_kinds = ALL_KINDS

    def __init__(self, estate: Estate, hosts: Hosts) -> None:
        super().__init__(estate.places)
        self._estate = estate
        self._places = estate.places
        self._hosts = hosts
        self._counts: dict[tuple[str, str], int] = {}
        self.administered: set[str] = set()
        """Scopes that hubs lead to the administration of."""

    def count(self, kind: str, scope: str) -> int:
        """See `ScopeHubs.count`."""
        if kind.startswith(SCOPE):
            return self._count_scopes(kind, scope)
        return self._hosts.count(kind, scope)

    def _count_scopes(self, kind: str, scope: str) -> int:
        key = (kind, scope)
        found = self._counts.get(key)
        if found is None:
            self._counts[key] = 0  # a scope that lies in itself holds nothing
            level = kind.removeprefix(SCOPE)
            found = sum(
                1 if kind_of(inner) == level else self._count_scopes(kind, inner) for inner in self._places.below(scope)
            )
            self._counts[key] = found
        return found

    def within(self, kind: str, scope: str) -> Iterator[Host]:
        """See `ScopeHubs.within`."""
        if not kind.startswith(SCOPE):
            yield from self._hosts.within(kind, scope)
            return
        level = kind.removeprefix(SCOPE)
        for inner in self._places.below(scope):
            if kind_of(inner) == level:
                self.administered.add(inner)
                yield Host(inner, kind, administrator_of(inner))
            elif self.count(kind, inner):
                yield from self.within(kind, inner)

    def everything(self, scope: str) -> str:
        """Id of the hub of all identities in a scope; empty where there are none."""
        kinds = [kind for kind in ALL_KINDS if self.count(kind, scope)]
        return self.of(kinds, scope, {}) if kinds else ""

    def parts(self, kind: str, scope: str) -> tuple[list[str], list[Host]]:
        """See `ScopeHubs.parts`."""
        inner = [part for part in self._places.below(scope) if self._leads_on(kind, part)] if is_wide(scope) else []
        return inner, self._here(kind, scope)

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

    def plural(self, kind: str) -> str:
        """See `ScopeHubs.plural`."""
        return plural(kind)

    def membership(self, host: Host) -> str:
        """See `ScopeHubs.membership`."""
        return f"{self._acting(host)} is among them"

    def _acting(self, host: Host) -> str:
        """A thing and whom it acts as."""
        if host.kind.startswith(SCOPE):
            return self._places.told(host.id)
        if host.kind == DELEGATE:
            return f"delegation through {self._estate.name(host.id)}"
        if host.id == host.identity:
            return self._estate.subject(host.identity)
        return f"{self._estate.subject(host.identity)} of {self._places.told(host.id)}"


def plural(kind: str) -> str:
    """Several things of a kind, in words."""
    words = kind.removeprefix(SCOPE).removeprefix("google-")
    words = re.split("[/+?]", words)[0].replace("-", " ")
    return f"{words[:-1]}ies" if words.endswith("y") and not words.endswith("ey") else f"{words}s"
