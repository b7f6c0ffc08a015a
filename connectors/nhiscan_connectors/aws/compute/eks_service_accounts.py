"""Service accounts of clusters, as workloads that get a role of AWS."""

from __future__ import annotations

import re

from nhiscan.model import Workload

_SUBJECT = re.compile(r"system:serviceaccount:([a-z0-9][a-z0-9.-]{0,252}):([a-z0-9][a-z0-9.-]{0,252})")


def account_id(cluster: str, namespace: str, name: str) -> str:
    """Id of a service account of a cluster, whose ARN is given."""
    return f"{cluster}/serviceaccount/{namespace}/{name}"


def service_account(
    cluster: Workload | str, namespace: str, name: str, *, scope: str, region: str, **facts: str
) -> Workload:
    """A service account as a workload. `cluster`: the cluster or its ARN."""
    arn = cluster if isinstance(cluster, str) else cluster.id
    attributes = {"namespace": namespace, "cluster": arn, **facts}
    return Workload(
        id=account_id(arn, namespace, name),
        provider="aws",
        kind="eks-service-account",
        name=f"{namespace}/{name}",
        scope=scope,
        region=region,
        attributes={key: value for key, value in attributes.items() if value},
    )


def named_in(subject: str) -> tuple[str, str] | None:
    """Namespace and name of the service account that a subject names; None for patterns and for anything else."""
    match = _SUBJECT.fullmatch(subject)
    return (match[1], match[2]) if match else None
