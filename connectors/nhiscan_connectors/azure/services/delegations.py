"""Delegations to other tenants (Azure Lighthouse): who from outside holds roles here, or may activate them.

Azure lists such roles nowhere else: role assignments do not show them. A refusal leaves nobody of the own tenant
unknown, for delegations give them nothing.

Calls in a subscription: one list, one question to Resource Graph, and one list for each resource group that is
delegated by itself.

Whom a role is delegated to becomes an identity of kind "entra-outside-principal", known by the name that the service
provider wrote: a person, a group or an application of another tenant. Which of them it is, how it signs in and who is
behind it, only that tenant knows. Attributes: "owner_tenant", "tenant_name", "delegation" (how the offer is called).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Assignment, Identity, Ownership
from nhiscan_connectors.azure.api import Api, arm, resource_graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import listed, shown
from nhiscan_connectors.azure.ids import (
    directory_object_id,
    is_guid,
    resource_id,
    role_definition_id,
    role_of_guid,
    tenant_scope,
)
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, table, text

KIND = "entra-outside-principal"
_PATH = "/providers/Microsoft.ManagedServices/registrationAssignments"
_VERSION = "2022-10-01"
_PERMISSION = "Microsoft.ManagedServices/registrationAssignments/read"
_WHOLE = (("$expandRegistrationDefinition", "true"),)

DELEGATIONS = arm(
    "Microsoft.ManagedServices:registrationAssignments.list",
    "/subscriptions/{subscription}" + _PATH,
    _VERSION,
    query=_WHOLE,
    permission=_PERMISSION,
    purpose="reads which tenants a subscription is delegated to, and who of them holds which role (Azure Lighthouse)",
    hides="who from other tenants holds roles in the subscription",
)
EVERYWHERE = resource_graph(
    "managedservicesresources.list",
    "managedservicesresources | where type =~ 'microsoft.managedservices/registrationassignments'"
    " | project id, type | order by id asc",
    permission=_PERMISSION,
    purpose="finds the resource groups that are delegated to other tenants by themselves",
    hides="which resource groups are delegated to other tenants by themselves",
    optional=True,
)
IN_GROUP = arm(
    "Microsoft.ManagedServices:registrationAssignments.listInGroup",
    "/{+scope}" + _PATH,
    _VERSION,
    query=_WHOLE,
    permission=_PERMISSION,
    purpose="reads who of another tenant holds which role in a resource group that is delegated by itself",
    hides="who from other tenants holds roles in a resource group",
)
_GONE = "deleted"
_LIMITED = "Microsoft.Authorization/roleAssignments/write"


def collect(calls: Calls) -> None:
    """What is delegated: the subscription, and resource groups in it."""
    calls.ask(DELEGATIONS)
    groups = {_scope(item) for row in calls.items(EVERYWHERE, "data") if (item := text(table(row).get("id")))}
    calls.each(lambda scope: calls.ask(IN_GROUP, scope=scope), sorted(groups - {calls.shard.scope, ""}))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One identity for each principal of another tenant, and the roles that it holds or may activate."""
    fields = Fields(shard, answers)
    seen: set[str] = set()
    for operation in (DELEGATIONS, IN_GROUP):
        for item in fields.items(operation, "value", "id"):
            id = resource_id(item["id"])
            # Both lists may tell of the same one.
            if id not in seen and text(table(item.get("properties")).get("provisioningState")).lower() != _GONE:
                seen.add(id)
                yield from _delegation(fields, operation, item)
    yield from fields.gaps()


def _delegation(fields: Fields, operation: Api, item: dict[str, Any]) -> Iterator[AnyRecord]:
    definition = table(table(table(item.get("properties")).get("registrationDefinition")).get("properties"))
    lists = {key: definition.get(key) for key in ("authorizations", "eligibleAuthorizations")}
    if not any(isinstance(entries, list) for entries in lists.values()):
        fields.leave_out(operation, f"delegation {item['id'].rpartition('/')[2][:80]} does not tell what it delegates")
        return
    tenant = text(definition.get("managedByTenantId")).lower()
    facts = {
        "owner_tenant": tenant,
        "tenant_name": text(definition.get("managedByTenantName")),
        "delegation": text(definition.get("registrationDefinitionName")),
    }
    for key, entries in lists.items():
        alone = {key: entries}
        for entry in fields.within(operation, alone, key, "principalId", "roleDefinitionId"):
            principal = directory_object_id(entry["principalId"])
            yield Identity(
                id=principal,
                provider="azure",
                kind=KIND,
                name=text(entry.get("principalIdDisplayName")) or entry["principalId"],
                scope=tenant_scope(tenant or "unknown"),
                attributes={name: shown(value) for name, value in facts.items() if value},
            )
            yield Assignment(
                principal=principal,
                role=_role(entry["roleDefinitionId"]),
                scope=_scope(item["id"]),
                eligible=key == "eligibleAuthorizations",
                condition=_limit(entry),
                id=resource_id(item["id"]),
                source=operation.name,
            )


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """The tenant that answers for each principal of another one, told once in however many places it holds roles."""
    for identity in inventory.identities.values():
        if identity.kind == KIND:
            facts = identity.attributes
            owner = facts.get("tenant_name") or facts.get("owner_tenant") or "another tenant"
            yield Ownership(subject=identity.id, owner=owner, kind="team", source=DELEGATIONS.name)


def _scope(id: str) -> str:
    """Where a delegation holds: the subscription or resource group that its id begins with."""
    return resource_id(resource_id(id).rpartition("/providers/microsoft.managedservices/")[0]) if id else ""


def _role(written: str) -> str:
    """Id of a role, which delegations name by its GUID alone."""
    return role_of_guid(written) if is_guid(written) else role_definition_id(written)


def _limit(entry: dict[str, Any]) -> str:
    """Which roles may be given away with it: none but these, and to managed identities only."""
    roles = [text(role).rpartition("/")[2] for role in listed(entry.get("delegatedRoleDefinitionIds"))]
    if not roles:
        return ""
    names = ", ".join(sorted(role for role in roles if is_guid(role)))
    return f"(!(ActionMatches{{'{_LIMITED}'}})) OR (role is one of {{{names}}} AND principal is a managed identity)"


SERVICE = Service(
    name="delegations",
    part="subscription",
    operations=(DELEGATIONS, EVERYWHERE, IN_GROUP),
    collect=collect,
    parse=parse,
    join=join,
)
