"""Eventarc: triggers that hand events to a service, a workflow or a function, and the account they do it as.

One sweep of all projects; where that is not open, one list a project.

Attributes: "events" (attribute=value of the filters), "calls" (host and path of an address within a network).
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
from nhiscan_connectors.gcp.compute.asking import gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.targets import place_of, triggers
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined
from nhiscan_connectors.gcp.service import Answers, Service

TYPE: Final = "eventarc.googleapis.com/Trigger"
KIND: Final = "google-eventarc-trigger"
SWEEP: Final = workloads_of("eventarc-triggers", TYPE)
LIST: Final = rest(
    "eventarc:projects.locations.triggers.list",
    "v1/projects/{project}/locations/-/triggers",
    size=500,
    permission="eventarc.triggers.list",
    purpose="lists triggers of Eventarc, where Cloud Asset Inventory may not be read",
    hides="which events start what in the project, and as which account",
    blinds=("workloads",),
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="triggers", service="eventarc")


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    gather(calls, SWEEP, "eventarc", LIST)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Triggers as workloads, with what they start."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        yield from _trigger(reading, asset)
    reading.unreached(LIST, "unreachable")
    yield from reading.gaps()


def _trigger(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    goal = table(data.get("destination"))
    filters = [f"{text(one.get('attribute'))}={text(one.get('value'))}" for one in objects(data.get("eventFilters"))]
    facts = {
        "events": joined(filters)[:500],
        "calls": place_of(text(table(goal.get("httpEndpoint")).get("uri"))),
    }
    yield reading.workload(asset, KIND, facts=facts, public=False)
    if account := text(data.get("serviceAccount")):
        yield from reading.acts_as(asset, account, "service account")
    if target := _target(reading, asset, goal):
        reason = f"trigger {asset.short} of Eventarc hands events to {target.rpartition('/')[2]}"
        yield Link(source=asset.name, target=target, kind="triggers", reason=reason)


def _target(reading: Workloads, asset: Asset, goal: dict[str, object]) -> str:
    run, cluster = table(goal.get("cloudRun")), table(goal.get("gke"))
    if name := text(run.get("service")):
        region = text(run.get("region")) or asset.location
        return f"//run.googleapis.com/projects/{asset.project}/locations/{region}/services/{name}"
    if name := text(cluster.get("cluster")):
        place = text(cluster.get("location"))
        return f"//container.googleapis.com/projects/{asset.project}/locations/{place}/clusters/{name}"
    for key, service in (("workflow", "workflows"), ("cloudFunction", "cloudfunctions")):
        if name := text(goal.get(key)):
            return reading.resource(f"//{service}.googleapis.com/{name}")
    return ""


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Links from triggers to what answers at the address that they call."""
    yield from triggers(inventory, (KIND,))


SERVICE = Service(
    name="eventarc",
    part="any",
    operations=(SWEEP, LIST),
    collect=collect,
    parse=parse,
    join=join,
)
