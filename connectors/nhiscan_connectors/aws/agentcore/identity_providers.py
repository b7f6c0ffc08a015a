"""Credential providers of AgentCore Identity: keys and client secrets that agents act with outside of AWS.

Each is a secret: the value lies in Secrets Manager, and agents get it, or a token for it, by the provider's name. The
answers that describe a provider hold ARNs and ids, never a value.

The dates of the record are those of the value, and not known where AgentCore does not keep it.

Attributes: source (MANAGED: AgentCore keeps the value; EXTERNAL: the owner does; none: a signature stands in place of a
client secret), provider_created_at, provider_updated_at, vendor, status, client_authentication (CLIENT_SECRET_BASIC,
CLIENT_SECRET_POST, AWS_IAM_ID_TOKEN_JWT, PRIVATE_KEY_JWT), grant_type (how a token is had in somebody's name:
TOKEN_EXCHANGE, JWT_AUTHORIZATION_GRANT), actor_token, client_id, issuer (discovery document or issuer), callback_url,
signing_key (KMS key of PRIVATE_KEY_JWT).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from nhiscan.connector import Operation
from nhiscan.llm import llm_title
from nhiscan.model import AnyRecord, Link, Secret, llm_provider
from nhiscan_connectors.aws.agentcore.identity_ids import provider_id, vault_of
from nhiscan_connectors.aws.agentcore.runtimes_settings import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.llm_keys import key_provider
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

LIST_KEY = "credentialProviders"

# Fields that AWS takes with a provider and promises never to give back.
_VALUES = (
    "apiKey", "clientSecret", "apiKeySecret", "walletSecret", "appSecret", "authorizationPrivateKey",
    "additionalHeaderClaims", "additionalPayloadClaims",
)  # fmt: skip


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of credential provider, and the calls that tell of it."""

    kind: str
    """Kind of the record."""
    listing: Operation
    reading: Operation


def _family(kind: str, word: str, what: str) -> Family:
    service = "bedrock-agentcore"
    listing, reading = f"List{word}CredentialProviders", f"Get{word}CredentialProvider"
    return Family(
        kind=kind,
        listing=call(
            f"{service}-control:{listing}",
            f"lists the {what} that agents may be given",
            f"which {what} agents may be given",
            permission=f"{service}:{listing}",
            blinds=("secrets",),
            drop=_VALUES,
        ),
        reading=call(
            f"{service}-control:{reading}",
            f"reads where {what} are stored, and how they are used; never the values",
            f"where {what} that agents may be given are stored",
            permission=f"{service}:{reading}",
            blinds=("secrets",),
            drop=_VALUES,
        ),
    )


API_KEY = _family("agentcore-api-key-provider", "ApiKey", "API keys")
OAUTH2 = _family("agentcore-oauth2-provider", "Oauth2", "OAuth clients")
PAYMENT = _family("agentcore-payment-provider", "Payment", "keys of payment services")
FAMILIES = (API_KEY, OAUTH2, PAYMENT)


def ask_providers(calls: Calls) -> bool:
    """One list a kind, and the details of each provider. Whether there is any."""
    listed = calls.each(lambda family: [(family, name) for name in _names(calls, family)], FAMILIES)
    found = [pair for pairs in listed for pair in pairs]
    calls.each(lambda pair: calls.page(pair[0].reading, name=pair[1]), found)
    return bool(found)


def _names(calls: Calls, family: Family) -> list[str]:
    items = (item for item in calls.items(family.listing, LIST_KEY) if isinstance(item, dict))
    return [name for item in items if (name := text(item.get("name")))]


def providers(reading: Reading, family: Family) -> Iterator[AnyRecord]:
    """One secret a provider, and where its value lies."""
    details = reading.details(family.reading, "name")
    ids: dict[str, str] = {}
    for listed in reading.items(family.listing, LIST_KEY, "credentialProviderArn", "name"):
        name = listed["name"]
        # An ARN in no form that is known is an id all the same.
        ids[name] = provider_id(listed["credentialProviderArn"]) or listed["credentialProviderArn"]
        yield from _provider(reading, family, ids[name], listed, details.get(name, {}))
    yield from reading.gaps_of_details(family.reading, "name", ids)


def _provider(
    reading: Reading, family: Family, id: str, listed: dict[str, Any], detail: dict[str, Any]
) -> Iterator[AnyRecord]:
    name = listed["name"]
    created, updated = moment(listed.get("createdTime")), moment(listed.get("lastUpdatedTime"))
    facts, stores = _FACTS[family.kind](detail)
    vendor = text(listed.get("credentialProviderVendor"))
    # Of a value that the owner keeps, its store knows the dates and the key; the provider holds a reference to it.
    kept = facts.get("source") == "MANAGED"
    ai_provider, _ = key_provider(name)
    yield Secret(
        id=id,
        provider="aws",
        kind=family.kind,
        name=name,
        scope=reading.scope,
        region=reading.region,
        # The token vault encrypts with a KMS key, AWS's own or the owner's.
        encrypted=True if kept else None,
        ai_provider=ai_provider,
        created_at=created if kept else None,
        # Every update of a provider brings the value anew.
        rotated_at=updated if kept and updated != created else None,
        tags=tags_of(detail.get("tags")),
        attributes=stated(
            {"vendor": vendor, "provider_created_at": _when(created), "provider_updated_at": _when(updated), **facts}
        ),
    )
    for store, what in stores:
        target = reading.secret_id(store)
        if target:
            reason = f"credential provider {name} keeps its {what} in {target}"
            yield Link(source=id, target=target, kind="stored_in", reason=reason)
    vault = vault_of(id)
    yield Link(source=id, target=vault, kind="part_of", reason=f"credential provider {name} lies in a token vault")
    if ai_provider:
        reason = f"credential provider {name} is named like one for a key of {llm_title(ai_provider)}"
        yield Link(source=id, target=llm_provider(ai_provider), kind="holds_key_of", reason=reason)


def _when(value: datetime | None) -> str:
    return value.isoformat().replace("+00:00", "Z") if value else ""


Facts = tuple[dict[str, str], list[tuple[object, str]]]
"""Attributes, and the stores of values with what lies in each."""


def _secret(value: object) -> object:
    return table(value).get("secretArn")


def _api_key(detail: dict[str, Any]) -> Facts:
    return {"source": text(detail.get("apiKeySecretSource")) or _managed(detail)}, [
        (_secret(detail.get("apiKeySecretArn")), "API key")
    ]


def _oauth2(detail: dict[str, Any]) -> Facts:
    settings = next(filter(None, map(table, table(detail.get("oauth2ProviderConfigOutput")).values())), {})
    discovery = table(settings.get("oauthDiscovery"))
    for_others = table(settings.get("onBehalfOfTokenExchangeConfig"))
    exchange = table(for_others.get("tokenExchangeGrantTypeConfig"))
    signing = table(table(table(settings.get("privateKeyJwtConfig")).get("privateKeySource")).get("kmsKeySource"))
    method = text(settings.get("clientAuthenticationMethod"))
    facts = {
        "source": text(detail.get("clientSecretSource")) or ("none" if method in _SIGNED else _managed(detail)),
        "status": text(detail.get("status")),
        "client_id": text(settings.get("clientId")),
        "client_authentication": method,
        "grant_type": text(for_others.get("grantType")),
        "actor_token": text(exchange.get("actorTokenContent")),
        "issuer": text(discovery.get("discoveryUrl"))
        or text(table(discovery.get("authorizationServerMetadata")).get("issuer")),
        "callback_url": text(detail.get("callbackUrl")),
        "signing_key": text(signing.get("kmsKeyArn")),
    }
    return facts, [(_secret(detail.get("clientSecretArn")), "client secret")]


_SIGNED = ("AWS_IAM_ID_TOKEN_JWT", "PRIVATE_KEY_JWT")
"""Ways in which a client proves itself without a secret of its own."""


def _payment(detail: dict[str, Any]) -> Facts:
    settings = next(filter(None, map(table, table(detail.get("providerConfigurationOutput")).values())), {})
    sources: list[str] = []
    stores: list[tuple[object, str]] = []
    for field, source, what in (
        ("apiKeySecretArn", "apiKeySecretSource", "API key"),
        ("walletSecretArn", "walletSecretSource", "wallet secret"),
        ("appSecretArn", "appSecretSource", "app secret"),
        ("authorizationPrivateKeyArn", "authorizationPrivateKeySource", "private key"),
    ):
        if settings.get(field):
            stores.append((_secret(settings[field]), what))
            sources.append(text(settings.get(source)) or "MANAGED")
    return {"source": ", ".join(dict.fromkeys(sources))}, stores


def _managed(detail: dict[str, Any]) -> str:
    """Before the source could be chosen, AgentCore kept every value; nothing is said where nothing was read."""
    return "MANAGED" if detail else ""


_FACTS = {API_KEY.kind: _api_key, OAUTH2.kind: _oauth2, PAYMENT.kind: _payment}
