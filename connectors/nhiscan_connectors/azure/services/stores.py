"""Stores and queues that take keys of their own beside Entra: storage, Cosmos DB, Event Hubs, Service Bus and others.

No calls beside the sweep of the subscription.

One entry stands for the keys of each, where it takes them: that they exist and how old they are, never their values.
Attributes: "local_auth", "public_network", "network", "key_expiry_days" (storage: what the account asks for),
"key1_changed" and so on (when each key was made, where that is told).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final, NamedTuple

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Resource
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources import types
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, network_facts, shown, yes
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment


class _Store(NamedTuple):
    """How one type is told."""

    kind: str
    words: str
    takes_keys: Callable[[Row], bool | None]


def _local(row: Row) -> bool | None:
    return row.local_auth


def _storage(row: Row) -> bool | None:
    """Absent and null both mean that shared keys are let in."""
    return flag(row.properties.get("allowSharedKeyAccess")) is not False if row.properties else None


def _registry(row: Row) -> bool | None:
    return flag(row.properties.get("adminUserEnabled"))


_STORES: Final = {
    "microsoft.storage/storageaccounts": _Store("azure-storage-account", "storage account", _storage),
    "microsoft.documentdb/databaseaccounts": _Store("azure-cosmos-account", "Cosmos DB account", _local),
    "microsoft.eventhub/namespaces": _Store("azure-event-hubs-namespace", "Event Hubs namespace", _local),
    "microsoft.servicebus/namespaces": _Store("azure-service-bus-namespace", "Service Bus namespace", _local),
    "microsoft.appconfiguration/configurationstores": _Store(
        "azure-app-configuration", "App Configuration store", _local
    ),
    "microsoft.containerregistry/registries": _Store("azure-container-registry", "container registry", _registry),
}


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One resource a store, and its keys."""
    reading = Reading(shard, answers)
    for row in reading.rows(*_STORES):
        yield from _store(reading, row, _STORES[row.type])
    yield from reading.gaps()


def _store(reading: Reading, row: Row, store: _Store) -> Iterator[AnyRecord]:
    takes = store.takes_keys(row)
    changed = _changed(row)
    policy = table(row.properties.get("keyPolicy")).get("keyExpirationPeriodInDays")
    facts = {**network_facts(row.properties), "local_auth": yes(takes)}
    yield Resource(
        id=row.id,
        provider="azure",
        kind=store.kind,
        name=row.name,
        scope=reading.scope,
        region=row.location,
        created_at=row.created_at,
        tags=row.tags,
        attributes=shown(facts),
    )
    if row.identity:
        # It encrypts and replicates with its identity, and runs nothing of the customer's.
        yield from reading.acts_as(row, f"{store.words} {row.name}", by_platform=True)
    if takes:
        ages = {f"{name}_changed": when.isoformat() for name, when in changed.items()}
        expiry = str(policy) if isinstance(policy, int) and not isinstance(policy, bool) else ""
        yield from reading.keys(
            row,
            f"{store.kind}-keys",
            f"{store.words} {row.name}",
            # The older of two keys counts: it opens as much as the newer one.
            created_at=min(changed.values(), default=None),
            attributes=shown({**facts, "key_expiry_days": expiry, **ages}),
        )


def _changed(row: Row) -> dict[str, datetime]:
    """When each key was made, by its name."""
    found = {name: moment(when) for name, when in table(row.properties.get("keyCreationTime")).items()}
    for name, given in table(row.properties.get("keysMetadata")).items():
        found[name] = moment(text(table(given).get("generationTime")))
    return {name: when for name, when in sorted(found.items()) if when is not None}


SERVICE = Service(
    name="stores",
    part="subscription",
    operations=(
        RESOURCES,
        types.STORAGE,
        types.COSMOS,
        types.EVENT_HUBS,
        types.SERVICE_BUSES,
        types.CONFIGURATIONS,
        types.REGISTRIES,
    ),
    collect=collect,
    parse=parse,
)
