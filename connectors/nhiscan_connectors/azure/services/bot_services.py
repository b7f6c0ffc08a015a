"""Bot Service: bots, and the application or managed identity that each signs in as.

No calls beside the sweep of the subscription.

A bot names the client id of its application, so what it runs as shows only beside the directory (`join`).
Attributes: "app_id", "app_type" (SingleTenant, MultiTenant, UserAssignedMSI), "local_auth", "public_network",
"endpoint" (where the bot itself runs), "app_tenant".
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, RunsAs
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import BOTS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import text

TYPE = "microsoft.botservice/botservices"


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One agent a bot."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        properties = row.properties
        facts = {
            "app_id": text(properties.get("msaAppId")).lower(),
            "app_type": text(properties.get("msaAppType")),
            "app_tenant": text(properties.get("msaAppTenantId")).lower(),
            "local_auth": reading.local_auth(row),
            "public_network": text(properties.get("publicNetworkAccess")),
            "endpoint": text(properties.get("endpoint")),
        }
        yield reading.workload(row, "azure-bot", attributes=facts, agent=True, ai_platform="Azure Bot Service")
        yield from reading.acts_as(row, f"bot {row.name}", ai=True)
        yield from reading.user_assigned(row.id, text(properties.get("msaAppMSIResourceId")), "identity of the bot")
    yield from reading.gaps()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """The service principal of each bot's application."""
    by_app: dict[str, str] = {}
    for identity in inventory.identities.values():
        if identity.id.startswith("/servicePrincipals/") and (app := identity.attributes.get("app_id")):
            by_app.setdefault(app, identity.id)
    for workload in inventory.workloads.values():
        if workload.kind != "azure-bot":
            continue
        principal = by_app.get(workload.attributes.get("app_id", ""))
        known = {run.identity for run in inventory.identities_run_by(workload.id)}
        if principal and principal not in known:
            yield RunsAs(workload=workload.id, identity=principal, detail="application of the bot")


SERVICE = Service(
    name="bot-services", part="subscription", operations=(RESOURCES, BOTS), collect=collect, parse=parse, join=join
)
