"""Whom the directory lets be taken over: service principals, people, groups and agents that are worth it.

Worth it is whoever holds a role or a permission, belongs to a group, or owns something: of anybody else there is
nothing to gain. Whoever belongs to a group that roles can be assigned to, or owns one, is as well protected as who
holds a role. Restricted administrative units shield their members from all who hold no role in them.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan.model import Identity
from nhiscan_connectors.azure.access.directory_methods import Aim
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.names import DIRECTORY_ROLES

INSTANCE_LOCK = "the application of another tenant does not lock its credentials"
NO_ROLE_GROUP = "it belongs to no group that roles of the directory can be assigned to, and owns none"
"""Condition where it is not told whether roles can be assigned to a group."""
_TITLES: dict[Aim, str] = {
    "service-principals": "service principal that holds anything",
    "users": "user who holds anything",
    "users-without-roles": "user without a role of the directory who holds anything",
    "groups": "group that holds anything and that no role of the directory can be assigned to",
    "protected-groups": "group that roles of the directory can be assigned to",
    "agents": "agent identity",
    "tenant": "tenant",
}


class Target(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One that can be taken over."""

    id: str
    name: str
    conditions: tuple[str, ...] = ()


class TargetGroup(msgspec.Struct, frozen=True, gc=False, eq=False):
    """All of a kind in a tenant."""

    title: str
    """For sentences, after "any"."""
    members: tuple[Target, ...]
    name: str
    """Name of its hub."""


class Targets:
    """Targets by tenant and kind, gathered once."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._units = estate.units
        self._found: dict[tuple[str, Aim], tuple[Target, ...]] = {}
        self._parts: dict[tuple[str, Aim, str], TargetGroup] = {}
        self._by_id: dict[tuple[str, Aim], dict[str, Target]] = {}
        self._owners = {ownership.owner for ownership in estate.inventory.ownerships if ownership.kind == "owner"}
        self._guarded = _guarded(estate)

    def of(self, tenant: str, aim: Aim, *, shielded: bool = False) -> TargetGroup:
        """All targets of a kind in a tenant. `shielded`: those too whom a restricted unit keeps from being changed."""
        key = (tenant, aim, "shielded" if shielded else "")
        found = self._parts.get(key)
        if found is None:
            everybody = self._all(tenant, aim)
            members = tuple(one for one in everybody if shielded or not self._units.shield(one.id))
            more = "" if len(members) == len(everybody) else "unshielded:"
            found = self._parts[key] = TargetGroup(_TITLES[aim], members, f"{aim}:{more}{tenant}")
        return found

    def within(self, tenant: str, aim: Aim, unit: str) -> TargetGroup:
        """All targets of a kind that a role in an administrative unit reaches."""
        key = (tenant, aim, unit)
        found = self._parts.get(key)
        if found is None:
            members = tuple(one for one in self._all(tenant, aim) if self._units.holds(unit, one.id))
            title = f"{_TITLES[aim]} in {self._units.told(unit)}"
            found = self._parts[key] = TargetGroup(title, members, f"{aim}:{unit}")
        return found

    def find(self, tenant: str, aim: Aim, id: str) -> Target | None:
        """One target of a kind that no restricted unit shields; None when it is none of them."""
        table = self._by_id.get((tenant, aim))
        if table is None:
            table = self._by_id[tenant, aim] = {target.id: target for target in self._all(tenant, aim)}
        return None if self._units.shield(id) else table.get(id)

    def _all(self, tenant: str, aim: Aim) -> tuple[Target, ...]:
        found = self._found.get((tenant, aim))
        if found is None:
            found = self._found[tenant, aim] = tuple(self._gather(tenant, aim))
        return found

    def _gather(self, tenant: str, aim: Aim) -> Iterator[Target]:
        if aim in ("groups", "protected-groups"):
            for group in self._estate.inventory.groups.values():
                if group.scope == tenant and self._holds(group.id):
                    protected = True if self._has_role(group.id) else group.protected
                    if protected is None or protected is (aim == "protected-groups"):
                        yield Target(group.id, f"group {group.name}", _if_told(aim, protected))
            return
        for identity in self._estate.identities():
            if identity.scope == tenant and self._fits(identity, aim):
                conditions = _conditions(identity, tenant)
                if aim == "users-without-roles" and self._guarded.get(identity.id, True) is None:
                    conditions = (NO_ROLE_GROUP,)
                yield Target(identity.id, self._estate.subject(identity.id), conditions)

    def _fits(self, identity: Identity, aim: Aim) -> bool:
        match aim:
            case "service-principals":
                fits = identity.kind in CREDENTIALED and not identity.managed_by_provider
            case "users":
                fits = identity.kind == "entra-user"
            case "users-without-roles":
                guarded = self._guarded.get(identity.id, False) is True or self._has_role(identity.id)
                fits = identity.kind == "entra-user" and not guarded
            case "agents":
                return identity.kind == "entra-agent-identity"
            case _:
                return False
        return fits and self._holds(identity.id)

    def _holds(self, id: str) -> bool:
        estate = self._estate
        if id in estate.assigned or id in estate.directory or id in self._owners or estate.blueprint_of_some(id):
            return True
        return any(group in estate.assigned or group in estate.directory for group in estate.groups_of(id))

    def _has_role(self, id: str) -> bool:
        """Whether something holds a role of the directory, itself or by a group; then few may touch it.

        A membership that must be activated first protects nobody before it is.
        """
        held = self._estate.directory
        everything = (id, *self._estate.groups_of(id))
        mine = (one for some in everything for one in held.get(some, ()) if one.principal == some)
        return any(one.role.startswith(DIRECTORY_ROLES) for one in mine)


def _guarded(estate: Estate) -> dict[str, bool | None]:
    """Members and owners of groups that roles of the directory can be assigned to; None where that is not told."""
    inventory = estate.inventory
    groups = {
        g.id: g.protected for g in inventory.groups.values() if g.provider == "azure" and g.protected is not False
    }
    found: dict[str, bool | None] = {}
    pairs = [(m.member, m.group) for m in inventory.memberships if m.group in groups]
    pairs += [(o.owner, o.subject) for o in inventory.ownerships if o.kind == "owner" and o.subject in groups]
    for who, group in pairs:
        found[who] = groups[group] or found.get(who)
    return found


def _if_told(aim: Aim, protected: bool | None) -> tuple[str, ...]:
    """On what a group depends of which nobody told whether roles can be assigned to it."""
    if protected is not None:
        return ()
    can = "can" if aim == "protected-groups" else "cannot"
    return (f"roles of the directory {can} be assigned to it",)


CREDENTIALED = frozenset({
    "entra-service-principal",
    "entra-legacy-service-principal",
    "entra-application",
    "entra-agent-blueprint",
})  # fmt: skip
"""Kinds of identities that a secret can be added to; managed and agent identities take none."""


def _conditions(identity: Identity, tenant: str) -> tuple[str, ...]:
    owner = identity.attributes.get("owner_tenant", "")
    return (INSTANCE_LOCK,) if owner and f"azure:{owner}" != tenant else ()
