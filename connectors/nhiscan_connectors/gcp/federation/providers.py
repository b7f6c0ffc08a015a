"""Providers of workload identity pools: as records, and as `join` reads them back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, FederationProvider, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.assets import Asset, Reading

POOL: Final = "google-workload-identity-pool"
PROVIDER: Final = "google-workload-identity-provider"
AWS_ISSUER: Final = "sts.amazonaws.com"
AWS_MAPPING: Final[Mapping[str, str]] = {
    "google.subject": "assertion.arn",
    "attribute.aws_role": "assertion.arn.contains('assumed-role')"
    " ? assertion.arn.extract('{account_arn}assumed-role/') + 'assumed-role/'"
    " + assertion.arn.extract('assumed-role/{role_name}/') : assertion.arn",
}
"""What Google maps for an AWS provider that has no mapping of its own."""

Form: TypeAlias = Literal["oidc", "aws", "saml", "x509", ""]
FORMS: Final[tuple[Form, ...]] = ("oidc", "aws", "saml", "x509")


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as `join` needs it."""

    id: str
    pool: str
    name: str
    form: Form
    issuer: str
    audiences: tuple[str, ...]
    condition: str
    mapping: dict[str, str] | None
    """None where it could not be read."""
    account: str
    """AWS account."""
    open: bool
    """Whether tokens can be had of it: neither it nor its pool is disabled or deleted."""


def bare_issuer(issuer: str) -> str:
    """An issuer without its scheme, its host in lower case."""
    host, slash, path = (issuer.strip().partition("://")[2] or issuer.strip()).rstrip("/").partition("/")
    return f"{host.lower()}{slash}{path}"


def is_open(*holders: Mapping[str, object]) -> bool:
    """Whether none of a pool and a provider is disabled or deleted."""
    return all(one.get("disabled") is not True and text(one.get("state")) != "DELETED" for one in holders)


def pool_of(provider: str) -> str:
    """Full resource name of a provider's pool."""
    return provider.partition("/providers/")[0]


def form_of(data: Mapping[str, object]) -> Form:
    """By what a provider vouches; empty where it does not say."""
    return next((form for form in FORMS if form in data), "")


def pool(reading: Reading, asset: Asset) -> Resource:
    """A pool as a record."""
    data = asset.data
    facts = {
        "mode": text(data.get("mode")),
        "state": text(data.get("state")),
        "disabled": "true" if data.get("disabled") is True else "",
        "description": text(data.get("description")),
    }
    return Resource(
        id=asset.name,
        provider="gcp",
        kind=POOL,
        name=text(data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        attributes={key: value for key, value in facts.items() if value},
    )


def provider(reading: Reading, asset: Asset, pools: Mapping[str, Asset]) -> Iterator[AnyRecord]:
    """A provider as records: the issuer that it trusts, and how it reads that issuer's tokens."""
    data, form = asset.data, form_of(asset.data)
    above = pools.get(pool_of(asset.name))
    oidc = table(data.get("oidc"))
    issuer = bare_issuer(text(oidc.get("issuerUri"))) if form == "oidc" else AWS_ISSUER if form == "aws" else ""
    audiences = _texts(oidc.get("allowedAudiences"))
    enabled = is_open(data, above.data if above is not None else {})
    name = text(data.get("displayName")) or asset.short
    yield FederationProvider(
        id=asset.name,
        provider="gcp",
        kind="saml" if form == "saml" else "x509" if form == "x509" else "oidc",
        scope=reading.scope(asset),
        name=name if form != "aws" else f"AWS account {text(table(data.get('aws')).get('accountId'))}",
        issuer="" if form == "aws" else issuer,
        audiences=audiences,
        enabled=enabled,
    )
    facts = {
        "pool": pool_of(asset.name),
        "form": form,
        "issuer": issuer,
        "audiences": " ".join(audiences),
        "attribute_condition": text(data.get("attributeCondition")),
        "attribute_mapping": json.dumps(data["attributeMapping"]) if data.get("attributeMapping") else "",
        "aws_account": text(table(data.get("aws")).get("accountId")),
        "own_keys": "true" if oidc.get("jwksJson") else "",
        "actor_providers": " ".join(_texts(data.get("actorProviders"))),
        "state": text(data.get("state")),
        "disabled": "" if enabled else "true",
        "description": text(data.get("description")),
    }
    yield Resource(
        id=asset.name,
        provider="gcp",
        kind=PROVIDER,
        name=name,
        scope=reading.scope(asset),
        attributes={key: value for key, value in facts.items() if value},
    )


def providers(inventory: Inventory) -> dict[str, list[Provider]]:
    """Providers by pool, as records tell of them."""
    found: dict[str, list[Provider]] = {}
    for record in sorted(inventory.resources.values(), key=lambda record: record.id):
        if record.kind == PROVIDER and record.provider == "gcp":
            found.setdefault(record.attributes.get("pool", ""), []).append(_provider(record))
    return found


def _provider(record: Resource) -> Provider:
    facts = record.attributes
    form: Form = next((form for form in FORMS if form == facts.get("form")), "")
    mapping = _mapping(facts.get("attribute_mapping", ""))
    if mapping == {} and form == "aws":
        mapping = dict(AWS_MAPPING)
    return Provider(
        id=record.id,
        pool=facts.get("pool", ""),
        name=record.id.rpartition("/")[2],
        form=form,
        issuer=facts.get("issuer", ""),
        audiences=tuple(facts.get("audiences", "").split()),
        condition=facts.get("attribute_condition", ""),
        mapping=mapping,
        account=facts.get("aws_account", ""),
        open=facts.get("disabled") != "true",
    )


def _mapping(written: str) -> dict[str, str] | None:
    if not written:
        return {}
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        return None
    return found


def _texts(value: object) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str) and one) if isinstance(value, list) else ()
