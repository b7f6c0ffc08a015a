"""AI Search: services, the keys that they take and what they act as.

No calls beside the sweep of the subscription.

Attributes: "local_auth" ("true": admin and query keys open it), "public_network", "network", "sku", "auth" (which of
keys and Entra it takes), "semantic_search".
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import network_facts
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import SEARCH_SERVICES
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

TYPE = "microsoft.search/searchservices"


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a service, and its keys."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        title = f"search service {row.name}"
        facts = {
            **network_facts(row.properties),
            "local_auth": reading.local_auth(row),
            "sku": text(row.sku.get("name")),
            "auth": ", ".join(sorted(table(row.properties.get("authOptions")))),
            "semantic_search": text(row.properties.get("semanticSearch")),
        }
        # Every caller needs a key or a token.
        yield reading.workload(row, "azure-search-service", attributes=facts, public=False)
        yield from reading.acts_as(row, title)
        if row.local_auth:
            yield from reading.keys(row, "azure-search-service-keys", title, ai_provider="azure-search")
    yield from reading.gaps()


SERVICE = Service(
    name="search-services",
    part="subscription",
    operations=(RESOURCES, SEARCH_SERVICES),
    collect=collect,
    parse=parse,
)
