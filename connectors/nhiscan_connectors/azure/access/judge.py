"""Judges every identity of Entra in an inventory: what it can do over Azure and the directory, and become."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Gap, Grant, Link, administrator_of
from nhiscan_connectors.azure.access.damage import gaps
from nhiscan_connectors.azure.access.denies import DenySet
from nhiscan_connectors.azure.access.directory import Directory
from nhiscan_connectors.azure.access.effective import Level, levels_of
from nhiscan_connectors.azure.access.escalation import Escalation, Power, Powers, Told
from nhiscan_connectors.azure.access.estate import Assigned, Estate, Held
from nhiscan_connectors.azure.access.firing import partly
from nhiscan_connectors.azure.access.grants import Found, capabilities, grants, merged, unread
from nhiscan_connectors.azure.access.hosts import Hosts
from nhiscan_connectors.azure.access.hubs import Hubs
from nhiscan_connectors.azure.access.keys import Keys
from nhiscan_connectors.azure.access.methods import ALL_KINDS
from nhiscan_connectors.azure.access.relations import Relations
from nhiscan_connectors.azure.access.scopes import ROOT, is_wide
from nhiscan_connectors.azure.access.vaults import Vaults


def access(inventory: Inventory) -> Iterator[Grant | CanBecome | Link | Gap]:
    """Pure: capabilities and powers of all identities of Entra."""
    yield from Judge(inventory).all()


class _Own(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a principal's own assignments amount to."""

    levels: list[Level]
    found: tuple[Found, ...]
    powers: list[Power]
    told: Told
    every: int
    """Actions that it holds somewhere, on whatever conditions."""
    partly: int
    """Bits of methods of which it holds a part only."""


_NOTHING: Final = _Own([], (), [], {}, 0, 0)


class Judge:
    """One judgement of one inventory. `levels` counts the work: scopes with assignments that were looked at."""

    def __init__(self, inventory: Inventory) -> None:
        self.estate = Estate(inventory)
        self.hosts = Hosts(self.estate)
        self.hubs = Hubs(self.estate, self.hosts)
        self.vaults = Vaults(self.estate)
        self.keys = Keys(self.estate, self.vaults)
        self.powers = Powers(self.estate)
        self.escalation = Escalation(self.estate, self.hubs)
        self.directory = Directory(self.estate, self.hubs)
        self.levels = 0
        self._of_group: dict[tuple[str, int], _Own] = {}
        self._shared: dict[tuple[tuple[str, ...], int], tuple[Found, ...]] = {}
        self._active: set[str] = set()

    def all(self) -> Iterator[Grant | CanBecome | Link | Gap]:
        """Every grant and every edge."""
        for group in self._groups():
            own = self._group(group, self.estate.binding(group))
            for edge in self._all_edges(group) if self._is_apart(group) else self._own_edges(group, own):
                self._active.add(group)
                yield edge
            yield from self.keys.of(group, own.levels, self.estate.binding(group))
        for group in self._groups():
            if not self._is_apart(group):
                yield from self._memberships(group)
        for identity in self.estate.identities():
            yield from self._identity(identity.id)
        yield from self.vaults.grants()
        yield from self.keys.by_policies()
        yield from self.keys.members()
        yield from Relations(self.estate, self.directory.targets).edges()
        yield from self._administration()
        yield from self.hubs.edges()
        yield from gaps(self.estate, self.directory)

    def _groups(self) -> Sequence[str]:
        """Groups by id, those too that only an assignment or a membership names."""
        named = {*self.estate.assigned, *self.estate.directory, *(m.group for m in self.estate.inventory.memberships)}
        known = (group.id for group in self.estate.inventory.groups.values() if group.provider == "azure")
        return sorted({*known, *(id for id in named if id.startswith("/groups/"))})

    def _own(self, principal: str, denies: DenySet) -> _Own:
        """What a principal holds itself, less what is denied."""
        assigned = self.estate.assigned.get(principal)
        if not assigned:
            return _NOTHING
        levels = self._levels(assigned, denies)
        powers, told = self.powers.of(levels, denies)
        every = parts = 0
        for level in levels:
            every |= level.tiers[-1].mask
        for level in levels:
            parts |= partly(level.tiers[-1].mask, every)
        return _Own(levels, capabilities(levels, self.estate, self.vaults), powers, told, every, parts)

    def _group(self, group: str, denies: DenySet) -> _Own:
        """The same of a group, for whoever is denied the same."""
        key = (group, id(denies))
        found = self._of_group.get(key)
        if found is None:
            found = self._of_group[key] = self._own(group, denies)
        return found

    def _levels(self, assigned: Sequence[Assigned], denies: DenySet) -> list[Level]:
        found = levels_of(assigned, denies, self.estate.tree)
        self.levels += len(found)
        return found

    def _identity(self, identity: str) -> Iterator[Grant | CanBecome | Link]:
        """Capabilities and powers of one identity."""
        estate = self.estate
        groups = estate.groups_of(identity)
        denies = estate.binding(identity)
        own = self._own(identity, denies)
        shared = self._of_groups(groups, denies)
        found = merged((own.found, shared), estate) if own.found and shared else own.found or shared
        yield from grants(identity, found, estate)
        yield from self.keys.of(identity, own.levels, denies)
        everything = (identity, *groups)
        yield from unread(identity, (one for some in everything for one in estate.assigned.get(some, ())), estate)
        yield from self.directory.grants(identity, self._held(identity))
        if self._is_apart(identity):
            yield from self._all_edges(identity)
            return
        yield from self._own_edges(identity, own)
        yield from self._memberships(identity)
        holding = self._holding(identity)
        parts = [self._group(group, denies) for group in holding]
        parts += [own] if own is not _NOTHING else []
        if len(parts) > 1 and _may_add_up(parts):
            yield from self._together(identity, holding, denies, [part.told for part in parts])

    def _of_groups(self, groups: tuple[str, ...], denies: DenySet) -> tuple[Found, ...]:
        """Capabilities by groups, for whoever belongs to the same ones."""
        key = (groups, id(denies))
        found = self._shared.get(key)
        if found is None:
            parts = [self._group(group, denies).found for group in groups if group in self.estate.assigned]
            found = self._shared[key] = merged(parts, self.estate)
        return found

    def _own_edges(self, principal: str, own: _Own) -> Iterator[CanBecome]:
        """What a principal can become by what it holds itself."""
        yield from self.escalation.edges(principal, own.powers)
        held = self.estate.directory.get(principal)
        if held:
            yield from self.directory.edges(principal, held)

    def _holding(self, principal: str) -> list[str]:
        """The groups of a principal that hold roles of Azure."""
        return [group for group in self.estate.groups_of(principal) if group in self.estate.assigned]

    def _held(self, principal: str) -> list[Held]:
        """What a principal and its groups hold in the directory."""
        everything = (principal, *self.estate.groups_of(principal))
        return [one for some in everything for one in self.estate.directory.get(some, ())]

    def _is_apart(self, principal: str) -> bool:
        """Whether it is denied other things than its groups are, those between too: what they gain it may not gain."""
        estate = self.estate
        groups = estate.groups_of(principal)
        if not any(group in estate.assigned or group in estate.directory for group in groups):
            return False
        denies = estate.binding(principal)
        return any(estate.binding(group) is not denies for group in groups)

    def _all_edges(self, principal: str) -> Iterator[CanBecome]:
        """What one that is apart from its groups can become by all that it and they hold."""
        yield from self._together(principal, self._holding(principal), self.estate.binding(principal), ())
        held = self._held(principal)
        if held:
            yield from self.directory.edges(principal, held)

    def _together(
        self, identity: str, holding: Sequence[str], denies: DenySet, without: Sequence[Told]
    ) -> Iterator[CanBecome]:
        """What an identity can become by all that it and its groups hold, but for what is told of them one by one."""
        assigned = [one for some in (identity, *holding) for one in self.estate.assigned.get(some, ())]
        powers, _ = self.powers.of(self._levels(assigned, denies), denies, without)
        yield from self.escalation.edges(identity, powers)

    def _memberships(self, member: str) -> Iterator[CanBecome]:
        """From a member that is not apart from its groups to those through which it gains something."""
        estate = self.estate
        for group in sorted({membership.group for membership in estate.inventory.memberships_of(member)}):
            if group == member or not self._is_active(group):
                continue
            who, what = estate.subject(member), estate.subject(group)
            yield CanBecome(
                identity=member,
                target=group,
                method="member-of",
                answer="allowed",
                reason=f"{who} is a member of {what}",
                fix=f"Take {who} out of {what}.",
            )

    def _is_active(self, group: str) -> bool:
        return group in self._active or any(above in self._active for above in self.estate.groups_of(group))

    # Administrators.

    def _administration(self) -> Iterator[CanBecome]:
        """What administration of a scope gives: the scopes in it, what is hosted there, and what a tenant holds."""
        tree = self.estate.tree
        waiting = [scope for scope in sorted(self.escalation.administered) if is_wide(scope)]
        for tenant in sorted(self.directory.administered):
            if tree.subscriptions(ROOT):
                waiting.append(ROOT)
                reason = "a Global Administrator can make itself User Access Administrator at the root of all scopes"
                yield _inherits(tenant, ROOT, "az-elevate", reason)
            group = self.directory.targets.of(tenant, "service-principals")
            if group.members:
                members = [(target.id, target.name, target.conditions) for target in group.members]
                hub = self.hubs.targets(group.name, group.title, members)
                yield CanBecome(
                    identity=administrator_of(tenant),
                    target=hub,
                    method="entra-add-secret",
                    answer="allowed",
                    reason=f"whoever administers {tree.told(tenant)} can add a secret to any {group.title}",
                )
        seen: set[str] = set()
        while waiting:
            scope = waiting.pop()
            if scope in seen:
                continue
            seen.add(scope)
            if not scope.startswith("/subscriptions/"):
                for inner in tree.below(scope):
                    waiting.append(inner)
                    reason = f"whoever administers {tree.told(scope)} administers {tree.told(inner)}, which lies in it"
                    yield _inherits(scope, inner, "az-inherit", reason)
            elif any(self.hubs.count(kind, scope) for kind in ALL_KINDS):
                yield CanBecome(
                    identity=administrator_of(scope),
                    target=self.hubs.of(ALL_KINDS, scope, {}),
                    method="az-owner",
                    answer="allowed",
                    reason=f"whoever administers {tree.told(scope)} controls all that is hosted in it",
                )


def _may_add_up(parts: Sequence[_Own]) -> bool:
    """Whether some hold together what a method needs and none of them holds alone."""
    every = lacking = 0
    for one in parts:
        every |= one.every
        lacking |= one.partly
    return bool(lacking & ~partly(every, every))


def _inherits(scope: str, inner: str, method: str, reason: str) -> CanBecome:
    return CanBecome(
        identity=administrator_of(scope),
        target=administrator_of(inner),
        method=method,
        answer="allowed",
        reason=reason,
    )
