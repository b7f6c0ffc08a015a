"""IRSA: roles that trust the tokens which a cluster gives to its service accounts.

EKS does not list them: a role's trust policy names the cluster's issuer, and the service account as the subject.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, RunsAs, Workload
from nhiscan_connectors.aws.compute.eks_service_accounts import named_in, service_account


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Service accounts that the trust policies of any account name, where their cluster is known."""
    clusters: dict[str, list[Workload]] = defaultdict(list)
    for workload in inventory.workloads.values():
        issuer = workload.attributes.get("oidc_issuer", "")
        if workload.kind == "eks-cluster" and issuer:
            clusters[issuer].append(workload)
    made: set[tuple[str, str]] = set()
    for trust in list(inventory.trusts) if clusters else ():
        issuer, _, subject = trust.principal.removeprefix("oidc:").partition("#")
        if trust.kind != "oidc":
            continue
        for cluster in clusters.get(issuer, ()):
            for record in _of(cluster, trust.principal, subject, trust.identity):
                key = _key(record)
                if key not in made:
                    made.add(key)
                    yield record


def _of(cluster: Workload, principal: str, subject: str, role: str) -> Iterator[Workload | RunsAs | Link]:
    named = named_in(subject)
    if named is None:
        reason = f"cluster {cluster.name} gives tokens to the service accounts that {subject} stands for"
        yield Link(source=cluster.id, target=principal, kind="federates", reason=reason)
        return
    account = service_account(cluster, *named, scope=cluster.scope, region=cluster.region, irsa="yes")
    yield account
    yield Link(
        source=account.id,
        target=cluster.id,
        kind="part_of",
        reason=f"service account {account.name} lives in cluster {cluster.name}",
    )
    yield Link(
        source=account.id,
        target=principal,
        kind="federates",
        reason=f"cluster {cluster.name} gives service account {account.name} the tokens that prove {principal}",
    )
    yield RunsAs(workload=account.id, identity=role, detail="IRSA")


def _key(record: Workload | RunsAs | Link) -> tuple[str, str]:
    match record:
        case Workload():
            return record.id, ""
        case RunsAs():
            return record.workload, record.identity
        case Link():
            return record.source, f"{record.kind} {record.target}"
