"""EMR: clusters that run now, the role of the service and the role of their machines.

Calls in a region: ListClusters, of those that are not terminated, and one DescribeCluster a cluster, for the list has
no roles. The configuration of a cluster's applications is cut off: passwords of data bases stand in it.

Attributes: state, release, applications, role_name and scaling_role_name (roles told by name), instance_profile (name
or ARN; the role in it is looked up in IAM), security_configuration, ssh_key, kerberos (true).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, RunsAs, Workload
from nhiscan_connectors.aws.callees import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.aws.role_names import bare_role, join_profiles, join_roles
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

CLUSTERS = call(
    "emr:ListClusters",
    "lists clusters that run",
    "which EMR clusters run",
    permission="elasticmapreduce:ListClusters",
)
CLUSTER = call(
    "emr:DescribeCluster",
    "reads the roles of a cluster",
    "what an EMR cluster and its machines run as",
    permission="elasticmapreduce:DescribeCluster",
    drop=("Configurations", "KdcAdminPassword", "CrossRealmTrustPrincipalPassword", "ADDomainJoinPassword"),
)

_RUNNING = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]
_KIND = "emr-cluster"


def collect(calls: Calls) -> None:
    """One list, and one call a cluster."""
    listed = calls.items(CLUSTERS, "Clusters", ClusterStates=_RUNNING)
    ids = [id for cluster in listed if (id := text(table(cluster).get("Id")))]
    calls.each(lambda id: calls.page(CLUSTER, ClusterId=id), ids)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a cluster."""
    reading = Reading(shard, answers)
    details = reading.details(CLUSTER, "ClusterId", "Cluster")
    arns: dict[str, str] = {}
    for cluster in reading.items(CLUSTERS, "Clusters", "Id", "Name"):
        id = cluster["Id"]
        arns[id] = text(cluster.get("ClusterArn")) or reading.arn("elasticmapreduce", f"cluster/{id}")
        yield from _cluster(reading, arns[id], cluster, details.get(id, {}))
    yield from reading.sightings(
        CLUSTER, lambda item, _: (arns.get(str(item.params.get("ClusterId")), ""), "the settings of the cluster")
    )
    yield from reading.gaps_of_details(CLUSTER, "ClusterId", arns)
    yield from reading.gaps()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """The roles that clusters tell by name, and the role in the profile of their machines."""
    yield from join_roles(inventory, (_KIND,), {"role_name": "service role"}, by_platform=True)
    yield from join_roles(inventory, (_KIND,), {"scaling_role_name": "role for scaling"}, by_platform=True)
    yield from join_profiles(inventory, (_KIND,), "role of its machines")


def _cluster(reading: Reading, arn: str, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    machines = table(detail.get("Ec2InstanceAttributes"))
    applications = reading.within(CLUSTER, detail, "Applications", subject=arn)
    facts = {
        "state": text(table(listed.get("Status")).get("State")),
        "release": text(detail.get("ReleaseLabel")),
        "applications": ", ".join(filter(None, (text(application.get("Name")) for application in applications))),
        "role_name": bare_role(detail.get("ServiceRole")),
        "scaling_role_name": bare_role(detail.get("AutoScalingRole")),
        "instance_profile": text(machines.get("IamInstanceProfile")),
        "security_configuration": text(detail.get("SecurityConfiguration")),
        "ssh_key": text(machines.get("Ec2KeyName")),
        "kerberos": "true" if table(detail.get("KerberosAttributes")) else "",
    }
    timeline = table(table(listed.get("Status")).get("Timeline"))
    yield Workload(
        id=arn,
        provider="aws",
        kind=_KIND,
        name=listed["Name"],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(timeline.get("CreationDateTime")),
        tags=tags_of(detail.get("Tags")),
        attributes=stated(facts),
    )
    yield from _platform(reading, arn, detail)


def _platform(reading: Reading, arn: str, detail: dict[str, Any]) -> Iterator[RunsAs]:
    """Roles with which EMR itself makes machines, which no code on them ever holds."""
    yield from reading.runs_as(arn, detail.get("ServiceRole"), "service role", by_platform=True)
    yield from reading.runs_as(arn, detail.get("AutoScalingRole"), "role for scaling", by_platform=True)


SERVICE = Service(
    name="emr",
    part="region",
    operations=(CLUSTERS, CLUSTER),
    collect=collect,
    parse=parse,
    join=join,
)
