"""Escalation: edges from who holds roles to the identities and scopes that they gain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import msgspec

from nhiscan.model import CanBecome, administrator_of
from nhiscan.wording import listed
from nhiscan_connectors.common.cuts import Cut
from nhiscan_connectors.gcp.access.conditions import holds, name_of
from nhiscan_connectors.gcp.access.denies import DenySet
from nhiscan_connectors.gcp.access.effective import Holding, Level, anywhere
from nhiscan_connectors.gcp.access.estate import Assigned, Estate
from nhiscan_connectors.gcp.access.firing import (
    SCOPE,
    THERE,
    Firing,
    all_needed_by,
    fire,
    needed_by,
)
from nhiscan_connectors.gcp.access.hosts import DELEGATE, Host
from nhiscan_connectors.gcp.access.hubs import Hubs, plural
from nhiscan_connectors.gcp.access.method import ACCOUNT, ACT_AS, BESIDE, PERHAPS, Method
from nhiscan_connectors.gcp.access.methods import ALL_KINDS, MINTING
from nhiscan_connectors.gcp.access.places import is_wide, kind_of
from nhiscan_connectors.gcp.access.universe import BIT, EVERY
from nhiscan_connectors.gcp.names import SERVICE_ACCOUNTS

Conditions: TypeAlias = tuple[str, ...]
Buckets: TypeAlias = dict[Conditions, dict[str, tuple[Method, ...]]]
"""What must hold -> what is gained then, and how."""
Gained: TypeAlias = tuple[str, Conditions, frozenset[str]]
"""A kind that is gained, what that depends on, and, where something inside is closed to all of them, the methods."""
Told: TypeAlias = dict[str, frozenset[Gained]]
"""Place -> what is gained there."""

_BESIDE = (f"{ACCOUNT}{BESIDE}", f"{ACCOUNT}{PERHAPS}")
_PROJECTS = f"{SCOPE}project"
_WIDEST = ("organization", "folder", "project")
_ACT_AS = BIT[ACT_AS.lower()]
_MOST_NAMED = 3
_MOST_LOOKED_AT = 8
"""Workloads of one account that are looked at one by one."""


class Power(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What fires at one place under the same conditions: kinds of things, and the methods for each."""

    scope: str
    conditions: Conditions
    by_kind: dict[str, tuple[Method, ...]]
    by: Assigned
    """The binding that gives it, or the last part of it."""
    denied: dict[str, Cut]
    """Kind -> places inside in which every one of the methods is denied."""


class Powers:
    """Powers of principals, worked out by place and told once: not again for what lies further down."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._known: dict[tuple[object, ...], Buckets] = {}

    def of(
        self, holding: Holding, found: Sequence[Level], denies: DenySet, without: Sequence[Told] = ()
    ) -> tuple[list[Power], Told]:
        """The powers, and what is gained by place.

        `without`: what is gained by place of others who are told on their own, such as the groups of an identity.
        """
        free_anywhere, some_anywhere = anywhere(found)
        told: Told = {}
        powers: list[Power] = []
        for level in found:
            seen = self._above(level.scope, (told, *without))
            own = f"{SCOPE}{kind_of(level.scope)}"
            buckets, closed = self._buckets(holding, level, free_anywhere, some_anywhere, denies)
            for conditions, by_kind in sorted(buckets.items(), key=lambda pair: (len(pair[0]), pair[0])):
                denied = self._denied(level.scope, by_kind, conditions, denies)
                fresh = {
                    kind: methods
                    for kind, methods in by_kind.items()
                    if not _is_told(seen, kind, conditions, methods, perhaps=bool(level.denied.maybe))
                    and not (conditions and _opens_nothing(closed.get(kind), denied.get(kind)))
                }
                for kind, methods in fresh.items():
                    seen.add((kind, conditions, frozenset(m.id for m in methods) if kind in denied else frozenset()))
                    if not conditions and kind == ACCOUNT and kind not in denied:
                        seen.update((other, (), frozenset[str]()) for other in ALL_KINDS if other.startswith(_BESIDE))
                    if not conditions and kind in (own, _PROJECTS) and kind not in denied:
                        # Whoever administers a scope, or all projects in it, has all that is in it by that alone.
                        seen.update((other, (), frozenset[str]()) for other in (*ALL_KINDS, DELEGATE))
                    if not conditions and kind == own:
                        seen.update((f"{SCOPE}{inner}", (), frozenset[str]()) for inner in _WIDEST)
                if _PROJECTS not in denied:
                    fresh = _widest(level.scope, fresh)
                if fresh:
                    powers.append(Power(level.scope, conditions, fresh, _giver(level, fresh), denied))
            told[level.scope] = frozenset(seen)
        return powers, told

    def _above(self, scope: str, told: Iterable[Told]) -> set[Gained]:
        found: set[Gained] = set()
        for gained in told:
            if gained:
                for above in self._estate.places.chain(scope):
                    found.update(gained.get(above, ()))
        return found

    def _buckets(
        self, holding: Holding, level: Level, free: int, some: int, denies: DenySet
    ) -> tuple[Buckets, dict[str, Cut]]:
        """What fires by conditions, and what is closed inside to all that fires without any."""
        wide = is_wide(level.scope)
        if (wide and denies.bind_inside(level.scope)) or level.scope in self._estate.inventory.workloads:
            return self._worked_out(holding, level, free, some, denies)
        # Most principals hold one of a few sets of roles at many places.
        attaches = bool(level.tiers[-1].mask & _ACT_AS)
        around = level.around if attaches and not wide else ()
        key = (level.tiers, around, wide, *((free & THERE, some & THERE) if attaches else ()))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._worked_out(holding, level, free, some, denies)[0]
        changed = self._changed(holding, level) if level.scope.startswith(SERVICE_ACCOUNTS) else None
        if changed is None or ACCOUNT in found.get((), {}):
            return found, {}
        conditions, methods = changed
        return {**found, conditions: {**found.get(conditions, {}), ACCOUNT: methods}}, {}

    def _worked_out(
        self, holding: Holding, level: Level, free: int, some: int, denies: DenySet
    ) -> tuple[Buckets, dict[str, Cut]]:
        buckets: Buckets = defaultdict(dict)
        done: set[str] = set()
        closed: dict[str, Cut] = {}
        wide = is_wide(level.scope)
        for tier in level.tiers:
            there = tier.mask if wide else level.around[0].mask
            fired = fire(tier.mask, there, free)
            _sort_in(buckets, done, fired, tier.conditions)
            if not tier.conditions:
                # What is closed to these methods may be open to others that ask for more.
                closed = self._denied(level.scope, buckets[()], (), denies) if () in buckets else {}
                done -= closed.keys()
                _sort_in(buckets, done, Firing({}, fired.noted), ())
            as_account = self._as_account(holding, level.scope, tier.mask)
            if as_account is not None:
                _sort_in(buckets, done, fire(tier.mask | _ACT_AS, there, free), (*tier.conditions, *as_account))
        last, around = level.tiers[-1], level.around[-1]
        if not last.mask & _ACT_AS:
            pass  # nothing that is held elsewhere adds to it
        elif around.conditions and not wide:
            _sort_in(buckets, done, fire(last.mask, around.mask, some), (*last.conditions, *around.conditions))
        elif some != free:
            # What is needed elsewhere may itself depend on something; what, is told by the principal's other roles.
            fired = fire(last.mask, around.mask, some)
            _sort_in(buckets, done, fired, (*last.conditions, "conditions on its other roles"))
        return {key: _needed(value, buckets, closed) for key, value in buckets.items()}, closed

    def _as_account(self, holding: Holding, place: str, mask: int) -> Conditions | None:
        """On what acting as the account of a workload depends, which is allowed elsewhere; None for not at all."""
        if is_wide(place) or mask & _ACT_AS or place not in self._estate.inventory.workloads:
            return None
        best: Conditions | None = None
        for run in self._estate.inventory.identities_run_by(place)[:_MOST_LOOKED_AT]:
            for tier in holding.at(run.identity, _ACT_AS) if not run.by_platform else ():
                if tier.mask and (best is None or len(tier.conditions) < len(best)):
                    best = tier.conditions
        return best

    def _changed(self, holding: Holding, level: Level) -> tuple[Conditions, tuple[Method, ...]] | None:
        """Whoever may act as an account, and change something that runs as it already, has the account."""
        if not level.tiers[-1].mask & _ACT_AS:
            return None
        best: tuple[Conditions, tuple[Method, ...]] | None = None
        for run in self._estate.inventory.workloads_running_as(level.scope)[:_MOST_LOOKED_AT]:
            workload = self._estate.inventory.workloads.get(run.workload)
            if workload is None or run.by_platform:
                continue
            for own in level.tiers:
                for tier in holding.at(run.workload, EVERY) if own.mask & _ACT_AS else ():
                    fired = fire(tier.mask | _ACT_AS, 0, 0)
                    conditions = tuple(sorted({*own.conditions, *tier.conditions}))
                    methods = tuple(m for m in fired.free.get(workload.kind, ()) if m.acts_as)
                    if methods and (best is None or len(conditions) < len(best[0])):
                        best = conditions, methods
        return best

    def is_seen(self, container: str) -> bool:
        """Whether it is known what runs in a scope."""
        if not container or not self._estate.places.is_listed(container):
            return False
        knows = self._estate.inventory.knows
        inside = self._estate.places.all_projects(container)
        return knows(container, "workloads") and all(knows(one, "workloads") for one in inside)

    def _denied(
        self, scope: str, by_kind: dict[str, tuple[Method, ...]], conditions: Conditions, denies: DenySet
    ) -> dict[str, Cut]:
        found: dict[str, Cut] = {}
        for kind, methods in by_kind.items() if is_wide(scope) and denies.bind_inside(scope) else ():
            closed = denies.cut(scope, needed_by(methods, conditions))
            if closed is not None:
                found[kind] = closed
        return found


def _sort_in(
    buckets: Buckets,
    done: set[str],
    fired: Firing,
    conditions: Conditions,
) -> None:
    """Take in what fires; of a kind that is gained under fewer conditions, nothing more is told."""
    names = tuple(sorted({*conditions}))
    for kind, methods in fired.free.items():
        if kind not in done:
            done.add(kind)
            buckets[names][kind] = methods
    for (kind, note), methods in fired.noted.items():
        if kind in done:
            continue
        bucket = buckets[tuple(sorted({*conditions, note}))]
        if kind not in bucket and not any(
            kind in other for names, other in buckets.items() if names and {*names} < {*conditions, note}
        ):
            bucket[kind] = methods


def _needed(
    by_kind: dict[str, tuple[Method, ...]],
    buckets: Buckets,
    closed: dict[str, Cut],
) -> dict[str, tuple[Method, ...]]:
    """What is gained, without accounts beside some workload where all accounts are gained without that."""
    if ACCOUNT not in buckets.get((), {}) or ACCOUNT in closed:
        return by_kind
    return {kind: methods for kind, methods in by_kind.items() if not kind.startswith(_BESIDE)}


def _widest(scope: str, by_kind: dict[str, tuple[Method, ...]]) -> dict[str, tuple[Method, ...]]:
    """What is gained, but for what is gained by administering the scope, or all projects in it."""
    own = f"{SCOPE}{kind_of(scope)}"
    if own in by_kind:
        return {own: by_kind[own]}
    if _PROJECTS in by_kind:
        return {kind: methods for kind, methods in by_kind.items() if kind.startswith(SCOPE)}
    return by_kind


def _opens_nothing(free: Cut | None, tied: Cut | None) -> bool:
    """Whether what asks for more is closed wherever what asks for nothing is."""
    return free is not None and tied is not None and free.scopes <= tied.scopes


def _is_told(
    seen: set[Gained], kind: str, conditions: Conditions, methods: tuple[Method, ...], *, perhaps: bool
) -> bool:
    """Whether a kind is gained already: wholly, or by the same methods, to which the same is closed.

    `perhaps`: what is gained without conditions may be left out here, for here it depends on a deny rule.
    """
    known: tuple[Conditions, ...] = (conditions,) if perhaps else ((), conditions)
    if (kind, (), frozenset[str]()) in seen or (kind, conditions, frozenset[str]()) in seen:
        return True
    if not any(by for _, _, by in seen):
        return False
    ids = {method.id for method in methods}
    return any(told == kind and some in known and ids <= by for told, some, by in seen if by)


def _giver(level: Level, by_kind: dict[str, tuple[Method, ...]]) -> Assigned:
    """The binding at the level that gives most of what one of the methods needs."""
    needed = 0
    for methods in by_kind.values():
        needed |= all_needed_by(methods[:1])
    return max(level.own, key=lambda one: max(((layer.mask & needed).bit_count() for layer in one.layers), default=0))


class Escalation:
    """Powers as edges."""

    def __init__(self, estate: Estate, hubs: Hubs, powers: Powers) -> None:
        self._estate = estate
        self._hubs = hubs
        self._powers = powers
        self._seen: dict[str, bool] = {}
        self.administered: set[str] = set()
        """Scopes that somebody can come to administer."""
        self.minted: dict[str, list[CanBecome]] = defaultdict(list)
        """Who can get tokens -> the edges to those whose tokens they are, and to delegation through them."""
        self.delegates = False
        """Whether anybody can act through an account on others."""

    def edges(self, holder: str, powers: Sequence[Power]) -> Iterator[CanBecome]:
        """What a principal can become by its powers."""
        missing: list[tuple[Power, str, tuple[Method, ...]]] = []
        gained = False
        for power in powers:
            own = f"{SCOPE}{kind_of(power.scope)}"
            kinds = sorted((kind for kind in power.by_kind if kind != own), key=_order)
            if own in power.by_kind:
                gained = True
                yield self._administration(holder, power, own)
            for edge in self._hosted(holder, power, kinds) if kinds else ():
                gained = True
                yield edge
            lacking = [] if any(self._hubs.count(kind, power.scope) for kind in kinds) else kinds
            if not gained and lacking and is_wide(power.scope):
                # What is more than permissions could make good is lacking only where nobody knows what is there.
                plain = [kind for kind in lacking if not power.by_kind[kind][0].note]
                if plain or not self._is_seen(power.scope):
                    kind = (plain or lacking)[0]
                    missing.append((power, kind, power.by_kind[kind]))
        if missing and not gained:
            yield self._latent(holder, missing)

    def _administration(self, holder: str, power: Power, own: str) -> CanBecome:
        self.administered.add(power.scope)
        where = self._estate.places.told(power.scope)
        return self._edge(holder, power, administrator_of(power.scope), power.by_kind[own], where)

    def _hosted(self, holder: str, power: Power, kinds: list[str]) -> Iterator[CanBecome]:
        few = self._hubs.few(kinds, power.scope, power.denied)
        if few is None:
            yield self._to_hub(holder, power, kinds)
            return
        told: set[tuple[str, bool]] = set()
        for host in few:
            key = (host.identity, host.kind == DELEGATE)
            if key in told or host.identity == holder or (host.kind == DELEGATE and host.id == holder):
                continue
            told.add(key)
            settled = self._settled(power, host)
            if settled is not None:
                yield self._to_host(holder, settled, host)

    def _settled(self, power: Power, host: Host) -> Power | None:
        """A power over one thing, whose name may settle the condition of the binding; None where it rules it out."""
        condition = power.by.condition
        if not condition or power.conditions != (name_of(condition),) or is_wide(host.id):
            return power
        open_: list[Method] = []
        for method in power.by_kind[host.kind]:
            alone = len(method.on) == 1 and not method.there
            names = self._estate.places.names(host.id)
            held = holds(condition, method.on[0], names, exact=True) if alone else None
            if held:
                return msgspec.structs.replace(power, conditions=(), by_kind={host.kind: (method,)})
            if held is None:
                open_.append(method)
        return msgspec.structs.replace(power, by_kind={host.kind: tuple(open_)}) if open_ else None

    def _to_host(self, holder: str, power: Power, host: Host) -> CanBecome:
        estate = self._estate
        methods = power.by_kind[host.kind]
        whole = host.identity if host.kind not in (DELEGATE,) else host.id
        itself = host.kind in (ACCOUNT, DELEGATE) or host.id == host.identity or is_wide(host.id)
        called = estate.subject(whole) if itself else estate.places.told(host.id)
        if host.kind.startswith(SCOPE):
            called = estate.places.told(host.id)
        edge = self._edge(holder, power, host.identity, methods, called)
        if host.id == host.identity and power.by.bound_at == host.id and all(method.acts_as for method in methods):
            edge = msgspec.structs.replace(edge, deploys=True)
        if not itself:
            edge = msgspec.structs.replace(edge, reason=f"{edge.reason}, which acts as {estate.name(host.identity)}")
        self._mint(holder, methods, edge)
        return edge

    def _to_hub(self, holder: str, power: Power, kinds: list[str]) -> CanBecome:
        hub = self._hubs.of(kinds, power.scope, power.denied)
        there = [kind for kind in kinds if self._hubs.count(kind, power.scope)]
        total = sum(self._hubs.count(kind, power.scope) for kind in there)
        methods = power.by_kind[there[0]]
        place = self._estate.places.told(power.scope)
        edge = self._edge(holder, power, hub, methods, f"any of the {plural(there[0])} in {place}")
        ways = {
            power.by_kind[kind][0].can.format(target=f"any of the {plural(kind)}")
            for kind in there
            if power.by_kind[kind][0].id != methods[0].id
        }
        others = f"; likewise it {listed(sorted(ways), _MOST_NAMED)}" if ways else ""
        edge = msgspec.structs.replace(edge, reason=f"{edge.reason}: {total} there act as something{others}")
        for kind in there:
            if kind in (ACCOUNT, DELEGATE):
                minting = msgspec.structs.replace(edge, target=self._hubs.of([kind], power.scope, power.denied))
                self._mint(holder, power.by_kind[kind], minting)
        return edge

    def _mint(self, holder: str, methods: tuple[Method, ...], edge: CanBecome) -> None:
        delegates = any(method.aim == "delegate" for method in methods)
        self.delegates = self.delegates or delegates
        if delegates or any(method.id in MINTING for method in methods):
            self.minted[holder].append(edge)

    def _latent(self, holder: str, missing: list[tuple[Power, str, tuple[Method, ...]]]) -> CanBecome:
        """All that fails for want of a thing with an identity is told as one: it is mended by the same absence."""
        power, kind, methods = missing[0]
        places = self._estate.places
        whole = places.container_of(power.scope) or power.scope
        seen = self._is_seen(whole)
        edge = self._edge(
            holder, power, administrator_of(whole), methods, f"any of the {plural(kind)} in {places.told(power.scope)}"
        )
        why = "but nothing there that it could take over has an identity"
        if not seen:
            why = "what is there, and as whom it runs, could not be read"
        return msgspec.structs.replace(edge, answer="latent" if seen else "unknown", reason=f"{edge.reason}; {why}")

    def _is_seen(self, scope: str) -> bool:
        found = self._seen.get(scope)
        if found is None:
            found = self._powers.is_seen(scope) and self._estate.inventory.knows(scope, "identities")
            self._seen[scope] = found
        return found

    def _edge(self, holder: str, power: Power, target: str, methods: tuple[Method, ...], called: str) -> CanBecome:
        method = methods[0]
        estate = self._estate
        others = _others(methods[1:])
        when = f" when {' and '.join(power.conditions)}" if power.conditions else ""
        return CanBecome(
            identity=holder,
            target=target,
            method=method.id,
            answer="conditional" if power.conditions else "allowed",
            conditions=power.conditions,
            reason=f"{estate.subject(holder)} {method.can.format(target=called)}{when}"
            f" ({estate.source(power.by, holder)}){others}",
            fix=method.fix.format(
                role=power.by.role_name,
                scope=estate.places.told(power.by.bound_at),
                who=estate.subject(power.by.principal),
            ),
        )


def _order(kind: str) -> tuple[int, str]:
    """What says most first: administration, accounts, and then things that act as some."""
    return (0 if kind.startswith(SCOPE) else 1 if kind == ACCOUNT else 2, kind)


def _others(methods: tuple[Method, ...]) -> str:
    """Further methods to the same end, as a remark."""
    if not methods:
        return ""
    ways = [method.can.removeprefix("can ").format(target="it") for method in methods[:_MOST_NAMED]]
    if len(methods) > _MOST_NAMED:
        ways.append(f"and {len(methods) - _MOST_NAMED} more")
    return f" ({'another way' if len(methods) == 1 else 'other ways'}: {'; '.join(ways)})"
