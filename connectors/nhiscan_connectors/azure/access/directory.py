"""Roles of the directory and permissions of Microsoft Graph, judged: capabilities, and what can be become by them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from nhiscan.model import CanBecome, Capability, Grant, administrator_of
from nhiscan_connectors.azure.access.directory_methods import CAPABILITIES, DIRECTORY_METHODS, Aim, DirectoryMethod
from nhiscan_connectors.azure.access.estate import Estate, Held
from nhiscan_connectors.azure.access.hubs import Hubs
from nhiscan_connectors.azure.access.names import (
    GLOBAL_ADMINISTRATOR,
    GRAPH_PERMISSION,
    ROLE_NAMES,
    template_of,
)
from nhiscan_connectors.azure.access.patterns import matches
from nhiscan_connectors.azure.access.scopes import TENANT
from nhiscan_connectors.azure.access.targets import TargetGroup, Targets
from nhiscan_connectors.azure.ids import UNITS
from nhiscan_connectors.common.hubs import DIRECT

_BY_ROLE: Final[dict[str, list[DirectoryMethod]]] = defaultdict(list)
_BY_PERMISSION: Final[dict[str, list[DirectoryMethod]]] = defaultdict(list)
_BY_ACTION: Final[dict[str, list[DirectoryMethod]]] = defaultdict(list)
for _method in DIRECTORY_METHODS:
    for _role in _method.roles:
        _BY_ROLE[_role].append(_method)
    for _permission in _method.permissions:
        _BY_PERMISSION[_permission.lower()].append(_method)
    for _action in _method.actions:
        _BY_ACTION[_action.lower()].append(_method)
_PERMISSIONS: Final = tuple(
    (capability, roles, frozenset(value.lower() for value in values)) for capability, roles, values in CAPABILITIES
)
_OTHER_ACTIONS: Final[tuple[tuple[str, Capability], ...]] = (
    ("microsoft.directory/devicelocalcredentials/password/read", "read_secrets"),
    ("microsoft.directory/bitlockerkeys/key/read", "read_secrets"),
    ("microsoft.directory/conditionalaccesspolicies/basic/update", "change_guardrails"),
)
"""Actions of custom roles that give a capability and no method."""

FIX: Final = "Take {role} from {who}, or let it be activated with approval only."


_IN_UNITS: Final[frozenset[Aim]] = frozenset({"users", "users-without-roles", "groups", "protected-groups"})
"""Kinds of targets that can belong to an administrative unit."""


class Meaning(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What a role of the directory or a permission amounts to."""

    name: str
    """What sentences call it."""
    known: bool
    """False when nobody told what it allows."""
    methods: tuple[DirectoryMethod, ...] = ()
    capabilities: tuple[Capability, ...] = ()


class Directory:
    """Judges what principals hold in the directory."""

    def __init__(self, estate: Estate, hubs: Hubs) -> None:
        self._estate = estate
        self._hubs = hubs
        self._meanings: dict[str, Meaning] = {}
        self.targets = Targets(estate)
        self.administered: set[str] = set()
        """Tenants that somebody can come to administer."""

    def meaning(self, role: str) -> Meaning:
        """What a role or a permission amounts to; worked out once."""
        found = self._meanings.get(role)
        if found is None:
            found = self._meanings[role] = self._permission(role) or self._role(role)
        return found

    def _permission(self, role: str) -> Meaning | None:
        if not role.startswith(GRAPH_PERMISSION):
            return None
        value = role.removeprefix(GRAPH_PERMISSION)
        lowered = value.lower()
        return Meaning(
            name=f"permission {value} of Microsoft Graph",
            known=True,
            methods=tuple(_BY_PERMISSION.get(lowered, ())),
            capabilities=tuple(capability for capability, _, values in _PERMISSIONS if lowered in values),
        )

    def _role(self, role: str) -> Meaning:
        template = template_of(role)
        policy = self._estate.inventory.policies.get(role)
        name = f"role {policy.name if policy is not None else ROLE_NAMES.get(template, template)} of the directory"
        if template in ROLE_NAMES:
            capabilities = [capability for capability, roles, _ in _PERMISSIONS if template in roles]
            if template == GLOBAL_ADMINISTRATOR:
                capabilities.insert(0, "administer")
            return Meaning(name, True, tuple(_BY_ROLE.get(template, ())), tuple(capabilities))
        actions = directory_actions(policy.document) if policy is not None and not policy.problem else None
        if actions is None:
            return Meaning(name, known=False)
        known = [action for action in _BY_ACTION if any(_stands_for(given, action) for given in actions)]
        methods = list(dict.fromkeys(method for action in known for method in _BY_ACTION[action]))
        found: dict[Capability, None] = dict.fromkeys(
            capability for action, capability in _OTHER_ACTIONS if any(_stands_for(given, action) for given in actions)
        )
        if methods:
            found["administer_identities"] = None
        return Meaning(name, True, tuple(methods), tuple(found))

    def grants(self, identity: str, held: Iterable[Held]) -> Iterator[Grant]:
        """Capabilities of an identity by what it and its groups hold."""
        subject = self._estate.subject(identity)
        best: dict[tuple[Capability, str], Grant] = {}
        missing: list[Held] = []
        for one in held:
            meaning = self.meaning(one.role)
            if not meaning.known:
                missing.append(one)
            for capability in meaning.capabilities:
                if capability == "administer" and not one.scope.startswith(TENANT):
                    continue  # over one object only
                key = (capability, one.scope)
                known = best.get(key)
                if known is not None and len(known.conditions) <= len(one.conditions):
                    continue
                does = "administers" if capability == "administer" else f"may {_WORDS[capability]} in"
                best[key] = Grant(
                    identity=identity,
                    capability=capability,
                    resource=one.scope,
                    answer="conditional" if one.conditions else "allowed",
                    conditions=one.conditions,
                    reason=f"{subject} {does} {self._place(one.scope)}{_when(one.conditions)}"
                    f" ({self._source(one, identity)})",
                )
        yield from best.values()
        if missing:
            more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
            yield Grant(
                identity=identity,
                capability="administer",
                resource=missing[0].scope,
                answer="unknown",
                reason=f"what {subject} may do in {self._place(missing[0].scope)} is not known: the definition of"
                f" {self._source(missing[0], identity)} was not read{more}",
            )

    def edges(self, holder: str, held: Iterable[Held]) -> Iterator[CanBecome]:
        """What a principal can become by what it holds itself."""
        told: set[tuple[str, str, tuple[str, ...]]] = set()
        for one in sorted(held, key=lambda one: len(one.conditions)):
            meaning = self.meaning(one.role)
            if "administer" in meaning.capabilities and one.scope.startswith(TENANT):
                self.administered.add(one.scope)
                yield self._edge(holder, one, administrator_of(one.scope), _GLOBAL, "the tenant", one.conditions)
            for method in meaning.methods:
                conditions = tuple(sorted({*one.conditions, *((method.note,) if method.note else ())}))
                if any((method.aim, one.scope, some) in told for some in ((), conditions)):
                    continue
                told.add((method.aim, one.scope, conditions))
                yield from self._method(holder, one, method, conditions)

    def _method(
        self, holder: str, one: Held, method: DirectoryMethod, conditions: tuple[str, ...]
    ) -> Iterator[CanBecome]:
        tenant = one.scope if one.scope.startswith(TENANT) else self._estate.tenant_of(holder)
        if method.aim == "tenant":
            if one.scope.startswith(TENANT):
                self.administered.add(one.scope)
                yield self._edge(holder, one, administrator_of(one.scope), method, "the tenant", conditions)
            return
        if not one.scope.startswith(TENANT):
            yield from self._narrow(holder, one, method, conditions, tenant)
            return
        group = self.targets.of(tenant, method.aim, shielded=not method.changes)
        if not any(target.id != holder for target in group.members[:2]):
            yield self._latent(holder, one, method, conditions, group.title)
            return
        yield from self._every(holder, one, method, conditions, group)

    def _every(
        self, holder: str, one: Held, method: DirectoryMethod, conditions: tuple[str, ...], group: TargetGroup
    ) -> Iterator[CanBecome]:
        """All targets of a group: by name, or by a hub where they are many."""
        if len(group.members) > DIRECT + 1:
            yield self._edge(holder, one, self._hub(group), method, f"any {group.title}", conditions)
            return
        others = [target for target in group.members if target.id != holder]
        for target in others:
            yield self._edge(
                holder, one, target.id, method, target.name, tuple(sorted({*conditions, *target.conditions}))
            )

    def _narrow(
        self,
        holder: str,
        one: Held,
        method: DirectoryMethod,
        conditions: tuple[str, ...],
        tenant: str,
    ) -> Iterator[CanBecome]:
        """A role over one object, or in an administrative unit."""
        target = self._estate.actor(one.scope)
        if target in self._estate.inventory.identities or target in self._estate.inventory.groups:
            found = self.targets.find(tenant, method.aim, target)
            if found is not None and found.id != holder:
                yield self._edge(
                    holder, one, found.id, method, found.name, tuple(sorted({*conditions, *found.conditions}))
                )
            return
        if method.aim not in _IN_UNITS or not one.scope.startswith(UNITS):
            return
        if self._estate.units.knows(one.scope):
            group = self.targets.within(tenant, method.aim, one.scope)
            yield from self._every(holder, one, method, conditions, group)
            return
        group = self.targets.of(tenant, method.aim, shielded=True)
        if group.members:
            unit = f"the target belongs to {self._estate.units.told(one.scope)}"
            called, more = f"some {group.title}", tuple(sorted({*conditions, unit}))
            yield self._edge(holder, one, self._hub(group), method, called, more)

    def _hub(self, group: TargetGroup) -> str:
        members = [(target.id, target.name, target.conditions) for target in group.members]
        return self._hubs.targets(group.name, group.title, members)

    def _latent(
        self, holder: str, one: Held, method: DirectoryMethod, conditions: tuple[str, ...], title: str
    ) -> CanBecome:
        edge = self._edge(holder, one, administrator_of(one.scope), method, f"any {title}", conditions)
        reason = f"{edge.reason}; but there is no {title}"
        return msgspec.structs.replace(edge, answer="latent", reason=reason)

    def _edge(
        self, holder: str, one: Held, target: str, method: DirectoryMethod, called: str, conditions: tuple[str, ...]
    ) -> CanBecome:
        meaning = self.meaning(one.role)
        return CanBecome(
            identity=holder,
            target=target,
            method=method.id,
            answer="conditional" if conditions else "allowed",
            conditions=conditions,
            reason=f"{self._estate.subject(holder)} {method.can.format(target=called)}{_when(conditions)}"
            f" ({self._source(one, holder)})",
            fix=FIX.format(role=meaning.name, who=self._estate.subject(one.principal)),
        )

    def _place(self, scope: str) -> str:
        if scope.startswith(TENANT):
            return self._estate.tree.told(scope)
        if scope.startswith(UNITS):
            return self._estate.units.told(scope)
        actor = self._estate.actor(scope)
        return self._estate.subject(actor) if actor in self._estate.inventory.identities else scope.strip("/")

    def _source(self, one: Held, holder: str) -> str:
        through = "" if one.principal == holder else f", through {self._estate.subject(one.principal)}"
        where = "" if one.scope.startswith(TENANT) else f" over {self._place(one.scope)}"
        return f"{self.meaning(one.role).name}{where}{through}"


_GLOBAL: Final = DirectoryMethod(id="entra-global-administrator", aim="tenant", can="administers {target}")

_WORDS: Final[dict[Capability, str]] = {
    "administer_identities": "change identities and what they may do",
    "change_guardrails": "weaken policies",
    "read_data": "read data",
    "write_data": "change data",
    "read_secrets": "read secrets of devices",
    "run_code": "run code on managed devices",
    "destroy": "delete users, sites or devices",
}


def _when(conditions: tuple[str, ...]) -> str:
    return f" when {' and '.join(conditions)}" if conditions else ""


_ALL: Final = "/allproperties/alltasks"


def _stands_for(given: str, action: str) -> bool:
    """Whether an action of a role is another one, or covers it: all tasks on a kind of object, or a pattern."""
    if given.endswith(_ALL):
        return action.startswith(f"{given.removesuffix(_ALL).removesuffix('/allentities')}/")
    return given == action or ("*" in given and matches(given, action))


def allows(document: str | None, action: str) -> bool | None:
    """Whether a role of the directory allows an action, in lower case; None where the role cannot be read."""
    actions = directory_actions(document)
    return None if actions is None else any(_stands_for(given, action) for given in actions)


def directory_actions(document: str | None) -> frozenset[str] | None:
    """The actions of a role of the directory, in lower case; None where they cannot be read."""
    try:
        found = json.loads(document) if document is not None else None
    except (ValueError, RecursionError):
        return None
    permissions = found.get("rolePermissions") if isinstance(found, dict) else None
    if not isinstance(permissions, list):
        return None
    actions: set[str] = set()
    for entry in permissions:
        allowed = entry.get("allowedResourceActions") if isinstance(entry, dict) else None
        if not isinstance(allowed, list) or not all(isinstance(one, str) for one in allowed):
            return None
        actions.update(one.lower() for one in allowed)
    return frozenset(actions)
