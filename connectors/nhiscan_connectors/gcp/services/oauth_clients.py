"""OAuth clients of IAM: applications that act for the people of workforce pools.

A client is an identity "google-oauth-client"; attributes: "client_id", "client_type" (public, confidential), "scopes",
"grant_types", "redirects" (how many addresses). Its secrets are credentials "google-oauth-client-secret"; the list of
them could give their values, so only Cloud Asset Inventory, which has none, tells of them.

Calls in a project that is not swept: one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Credential, Identity
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, ask, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.service import Answers, Service

CLIENT = "iam.googleapis.com/OauthClient"
CREDENTIAL = "iam.googleapis.com/OauthClientCredential"
SWEEP = sweep(
    "oauth-clients",
    CLIENT,
    CREDENTIAL,
    hides="which OAuth clients of IAM there are, and their secrets",
    blinds=("credentials",),
    drop=("clientSecret",),
)
LIST = rest(
    "iam:projects.locations.oauthClients.list",
    "v1/projects/{number}/locations/global/oauthClients",
    size=100,
    permission="iam.googleapis.com/oauthClients.list",
    purpose="lists a project's OAuth clients, where Cloud Asset Inventory may not be read",
    hides="which OAuth clients of IAM the project has",
    blinds=("identities",),
)
_CLIENTS = Listing(type=CLIENT, operation=LIST, key="oauthClients", service="iam")


def collect(calls: Calls) -> None:
    """One sweep, or one list a project."""
    ask(calls, SWEEP, _CLIENTS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Clients, and their secrets without the secrets."""
    reading = Reading(shard, answers)
    listed: list[str] = []
    for asset in reading.assets(SWEEP, CLIENT, _CLIENTS):
        if text(asset.data.get("state")) != "DELETED":
            yield _client(reading, asset)
            listed += [asset.name] if asset.source == LIST.name else []
    for asset in reading.assets(SWEEP, CREDENTIAL):
        yield _credential(reading, asset)
    if listed:
        yield gap_of(
            shard,
            SWEEP,
            "unsupported",
            "Cloud Asset Inventory may not be read, and IAM's own list could give the secrets themselves",
            hides="which secrets the OAuth clients of the project have",
            subjects=tuple(listed),
        )
    yield from reading.gaps()


def _client(reading: Reading, asset: Asset) -> Identity:
    data = asset.data
    redirects = _listed(data, "allowedRedirectUris")
    facts = {
        "client_id": text(data.get("clientId")),
        "client_type": text(data.get("clientType")).removesuffix("_CLIENT").lower(),
        "scopes": ",".join(text(one).rpartition("/auth/")[2] for one in _listed(data, "allowedScopes")),
        "grant_types": ",".join(text(one).removesuffix("_GRANT").lower() for one in _listed(data, "allowedGrantTypes")),
        "redirects": str(len(redirects)) if redirects else "",
    }
    return Identity(
        id=asset.name,
        provider="gcp",
        kind="google-oauth-client",
        name=text(data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        enabled=data.get("disabled") is not True,
        description=text(data.get("description")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _credential(reading: Reading, asset: Asset) -> Credential:
    return Credential(
        id=asset.name,
        provider="gcp",
        kind="google-oauth-client-secret",
        holder=asset.name.partition("/credentials/")[0],
        scope=reading.scope(asset),
        name=text(asset.data.get("displayName")) or asset.short,
        status="inactive" if asset.data.get("disabled") is True else "active",
        lifetime="never_expires",
        long_lived=True,
    )


def _listed(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


SERVICE = Service(
    name="oauth-clients",
    part="any",
    operations=(SWEEP, LIST, CONTAINERS),
    collect=collect,
    parse=parse,
    never=("iam:projects.locations.oauthClients.credentials.list",),
)
