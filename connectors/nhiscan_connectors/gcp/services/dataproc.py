"""Dataproc: clusters and the account that their machines hand to every job.

One sweep of all projects; where that is not open, one call for the regions of each project and one list a region.
What stands in the metadata of the machines is dropped before anything is written.

Attributes: "scopes" (of tokens of the account, short), "state", "external_ip" (disabled, where machines have none),
"component_gateway" (enabled: user interfaces are reached over the internet), "kerberos" (enabled), "gke_cluster" (that
it runs in).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import REGIONS, gather, workloads_of
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.compute import scopes_of

TYPE: Final = "dataproc.googleapis.com/Cluster"
_SECRETS: Final = ("metadata", "properties")
SWEEP: Final = workloads_of("dataproc-clusters", TYPE, drop=_SECRETS)
LIST: Final = rest(
    "dataproc:projects.regions.clusters.list",
    "v1/projects/{project}/regions/{location}/clusters",
    size=200,
    permission="dataproc.clusters.list",
    purpose="lists clusters of Dataproc, where Cloud Asset Inventory may not be read",
    hides="which clusters of Dataproc the project has and what they act as",
    blinds=("workloads",),
    drop=_SECRETS,
)
_HOST: Final = "//dataproc.googleapis.com/"


def collect(calls: Calls) -> None:
    """One sweep, or one list a region."""
    gather(calls, SWEEP, "dataproc", LIST, where=REGIONS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Clusters as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in [*reading.all(SWEEP, TYPE), *_listed(reading)]:
        yield from _cluster(reading, asset)
    yield from reading.sightings(SWEEP)
    yield from reading.gaps()


def _listed(reading: Workloads) -> Iterator[Asset]:
    """Clusters of lists, whose entries have no resource name: their region is that of the call."""
    for region, bodies in reading.by_param(LIST, "location").items():
        for body in bodies:
            for item in reading.within(LIST, body, "clusters", "clusterName"):
                project = reading.projects.id_of(text(item.get("projectId")) or reading.place.project)
                yield Asset(
                    name=f"{_HOST}projects/{project}/regions/{region}/clusters/{item['clusterName']}",
                    type=TYPE,
                    data=item,
                    project=project,
                    location=region,
                    source=LIST.name,
                )


def _cluster(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    settings = table(asset.data.get("config"))
    machines = table(settings.get("gceClusterConfig"))
    virtual = table(table(asset.data.get("virtualClusterConfig")).get("kubernetesClusterConfig"))
    yield reading.workload(
        asset,
        "google-dataproc-cluster",
        facts={
            "scopes": joined(scopes_of(machines.get("serviceAccountScopes"))),
            "state": text(table(asset.data.get("status")).get("state")).lower(),
            "external_ip": "disabled" if machines.get("internalIpOnly") is True else "",
            "component_gateway": "enabled"
            if table(settings.get("endpointConfig")).get("enableHttpPortAccess") is True
            else "",
            "kerberos": "enabled"
            if table(table(settings.get("securityConfig")).get("kerberosConfig")).get("enableKerberos") is True
            else "",
            "gke_cluster": text(table(virtual.get("gkeClusterConfig")).get("gkeClusterTarget")),
        },
        # Its user interfaces, where they are reached from outside at all, ask for a sign-in of Google.
        public=False,
    )
    # One in GKE acts as what the pods of that cluster act as.
    if not virtual:
        yield from reading.acts_as(asset, machines.get("serviceAccount"), "service account")


SERVICE = Service(
    name="dataproc",
    part="any",
    operations=(SWEEP, REGIONS, LIST),
    collect=collect,
    parse=parse,
)
