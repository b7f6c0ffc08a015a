"""Fills a tenant with administrative units, memberships that may be activated, and delegations to other tenants."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.seed import Tenant, ago
from tests.clouds.azure.state import Item

UNITS = "directory/administrativeUnits"
OUTSIDE = "00000000-dddd-4000-8000-000000000001"
"""The tenant that things are delegated to."""
_SERVICES = "/providers/Microsoft.ManagedServices"
ELIGIBLE = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
ACTIVE = "identityGovernance/privilegedAccess/group/assignmentScheduleInstances"


def administrative_unit(tenant: Tenant, name: str, *members: Item, restricted: bool = False, **fields: Any) -> Item:
    """A part of the directory with some users and groups."""
    item: Item = {
        "id": tenant.state.guid(),
        "displayName": name,
        "description": None,
        "isMemberManagementRestricted": restricted,
        "visibility": None,
    }
    unit = tenant.state.put(UNITS, {**item, **fields})
    for member in members:
        tenant.relate(UNITS, unit, "members", member)
    return unit


def scope_of(unit: Item) -> str:
    """How the scope of a role that holds in a unit is written."""
    return f"/administrativeUnits/{unit['id']}"


def eligible_for_group(
    tenant: Tenant, principal: Item, group: Item, access: str = "member", *, ends: str | None = None, **fields: Any
) -> Item:
    """`principal` may make itself a member (or owner) of a group for a time."""
    item = {"eligibilityScheduleId": tenant.state.guid(), "startDateTime": ago(20), "endDateTime": ends}
    return tenant.state.put(ELIGIBLE, {**_instance(tenant, principal, group, access), **item, **fields})


def joined_group(
    tenant: Tenant, principal: Item, group: Item, access: str = "member", *, ends: str | None, **fields: Any
) -> Item:
    """`principal` is a member (or owner) of a group until an hour, or for good, and stands in its list too."""
    tenant.relate("groups", group, f"{access}s", principal)
    item = {
        "assignmentType": "Activated",
        "assignmentScheduleId": tenant.state.guid(),
        "startDateTime": ago(0),
        "endDateTime": ends,
    }
    return tenant.state.put(ACTIVE, {**_instance(tenant, principal, group, access), **item, **fields})


def _instance(tenant: Tenant, principal: Item, group: Item, access: str) -> Item:
    return {
        "id": f"{group['id']}_{access}_{tenant.state.guid()}",
        "accessId": access,
        "principalId": principal["id"],
        "groupId": group["id"],
        "memberType": "Direct",
    }


def delegation(
    tenant: Tenant,
    scope: str,
    authorizations: list[Item] | None = None,
    eligible: list[Item] | None = None,
    *,
    state: str = "Succeeded",
    **fields: Any,
) -> Item:
    """A subscription or resource group that is delegated to another tenant (Azure Lighthouse)."""
    guid, offer = tenant.state.guid(), tenant.state.guid()
    subscription = "/".join(scope.split("/")[:3])
    defined = f"{subscription}{_SERVICES}/registrationDefinitions/{offer}"
    properties: Item = {
        "description": "",
        "registrationDefinitionName": "Managed operations",
        "managedByTenantId": OUTSIDE,
        "managedByTenantName": "Contoso Services",
        "manageeTenantId": tenant.id,
        "provisioningState": "Succeeded",
        "authorizations": authorizations or [],
        "eligibleAuthorizations": eligible or [],
        **fields,
    }
    item: Item = {
        "id": f"{scope}{_SERVICES}/registrationAssignments/{guid}",
        "name": guid,
        "type": "Microsoft.ManagedServices/registrationAssignments",
        "properties": {
            "registrationDefinitionId": defined,
            "provisioningState": state,
            "registrationDefinition": {
                "id": defined,
                "name": offer,
                "type": "Microsoft.ManagedServices/registrationDefinitions",
                "properties": properties,
            },
        },
    }
    return tenant.state.put("registrationAssignments", item)


def authorization(principal: str, role: str, name: str = "", **fields: Any) -> Item:
    """A role that a delegation gives to a principal of the other tenant, by its object id."""
    item: Item = {"principalId": principal, "principalIdDisplayName": name, "roleDefinitionId": role}
    return {**item, **fields}
