"""Escalation through Azure Resource Manager: edges from who holds roles to the identities and scopes that they gain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from nhiscan.model import CanBecome, administrator_of
from nhiscan_connectors.azure.access.denies import DenySet
from nhiscan_connectors.azure.access.effective import Level, anywhere
from nhiscan_connectors.azure.access.estate import Assigned, Estate
from nhiscan_connectors.azure.access.firing import SCOPE, Firing, actions_of, fire
from nhiscan_connectors.azure.access.hosts import Host
from nhiscan_connectors.azure.access.hubs import Hubs
from nhiscan_connectors.azure.access.method import Method
from nhiscan_connectors.azure.access.methods import ALL_KINDS, USER_ASSIGNED
from nhiscan_connectors.azure.access.scopes import is_wide, levels
from nhiscan_connectors.common.cuts import Cut

Conditions: TypeAlias = tuple[str, ...]
Gained: TypeAlias = tuple[str, Conditions, frozenset[str]]
"""A kind that is gained, what that depends on, and, where something inside is closed to all of them, the methods."""
Told: TypeAlias = dict[str, frozenset[Gained]]
"""Scope -> what is gained there."""


class Power(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What fires at one scope under the same conditions: types of hosts, and the methods for each."""

    scope: str
    conditions: Conditions
    by_kind: dict[str, tuple[Method, ...]]
    by: Assigned
    """The assignment that gives it, or the last part of it."""
    denied: dict[str, Cut]
    """Kind -> scopes inside in which every one of the methods is denied."""


class Powers:
    """Powers of principals, worked out by scope and told once: not again for what lies further down."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def of(self, found: Sequence[Level], denies: DenySet, without: Sequence[Told] = ()) -> tuple[list[Power], Told]:
        """The powers, and what is gained by scope.

        `without`: what is gained by scope of others who are told on their own, such as the groups of an identity.
        """
        free_anywhere, some_anywhere = anywhere(found)
        told: Told = {}
        powers: list[Power] = []
        for level in found:
            seen = self._above(level.scope, (told, *without))
            buckets, closed = self._buckets(level, free_anywhere, some_anywhere, denies)
            for conditions, by_kind in sorted(buckets.items(), key=lambda pair: (len(pair[0]), pair[0])):
                denied = self._denied(level.scope, by_kind, denies)
                fresh = {
                    kind: methods
                    for kind, methods in by_kind.items()
                    if not _is_told(seen, kind, conditions, methods)
                    and not (conditions and _opens_nothing(closed.get(kind), denied.get(kind)))
                }
                for kind, methods in fresh.items():
                    seen.add((kind, conditions, frozenset(m.id for m in methods) if kind in denied else frozenset()))
                if fresh:
                    powers.append(Power(level.scope, conditions, fresh, _giver(level, fresh), denied))
            told[level.scope] = frozenset(seen)
        return powers, told

    def _above(self, scope: str, told: Iterable[Told]) -> set[Gained]:
        found: set[Gained] = set()
        for gained in told:
            if gained:
                for above in self._estate.tree.chain(scope):
                    found.update(gained.get(above, ()))
        return found

    def _buckets(
        self, level: Level, free: int, some: int, denies: DenySet
    ) -> tuple[dict[Conditions, dict[str, tuple[Method, ...]]], dict[str, Cut]]:
        """What fires by conditions, and what is closed inside to all that fires without any."""
        buckets: dict[Conditions, dict[str, tuple[Method, ...]]] = defaultdict(dict)
        done: set[str] = set()
        closed: dict[str, Cut] = {}
        for tier in level.tiers:
            fired = fire(tier.mask, free)
            self._sort_in(buckets, done, level.scope, fired, tier.conditions)
            if not tier.conditions:
                # What is closed to these methods may be open to others that ask for more.
                closed = self._denied(level.scope, buckets[()], denies)
                done -= closed.keys()
                self._sort_in(buckets, done, level.scope, Firing({}, fired.noted), ())
        if some != free:
            # What is needed elsewhere may itself depend on something; what, is told by the principal's other roles.
            fired = fire(level.tiers[-1].mask, some)
            conditions = (*level.tiers[-1].conditions, "conditions on its other roles")
            self._sort_in(buckets, done, level.scope, fired, conditions)
        return buckets, closed

    def _sort_in(
        self,
        buckets: dict[Conditions, dict[str, tuple[Method, ...]]],
        done: set[str],
        scope: str,
        fired: Firing,
        conditions: Conditions,
    ) -> None:
        """Take in what fires; of a kind that is gained under fewer conditions, nothing more is told."""
        free = dict(fired.free)
        if SCOPE in free and not is_wide(scope):
            # Owner of a resource group controls all that is hosted in it.
            methods = free.pop(SCOPE)
            free = {**dict.fromkeys(ALL_KINDS, methods), **free}
        names = tuple(sorted(conditions))
        for kind, methods in free.items():
            if kind not in done:
                done.add(kind)
                buckets[names][kind] = methods
        for (kind, note), methods in fired.noted.items():
            if kind in done or (kind == SCOPE and not is_wide(scope)):
                continue
            bucket = buckets[tuple(sorted({*conditions, note}))]
            if kind not in bucket and not any(
                kind in other for names, other in buckets.items() if names and {*names} < {*conditions, note}
            ):
                bucket[kind] = methods

    def _denied(self, scope: str, by_kind: dict[str, tuple[Method, ...]], denies: DenySet) -> dict[str, Cut]:
        found: dict[str, Cut] = {}
        for kind, methods in by_kind.items():
            closed = denies.cut(scope, actions_of(methods))
            if closed is not None:
                found[kind] = closed
        return found


def _opens_nothing(free: Cut | None, tied: Cut | None) -> bool:
    """Whether what asks for more is closed wherever what asks for nothing is."""
    return free is not None and tied is not None and free.scopes <= tied.scopes


def _is_told(seen: set[Gained], kind: str, conditions: Conditions, methods: tuple[Method, ...]) -> bool:
    """Whether a kind is gained already: wholly, or by the same methods, to which the same is closed."""
    for some in ((), conditions):
        if (kind, some, frozenset[str]()) in seen:
            return True
    ids = {method.id for method in methods}
    return any(known == kind and some in ((), conditions) and ids <= by for known, some, by in seen if by)


def _giver(level: Level, by_kind: dict[str, tuple[Method, ...]]) -> Assigned:
    """The assignment at the level that gives one of the methods, or part of it."""
    needed = 0
    for methods in by_kind.values():
        for mask in actions_of(methods[:1]):
            needed |= mask
    best = max(level.own, key=lambda one: max((mask & needed).bit_count() for mask, _ in (*one.layers, (0, ()))))
    return best


class Escalation:
    """Powers as edges."""

    def __init__(self, estate: Estate, hubs: Hubs) -> None:
        self._estate = estate
        self._hubs = hubs
        self._unseen: dict[str, bool] = {}
        self.administered: set[str] = set()
        """Scopes that somebody can come to administer."""

    def edges(self, holder: str, powers: Sequence[Power]) -> Iterator[CanBecome]:
        """What a principal can become by its powers."""
        missing: list[tuple[Power, str, tuple[Method, ...]]] = []
        gained = False
        for power in powers:
            kinds = [kind for kind in power.by_kind if kind != SCOPE]
            if SCOPE in power.by_kind:
                gained = True
                yield self._administration(holder, power)
            if not kinds:
                continue
            for edge in self._hosted(holder, power, sorted(kinds)):
                gained = True
                yield edge
            if not gained:
                missing.append((power, kinds[0], power.by_kind[kinds[0]]))
        if missing and not gained:
            yield self._latent(holder, missing)

    def _administration(self, holder: str, power: Power) -> CanBecome:
        self.administered.add(power.scope)
        return self._edge(
            holder, power, administrator_of(power.scope), power.by_kind[SCOPE], self._estate.tree.told(power.scope)
        )

    def _hosted(self, holder: str, power: Power, kinds: list[str]) -> Iterator[CanBecome]:
        if not self._estate.tree.knows(power.scope):
            return
        few = self._hubs.few(kinds, power.scope, power.denied)
        if few is None:
            yield self._to_hub(holder, power, kinds)
            return
        by_identity: dict[str, Host] = {}
        for host in few:
            if host.identity != holder:
                by_identity.setdefault(host.identity, host)
        for identity, host in by_identity.items():
            name = self._estate.tree.told(host.id)
            edge = self._edge(holder, power, identity, power.by_kind[host.kind], name)
            if host.kind != USER_ASSIGNED:
                edge = msgspec.structs.replace(
                    edge, reason=f"{edge.reason}, which acts as {self._estate.name(identity)}"
                )
            yield edge

    def _to_hub(self, holder: str, power: Power, kinds: list[str]) -> CanBecome:
        hub = self._hubs.of(kinds, power.scope, power.denied)
        there = [kind for kind in kinds if self._hubs.count(kind, power.scope)]
        total = sum(self._hubs.count(kind, power.scope) for kind in there)
        method = power.by_kind[there[0]]
        place = self._estate.tree.told(power.scope)
        target = f"any {_thing(there[0])} in {place}"
        edge = self._edge(holder, power, hub, method, target)
        ways = {methods[0].id for kind, methods in power.by_kind.items() if kind in there} - {method[0].id}
        others = f"; likewise by {', '.join(sorted(ways))}" if ways else ""
        reason = f"{edge.reason}: {total} things there act as a managed identity or are one{others}"
        return msgspec.structs.replace(edge, reason=reason)

    def _latent(self, holder: str, missing: list[tuple[Power, str, tuple[Method, ...]]]) -> CanBecome:
        """All that fails for want of a host with an identity is told as one: it is mended by the same absence."""
        power, kind, methods = missing[0]
        tree = self._estate.tree
        place = tree.told(power.scope)
        unseen = self._is_unseen(power.scope)
        whole = power.scope if is_wide(power.scope) else levels(power.scope)[-1]
        edge = self._edge(holder, power, administrator_of(whole), methods, f"any {_thing(kind)} in {place}")
        why = "but nothing there that it could take over has an identity"
        if unseen:
            why = "what runs there, and as whom, could not be read"
        return msgspec.structs.replace(edge, answer="unknown" if unseen else "latent", reason=f"{edge.reason}; {why}")

    def _is_unseen(self, scope: str) -> bool:
        """Whether it is not known what runs in a scope."""
        found = self._unseen.get(scope)
        if found is None:
            knows = self._estate.inventory.knows
            inside = self._estate.tree.subscriptions(scope)
            found = not self._estate.tree.knows(scope) or any(not knows(one, "workloads") for one in inside)
            self._unseen[scope] = found
        return found

    def _edge(self, holder: str, power: Power, target: str, methods: tuple[Method, ...], called: str) -> CanBecome:
        method = methods[0]
        subject = self._estate.subject(holder)
        where = self._estate.tree.told(power.by.scope)
        others = f" (the same by {', '.join(other.id for other in methods[1:])})" if len(methods) > 1 else ""
        when = f" when {' and '.join(power.conditions)}" if power.conditions else ""
        return CanBecome(
            identity=holder,
            target=target,
            method=method.id,
            answer="conditional" if power.conditions else "allowed",
            conditions=power.conditions,
            reason=f"{subject} {method.can.format(target=called)}{when}"
            f" ({self._estate.source(power.by, holder)}){others}",
            fix=method.fix.format(role=power.by.role_name, scope=where, who=self._estate.subject(power.by.principal)),
        )


def _thing(kind: str) -> str:
    """A type of host in words: "virtual machine"; one that has none here, as Azure writes it."""
    name = kind.rpartition("/")[2]
    return _THINGS.get(name) or (f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s"))


_THINGS = {
    "automationaccounts": "automation account",
    "containerapps": "container app",
    "containergroups": "container group",
    "managedclusters": "cluster",
    "sites": "web app",
    "userassignedidentities": "user-assigned identity",
    "virtualmachines": "virtual machine",
    "virtualmachinescalesets": "scale set",
}
