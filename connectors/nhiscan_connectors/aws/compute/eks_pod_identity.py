"""Pod identity: EKS hands a role to the pods of a service account, and may take on a second one for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.aws.compute.details import described
from nhiscan_connectors.aws.compute.eks_clusters import cluster_arn
from nhiscan_connectors.aws.compute.eks_operations import POD_IDENTITIES
from nhiscan_connectors.aws.compute.eks_service_accounts import account_id, service_account
from nhiscan_connectors.aws.regional import Reading, tags_of
from nhiscan_connectors.common.fields import text


def associations_of(reading: Reading) -> Iterator[AnyRecord]:
    """One workload a service account that an association names, whether or not its roles could be read."""
    details = described(reading, POD_IDENTITIES.describe, "associationId", "association")
    ids: dict[str, str] = {}
    for item in reading.items(POD_IDENTITIES.list, "associations", "clusterName", "namespace", "serviceAccount"):
        association = {**item, **details.pop(text(item.get("associationId")), {})}
        ids[text(item.get("associationId"))] = _id(reading, association)
        yield from _association(reading, association)
    for association in details.values():  # an export may hold the details without the list
        if all(text(association.get(key)) for key in ("clusterName", "namespace", "serviceAccount")):
            yield from _association(reading, association)
    yield from reading.gaps_of_details(POD_IDENTITIES.describe, "associationId", ids)


def _id(reading: Reading, association: dict[str, Any]) -> str:
    cluster = cluster_arn(reading, association["clusterName"])
    return account_id(cluster, association["namespace"], association["serviceAccount"])


def _association(reading: Reading, association: dict[str, Any]) -> Iterator[AnyRecord]:
    cluster = cluster_arn(reading, association["clusterName"])
    external = "set" if text(association.get("externalId")) else ""
    workload = service_account(
        cluster,
        association["namespace"],
        association["serviceAccount"],
        scope=reading.scope,
        region=reading.region,
        external_id=external,
    )
    yield msgspec.structs.replace(workload, tags=tags_of(association.get("tags")))
    reason = f"service account {workload.name} lives in cluster {association['clusterName']}"
    yield Link(source=workload.id, target=cluster, kind="part_of", reason=reason)
    yield from reading.runs_as(workload.id, association.get("roleArn"), "pod identity")
    yield from reading.runs_as(workload.id, association.get("targetRoleArn"), "target role")
