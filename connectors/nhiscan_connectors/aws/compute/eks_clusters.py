"""Clusters: their own roles, their issuer of tokens, and who may sign in to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.compute import eks_operations as ops
from nhiscan_connectors.aws.compute.details import described
from nhiscan_connectors.aws.documents import listed
from nhiscan_connectors.aws.regional import Reading, tags_of
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment


def cluster_arn(reading: Reading, name: str) -> str:
    """ARN of a cluster of this account and region."""
    return reading.arn("eks", f"cluster/{name}")


def issuer_of(url: object) -> str:
    """An issuer as trust policies name it: without scheme and trailing slash."""
    return text(url).removeprefix("https://").rstrip("/")


def clusters_of(reading: Reading) -> Iterator[AnyRecord]:
    """One workload a cluster, and the identities that its access entries let in."""
    details = described(reading, ops.CLUSTER, "name", "cluster")
    names = dict.fromkeys(
        name for body in reading.bodies(ops.CLUSTERS) for name in reading.texts(ops.CLUSTERS, body, "clusters")
    )
    for name in sorted({**names, **details}):
        yield from _cluster(reading, name, details.get(name, {}))
    yield from reading.gaps_of_details(ops.CLUSTER, "name", {name: cluster_arn(reading, name) for name in names})
    yield from _entries(reading)


def _cluster(reading: Reading, name: str, cluster: dict[str, Any]) -> Iterator[AnyRecord]:
    arn = cluster_arn(reading, name)
    network = table(cluster.get("resourcesVpcConfig"))
    public = network.get("endpointPublicAccess")
    facts = {
        "version": text(cluster.get("version")),
        "oidc_issuer": issuer_of(table(table(cluster.get("identity")).get("oidc")).get("issuer")),
        "endpoint": {True: "public", False: "private"}.get(public, "") if isinstance(public, bool) else "",
        "public_cidrs": ", ".join(listed(network.get("publicAccessCidrs"))) if public is True else "",
        "authentication_mode": text(table(cluster.get("accessConfig")).get("authenticationMode")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="eks-cluster",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(cluster.get("createdAt")),
        tags=tags_of(cluster.get("tags")),
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, cluster.get("roleArn"), "cluster role", by_platform=True)
    yield from reading.runs_as(arn, table(cluster.get("computeConfig")).get("nodeRoleArn"), "node role")
    connector = table(cluster.get("connectorConfig")).get("roleArn")
    yield from reading.runs_as(arn, connector, "connector role", by_platform=True)


def _entries(reading: Reading) -> Iterator[Link]:
    """Who is let in, and who administers. Roles of nodes and of the platform have entries too."""
    admins: set[tuple[str, str]] = set()
    others: dict[tuple[str, str], None] = {}
    for item in reading.answers.of(ops.ENTRIES):
        cluster = text(item.params.get("clusterName"))
        for principal in reading.texts(ops.ENTRIES, table(item.body), "accessEntries"):
            if item.params.get("associatedPolicyArn"):
                admins.add((cluster, principal))
            else:
                others[cluster, principal] = None
    for cluster, principal in sorted(admins):
        reason = f"{_short(principal)} administers all or some namespaces of cluster {cluster} by an access entry"
        yield Link(source=principal, target=cluster_arn(reading, cluster), kind="administers", reason=reason)
    for cluster, principal in sorted(others.keys() - admins):
        reason = f"{_short(principal)} may sign in to cluster {cluster} by an access entry"
        yield Link(source=principal, target=cluster_arn(reading, cluster), kind="signs_in_to", reason=reason)


def _short(arn: str) -> str:
    return arn.split(":", 5)[-1]
