"""Batch: jobs that wait or run, and the account that their tasks act as.

One sweep of all projects; where that is not open, one list a project. Jobs that are over act as nobody any more.

Attributes: "state", "images".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined, names_in
from nhiscan_connectors.gcp.service import Answers, Service

TYPE: Final = "batch.googleapis.com/Job"
_TEXT: Final = ("cipherText",)
SWEEP: Final = workloads_of("batch-jobs", TYPE, drop=_TEXT)
LIST: Final = rest(
    "batch:projects.locations.jobs.list",
    "v1/projects/{project}/locations/-/jobs",
    size=1000,
    permission="batch.jobs.list",
    purpose="lists jobs of Batch, where Cloud Asset Inventory may not be read",
    hides="which jobs of Batch the project has and what they act as",
    blinds=("workloads",),
    drop=_TEXT,
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="jobs", service="batch")
_OVER: Final = frozenset({"SUCCEEDED", "FAILED", "CANCELLED", "DELETION_IN_PROGRESS"})


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    gather(calls, SWEEP, "batch", LIST)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Jobs that are not over, as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        if text(table(asset.data.get("status")).get("state")) not in _OVER:
            yield from _job(reading, asset)
    reading.unreached(LIST, "unreachable")
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _job(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    groups = objects(asset.data.get("taskGroups"))
    specs = [table(group.get("taskSpec")) for group in groups]
    runnables = [one for spec in specs for one in objects(spec.get("runnables"))]
    settings = [table(holder.get("environment")) for holder in (*specs, *runnables)]
    variables = [pair for one in settings for pair in _variables(reading, asset, one)]
    yield reading.workload(
        asset,
        "google-batch-job",
        facts={
            "state": text(table(asset.data.get("status")).get("state")).lower(),
            "images": joined(text(table(one.get("container")).get("imageUri")) for one in runnables),
        },
        public=False,
        variables=(name for name, _ in variables),
    )
    account = table(table(asset.data.get("allocationPolicy")).get("serviceAccount"))
    yield from reading.acts_as(asset, account.get("email"), "service account")
    yield from reading.environment(asset, f"batch job {asset.short}", variables)


def _variables(reading: Workloads, asset: Asset, settings: dict[str, Any]) -> list[tuple[str, str]]:
    plain = [(name, "") for name in names_in(settings.get("variables"))]
    kept = table(settings.get("secretVariables"))
    return [*plain, *((name, reading.secret(asset, secret)) for name, secret in kept.items())]


SERVICE = Service(
    name="batch",
    part="any",
    operations=(SWEEP, LIST),
    collect=collect,
    parse=parse,
)
