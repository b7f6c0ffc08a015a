"""Ids of things in Entra and Azure: written once here, so that what two calls tell of one thing meets.

Azure compares resource ids and object ids without regard to case, and its own answers write one id in several ways
("resourceGroups", "resourcegroups"). So every id is kept in lower case but for the words of the directory that nhiscan
puts before an object id: "/servicePrincipals/<object id>". What people read is the name of a record, as it was written.
"""

from __future__ import annotations

import re

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_SUBSCRIPTION = re.compile(r"(/subscriptions/[^/]+)(?:/.*)?")
_GROUP = "/providers/microsoft.management/managementgroups/"
_ROLES = "/providers/microsoft.authorization/roledefinitions/"


OWNERS = "/owners"
"""End of the id of a group's ownership."""
UNITS = "/administrativeUnits/"
"""Beginning of the ids of administrative units."""
IN_UNIT = "in_unit"
"""Kind of a link: a user, group or device belongs to an administrative unit."""


def is_guid(value: str) -> bool:
    """Whether a text has the form of an object id."""
    return _GUID.fullmatch(value.lower()) is not None


def user_id(object_id: str) -> str:
    """Id of a user, an agent user among them."""
    return f"/users/{object_id.lower()}"


def group_id(object_id: str) -> str:
    """Id of a group of the directory."""
    return f"/groups/{object_id.lower()}"


def owners_of(group: str) -> str:
    """Id of the ownership of a group, as something that can be activated."""
    return f"{group}{OWNERS}"


def application_id(object_id: str) -> str:
    """Id of an application (app registration), by its object id, not by its client id."""
    return f"/applications/{object_id.lower()}"


def service_principal_id(object_id: str) -> str:
    """Id of a service principal; managed identities and agent identities are service principals too."""
    return f"/servicePrincipals/{object_id.lower()}"


def unit_id(object_id: str) -> str:
    """Id of an administrative unit, as it stands in the scope of a role that holds in it."""
    return f"{UNITS}{object_id.lower()}"


def device_id(object_id: str) -> str:
    """Id of a device of the directory."""
    return f"/devices/{object_id.lower()}"


def directory_object_id(object_id: str) -> str:
    """Id of something in the directory of which nobody said what it is."""
    return f"/directoryObjects/{object_id.lower()}"


def principal_id(object_id: str, kind: str) -> str:
    """Id of a principal, by the word that Azure RBAC ("ServicePrincipal") or Graph ("#microsoft.graph.user") uses."""
    word = kind.removeprefix("#microsoft.graph.").lower()
    match word:
        case "user" | "agentuser":
            return user_id(object_id)
        case "group" | "foreigngroup":
            return group_id(object_id)
        case "serviceprincipal" | "agentidentity" | "agentidentityblueprintprincipal":
            return service_principal_id(object_id)
        case "application" | "agentidentityblueprint":
            return application_id(object_id)
        case "device":
            return device_id(object_id)
        case _:
            return directory_object_id(object_id)


def directory_role_id(template_id: str) -> str:
    """Id of a role definition of the directory, such as Global Administrator."""
    return f"/roleManagement/directory/roleDefinitions/{template_id.lower()}"


def tenant_scope(tenant: str) -> str:
    """Id of the scope of a tenant."""
    return f"azure:{tenant.lower()}"


def subscription_scope(subscription: str) -> str:
    """Id of the scope of a subscription: its resource id."""
    return f"/subscriptions/{subscription.lower()}"


def management_group_scope(name: str) -> str:
    """Id of the scope of a management group: its resource id."""
    return f"{_GROUP}{name.lower()}"


def resource_id(written: str) -> str:
    """The one form of a resource id of Azure Resource Manager; "/" stays what it is, the root of all scopes."""
    return written.strip().rstrip("/").lower() or "/"


def role_definition_id(written: str) -> str:
    """The one form of the id of a role definition of Azure RBAC.

    The same role is named under the subscription, under the management group and under the root in which someone looked
    at it; its GUID alone tells it from others.
    """
    whole = resource_id(written)
    _, found, guid = whole.rpartition(_ROLES)
    return f"{_ROLES}{guid}" if found else whole


def role_of_guid(guid: str) -> str:
    """Id of a role definition of Azure RBAC that is named by its GUID alone."""
    return f"{_ROLES}{guid.lower()}"


def subscription_of(written: str) -> str:
    """Id of the scope of the subscription in which a resource lies; empty for what lies in none."""
    match = _SUBSCRIPTION.fullmatch(resource_id(written))
    return match[1] if match else ""
