"""The estate as the evaluator sees it: who holds which role where, by itself or through groups, and what is denied."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Assignment, Identity
from nhiscan_connectors.azure.access.conditions import bound
from nhiscan_connectors.azure.access.denies import Denies, DenySet
from nhiscan_connectors.azure.access.deny_records import deny_assignments, unread
from nhiscan_connectors.azure.access.names import DIRECTORY_ROLES, GRAPH_PERMISSION
from nhiscan_connectors.azure.access.roles import Role, compile_role
from nhiscan_connectors.azure.access.scopes import Tree
from nhiscan_connectors.azure.access.units import Units
from nhiscan_connectors.azure.ids import OWNERS, directory_object_id, group_id, service_principal_id, user_id

ACTIVATION = "it activates what it is eligible for"
"""Stands among the conditions of what must be activated first (Privileged Identity Management)."""

_AUTHORIZATION = "/providers/microsoft.authorization/"
"""Stands before the ids of roles of Azure RBAC, and of what classic administrators may do."""


_UNTOLD = directory_object_id("")
_GROUPS = group_id("")


class Assigned(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role of Azure RBAC at a scope, as one principal holds it."""

    principal: str
    """Who it is assigned to: the holder, or a group that the holder may make itself a member of."""
    role_id: str
    role: Role | None
    """None when the definition was not read."""
    scope: str
    conditions: tuple[str, ...]
    """What everything that it gives depends on."""
    layers: tuple[tuple[int, tuple[str, ...]], ...]
    """Actions, and all that they depend on; without conditions first."""
    condition: str = ""
    """The assignment's own condition, whole."""

    @property
    def role_name(self) -> str:
        """What sentences call the role."""
        return self.role.name if self.role is not None else self.role_id.rpartition("/")[2]


class Held(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role of the directory, or an application permission, as one principal holds it."""

    principal: str
    """See `Assigned.principal`."""
    role: str
    """Its name in `Assignment.role`."""
    scope: str
    conditions: tuple[str, ...]


class Estate:
    """Roles, principals and scopes of all tenants of an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.tree = Tree(inventory)
        self.units = Units(inventory)
        self.unread_denies = unread(inventory)
        """Scope -> name of a deny assignment of which nobody knows what it denies."""
        self.denies = Denies(deny_assignments(inventory), self.tree)
        self.assigned: dict[str, list[Assigned]] = defaultdict(list)
        self.directory: dict[str, list[Held]] = defaultdict(list)
        self._roles: dict[str, Role | None] = {}
        seen: set[tuple[str, str, str, str]] = set()
        # A role that is held without activation is told as that, whatever else is said of it.
        for assignment in sorted(inventory.assignments, key=lambda a: a.eligible):
            key = (assignment.principal, assignment.role, assignment.scope, assignment.condition)
            if key in seen:
                continue  # what holds above a subscription is told by each subscription
            seen.add(key)
            for principal in self.meant(assignment.principal):
                self._add(assignment, principal)
        self._actors: dict[str, str] | None = None
        self._parents: dict[str, tuple[str, ...]] = {}
        self._closures: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._binding: dict[str, DenySet] = {}
        self.may_own = self._eligible(OWNERS)
        """Group -> who may make themselves owners of it."""
        self._activate()

    def _eligible(self, end: str) -> dict[str, list[str]]:
        """Group -> who may activate a membership of it, or with `OWNERS` as the end of the role an ownership."""
        found: dict[str, list[str]] = defaultdict(list)
        for assignment in self.inventory.assignments:
            group = assignment.role.removesuffix(end)
            if not assignment.eligible:
                continue  # whoever has joined for a time stands among the members
            if not group.startswith(_GROUPS) or "/" in group.removeprefix(_GROUPS):
                continue
            if assignment.role == f"{group}{end}":
                found[group] += self.meant(assignment.principal)
        return found

    def _activate(self) -> None:
        """Give those who may become members of a group what it holds, once they have activated it."""
        members = self._eligible("")
        above: dict[str, set[str]] = defaultdict(set)
        for group, principals in members.items():
            for principal in principals:
                above[principal].add(group)
        gained = [
            (principal, group)
            for principal in above
            for group in self._reached(principal, above)
            if group not in self.groups_of(principal)
        ]
        assigned = [(principal, one) for principal, group in gained for one in self.assigned.get(group, ())]
        directory = [(principal, one) for principal, group in gained for one in self.directory.get(group, ())]
        for principal, one in assigned:
            self.assigned[principal].append(_activated(one))
        for principal, held in directory:
            conditions = tuple(sorted({*held.conditions, ACTIVATION}))
            self.directory[principal].append(msgspec.structs.replace(held, conditions=conditions))

    def _reached(self, principal: str, above: dict[str, set[str]]) -> list[str]:
        """Every group that somebody comes to by activating memberships, through groups that are members too."""
        seen: set[str] = set()
        waiting = sorted(above[principal])
        while waiting:
            group = waiting.pop()
            if group not in seen and group != principal:
                seen.add(group)
                waiting += [*self._direct(group), *sorted(above.get(group, ()))]
        return sorted(seen)

    def meant(self, principal: str) -> list[str]:
        """The principal itself; of one whose kind was not told, whatever has its object id."""
        if not principal.startswith(_UNTOLD):
            return [principal]
        id = principal.removeprefix(_UNTOLD)
        named = [name(id) for name in (user_id, service_principal_id, group_id)]
        known = (self.inventory.identities, self.inventory.groups)
        return [one for one in named if any(one in table for table in known)] or [principal]

    def _add(self, assignment: Assignment, principal: str) -> None:
        scope, role = assignment.scope, assignment.role
        conditions = (ACTIVATION,) if assignment.eligible else ()
        if role.startswith((DIRECTORY_ROLES, GRAPH_PERMISSION)):
            more = (*conditions, *((" ".join(assignment.condition.split())[:240],) if assignment.condition else ()))
            self.directory[principal].append(Held(principal, role, scope, more))
        elif role.startswith(_AUTHORIZATION) and scope.startswith("/"):
            self.assigned[principal].append(self._assigned(assignment, principal, conditions))

    def _assigned(self, assignment: Assignment, principal: str, conditions: tuple[str, ...]) -> Assigned:
        role = self.role(assignment.role)
        layers: list[tuple[int, tuple[str, ...]]] = []
        if role is not None:
            layers = [(role.mask, conditions), *((mask, (*conditions, name)) for mask, name in role.bound)]
        if assignment.condition:
            own = bound(assignment.condition)
            layers = [
                one
                for mask, names in layers
                for one in ((mask & own.free, names), (mask & ~own.free, (*names, own.name)))
            ]
        return Assigned(
            principal=principal,
            role_id=assignment.role,
            role=role,
            scope=assignment.scope,
            conditions=conditions,
            layers=tuple((mask, tuple(sorted(names))) for mask, names in layers if mask),
            condition=assignment.condition,
        )

    def role(self, id: str) -> Role | None:
        """A role definition, compiled once."""
        if id not in self._roles:
            policy = self.inventory.policies.get(id)
            self._roles[id] = compile_role(policy) if policy is not None else None
        return self._roles[id]

    def groups_of(self, principal: str) -> tuple[str, ...]:
        """Every group that something belongs to, through other groups too, itself left out."""
        direct = self._direct(principal)
        if not direct:
            return ()
        found = self._closures.get(direct)
        if found is None:
            found = self._closures[direct] = self._closure(direct)
        return found if principal not in found else tuple(group for group in found if group != principal)

    def _direct(self, principal: str) -> tuple[str, ...]:
        found = self._parents.get(principal)
        if found is None:
            found = tuple(sorted({m.group for m in self.inventory.memberships_of(principal)}))
            self._parents[principal] = found
        return found

    def _closure(self, direct: tuple[str, ...]) -> tuple[str, ...]:
        seen = set(direct)
        waiting = list(direct)
        while waiting:
            for group in self._direct(waiting.pop()):
                if group not in seen:
                    seen.add(group)
                    waiting.append(group)
        return tuple(sorted(seen))

    def binding(self, principal: str) -> DenySet:
        """The deny assignments that bind a principal. The same object for the same ones."""
        found = self._binding.get(principal)
        if found is None:
            found = self._binding[principal] = self.denies.binding((principal, *self.groups_of(principal)))
        return found

    def identities(self) -> Iterable[Identity]:
        """The identities of Entra, those whose access is judged here."""
        return (i for i in self.inventory.identities.values() if i.provider == "azure")

    def tenant_of(self, principal: str) -> str:
        """Id of the tenant that an identity or group lives in; empty where it is not in the inventory."""
        known = self.inventory.identities.get(principal) or self.inventory.groups.get(principal)
        return known.scope if known is not None else ""

    def actor(self, id: str) -> str:
        """Who acts with the credentials of an application: its service principal. Anything else acts for itself."""
        if self._actors is None:
            self._actors = {
                identity.attributes["application"]: identity.id
                for identity in self.identities()
                if "application" in identity.attributes
            }
        return self._actors.get(id, id)

    def blueprint_of_some(self, id: str) -> bool:
        """Whether agent identities are made from something."""
        return any(link.kind == "part_of" for link in self.inventory.links_to(id))

    def name(self, principal: str) -> str:
        """The name of a principal alone."""
        known = self.inventory.identities.get(principal) or self.inventory.groups.get(principal)
        return known.name if known is not None else principal.rpartition("/")[2] or principal

    def subject(self, principal: str) -> str:
        """What sentences call a principal."""
        identity = self.inventory.identities.get(principal)
        if identity is not None:
            return f"{_WORDS.get(identity.kind, 'service principal')} {identity.name}"
        if principal in self.inventory.groups or principal.startswith("/groups/"):
            return f"group {self.name(principal)}"
        return self.name(principal)

    def source(self, assigned: Assigned, holder: str) -> str:
        """Where a power comes from: the role, the scope, and the group that holds it."""
        through = "" if assigned.principal == holder else f", through {self.subject(assigned.principal)}"
        return f"role {assigned.role_name} at {self.tree.told(assigned.scope)}{through}"


def _activated(one: Assigned) -> Assigned:
    """What a group holds, as somebody holds it who has to activate the membership first."""
    layers = tuple((mask, tuple(sorted({*names, ACTIVATION}))) for mask, names in one.layers)
    return msgspec.structs.replace(one, conditions=tuple(sorted({*one.conditions, ACTIVATION})), layers=layers)


_WORDS = {
    "entra-user": "user",
    "entra-agent-user": "agent user",
    "entra-managed-identity": "managed identity",
    "entra-agent-identity": "agent identity",
    "entra-outside-principal": "outside principal",
}
