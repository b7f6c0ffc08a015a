"""Managed identities: those that stand on their own, whom they believe, and every resource that has one.

Calls in a subscription: the sweep (two in an empty one), and one for each user-assigned identity.

A resource of a type that no other service reads becomes a workload of kind "azure-resource", with its type in the
attribute "type", because whoever controls it may act as its identity.
Attributes of a user-assigned identity: "app_id", "resource", "isolation_scope".
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.federation import trusts
from nhiscan_connectors.azure.ids import service_principal_id, tenant_scope
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, shown
from nhiscan_connectors.azure.resources.sweep import EVERYTHING, HOSTS, OPERATIONS, RESOURCES, SLOTS, swept
from nhiscan_connectors.azure.resources.types import LISTS, TYPES
from nhiscan_connectors.azure.resources.variables import in_resources, place_in_resource, sightings
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.tags import tagged_owners

TYPE = "microsoft.managedidentity/userassignedidentities"
CREDENTIALS = arm(
    "Microsoft.ManagedIdentity:userAssignedIdentities.federatedIdentityCredentials.list",
    "/{+id}/federatedIdentityCredentials",
    "2023-01-31",
    permission="Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",
    purpose="reads which outside issuers a managed identity believes, and for whom",
    hides="who outside of Azure may act as the managed identity",
    blinds=("trust",),
)
_PARTS_OF_OTHERS = ("/accounts/projects", "/workspaces/onlineendpoints")
"""Ends of the types of children that the services of their parents list."""


def collect(calls: Calls) -> None:
    """The sweep, and the federated credentials of each user-assigned identity."""
    calls.each(lambda row: calls.ask(CREDENTIALS, id=row.id), swept(calls, TYPE))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Identities, their trusts, and resources of other types that have an identity."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        yield from _identity(reading, row)
    for row in reading.hosts():
        if row.type not in TYPES and not row.type.endswith(_PARTS_OF_OTHERS):
            yield reading.workload(row, "azure-resource", attributes={"type": row.type, "kind": row.kind})
            yield from reading.acts_as(row, f"{row.type.rpartition('/')[2]} {row.name}", source=HOSTS)
    yield from _sightings(reading)
    reading.damaged_rows()
    yield from reading.gaps()


def _sightings(reading: Reading) -> Iterator[AnyRecord]:
    """Secrets that stood in any answer of the sweep. What both of its questions told is told once."""
    yield from in_resources(reading, RESOURCES, *LISTS.values(), SLOTS, CREDENTIALS)
    whole = {row.id for row in reading.rows(*TYPES)}
    for operation in (HOSTS, EVERYTHING):
        yield from sightings(reading, operation, place_in_resource, lambda id: id not in whole)


def _identity(reading: Reading, row: Row) -> Iterator[AnyRecord]:
    principal = text(row.properties.get("principalId"))
    if not principal:
        reading.leave_out(RESOURCES, f"managed identity {row.name} has no object id", row.id)
        return
    id = service_principal_id(principal)
    facts = {
        "type": "ManagedIdentity",
        "app_id": text(row.properties.get("clientId")).lower(),
        "resource": row.id,
        "isolation_scope": text(row.properties.get("isolationScope")),
    }
    identity = Identity(
        id=id,
        provider="azure",
        kind="entra-managed-identity",
        name=row.name,
        scope=tenant_scope(reading.shard.options.get("tenant", "")),
        tags=row.tags,
        attributes=shown(facts),
    )
    yield identity
    yield from tagged_owners(identity)
    for body in reading.about(CREDENTIALS, row.id):
        for credential in reading.within(CREDENTIALS, body, "value", "name", subject=id):
            told = {**table(credential.get("properties")), "name": credential["name"]}
            yield from trusts(reading.shard, reading, CREDENTIALS, told, identity=id, place=row.id, apps=False)


SERVICE = Service(
    name="managed-identities",
    part="subscription",
    operations=(*OPERATIONS, CREDENTIALS),
    collect=collect,
    parse=parse,
)
