"""Data Factory: factories, what they act as, and how their linked services sign in to stores and services.

Calls in a subscription beside the sweep: one for each factory.

A linked service answers without its secret: where one is kept, the answer holds an encrypted form, which is dropped, or
asterisks. A secret that lies in a vault stands there by name.

Attributes of a factory: "public_network", "repository". Of a linked service "azure-data-factory-linked-service", which
is a secret where it keeps one of its own and a resource where not: "type", "auth" (stored, vault, other).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Link, Resource, Secret
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, shown
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import FACTORIES
from nhiscan_connectors.azure.resources.variables import Vaults, in_resources, secret_uri
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

TYPE = "microsoft.datafactory/factories"
LINKED = arm(
    "Microsoft.DataFactory:factories.linkedservices.list",
    "/{+id}/linkedservices",
    "2018-06-01",
    permission="Microsoft.DataFactory/factories/linkedServices/read",
    purpose="lists what a data factory is connected to, and how it signs in there",
    hides="what the data factory is connected to, and which secrets it uses for that",
    blinds=("secrets",),
    drop=("encryptedCredential",),
)
_DEEPEST = 8


def collect(calls: Calls) -> None:
    """Linked services of every factory."""
    calls.each(lambda row: calls.ask(LINKED, id=row.id), swept(calls, TYPE))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a factory, and its linked services."""
    reading = Reading(shard, answers)
    vaults = Vaults(reading)
    for row in reading.rows(TYPE):
        facts = {
            "public_network": text(row.properties.get("publicNetworkAccess")),
            "repository": text(table(row.properties.get("repoConfiguration")).get("repositoryName")),
        }
        yield reading.workload(row, "azure-data-factory", attributes=facts)
        yield from reading.acts_as(row, f"data factory {row.name}")
        yield from _linked(reading, vaults, row)
    yield from in_resources(reading, LINKED)
    yield from reading.gaps()


def _linked(reading: Reading, vaults: Vaults, factory: Row) -> Iterator[AnyRecord]:
    title = f"data factory {factory.name}"
    services = reading.children(LINKED, factory.id)
    stores = {
        item.name: text(_settings(item).get("baseUrl")).rstrip("/")
        for item in services
        if text(item.properties.get("type")) == "AzureKeyVault"
    }
    for item in services:
        parts = list(_parts(_settings(item), _DEEPEST))
        taken = [part for part in parts if text(part.get("type")) == "AzureKeyVaultSecret"]
        stored = any(part.get("encryptedCredential") or text(part.get("type")) == "SecureString" for part in parts)
        facts = {
            "type": text(item.properties.get("type")),
            "auth": "stored" if stored else "vault" if taken else "other",
        }
        yield _record(reading, factory, item, facts, stored=stored)
        reason = f"{title} reaches {facts['type'] or 'a service'} through linked service {item.name}"
        yield Link(source=factory.id, target=item.id, kind="reads_secret" if stored else "invokes_tool", reason=reason)
        for part in taken:
            vault = stores.get(text(table(part.get("store")).get("referenceName")), "")
            uri = secret_uri(f"{vault}/secrets/{text(part.get('secretName'))}") if vault else ""
            if uri:
                reason = f"{title} takes the secret of linked service {item.name} from {uri.rpartition('/')[2]}"
                yield Link(source=factory.id, target=vaults.secret_id(uri), kind="reads_secret", reason=reason)


def _settings(item: Row) -> dict[str, Any]:
    return table(item.properties.get("typeProperties"))


def _parts(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """All objects within the settings of a linked service, themselves included."""
    if isinstance(value, dict) and depth:
        yield value
        for item in value.values():
            yield from _parts(item, depth - 1)


def _record(reading: Reading, factory: Row, item: Row, facts: dict[str, str], *, stored: bool) -> Secret | Resource:
    kind = "azure-data-factory-linked-service"
    if stored:
        return Secret(
            id=item.id,
            provider="azure",
            kind=kind,
            name=item.name,
            scope=reading.scope,
            region=factory.location,
            ai_provider=llm_name(item.name),
            description=f"What the linked service to {facts['type'] or 'a service'} signs in with",
            attributes=shown(facts),
        )
    return Resource(
        id=item.id,
        provider="azure",
        kind=kind,
        name=item.name,
        scope=reading.scope,
        region=factory.location,
        node="tool",
        attributes=shown(facts),
    )


SERVICE = Service(
    name="data-factories",
    part="subscription",
    operations=(RESOURCES, FACTORIES, LINKED),
    collect=collect,
    parse=parse,
)
