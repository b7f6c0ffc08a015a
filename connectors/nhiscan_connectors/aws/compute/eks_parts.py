"""What else of a cluster has a role: node groups, add-ons, Fargate profiles, and controllers that EKS runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.compute import eks_operations as ops
from nhiscan_connectors.aws.compute.details import thing_in
from nhiscan_connectors.aws.compute.eks_clusters import cluster_arn
from nhiscan_connectors.aws.regional import Reading, tags_of
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment


def parts_of(reading: Reading) -> Iterator[AnyRecord]:
    """One workload a thing that was read."""
    for part, key, id_key, make in (
        (ops.NODE_GROUPS, "nodegroup", "nodegroupArn", _node_group),
        (ops.ADDONS, "addon", "addonArn", _addon),
        (ops.FARGATE, "fargateProfile", "fargateProfileArn", _fargate),
        (ops.CAPABILITIES, "capability", "arn", _capability),
    ):
        for body in reading.bodies(part.describe):
            for thing in thing_in(reading, part.describe, body, key, id_key, "clusterName"):
                yield from make(reading, thing[id_key], thing)


def _node_group(reading: Reading, arn: str, group: dict[str, Any]) -> Iterator[AnyRecord]:
    yield from _part(reading, group, arn, "eks-nodegroup", text(group.get("nodegroupName")), "node group", {})
    # Not the platform's alone: a pod that reaches the metadata service of its node gets it.
    yield from reading.runs_as(arn, group.get("nodeRole"), "node role")


def _addon(reading: Reading, arn: str, addon: dict[str, Any]) -> Iterator[AnyRecord]:
    facts = {"version": text(addon.get("addonVersion"))}
    yield from _part(reading, addon, arn, "eks-addon", text(addon.get("addonName")), "add-on", facts)
    yield from reading.runs_as(arn, addon.get("serviceAccountRoleArn"), "service account role")


def _fargate(reading: Reading, arn: str, profile: dict[str, Any]) -> Iterator[AnyRecord]:
    selectors = profile.get("selectors")
    namespaces = [text(table(one).get("namespace")) for one in selectors] if isinstance(selectors, list) else []
    facts = {"namespaces": ", ".join(filter(None, namespaces))}
    name = text(profile.get("fargateProfileName"))
    yield from _part(reading, profile, arn, "eks-fargate-profile", name, "Fargate profile", facts)
    yield from reading.runs_as(arn, profile.get("podExecutionRoleArn"), "pod execution role", by_platform=True)


def _capability(reading: Reading, arn: str, capability: dict[str, Any]) -> Iterator[AnyRecord]:
    facts = {"type": text(capability.get("type"))}
    name = text(capability.get("capabilityName"))
    yield from _part(reading, capability, arn, "eks-capability", name, "controller", facts)
    # What is written into the cluster steers the controller, so this role is not the platform's alone.
    yield from reading.runs_as(arn, capability.get("roleArn"), "capability role")


def _part(
    reading: Reading, thing: dict[str, Any], arn: str, kind: str, name: str, word: str, facts: dict[str, str]
) -> Iterator[AnyRecord]:
    cluster = thing["clusterName"]
    yield Workload(
        id=arn,
        provider="aws",
        kind=kind,
        name=name or arn.rpartition("/")[2],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(thing.get("createdAt")),
        updated_at=moment(thing.get("modifiedAt")),
        tags=tags_of(thing.get("tags")),
        attributes={key: value for key, value in {"cluster": cluster, **facts}.items() if value},
    )
    reason = f"{word} {name or arn} is part of cluster {cluster}"
    yield Link(source=arn, target=cluster_arn(reading, cluster), kind="part_of", reason=reason)
