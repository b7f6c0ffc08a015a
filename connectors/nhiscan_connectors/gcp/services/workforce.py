"""Workforce pools: the company's own people, who sign in through a directory outside of Google.

They belong to an organization. A provider is a federation provider and a resource "google-workforce-provider";
attributes: "pool", "issuer", "client_id", "attribute_condition", "attribute_mapping" (JSON), "vendor", "scim",
"disabled" (it, or its pool). A pool is a resource "google-workforce-pool"; attributes: "session_seconds", "disabled",
"state", "programmatic_sign_in" (off). Policies name the people as principals of the pool.

Calls where the organization is not swept: one, and one for each pool.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, FederationProvider, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, ask, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.federation.providers import bare_issuer, is_open, pool_of
from nhiscan_connectors.gcp.service import Answers, Service

POOL = "iam.googleapis.com/WorkforcePool"
PROVIDER = "iam.googleapis.com/WorkforcePoolProvider"
SWEEP = sweep(
    "workforce-pools",
    POOL,
    PROVIDER,
    hides="through which directories people sign in",
    blinds=(),
    drop=("clientSecret",),
)
POOLS = rest(
    "iam:locations.workforcePools.list",
    "v1/locations/global/workforcePools",
    query=(("parent", "{root}"),),
    size=100,
    permission="iam.googleapis.com/workforcePools.list",
    purpose="lists the organization's workforce pools, where Cloud Asset Inventory may not be read",
    hides="through which directories people sign in",
)
PROVIDERS = rest(
    "iam:locations.workforcePools.providers.list",
    "v1/locations/global/workforcePools/{pool}/providers",
    size=100,
    permission="iam.googleapis.com/workforcePoolProviders.list",
    purpose="lists the directories of a workforce pool, where Cloud Asset Inventory may not be read",
    hides="through which directories people sign in to the pool",
    drop=("clientSecret",),
)
_POOLS = Listing(type=POOL, operation=POOLS, key="workforcePools", service="iam")
_PROVIDERS = Listing(type=PROVIDER, operation=PROVIDERS, key="workforcePoolProviders", service="iam")


def collect(calls: Calls) -> None:
    """One sweep, or one list and one for each pool."""
    place = calls.place
    if place.swept:
        ask(calls, SWEEP)
    elif place.root.startswith("organizations/"):
        told = (text(table(item).get("name")) for item in calls.items(POOLS, "workforcePools"))
        names = sorted({name.rpartition("/")[2] for name in told if name})
        calls.each(lambda name: calls.ask(PROVIDERS, pool=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Pools and their providers."""
    reading = Reading(shard, answers)
    pools = {asset.name: asset for asset in reading.assets(SWEEP, POOL, _POOLS)}
    for asset in pools.values():
        yield _pool(reading, asset)
    for asset in reading.assets(SWEEP, PROVIDER, _PROVIDERS):
        yield from _provider(reading, asset, pools.get(pool_of(asset.name)))
    yield from reading.gaps()


def _pool(reading: Reading, asset: Asset) -> Resource:
    data = asset.data
    limits = table(data.get("accessRestrictions"))
    facts = {
        "session_seconds": text(data.get("sessionDuration")).removesuffix("s"),
        "disabled": "true" if data.get("disabled") is True else "",
        "state": text(data.get("state")),
        "programmatic_sign_in": "off" if limits.get("disableProgrammaticSignin") is True else "",
        "description": text(data.get("description")),
    }
    return Resource(
        id=asset.name,
        provider="gcp",
        kind="google-workforce-pool",
        name=text(data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        attributes={key: value for key, value in facts.items() if value},
    )


def _provider(reading: Reading, asset: Asset, pool: Asset | None) -> Iterator[AnyRecord]:
    data, oidc = asset.data, table(asset.data.get("oidc"))
    issuer = bare_issuer(text(oidc.get("issuerUri")))
    client = text(oidc.get("clientId"))
    enabled = is_open(data, pool.data if pool is not None else {})
    name = text(data.get("displayName")) or asset.short
    yield FederationProvider(
        id=asset.name,
        provider="gcp",
        kind="saml" if "saml" in data else "oidc",
        scope=reading.scope(asset),
        name=name,
        issuer=issuer,
        audiences=(client,) if client else (),
        enabled=enabled,
    )
    mapping = data.get("attributeMapping")
    facts = {
        "pool": pool_of(asset.name),
        "issuer": issuer,
        "client_id": client,
        "attribute_condition": text(data.get("attributeCondition")),
        "attribute_mapping": json.dumps(mapping, sort_keys=True) if mapping else "",
        "vendor": text(data.get("vendorType")),
        "scim": text(data.get("scimUsage")),
        "disabled": "" if enabled else "true",
        "description": text(data.get("description")),
    }
    yield Resource(
        id=asset.name,
        provider="gcp",
        kind="google-workforce-provider",
        name=name,
        scope=reading.scope(asset),
        attributes={key: value for key, value in facts.items() if value},
    )


SERVICE = Service(
    name="workforce",
    part="estate",
    operations=(SWEEP, POOLS, PROVIDERS, CONTAINERS),
    collect=collect,
    parse=parse,
)
