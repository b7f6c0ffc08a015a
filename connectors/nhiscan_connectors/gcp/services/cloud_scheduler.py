"""Cloud Scheduler: jobs that call an address, a topic or an application at set times, and the account they do it as.

Cloud Asset Inventory does not document them, so each project in which the service is enabled is asked: one call for
the locations, and one a location. What a job sends is dropped before anything is written.

A job that calls another workload is linked to it: at once where the address is one of Google's own APIs, and where it
is the address of a service or a function, once all shards are together (`join`).

Attributes: "schedule", "calls" (host and path, or topic), "token" (oidc, oauth: which kind it sends), "state".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather
from nhiscan_connectors.gcp.compute.targets import of_api, place_of, triggers
from nhiscan_connectors.gcp.compute.workloads import Workloads
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import locations

KIND: Final = "google-cloud-scheduler-job"
WHERE: Final = locations("cloudscheduler", "jobs of Cloud Scheduler", ("workloads",))
LIST: Final = rest(
    "cloudscheduler:projects.locations.jobs.list",
    "v1/projects/{project}/locations/{location}/jobs",
    size=500,
    permission="cloudscheduler.jobs.list",
    purpose="lists jobs of Cloud Scheduler, what they call and as which account",
    hides="which jobs call what at set times, and as which account",
    blinds=("workloads",),
    drop=("body", "data"),
)
_LISTING: Final = Listing(
    type="cloudscheduler.googleapis.com/Job", operation=LIST, key="jobs", service="cloudscheduler"
)


def collect(calls: Calls) -> None:
    """One call for the locations of a project, and one a location."""
    gather(calls, None, "cloudscheduler", LIST, where=WHERE)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Jobs as workloads."""
    reading = Workloads(shard, answers, LIST)
    for asset in reading.all(None, _LISTING.type, _LISTING):
        yield from _job(reading, asset)
    yield from reading.sightings(None, _LISTING)
    yield from reading.gaps()


def _job(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    http, topic = table(data.get("httpTarget")), table(data.get("pubsubTarget"))
    application = table(data.get("appEngineHttpTarget"))
    token = "oidc" if http.get("oidcToken") else "oauth" if http.get("oauthToken") else ""
    uri = text(http.get("uri"))
    yield reading.workload(
        asset,
        KIND,
        facts={
            "schedule": text(data.get("schedule")),
            "calls": place_of(uri) or text(topic.get("topicName")),
            "token": token,
            "state": text(data.get("state")),
        },
        public=False,
        updated_at=moment(data.get("userUpdateTime")),
    )
    if token:
        yield from reading.acts_as(
            asset, table(http.get(f"{token}Token")).get("serviceAccountEmail"), "service account"
        )
    title = f"job {asset.short} of Cloud Scheduler"
    if started := of_api(uri):
        target = reading.resource(started)
        reason = f"{title} starts {target.rpartition('/')[2]}"
        yield Link(source=asset.name, target=target, kind="triggers", reason=reason)
    if application:
        named = text(table(application.get("appEngineRouting")).get("service")) or "default"
        target = f"//appengine.googleapis.com/apps/{asset.project}/services/{named}"
        yield Link(source=asset.name, target=target, kind="triggers", reason=f"{title} calls service {named}")


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Links from jobs to the services and functions whose address they call."""
    yield from triggers(inventory, (KIND,))


SERVICE = Service(
    name="cloud-scheduler",
    part="project",
    operations=(WHERE, LIST),
    collect=collect,
    parse=parse,
    join=join,
)
