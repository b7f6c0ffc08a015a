"""Fills a tenant with management groups, deny assignments, and roles that are held for a time or may be activated."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.seed import Tenant, ago
from tests.clouds.azure.state import Item

GROUPS = "/providers/Microsoft.Management/managementGroups"
EVERYBODY = {"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined", "displayName": "All Principals"}
_AUTHORIZATION = "/providers/Microsoft.Authorization"


def management_group(tenant: Tenant, name: str, parent: Item | None = None, shown: str = "") -> Item:
    """A management group under another. The root is named as the tenant is: `root_group`."""
    item: Item = {
        "id": f"{GROUPS}/{name}",
        "name": name,
        "type": "Microsoft.Management/managementGroups",
        "displayName": shown or name,
    }
    tenant.state.put("managementGroups", item, name)
    if parent is not None:
        place(tenant, item, parent)
    return item


def root_group(tenant: Tenant) -> Item:
    """The group above all others."""
    return management_group(tenant, tenant.id, shown="Tenant Root Group")


def place(tenant: Tenant, item: Item, parent: Item) -> None:
    """Put a subscription or management group under a management group."""
    tenant.state.put("placement", {"parent": str(parent["name"]).lower()}, item["id"])


def deny_assignment(
    tenant: Tenant,
    name: str,
    scope: str,
    *,
    actions: list[str],
    principals: list[Item] | None = None,
    excluded: list[Item] | None = None,
    data_actions: list[str] | None = None,
    **properties: Any,
) -> Item:
    """Nobody of `principals` (all, where none are named) may do `actions` in `scope`."""
    guid = tenant.state.guid()
    item: Item = {
        "id": f"{scope.rstrip('/')}{_AUTHORIZATION}/denyAssignments/{guid}",
        "name": guid,
        "type": "Microsoft.Authorization/denyAssignments",
        "properties": {
            "denyAssignmentName": name,
            "description": "",
            "permissions": [
                {"actions": actions, "notActions": [], "dataActions": data_actions or [], "notDataActions": []}
            ],
            "scope": scope,
            "doNotApplyToChildScopes": False,
            "principals": [EVERYBODY] if principals is None else [_principal(tenant, item) for item in principals],
            "excludePrincipals": [_principal(tenant, item) for item in excluded or ()],
            "isSystemProtected": True,
            **properties,
        },
    }
    return tenant.state.put("denyAssignments", item)


def eligible(tenant: Tenant, principal: Item, role: str, scope: str, ends: str | None = None, **more: Any) -> Item:
    """`principal` may activate the role with the GUID `role` in `scope`, until `ends`."""
    guid = tenant.state.guid()
    item: Item = {
        "id": f"{scope.rstrip('/')}{_AUTHORIZATION}/roleEligibilityScheduleInstances/{guid}",
        "name": guid,
        "type": "Microsoft.Authorization/roleEligibilityScheduleInstances",
        "properties": {**_schedule(tenant, principal, role, scope, ends), **more},
    }
    return tenant.state.put("roleEligibilityScheduleInstances", item)


def ends(tenant: Tenant, assignment: Item, end: str | None, **more: Any) -> Item:
    """A role assignment is known to the schedules, and ends then: activated, or made for a time."""
    guid, held = tenant.state.guid(), assignment["properties"]
    schedule = {
        "scope": held["scope"],
        "roleDefinitionId": held["roleDefinitionId"],
        "principalId": held["principalId"],
        "principalType": held["principalType"],
        "originRoleAssignmentId": assignment["id"],
        "status": "Accepted",
        "startDateTime": ago(1),
        "endDateTime": end,
        "assignmentType": "Assigned",
        "memberType": "Direct",
    }
    item: Item = {
        "id": f"{held['scope'].rstrip('/')}{_AUTHORIZATION}/roleAssignmentScheduleInstances/{guid}",
        "name": guid,
        "type": "Microsoft.Authorization/roleAssignmentScheduleInstances",
        "properties": {**schedule, **more},
    }
    return tenant.state.put("roleAssignmentScheduleInstances", item)


def classic_administrator(tenant: Tenant, subscription: Item, address: str, role: str = "CoAdministrator") -> Item:
    """Someone who administers a subscription since before there were roles."""
    guid = tenant.state.guid()
    item: Item = {
        "id": f"{subscription['id']}{_AUTHORIZATION}/classicAdministrators/{guid}",
        "name": guid,
        "type": "Microsoft.Authorization/classicAdministrators",
        "properties": {"emailAddress": address, "role": role},
    }
    return tenant.state.put("classicAdministrators", item)


def _schedule(tenant: Tenant, principal: Item, role: str, scope: str, end: str | None) -> Item:
    subscription = "/".join(scope.split("/")[:3]) if scope.startswith("/subscriptions/") else ""
    return {
        "scope": scope,
        "roleDefinitionId": f"{subscription}{_AUTHORIZATION}/roleDefinitions/{role}",
        "principalId": principal["id"],
        "principalType": _type(tenant, principal),
        "status": "Provisioned",
        "startDateTime": ago(30),
        "endDateTime": end,
        "memberType": "Direct",
        "condition": None,
        "conditionVersion": None,
        "createdOn": ago(30),
    }


def _principal(tenant: Tenant, item: Item) -> Item:
    return {"id": item["id"], "type": _type(tenant, item), "displayName": item["displayName"]}


def _type(tenant: Tenant, principal: Item) -> str:
    for table, kind in (("users", "User"), ("groups", "Group")):
        if principal["id"] in tenant.state.table(table):
            return kind
    return "ServicePrincipal"
