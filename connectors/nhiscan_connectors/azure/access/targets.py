"""Whom the directory lets be taken over: service principals, people, groups and agents that are worth it.

Worth it is whoever holds a role or a permission, belongs to a group, or owns something: of anybody else there is
nothing to gain.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from nhiscan.model import Identity
from nhiscan_connectors.azure.access.directory_methods import Aim
from nhiscan_connectors.azure.access.estate import Estate
from nhiscan_connectors.azure.access.names import DIRECTORY_ROLES

INSTANCE_LOCK = "the application of another tenant does not lock its credentials"
_TITLES: dict[Aim, str] = {
    "service-principals": "service principal that holds anything",
    "users": "user who holds anything",
    "users-without-roles": "user without a role of the directory who holds anything",
    "groups": "group that holds anything and is not protected by a role of the directory",
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


class Targets:
    """Targets by tenant and kind, gathered once."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._found: dict[tuple[str, Aim], TargetGroup] = {}
        self._by_id: dict[tuple[str, Aim], dict[str, Target]] = {}
        self._owners = {ownership.owner for ownership in estate.inventory.ownerships if ownership.kind == "owner"}

    def of(self, tenant: str, aim: Aim) -> TargetGroup:
        """All targets of a kind in a tenant."""
        found = self._found.get((tenant, aim))
        if found is None:
            found = self._found[tenant, aim] = TargetGroup(_TITLES[aim], tuple(self._gather(tenant, aim)))
        return found

    def find(self, tenant: str, aim: Aim, id: str) -> Target | None:
        """One target of a kind; None when it is none of them."""
        table = self._by_id.get((tenant, aim))
        if table is None:
            table = self._by_id[tenant, aim] = {target.id: target for target in self.of(tenant, aim).members}
        return table.get(id)

    def _gather(self, tenant: str, aim: Aim) -> Iterator[Target]:
        if aim == "groups":
            for group in self._estate.inventory.groups.values():
                if group.scope == tenant and self._holds(group.id) and not self._has_role(group.id):
                    yield Target(group.id, f"group {group.name}")
            return
        for identity in self._estate.identities():
            if identity.scope == tenant and self._fits(identity, aim):
                yield Target(identity.id, self._estate.subject(identity.id), _conditions(identity, tenant))

    def _fits(self, identity: Identity, aim: Aim) -> bool:
        match aim:
            case "service-principals":
                fits = identity.kind in CREDENTIALED and not identity.managed_by_provider
            case "users":
                fits = identity.kind == "entra-user"
            case "users-without-roles":
                fits = identity.kind == "entra-user" and not self._has_role(identity.id)
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
        """Whether something holds a role of the directory, itself or by a group; then few may touch it."""
        held = self._estate.directory
        everything = (id, *self._estate.groups_of(id))
        return any(one.role.startswith(DIRECTORY_ROLES) for some in everything for one in held.get(some, ()))


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
