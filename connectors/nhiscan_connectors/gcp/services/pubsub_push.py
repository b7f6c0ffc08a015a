"""Pub/Sub: subscriptions that act: they push messages to an address, or write them into a store, as an account.

One sweep of all projects; where that is not open, one list a project. Subscriptions from which somebody pulls run
nothing and are left out.

Attributes: "topic", "calls" (host and path), "writes_to" (bigquery, bigtable, storage), "token" (oidc, or none: then
whoever answers cannot tell who calls).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather, workloads_of
from nhiscan_connectors.gcp.compute.targets import of_api, place_of, triggers
from nhiscan_connectors.gcp.compute.workloads import Workloads
from nhiscan_connectors.gcp.service import Answers, Service

TYPE: Final = "pubsub.googleapis.com/Subscription"
KIND: Final = "google-pubsub-subscription"
SWEEP: Final = workloads_of("subscriptions", TYPE)
LIST: Final = rest(
    "pubsub:projects.subscriptions.list",
    "v1/projects/{project}/subscriptions",
    size=1000,
    permission="pubsub.subscriptions.list",
    purpose="lists subscriptions that push messages, where Cloud Asset Inventory may not be read",
    hides="which subscriptions push messages to what, and as which account",
    blinds=("workloads",),
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="subscriptions", service="pubsub")
_STORES: Final = (("bigqueryConfig", "bigquery"), ("bigtableConfig", "bigtable"), ("cloudStorageConfig", "storage"))


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    gather(calls, SWEEP, "pubsub", LIST)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Subscriptions that act, as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        yield from _subscription(reading, asset)
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _subscription(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    push = table(asset.data.get("pushConfig"))
    uri = text(push.get("pushEndpoint"))
    stores = [(word, table(asset.data.get(field))) for field, word in _STORES if table(asset.data.get(field))]
    if not uri and not stores:
        return
    account = text(table(push.get("oidcToken")).get("serviceAccountEmail"))
    yield reading.workload(
        asset,
        KIND,
        facts={
            "topic": text(asset.data.get("topic")),
            "calls": place_of(uri),
            "writes_to": ",".join(word for word, _ in stores),
            "token": "oidc" if account else "none" if uri else "",
        },
        public=False,
    )
    if account:
        yield from reading.acts_as(asset, account, "service account")
    for word, settings in stores:
        if writer := text(settings.get("serviceAccountEmail")):
            yield from reading.acts_as(asset, writer, f"writes to {word}", by_platform=True)
    if started := of_api(uri):
        target = reading.resource(started)
        reason = f"subscription {asset.short} starts {target.rpartition('/')[2]}"
        yield Link(source=asset.name, target=target, kind="triggers", reason=reason)


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Links from subscriptions to the services and functions whose address they call."""
    yield from triggers(inventory, (KIND,))


SERVICE = Service(
    name="pubsub-push",
    part="any",
    operations=(SWEEP, LIST),
    collect=collect,
    parse=parse,
    join=join,
)
