"""Judges every principal of Google Cloud in an inventory: what it can do, and become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Gap, Grant, Link, administrator_of
from nhiscan_connectors.gcp.access.custom_roles import CustomRoles, home_of
from nhiscan_connectors.gcp.access.damage import gaps
from nhiscan_connectors.gcp.access.effective import Holding, Level
from nhiscan_connectors.gcp.access.escalation import Escalation, Power, Powers, Told
from nhiscan_connectors.gcp.access.estate import Assigned, Estate, Limits
from nhiscan_connectors.gcp.access.firing import partly
from nhiscan_connectors.gcp.access.grants import Found, capabilities, grants, merged, unread
from nhiscan_connectors.gcp.access.hosts import DELEGATES, Hosts
from nhiscan_connectors.gcp.access.hubs import Hubs
from nhiscan_connectors.gcp.access.keys import Keys
from nhiscan_connectors.gcp.access.places import is_wide
from nhiscan_connectors.gcp.access.relations import Relations


def access(inventory: Inventory) -> Iterator[Grant | CanBecome | Link | Gap]:
    """Pure: capabilities and powers of all principals of Google Cloud."""
    yield from Judge(inventory).all()


class _Own(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a principal's own bindings amount to."""

    levels: list[Level]
    found: tuple[Found, ...]
    powers: list[Power]
    told: Told
    every: int
    """Permissions that it holds somewhere, on whatever conditions."""
    partly: int
    """Bits of methods of which it holds a part only."""


_NOTHING: Final = _Own([], (), [], {}, 0, 0)


class Judge:
    """One judgement of one inventory. `levels` counts the work: places with bindings that were looked at."""

    def __init__(self, inventory: Inventory) -> None:
        self.estate = Estate(inventory)
        self.hosts = Hosts(self.estate)
        self.hubs = Hubs(self.estate, self.hosts)
        self.keys = Keys(self.estate)
        self.powers = Powers(self.estate)
        self.escalation = Escalation(self.estate, self.hubs, self.powers)
        self.custom_roles = CustomRoles(self.estate)
        self.levels = 0
        self._of_set: dict[tuple[str, int], _Own] = {}
        self._shared: dict[tuple[tuple[str, ...], int], tuple[Found, ...]] = {}
        self._active: set[str] = set()

    def all(self) -> Iterator[Grant | CanBecome | Link | Gap]:
        """Every grant and every edge."""
        estate = self.estate
        sets = estate.sets()
        for name in sets:
            own = self._set(name, estate.binding(name))
            for edge in self._own_edges(name, own):
                self._active.add(name)
                yield edge
            yield from self.keys.of(name, own.levels, estate.binding(name).denies)
        for name in sets:
            yield from self._memberships(name)
        for holder in estate.holders():
            yield from self._holder(holder)
        yield from self._delegation()
        yield from self.keys.members()
        yield from Relations(estate).edges()
        yield from self._administration()
        yield from gaps(estate)

    def _own(self, principal: str, limits: Limits) -> _Own:
        """What a principal holds itself, less what is denied."""
        assigned = self.estate.assigned.get(principal)
        if not assigned:
            return _NOTHING
        holding, levels = self._levels(assigned, limits)
        powers, told = self.powers.of(holding, levels, limits.denies)
        every = parts = 0
        for level in levels:
            every |= level.tiers[-1].mask
        for level in levels:
            parts |= partly(level.tiers[-1].mask)
        return _Own(levels, capabilities(levels, self.estate), powers, told, every, parts)

    def _set(self, name: str, limits: Limits) -> _Own:
        """The same of a set, for whoever is limited alike."""
        key = (name, id(limits))
        found = self._of_set.get(key)
        if found is None:
            found = self._of_set[key] = self._own(name, limits)
        return found

    def _levels(self, assigned: Sequence[Assigned], limits: Limits) -> tuple[Holding, list[Level]]:
        holding = Holding(self.estate.within(assigned, limits), limits.denies, self.estate.places)
        found = holding.levels()
        self.levels += len(found)
        return holding, found

    def _holder(self, holder: str) -> Iterator[Grant | CanBecome | Link]:
        """Capabilities and powers of one principal."""
        estate = self.estate
        sets = estate.groups_of(holder)
        limits = estate.binding(holder)
        own = self._own(holder, limits)
        shared = self._of_sets(sets, limits)
        found = merged((own.found, shared), estate) if own.found and shared else own.found or shared
        yield from grants(holder, found, estate)
        everything = [one for some in (holder, *sets) for one in estate.assigned.get(some, ())]
        yield from unread(holder, everything, estate)
        yield from self.keys.of(holder, own.levels, limits.denies)
        yield from self._by_roles(holder, everything, limits)
        holding = [name for name in sets if name in estate.assigned]
        if holding and any(estate.binding(name) is not limits for name in sets):
            # It is limited otherwise than its groups are, or than those between: what they gain it may not gain.
            yield from self._together(holder, holding, limits, ())
            return
        yield from self._own_edges(holder, own)
        yield from self._memberships(holder)
        parts = [self._set(name, limits) for name in holding]
        parts += [own] if own is not _NOTHING else []
        if len(parts) > 1 and _may_add_up(parts):
            yield from self._together(holder, holding, limits, [part.told for part in parts])

    def _by_roles(self, holder: str, everything: Sequence[Assigned], limits: Limits) -> Iterator[CanBecome]:
        """What a principal gains by changing custom roles, by all that it and its sets hold."""
        if any(home_of(one.role_id) for one in everything):
            held = self.estate.within(everything, limits)
            yield from self.custom_roles.edges(holder, held, Holding(held, limits.denies, self.estate.places))

    def _of_sets(self, sets: tuple[str, ...], limits: Limits) -> tuple[Found, ...]:
        """Capabilities by sets, for whoever belongs to the same ones."""
        key = (sets, id(limits))
        found = self._shared.get(key)
        if found is None:
            parts = [self._set(name, limits).found for name in sets if name in self.estate.assigned]
            found = self._shared[key] = merged(parts, self.estate)
        return found

    def _own_edges(self, principal: str, own: _Own) -> Iterator[CanBecome]:
        """What a principal can become by what it holds itself."""
        yield from self.escalation.edges(principal, own.powers)

    def _together(
        self, holder: str, holding: Sequence[str], limits: Limits, without: Sequence[Told]
    ) -> Iterator[CanBecome]:
        """What a principal can become by all that it and its sets hold, but for what is told of them one by one."""
        assigned = [one for some in (holder, *holding) for one in self.estate.assigned.get(some, ())]
        held, levels = self._levels(assigned, limits)
        powers, _ = self.powers.of(held, levels, limits.denies, without)
        yield from self.escalation.edges(holder, powers)

    def _memberships(self, member: str) -> Iterator[CanBecome]:
        """From a member to the sets through which it gains something."""
        estate = self.estate
        for name in estate.direct_sets(member):
            if name == member or not self._is_active(name):
                continue
            if estate.binding(name) is not estate.binding(member) and estate.is_set(member):
                continue  # members of the inner set are judged one by one
            who, what = estate.subject(member), estate.subject(name)
            yield CanBecome(
                identity=member,
                target=name,
                method="member-of",
                answer="allowed",
                reason=f"{who} is a member of {what}",
                fix=f"Take {who} out of {what}.",
            )

    def _is_active(self, name: str) -> bool:
        return name in self._active or any(above in self._active for above in self.estate.groups_of(name))

    def _delegation(self) -> Iterator[CanBecome]:
        """From an account, as somebody who passes on tokens, to those whose tokens it may get."""
        minted = self.escalation.minted
        for account in self.estate.holders() if self.escalation.delegates else ():
            for source in (account, *self.estate.groups_of(account)):
                for edge in minted.get(source, ()):
                    yield CanBecome(
                        identity=f"{DELEGATES}{account}",
                        target=edge.target,
                        method="delegation",
                        answer=edge.answer,
                        conditions=edge.conditions,
                        reason=f"by delegation: {edge.reason}",
                    )

    # Administrators.

    def _administration(self) -> Iterator[CanBecome]:
        """What administration of a scope gives: the scopes in it, and all that acts there."""
        places = self.estate.places
        # Hubs that lead to administration of scopes say of which only once their members are asked for.
        yield from self.hubs.edges()
        waiting = sorted({*self.escalation.administered, *self.custom_roles.administered, *self.hubs.administered})
        seen: set[str] = set()
        while waiting:
            scope = waiting.pop()
            if scope in seen or not is_wide(scope):
                continue
            seen.add(scope)
            for inner in places.below(scope):
                waiting.append(inner)
                reason = f"whoever administers {places.told(scope)} administers {places.told(inner)}, which lies in it"
                yield _leads(scope, administrator_of(inner), "gcp-inherit", reason)
            hub = "" if places.below(scope) else self.hubs.everything(scope)
            if hub:
                reason = f"whoever administers {places.told(scope)} controls all that acts there"
                yield _leads(scope, hub, "gcp-owner", reason)
        yield from self.hubs.edges()


def _may_add_up(parts: Sequence[_Own]) -> bool:
    """Whether some hold together what a method needs and none of them holds alone."""
    every = lacking = 0
    for one in parts:
        every |= one.every
        lacking |= one.partly
    return bool(lacking & ~partly(every))


def _leads(scope: str, target: str, method: str, reason: str) -> CanBecome:
    return CanBecome(identity=administrator_of(scope), target=target, method=method, answer="allowed", reason=reason)
