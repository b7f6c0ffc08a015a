"""Hosts: things that run as a managed identity, or are one, found by type and by the scope that they lie in."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.methods import ALL_KINDS
from nhiscan_connectors.azure.access.scopes import GROUPS, ROOT, type_of


class Host(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One thing and one identity that it acts as."""

    id: str
    kind: str
    identity: str


class Hosts:
    """All hosts of an inventory whose types some method can take over."""

    def __init__(self, estate: Estate) -> None:
        self._tree = estate.tree
        found: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for run in estate.inventory.runs_as:
            # What the platform uses for a workload is never in the hands of the workload's own code.
            if not run.by_platform and run.workload.startswith("/subscriptions/"):
                found[type_of(run.workload)].add((run.workload, run.identity))
        for identity in estate.identities():
            resource = identity.attributes.get("resource", "")
            if resource.startswith("/subscriptions/"):
                found[type_of(resource)].add((resource, identity.id))
        kinds = frozenset(ALL_KINDS)
        self._by_kind = {
            kind: [Host(id, kind, identity) for id, identity in sorted(pairs)]
            for kind, pairs in found.items()
            if kind in kinds
        }
        self._ids = {kind: [host.id for host in hosts] for kind, hosts in self._by_kind.items()}
        self.looked = 0
        """Hosts that were handed out: what the cost of judging is proportional to."""

    def _spans(self, kind: str, scope: str) -> Iterator[tuple[int, int]]:
        """Stretches of the sorted list: the thing itself, once for each of its identities, and what lies in it."""
        ids = self._ids.get(kind)
        if not ids:
            return
        wide = scope == ROOT or scope.startswith(GROUPS)
        for place in self._tree.subscriptions(scope) if wide else (scope,):
            if not wide:
                yield bisect_left(ids, place), bisect_right(ids, place)
            yield bisect_left(ids, f"{place}/"), bisect_left(ids, f"{place}0")

    def count(self, kind: str, scope: str) -> int:
        """How many hosts of a type lie in a scope, or are it."""
        return sum(end - start for start, end in self._spans(kind, scope))

    def within(self, kind: str, scope: str) -> Iterator[Host]:
        """The hosts of a type in a scope, by id."""
        for start, end in self._spans(kind, scope):
            for host in self._by_kind[kind][start:end] if end > start else ():
                self.looked += 1
                yield host
