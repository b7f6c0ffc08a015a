"""Workflows: what each acts as while it calls services and APIs, and the names of its variables.

One sweep of all projects; where that is not open, one call for the locations of each project and one a location.

Attributes: "state", "logs_calls" (all, errors, none).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather, workloads_of
from nhiscan_connectors.gcp.compute.workloads import Workloads, names_in
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import locations

TYPE: Final = "workflows.googleapis.com/Workflow"
SWEEP: Final = workloads_of("workflows", TYPE)
WHERE: Final = locations("workflows", "workflows of a project", ("workloads",))
LIST: Final = rest(
    "workflows:projects.locations.workflows.list",
    "v1/projects/{project}/locations/{location}/workflows",
    size=500,
    permission="workflows.workflows.list",
    purpose="lists workflows, where Cloud Asset Inventory may not be read",
    hides="which workflows the project has and what they act as",
    blinds=("workloads",),
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="workflows", service="workflows")
_LOGS: Final = {"LOG_ALL_CALLS": "all", "LOG_ERRORS_ONLY": "errors", "LOG_NONE": "none"}


def collect(calls: Calls) -> None:
    """One sweep, or one list a location."""
    gather(calls, SWEEP, "workflows", LIST, where=WHERE)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Workflows with what they act as."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        yield from _workflow(reading, asset)
    reading.unreached(LIST, "unreachable")
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _workflow(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    variables = names_in(asset.data.get("userEnvVars"))
    facts = {
        "state": text(asset.data.get("state")),
        "logs_calls": _LOGS.get(text(asset.data.get("callLogLevel")), ""),
    }
    # A workflow is started by an API, which asks for a token.
    yield reading.workload(asset, "google-workflow", facts=facts, public=False, variables=variables)
    yield from reading.acts_as(asset, asset.data.get("serviceAccount"), "service account")
    yield from reading.environment(asset, f"workflow {asset.short}", [(name, "") for name in variables])


SERVICE = Service(
    name="workflows",
    part="any",
    operations=(SWEEP, WHERE, LIST),
    collect=collect,
    parse=parse,
)
