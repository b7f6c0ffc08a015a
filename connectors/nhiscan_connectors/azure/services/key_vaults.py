"""Key Vault: secrets, keys and the certificates among them, by name and date. Never a value.

Calls in a subscription beside the sweep: two for each vault and one more for each page of secrets or keys.

The lists are those of Azure Resource Manager, which were made for templates and answer without values, so that the
scanner needs no right to open a vault. They hold no certificates, but the secret that stands behind each one, which
`contentType` tells apart.

Attributes of a vault (a resource "azure-key-vault"): "authorization" (rbac, access-policies), "public_network",
"network", "purge_protection", "soft_delete", "uri". Its access policies become a policy on it.
Attributes of a secret: "uri", "vault", "content_type", "enabled", "expires", "not_before", "updated", "key_type"
(keys). `created_at` is when the current version was made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.detectors import llm_name
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Policy, PolicyUse, Resource, Secret
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, network_facts, shown, yes
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import VAULTS
from nhiscan_connectors.azure.resources.variables import in_resources, joined, secret_uri
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

TYPE = "microsoft.keyvault/vaults"
SECRETS = arm(
    "Microsoft.KeyVault:vaults.secrets.list",
    "/{+id}/secrets",
    "2023-07-01",
    permission="Microsoft.KeyVault/vaults/secrets/read",
    purpose="lists the names and dates of the secrets in a vault",
    hides="which secrets the vault holds, and how old they are",
    blinds=("secrets",),
)
KEYS = arm(
    "Microsoft.KeyVault:vaults.keys.list",
    "/{+id}/keys",
    "2023-07-01",
    permission="Microsoft.KeyVault/vaults/keys/read",
    purpose="lists the names and dates of the keys in a vault",
    hides="which keys the vault holds, and how old they are",
    blinds=("secrets",),
)
_CERTIFICATES = ("application/x-pkcs12", "application/x-pem-file")


def collect(calls: Calls) -> None:
    """Both lists of every vault."""
    calls.each(lambda row: calls.ask(SECRETS, KEYS, id=row.id), swept(calls, TYPE))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Vaults, what they hold, and whom their access policies let in."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        yield from _vault(reading, row)
        for item in reading.children(SECRETS, row.id):
            yield _secret(reading, row, item)
        for item in reading.children(KEYS, row.id):
            yield _key(reading, row, item)
    yield from in_resources(reading, SECRETS, KEYS)
    yield from reading.gaps()


def _vault(reading: Reading, row: Row) -> Iterator[AnyRecord]:
    properties = row.properties
    rbac = flag(properties.get("enableRbacAuthorization"))
    facts = {
        **network_facts(properties),
        # Vaults that were made before roles could open one answer without the field.
        "authorization": "rbac" if rbac else "access-policies" if properties else "",
        "purge_protection": yes(flag(properties.get("enablePurgeProtection"))),
        "soft_delete": yes(flag(properties.get("enableSoftDelete"))),
        "uri": text(properties.get("vaultUri")),
    }
    yield Resource(
        id=row.id,
        provider="azure",
        kind="azure-key-vault",
        name=row.name,
        scope=reading.scope,
        region=row.location,
        tags=row.tags,
        attributes=shown(facts),
    )
    policies = properties.get("accessPolicies")
    if not rbac and properties:
        readable = isinstance(policies, list)
        id = f"{row.id}/policy/access"
        yield Policy(
            id=id,
            provider="azure",
            kind="resource",
            name=f"access policies of {row.name}",
            scope=reading.scope,
            document=json.dumps({"accessPolicies": policies}) if readable else None,
            problem="" if readable else "the vault has no list of access policies",
        )
        yield PolicyUse(policy=id, target=row.id, use="resource")


def _secret(reading: Reading, vault: Row, item: Row) -> Secret:
    content = text(item.properties.get("contentType"))
    certificate = content.lower() in _CERTIFICATES
    uri = secret_uri(text(item.properties.get("secretUri")))
    words = " ".join((item.name, content, *item.tags.keys(), *item.tags.values()))
    kind = "azure-key-vault-certificate" if certificate else "azure-key-vault-secret"
    return _entry(
        reading, vault, item, kind, {"uri": uri, "content_type": content}, "" if certificate else llm_name(words)
    )


def _key(reading: Reading, vault: Row, item: Row) -> Secret:
    facts = {"uri": text(item.properties.get("keyUri")), "key_type": text(item.properties.get("kty"))}
    return _entry(reading, vault, item, "azure-key-vault-key", facts, "")


def _entry(reading: Reading, vault: Row, item: Row, kind: str, facts: dict[str, str], ai_provider: str) -> Secret:
    dates = table(item.properties.get("attributes"))
    created, updated = moment(dates.get("created")), moment(dates.get("updated"))
    expires, starts = moment(dates.get("exp")), moment(dates.get("nbf"))
    more = {
        "vault": vault.id,
        "updated": updated.isoformat() if updated and updated != created else "",
        "enabled": yes(flag(dates.get("enabled"))),
        "expires": expires.isoformat() if expires else "",
        "not_before": starts.isoformat() if starts else "",
    }
    return Secret(
        id=item.id,
        provider="azure",
        kind=kind,
        name=item.name,
        scope=reading.scope,
        region=vault.location,
        encrypted=True,
        ai_provider=ai_provider,
        # Each version has dates of its own, and these are of the current one: its value is as old as `created`.
        # `updated` moves with tags and switches too, and says nothing of the value.
        created_at=created,
        tags=item.tags,
        attributes=shown({**facts, **more}),
    )


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Links of workloads to secrets that lie in the vaults of other subscriptions."""
    yield from joined(inventory)


SERVICE = Service(
    name="key-vaults",
    part="subscription",
    operations=(RESOURCES, VAULTS, SECRETS, KEYS),
    collect=collect,
    parse=parse,
    join=join,
)
