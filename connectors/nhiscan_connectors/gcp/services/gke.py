"""GKE: clusters, the account of their nodes, and the pods that act as service accounts.

One sweep of all projects; where that is not open, one list a project. Certificates and passwords of a cluster are
dropped before anything is written. Nothing inside a cluster is asked for.

A pod acts as a service account in two ways. Where a node pool hides the account of its nodes, a policy must name the
pod's own account of Kubernetes: each that one names becomes a workload "google-gke-service-account" and a trust once
all shards are together (`join`). Where it does not, every pod on the node may act as the node's account.

Attributes of a cluster: "version", "workload_pool", "oidc_issuer" (without https://), "autopilot", "api" (public,
restricted, private), "scopes" (of tokens of the nodes), "node_account_open" (pools whose pods reach the account of the
node), "legacy_metadata" (pools that answer old requests for metadata), "legacy_abac", "password" and
"client_certificate" (ways to sign in that go round IAM), "secrets_encrypted", "group_rbac". Of a service account:
"cluster", "namespace".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, FederationProvider, Guard, Link, RunsAs, Signal, Trust, Workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.links import by_link
from nhiscan_connectors.gcp.compute.pods import Impersonation, clusters_by_pool, impersonations
from nhiscan_connectors.gcp.compute.workloads import Workloads, joined
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.compute import scopes_of

TYPE: Final = "container.googleapis.com/Cluster"
_SECRETS: Final = ("password", "clientKey", "clientCertificate", "clusterCaCertificate")
SWEEP: Final = workloads_of("gke-clusters", TYPE, drop=_SECRETS)
LIST: Final = rest(
    "container:projects.locations.clusters.list",
    "v1/projects/{project}/locations/-/clusters",
    permission="container.clusters.list",
    purpose="lists clusters of GKE, where Cloud Asset Inventory may not be read",
    hides="which clusters the project has and what their nodes act as",
    blinds=("workloads",),
    drop=_SECRETS,
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="clusters", service="container", name="selfLink")
_EVERYBODY: Final = frozenset({"0.0.0.0/0", "::/0"})


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    gather(calls, SWEEP, "container", LIST)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a cluster, what its nodes act as, and the issuer that it is."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        yield from _cluster(reading, by_link(asset, "container"))
    reading.unreached(LIST, "missingZones")
    yield from reading.sightings(SWEEP)
    yield from reading.gaps()


def _cluster(reading: Workloads, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    autopilot = table(data.get("autopilot")).get("enabled") is True
    pools = [*objects(data.get("nodePools"))] or [{"name": "default", "config": table(data.get("nodeConfig"))}]
    signs_in = table(data.get("masterAuth"))
    issuer = f"container.googleapis.com/v1/projects/{asset.project}/locations/{asset.location}/clusters/{asset.short}"
    configs = [(text(pool.get("name")), table(pool.get("config"))) for pool in pools]
    facts = {
        "version": text(data.get("currentMasterVersion")),
        "workload_pool": text(table(data.get("workloadIdentityConfig")).get("workloadPool")),
        "oidc_issuer": issuer if asset.project and asset.location else "",
        "autopilot": "true" if autopilot else "",
        "api": _api(data),
        "scopes": joined(scope for _, config in configs for scope in scopes_of(config.get("oauthScopes"))),
        "node_account_open": joined(name for name, config in configs if _open(config, autopilot=autopilot)),
        "legacy_metadata": joined(name for name, config in configs if _legacy(config)),
        "legacy_abac": "enabled" if table(data.get("legacyAbac")).get("enabled") is True else "",
        "password": "enabled" if text(signs_in.get("username")) else "",
        "client_certificate": "issued"
        if table(signs_in.get("clientCertificateConfig")).get("issueClientCertificate") is True
        else "",
        "secrets_encrypted": "true" if text(table(data.get("databaseEncryption")).get("state")) == "ENCRYPTED" else "",
        "group_rbac": text(table(data.get("authenticatorGroupsConfig")).get("securityGroup")),
    }
    # The API server asks everybody who they are; what the pods answer is their own affair.
    yield reading.workload(asset, "google-gke-cluster", facts=facts, tags=_labels(data))
    yield from _nodes(reading, asset, configs, autopilot=autopilot)
    if facts["oidc_issuer"]:
        yield FederationProvider(
            id=f"{asset.name}/issuer",
            provider="gcp",
            kind="outbound-oidc",
            scope=reading.scope(asset),
            name=f"issuer of cluster {asset.short}",
            issuer=facts["oidc_issuer"],
        )


def _nodes(
    reading: Workloads, asset: Asset, configs: list[tuple[str, dict[str, Any]]], *, autopilot: bool
) -> Iterator[RunsAs]:
    """What nodes act as, each account once; in the hands of the platform alone only where every pool hides it."""
    hidden: dict[str, bool] = {}
    for _, config in configs:
        account = text(config.get("serviceAccount"))
        account = "" if account == "default" else account
        closed = not _open(config, autopilot=autopilot)
        hidden[account] = hidden.get(account, True) and closed
    for account, closed in hidden.items():
        yield from reading.acts_as(asset, account, "service account of the nodes", by_platform=closed)


def _open(config: dict[str, Any], *, autopilot: bool) -> bool:
    """Whether the pods of a pool reach the account of the node that they run on."""
    return not autopilot and text(table(config.get("workloadMetadataConfig")).get("mode")) != "GKE_METADATA"


def _legacy(config: dict[str, Any]) -> bool:
    """Whether nodes answer requests for metadata that lack the header which keeps forged ones out."""
    return table(config.get("metadata")).get("disable-legacy-endpoints") == "false"


def _api(data: dict[str, Any]) -> str:
    """Who reaches the API server: everybody, some networks, or none but the cluster's own."""
    endpoints = table(table(data.get("controlPlaneEndpointsConfig")).get("ipEndpointsConfig"))
    private = table(data.get("privateClusterConfig"))
    if endpoints.get("enablePublicEndpoint") is False or private.get("enablePrivateEndpoint") is True:
        return "private"
    networks = table(endpoints.get("authorizedNetworksConfig")) or table(data.get("masterAuthorizedNetworksConfig"))
    blocks = {text(one.get("cidrBlock")) for one in objects(networks.get("cidrBlocks"))}
    return "restricted" if networks.get("enabled") is True and not blocks & _EVERYBODY else "public"


def _labels(data: dict[str, Any]) -> dict[str, str]:
    return {key: value for key, value in table(data.get("resourceLabels")).items() if isinstance(value, str)}


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Service accounts of Kubernetes that may act as one of Google's, as workloads of the clusters they may live in."""
    pools = clusters_by_pool(inventory)
    made: set[str] = set()
    for one in impersonations(inventory):
        yield Signal(
            subject=one.account,
            name="trusted-by-cluster-oidc",
            detail=_said(one),
            source=one.binding.source,
        )
        clusters = [
            cluster
            for cluster in pools.get(one.pod.project, [])
            if one.pod.issuer in ("", cluster.attributes["oidc_issuer"])
        ]
        # Without a cluster that was seen, the pool stands for it, so that the trust is told of all the same.
        unseen = one.pod.issuer or f"{one.pod.project}.svc.id.goog"
        for issuer in [cluster.attributes["oidc_issuer"] for cluster in clusters] or [unseen]:
            yield _trust(one, issuer)
        for cluster in clusters if not one.pod.wide else ():
            yield from _pod(one, cluster, made)


def _said(one: Impersonation) -> str:
    place = f"clusters of project {one.pod.project}"
    if one.pod.issuer:
        place = f"cluster {one.pod.issuer.rpartition('/')[2]}"
    if one.pod.namespace == "*":
        return f"every pod in {place} may act as it"
    whom = f"namespace {one.pod.namespace}" if one.pod.wide else f"{one.pod.namespace}/{one.pod.name}"
    return f"pods of {whom} in {place} may act as it"


def _trust(one: Impersonation, issuer: str) -> Trust:
    subject = Guard(
        kind="subject",
        key=f"{issuer}:sub",
        operator="like" if one.pod.wide else "equals",
        values=(one.pod.subject,),
        confines=one.pod.namespace != "*",
    )
    guards = [subject]
    if one.binding.condition:
        guards.append(Guard(kind="other", key="condition", operator="CEL", values=(one.binding.condition[:500],)))
    return Trust(
        identity=one.account,
        principal=f"oidc:{issuer}#{one.pod.subject}",
        kind="oidc",
        guards=tuple(guards),
        statement=f"allow policy, {one.binding.role}",
        source=one.binding.source,
    )


def _pod(one: Impersonation, cluster: Workload, made: set[str]) -> Iterator[AnyRecord]:
    called = f"{one.pod.namespace}/{one.pod.name}"
    id = f"{cluster.id}/serviceaccount/{called}"
    if id not in made:
        made.add(id)
        yield Workload(
            id=id,
            provider="gcp",
            kind="google-gke-service-account",
            name=called,
            scope=cluster.scope,
            region=cluster.region,
            attributes={"cluster": cluster.id, "namespace": one.pod.namespace},
        )
        reason = f"service account {called} may live in cluster {cluster.name}"
        yield Link(source=id, target=cluster.id, kind="part_of", reason=reason)
        reason = f"cluster {cluster.name} gives service account {called} its tokens"
        outside = f"oidc:{cluster.attributes['oidc_issuer']}#{one.pod.subject}"
        yield Link(source=id, target=outside, kind="federates", reason=reason)
    yield RunsAs(workload=id, identity=one.account, detail="workload identity")


SERVICE = Service(
    name="gke",
    part="any",
    operations=(SWEEP, LIST),
    collect=collect,
    parse=parse,
    join=join,
    never=("container:projects.locations.clusters.getCredentials",),
)
