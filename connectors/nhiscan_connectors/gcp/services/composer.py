"""Composer: environments of Airflow, the account that every DAG in one acts as, and where its DAGs lie.

One sweep of all projects; where that is not open, one call for the regions of each project and one list a region.
Whoever may write into the bucket of the DAGs runs code as the account.

Attributes: "state", "image", "dag_bucket", "gke_cluster", "web" (public, restricted: from where its user interface is
reached).
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
from nhiscan_connectors.gcp.compute.asking import REGIONS, gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.workloads import Workloads, names_in
from nhiscan_connectors.gcp.service import Answers, Service

TYPE: Final = "composer.googleapis.com/Environment"
SWEEP: Final = workloads_of("composer-environments", TYPE)
LIST: Final = rest(
    "composer:projects.locations.environments.list",
    "v1/projects/{project}/locations/{location}/environments",
    size=200,
    permission="composer.environments.list",
    purpose="lists environments of Composer, where Cloud Asset Inventory may not be read",
    hides="which environments of Composer the project has and what they act as",
    blinds=("workloads",),
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="environments", service="composer")
_EVERYBODY: Final = frozenset({"0.0.0.0/0", "::0/0", "::/0"})


def collect(calls: Calls) -> None:
    """One sweep, or one list a region."""
    gather(calls, SWEEP, "composer", LIST, where=REGIONS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Environments as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        yield from _environment(reading, asset)
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _environment(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    settings = table(asset.data.get("config"))
    software = table(settings.get("softwareConfig"))
    variables = names_in(software.get("envVariables"))
    yield reading.workload(
        asset,
        "google-composer-environment",
        facts={
            "state": text(asset.data.get("state")).lower(),
            "image": text(software.get("imageVersion")),
            "dag_bucket": text(settings.get("dagGcsPrefix")).removeprefix("gs://").partition("/")[0],
            "gke_cluster": text(settings.get("gkeCluster")),
            "web": _web(settings),
        },
        # Its user interface asks for a sign-in of Google, from wherever it is reached.
        public=False,
        variables=variables,
    )
    yield from reading.acts_as(asset, table(settings.get("nodeConfig")).get("serviceAccount"), "service account")
    yield from reading.environment(asset, f"environment {asset.short}", [(name, "") for name in variables])


def _web(settings: dict[str, Any]) -> str:
    access = settings.get("webServerNetworkAccessControl")
    if access is None:
        return ""
    ranges = {text(one.get("value")) for one in objects(table(access).get("allowedIpRanges"))}
    return "public" if ranges & _EVERYBODY else "restricted"


SERVICE = Service(
    name="composer",
    part="any",
    operations=(SWEEP, REGIONS, LIST),
    collect=collect,
    parse=parse,
)
