"""AKS: clusters, the identities of their nodes and of the platform, and the service accounts that act in Entra.

No calls beside the sweep of the subscription.

A pod acts in Entra with a token of the cluster that a federated credential believes. Such a credential names the issuer
and the service account, so each becomes a workload "azure-aks-service-account" once all shards are together (`join`).
Every pod can act as the identity of the node that it runs on, unless the cluster keeps it off.

Attributes of a cluster: "version", "oidc_issuer" (without https://), "workload_identity", "local_accounts",
"entra_rbac", "api" (public, restricted, private), "node_size". Of a service account: "cluster", "namespace".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, FederationProvider, Link, RunsAs, Workload
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.federation import bare_issuer
from nhiscan_connectors.azure.ids import service_principal_id
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, yes
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import CLUSTERS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text

TYPE = "microsoft.containerservice/managedclusters"
_ACCOUNT = re.compile(r"system:serviceaccount:([a-z0-9.-]{1,253}):([a-z0-9.-]{1,253})")


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a cluster, and the issuer that it is."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        yield from _cluster(reading, row)
    yield from reading.gaps()


def _cluster(reading: Reading, row: Row) -> Iterator[AnyRecord]:
    properties = row.properties
    title = f"cluster {row.name}"
    issuer = text(table(properties.get("oidcIssuerProfile")).get("issuerURL"))
    entra = table(properties.get("aadProfile"))
    disabled = flag(properties.get("disableLocalAccounts"))
    facts = {
        "version": text(properties.get("currentKubernetesVersion")) or text(properties.get("kubernetesVersion")),
        "oidc_issuer": bare_issuer(issuer),
        "workload_identity": yes(
            flag(table(table(properties.get("securityProfile")).get("workloadIdentity")).get("enabled"))
        ),
        # Absent means that the cluster keeps its own administrator's certificate.
        "local_accounts": yes(disabled is not True) if properties else "",
        "entra_rbac": yes(flag(entra.get("enableAzureRBAC"))),
        "api": _api(table(properties.get("apiServerAccessProfile")), properties),
    }
    # The API server asks everybody who they are; what the pods answer is their own affair.
    yield reading.workload(row, "azure-aks-cluster", attributes=facts)
    yield from reading.acts_as(row, title, by_platform=True)
    for name, given in table(properties.get("identityProfile")).items():
        if principal := text(table(given).get("objectId")):
            what = "identity of the nodes" if name == "kubeletidentity" else f"identity {name}"
            yield RunsAs(workload=row.id, identity=service_principal_id(principal), detail=what)
    for name, given in table(properties.get("addonProfiles")).items():
        if principal := text(table(table(given).get("identity")).get("objectId")):
            identity = service_principal_id(principal)
            yield RunsAs(workload=row.id, identity=identity, detail=f"add-on {name}", by_platform=True)
    if issuer:
        yield FederationProvider(
            id=f"{row.id}/oidcissuer",
            provider="azure",
            kind="outbound-oidc",
            scope=reading.scope,
            name=f"issuer of {title}",
            issuer=bare_issuer(issuer),
            enabled=flag(table(properties.get("oidcIssuerProfile")).get("enabled")),
        )


def _api(profile: dict[str, Any], properties: dict[str, Any]) -> str:
    if not properties:
        return ""
    if profile.get("enablePrivateCluster") is True:
        return "private"
    return "restricted" if profile.get("authorizedIPRanges") else "public"


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Service accounts that a federated credential of any identity names, of clusters that were seen."""
    clusters = {
        issuer: workload
        for workload in inventory.workloads.values()
        if workload.kind == "azure-aks-cluster" and (issuer := workload.attributes.get("oidc_issuer"))
    }
    made: set[str] = set()
    for trust in tuple(inventory.trusts) if clusters else ():
        issuer, _, subject = trust.principal.removeprefix("oidc:").partition("#")
        cluster, account = clusters.get(issuer.rstrip("/")), _ACCOUNT.fullmatch(subject)
        if trust.kind != "oidc" or cluster is None or account is None:
            continue
        namespace, name = account.groups()
        id = f"{cluster.id}/serviceaccount/{namespace}/{name}"
        if id not in made:
            made.add(id)
            yield Workload(
                id=id,
                provider="azure",
                kind="azure-aks-service-account",
                name=f"{namespace}/{name}",
                scope=cluster.scope,
                region=cluster.region,
                attributes={"cluster": cluster.id, "namespace": namespace},
            )
            reason = f"service account {namespace}/{name} lives in cluster {cluster.name}"
            yield Link(source=id, target=cluster.id, kind="part_of", reason=reason)
            reason = f"cluster {cluster.name} gives service account {namespace}/{name} its tokens"
            yield Link(source=id, target=trust.principal, kind="federates", reason=reason)
        yield RunsAs(workload=id, identity=trust.identity, detail="workload identity")


SERVICE = Service(
    name="kubernetes-clusters",
    part="subscription",
    operations=(RESOURCES, CLUSTERS),
    collect=collect,
    parse=parse,
    join=join,
)
