"""Dataflow: jobs that run now, and the account that their workers act as.

One sweep of all projects. Where that is not open, one list a project of the jobs that run, and one call for each of
them, for lists give no account. Steps and options of pipelines are dropped before anything is written.

Attributes: "state", "type" (batch, streaming), "external_ip" (disabled, where workers have none).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import entries, gather, workloads_of
from nhiscan_connectors.gcp.compute.workloads import Workloads
from nhiscan_connectors.gcp.service import Answers, Service

TYPE: Final = "dataflow.googleapis.com/Job"
_PIPELINE: Final = ("steps", "pipelineDescription", "sdkPipelineOptions", "stageStates", "jobMetadata", "executionInfo")
SWEEP: Final = workloads_of("dataflow-jobs", TYPE, drop=_PIPELINE)
LIST: Final = rest(
    "dataflow:projects.jobs.aggregated",
    "v1b3/projects/{project}/jobs:aggregated",
    query=(("filter", "ACTIVE"),),
    size=200,
    permission="dataflow.jobs.list",
    purpose="lists jobs of Dataflow that run, where Cloud Asset Inventory may not be read",
    hides="which jobs of Dataflow run in the project",
    blinds=("workloads",),
    drop=_PIPELINE,
)
GET: Final = rest(
    "dataflow:projects.locations.jobs.get",
    "v1b3/projects/{of}/locations/{location}/jobs/{job}",
    query=(("view", "JOB_VIEW_DESCRIPTION"),),
    permission="dataflow.jobs.get",
    purpose="tells which account a job of Dataflow acts as, where Cloud Asset Inventory may not be read",
    hides="which account the job acts as",
    blinds=("workloads",),
    drop=_PIPELINE,
)
_OVER: Final = frozenset({
    "JOB_STATE_DONE", "JOB_STATE_FAILED", "JOB_STATE_CANCELLED", "JOB_STATE_UPDATED", "JOB_STATE_DRAINED",
    "JOB_STATE_STOPPED",
})  # fmt: skip


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and one call for each job that runs."""
    jobs = [
        (text(item.get("projectId")), text(item.get("location")), text(item.get("id")))
        for item in entries(gather(calls, SWEEP, "dataflow", LIST), LIST, "jobs")
    ]
    calls.each(lambda one: calls.ask(GET, of=one[0], location=one[1], job=one[2]), [one for one in jobs if all(one)])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Jobs that run, as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST, GET)
    for asset in _jobs(reading):
        if text(asset.data.get("currentState")) not in _OVER:
            yield from _job(reading, asset)
    for item in answers.of(GET):
        if item.problem is not None:
            told = {key: text(item.params.get(key)) for key in ("of", "location", "job")}
            yield refusal(shard, GET, item, _name(reading, told["of"], told["location"], told["job"]))
    reading.unreached(LIST, "failedLocation")
    yield from reading.sightings(SWEEP)
    yield from reading.gaps()


def _jobs(reading: Workloads) -> list[Asset]:
    """Jobs from the sweep, and from lists with what was told of each of them."""
    found = {asset.name: asset for asset in reading.all(SWEEP, TYPE)}
    for operation, told in ((GET, _whole(reading)), (LIST, reading.items(LIST, "jobs", "id"))):
        for data in told:
            project, place = text(data.get("projectId")) or reading.place.project, text(data.get("location"))
            name = _name(reading, project, place, text(data.get("id")))
            asset = Asset(
                name=name,
                type=TYPE,
                data=data,
                project=reading.projects.id_of(project),
                location=place,
                source=operation.name,
            )
            found.setdefault(name, asset)
    return [found[name] for name in sorted(found)]


def _whole(reading: Workloads) -> Iterator[dict[str, Any]]:
    return (body for body in reading.bodies(GET) if text(body.get("id")))


def _name(reading: Workloads, project: str, location: str, job: str) -> str:
    return reading.resource(f"//dataflow.googleapis.com/projects/{project}/locations/{location}/jobs/{job}")


def _job(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    data, settings = asset.data, table(asset.data.get("environment"))
    yield reading.workload(
        msgspec.structs.replace(asset, location=asset.location or text(data.get("location"))),
        "google-dataflow-job",
        name=text(data.get("name")) or asset.short,
        facts={
            "state": text(data.get("currentState")).removeprefix("JOB_STATE_").lower(),
            "type": text(data.get("type")).removeprefix("JOB_TYPE_").lower(),
            "external_ip": "disabled" if settings.get("usePublicIps") is False else "",
        },
        public=False,
        updated_at=moment(data.get("currentStateTime")),
    )
    # A list alone does not tell: a job without an account in it may well have one.
    if asset.source != LIST.name:
        yield from reading.acts_as(asset, settings.get("serviceAccountEmail"), "service account")


SERVICE = Service(
    name="dataflow",
    part="any",
    operations=(SWEEP, LIST, GET),
    collect=collect,
    parse=parse,
)
