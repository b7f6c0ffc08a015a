"""EKS: clusters, and every way by which what runs in them gets a role of AWS.

Pods get roles by pod identity associations, which EKS lists, and by IRSA, which only the trust policies of roles tell:
both become a workload "eks-service-account", whose id is "<cluster ARN>/serviceaccount/<namespace>/<name>". Pods
without either may fetch the role of their node.

Calls in an account and region: one (one page of clusters) when there is none. A cluster costs one for itself, one for
each of its five lists (pod identities, add-ons, node groups, Fargate profiles, capabilities), two for its access
entries, and one for each thing in the five lists: 10 clusters of 20 associations and 10 other things are about 380.

Attributes of "eks-cluster": "version", "oidc_issuer" (without https://), "endpoint" ("public", "private"),
"public_cidrs" (who may reach a public endpoint), "authentication_mode". Of "eks-service-account": "namespace",
"cluster", "irsa" ("yes" when a trust policy names it), "external_id" ("set"). Of "eks-addon": "version".
Of "eks-fargate-profile": "namespaces". Of "eks-capability": "type" (ACK, KRO, ARGOCD).
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.compute import eks_operations as ops
from nhiscan_connectors.aws.compute.eks_clusters import clusters_of
from nhiscan_connectors.aws.compute.eks_irsa import join
from nhiscan_connectors.aws.compute.eks_parts import parts_of
from nhiscan_connectors.aws.compute.eks_pod_identity import associations_of
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table


def collect(calls: Calls) -> None:
    """Each cluster, and what it holds."""
    names = [name for name in calls.items(ops.CLUSTERS, "clusters") if isinstance(name, str)]

    def ask(name: str) -> None:
        body = calls.page(ops.CLUSTER, name=name) or {}
        _contents(calls, name)
        mode = table(table(body.get("cluster")).get("accessConfig")).get("authenticationMode")
        if mode in ("API", "API_AND_CONFIG_MAP"):  # else there are no entries, and asking for them is an error
            for _ in calls.pages(ops.ENTRIES, clusterName=name):
                pass
            for _ in calls.pages(ops.ENTRIES, clusterName=name, associatedPolicyArn=ops.ADMIN_POLICY):
                pass

    calls.each(ask, names)


def _contents(calls: Calls, cluster: str) -> None:
    """The things that a cluster lists, one by one, for the lists tell no roles."""
    for part in ops.PARTS:
        listed = list(calls.items(part.list, part.key, clusterName=cluster))
        names = [item.get(part.field) if isinstance(item, dict) else item for item in listed]
        for name in names:
            if isinstance(name, str):
                calls.page(part.describe, clusterName=cluster, **{part.param: name})


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Clusters, their parts, and the service accounts that have a role by pod identity."""
    reading = Reading(shard, answers)
    yield from clusters_of(reading)
    yield from parts_of(reading)
    yield from associations_of(reading)
    yield from reading.gaps()


SERVICE = Service(name="eks", part="region", operations=ops.ALL, collect=collect, parse=parse, join=join)
