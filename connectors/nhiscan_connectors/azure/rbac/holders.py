"""Who holds a role, who may activate one, and who is denied what: lists of Azure RBAC as records."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from nhiscan.model import AnyRecord, Assignment, Gap, Policy, PolicyUse
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.ids import principal_id, resource_id, role_definition_id, tenant_scope
from nhiscan_connectors.azure.rbac.operations import BLINDING, CLASSIC
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.times import moment

Within: TypeAlias = Callable[[str], bool]
"""Whether a scope is one that the shard tells of; others tell of the rest."""

_Ends: TypeAlias = dict[str, datetime]
"""When an assignment ends, by its id, or by who holds what where if the schedule does not name it."""

CLASSIC_ROLE = "/providers/microsoft.authorization/classicadministrators"
"""Policy of the administrators from before roles."""


def assignments(fields: Fields, within: Within, listed: Api, active: Api) -> Iterator[Assignment]:
    """Assignments of the list `listed`, each told once, with the end that `active` knows."""
    ends, seen = _ends(fields, active), set[str]()
    for item in fields.items(listed, "value", "id"):
        for properties in _whole(fields, listed, item):
            found = _assignment(listed, item, properties)
            if found.id not in seen and within(found.scope):
                seen.add(found.id)
                end = ends.get(found.id) or ends.get(_triple(found.principal, found.role, found.scope))
                yield _ending(found, end)


def eligible(fields: Fields, within: Within, listed: Api) -> Iterator[Assignment]:
    """Roles that somebody may activate, each told once."""
    seen = set[str]()
    for item in fields.items(listed, "value", "id"):
        for properties in _whole(fields, listed, item):
            found = _assignment(listed, item, properties, eligible=True)
            if found.id not in seen and within(found.scope):
                seen.add(found.id)
                yield _ending(found, moment(properties.get("endDateTime")))


def denials(fields: Fields, within: Within, listed: Api, tenant: str) -> Iterator[AnyRecord]:
    """Deny assignments, each as a policy with the scope that it is set on. `tenant`: id of the tenant."""
    seen = set[str]()
    for item in fields.items(listed, "value", "id"):
        alone = {"properties": [item.get("properties")]}
        for properties in fields.within(listed, alone, "properties"):
            id, scope = resource_id(item["id"]), _scope(item, properties)
            if id not in seen and within(scope):
                seen.add(id)
                yield _denial(id, item, properties, tenant_scope(tenant))
                yield PolicyUse(policy=id, target=scope, use="organization-limit")


def classic(fields: Fields, subscription: str, tenant: str) -> Iterator[AnyRecord]:
    """Administrators from before roles, by the address that is all that Azure tells of them."""
    found = [properties for item in fields.items(CLASSIC, "value") for properties in [table(item.get("properties"))]]
    holders = [
        (text(properties.get("emailAddress")), text(properties.get("role")).replace(" ", "")) for properties in found
    ]
    held = sorted({(address, role) for address, role in holders if address and _administers(role)})
    if held:
        yield Policy(
            id=CLASSIC_ROLE,
            provider="azure",
            kind="role-definition",
            name="Classic administrator",
            scope=tenant_scope(tenant),
            document=json.dumps({"permissions": [{"actions": ["*"]}], "assignableScopes": ["/"], "type": "Classic"}),
            managed_by_provider=True,
        )
    for address, _ in held:
        yield Assignment(
            principal=f"/users/{address.lower()}", role=CLASSIC_ROLE, scope=subscription, source=CLASSIC.name
        )


def damage(fields: Fields) -> Iterator[Gap]:
    """Gaps for what had to be left out of these lists."""
    for gap in fields.gaps():
        yield msgspec.structs.replace(gap, blinds=("policies",)) if gap.operation in BLINDING else gap


def _administers(role: str) -> bool:
    """Whether a classic role is over resources; the account administrator's is over the bill only."""
    return bool({"serviceadministrator", "coadministrator"} & set(role.lower().split(";")))


def _whole(fields: Fields, listed: Api, item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    # Read as a list of one, so that an assignment to nobody or of nothing is told as damage.
    alone = {"properties": [item.get("properties")]}
    yield from fields.within(listed, alone, "properties", "principalId", "roleDefinitionId")


def _assignment(listed: Api, item: dict[str, Any], properties: dict[str, Any], *, eligible: bool = False) -> Assignment:
    return Assignment(
        principal=_principal(properties),
        role=role_definition_id(properties["roleDefinitionId"]),
        scope=_scope(item, properties),
        eligible=eligible,
        condition=text(properties.get("condition")),
        created_at=moment(properties.get("createdOn")),
        id=resource_id(item["id"]),
        source=listed.name,
    )


def _principal(properties: dict[str, Any]) -> str:
    expanded = table(table(properties.get("expandedProperties")).get("principal"))
    return principal_id(properties["principalId"], text(properties.get("principalType")) or text(expanded.get("type")))


def _scope(item: dict[str, Any], properties: dict[str, Any]) -> str:
    return resource_id(text(properties.get("scope")) or item["id"].rpartition("/providers/")[0])


def _ends(fields: Fields, active: Api) -> _Ends:
    """Ends of those assignments that have one: activated ones, and such as were made for a time."""
    found: _Ends = {}
    for item in fields.items(active, "value", "id"):
        for properties in _whole(fields, active, item):
            end = moment(properties.get("endDateTime"))
            if end is not None:
                origin = text(properties.get("originRoleAssignmentId"))
                role, scope = role_definition_id(properties["roleDefinitionId"]), _scope(item, properties)
                found[resource_id(origin) if origin else _triple(_principal(properties), role, scope)] = end
    return found


def _triple(principal: str, role: str, scope: str) -> str:
    return f"{principal} {role} {scope}"


def _ending(found: Assignment, end: datetime | None) -> Assignment:
    return found if end is None else msgspec.structs.replace(found, expires_at=end)


def _denial(id: str, item: dict[str, Any], properties: dict[str, Any], tenant: str) -> Policy:
    lists = [properties.get(key) for key in ("permissions", "principals")]
    readable = all(isinstance(found, list) for found in lists)
    attributes = {"type": "deny-assignment"}
    if flag(properties.get("doNotApplyToChildScopes")):
        attributes["children"] = "false"
    return Policy(
        id=id,
        provider="azure",
        kind="resource",
        name=text(properties.get("denyAssignmentName")) or text(item.get("name")) or id,
        scope=tenant,
        document=json.dumps(properties) if readable else None,
        problem="" if readable else "the deny assignment has no list of permissions or of principals",
        managed_by_provider=flag(properties.get("isSystemProtected")) is True,
        attributes=attributes,
    )
