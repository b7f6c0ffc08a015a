"""Workload identity federation: the pools of projects, their providers, and the identities of trust domains.

A provider says whose tokens a pool takes; a binding says what a principal of the pool may do. Both together are trust
in somebody outside, so trusts are made once everything was read; see `nhiscan_connectors.gcp.federation`.

A pool is a resource "google-workload-identity-pool"; attributes: "mode", "state", "disabled". A provider is a
federation provider and, for what that cannot hold, a resource "google-workload-identity-provider"; attributes:
"pool", "form" (oidc, aws, saml, x509), "issuer", "audiences", "attribute_condition", "attribute_mapping" (JSON),
"aws_account", "own_keys" (the keys of the issuer are written in the provider), "actor_providers", "state", "disabled"
(it, or its pool). A managed identity of a trust domain is an identity whose id is its principal.

Calls beside the sweep: two for each pool that is a trust domain and one for each of its namespaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Identity
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Listing, Reading, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.federation import providers
from nhiscan_connectors.gcp.service import Answers, Service

POOL = "iam.googleapis.com/WorkloadIdentityPool"
PROVIDER = "iam.googleapis.com/WorkloadIdentityPoolProvider"
SWEEP = sweep(
    "workload-identity-pools",
    POOL,
    PROVIDER,
    hides="which outside issuers projects trust, and on what condition",
    blinds=("trust",),
)
POOLS = rest(
    "iam:projects.locations.workloadIdentityPools.list",
    "v1/projects/{project}/locations/global/workloadIdentityPools",
    size=1000,
    permission="iam.googleapis.com/workloadIdentityPools.list",
    purpose="lists a project's workload identity pools, where Cloud Asset Inventory may not be read",
    hides="which workload identity pools the project has",
    blinds=("trust",),
)
PROVIDERS = rest(
    "iam:projects.locations.workloadIdentityPools.providers.list",
    "v1/projects/{of}/locations/global/workloadIdentityPools/{pool}/providers",
    size=100,
    permission="iam.googleapis.com/workloadIdentityPoolProviders.list",
    purpose="lists the issuers that a workload identity pool trusts, where Cloud Asset Inventory may not be read",
    hides="which outside issuers the pool trusts, and on what condition",
    blinds=("trust",),
)
NAMESPACES = rest(
    "iam:projects.locations.workloadIdentityPools.namespaces.list",
    "v1/projects/{of}/locations/global/workloadIdentityPools/{pool}/namespaces",
    size=1000,
    permission="iam.googleapis.com/workloadIdentityPoolNamespaces.list",
    purpose="lists the namespaces of a workload identity pool that is a trust domain",
    hides="which managed workload identities the pool has",
    blinds=("identities",),
)
IDENTITIES = rest(
    "iam:projects.locations.workloadIdentityPools.namespaces.managedIdentities.list",
    "v1/projects/{of}/locations/global/workloadIdentityPools/{pool}/namespaces/{namespace}/managedIdentities",
    size=1000,
    permission="iam.googleapis.com/workloadIdentityPoolManagedIdentities.list",
    purpose="lists the managed workload identities of a namespace",
    hides="which managed workload identities the namespace has",
    blinds=("identities",),
)
_POOL_NAME = re.compile(r"projects/[^/]+/locations/global/workloadIdentityPools/[^/]+")
_POOLS = Listing(type=POOL, operation=POOLS, key="workloadIdentityPools", service="iam")
_PROVIDERS = Listing(type=PROVIDER, operation=PROVIDERS, key="workloadIdentityPoolProviders", service="iam")


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and one a pool; then what trust domains hold."""
    place = calls.place
    if place.part == "estate" and place.swept:
        told = [table(table(item).get("resource")).get("data") for item in calls.items(SWEEP, "assets")]
        pools = [data for data in map(table, told) if "mode" in data]
    elif place.part == "project" and not place.swept and place.enabled("iam"):
        pools = [table(item) for item in calls.items(POOLS, "workloadIdentityPools")]
        calls.each(lambda name: calls.ask(PROVIDERS, **_place(name)), _names(pools))
    else:
        return
    domains = _names([pool for pool in pools if text(pool.get("mode")) == "TRUST_DOMAIN"])
    calls.each(lambda name: _namespaces(calls, name), domains)


def _namespaces(calls: Calls, pool: str) -> None:
    place = _place(pool)
    told = (
        text(table(item).get("name")) for item in calls.items(NAMESPACES, "workloadIdentityPoolNamespaces", **place)
    )
    names = sorted({name.rpartition("/")[2] for name in told if name})
    calls.each(lambda name: calls.ask(IDENTITIES, namespace=name, **place), names)


def _place(pool: str) -> dict[str, str]:
    """Project and id of a pool, as parameters of a call."""
    return {"of": pool.split("/")[1], "pool": pool.rpartition("/")[2]}


def _names(items: list[dict[str, object]]) -> list[str]:
    return sorted({name for item in items if _POOL_NAME.fullmatch(name := text(item.get("name")))})


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Pools, providers and managed identities."""
    reading = Reading(shard, answers)
    pools = {asset.name: asset for asset in reading.assets(SWEEP, POOL, _POOLS)}
    for asset in pools.values():
        yield providers.pool(reading, asset)
    for asset in reading.assets(SWEEP, PROVIDER, _PROVIDERS):
        if not providers.form_of(asset.data):
            reading.leave_out(SWEEP if reading.place.swept else PROVIDERS, f"provider {asset.name[:200]} has no issuer")
        yield from providers.provider(reading, asset, pools)
    yield from _managed(reading)
    yield from reading.gaps()


def _managed(reading: Reading) -> Iterator[Identity]:
    """Managed identities, under the names by which policies know them."""
    for item in reading.items(IDENTITIES, "workloadIdentityPoolManagedIdentities", "name"):
        pool, _, rest_ = item["name"].partition("/namespaces/")
        space, _, name = rest_.partition("/managedIdentities/")
        if not name or text(item.get("state")) == "DELETED":
            continue
        project = reading.projects.id_of(pool.removeprefix("projects/").partition("/")[0])
        number = reading.projects.numbers.get(project, project)
        domain = pool.rpartition("/")[2]
        place = f"projects/{number}/locations/global/workloadIdentityPools/{domain}"
        facts = {
            "managed": "true",
            "namespace": space,
            "spiffe": f"spiffe://{domain}.global.{number}.workload.id.goog/ns/{space}/sa/{name}",
        }
        yield Identity(
            id=f"principal://iam.googleapis.com/{place}/subject/ns/{space}/sa/{name}",
            provider="gcp",
            kind="google-federated-principal",
            name=f"{domain}/{space}/{name}",
            scope=reading.projects.scope(project),
            enabled=item.get("disabled") is not True,
            description=text(item.get("description")),
            attributes=facts,
        )


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Whom bindings and providers let in together."""
    # Here, for conditions are read with the access engine's reader, which is not loaded for anything else.
    from nhiscan_connectors.gcp.federation.trusts import trusts

    yield from trusts(inventory)


SERVICE = Service(
    name="federation",
    part="any",
    operations=(SWEEP, POOLS, PROVIDERS, NAMESPACES, IDENTITIES, CONTAINERS),
    collect=collect,
    parse=parse,
    join=join,
)
