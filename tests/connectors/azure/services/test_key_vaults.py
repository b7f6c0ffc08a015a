"""Key Vault: what a vault holds, by name and date, and how it lets callers in."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from nhiscan.model import PolicyUse
from nhiscan_connectors.azure.ids import resource_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import NOW
from tests.clouds.azure.seed_resources import child, vault, vault_secret
from tests.connectors.azure.scanning import inventory_of, scanned
from tests.connectors.azure.services.asked import asked, gaps


def test_secrets_have_names_and_dates(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    store = vault(tenant, tenant.subscription("prod"), "acme")
    key = vault_secret(tenant, store, "OpenAI-Api-Key", made=400, changed=10)
    vault_secret(tenant, store, "smtp", attributes={"enabled": False, "created": 1_700_000_000, "exp": 1_800_000_000})
    found = inventory_of(azure, tmp_path / "b")
    secret = found.secrets[resource_id(key["id"])]
    assert (secret.kind, secret.name, secret.ai_provider) == ("azure-key-vault-secret", "OpenAI-Api-Key", "openai")
    assert (secret.created_at, secret.rotated_at) == (NOW - timedelta(days=400), None)
    assert secret.attributes["uri"] == "https://acme.vault.azure.net/secrets/openai-api-key"
    assert secret.attributes["updated"] == (NOW - timedelta(days=10)).isoformat()
    assert secret.attributes["vault"] == resource_id(store["id"])
    smtp = found.secrets[f"{resource_id(store['id'])}/secrets/smtp"]
    assert (smtp.ai_provider, smtp.rotated_at) == ("", None)
    assert smtp.attributes["enabled"] == "false"
    assert smtp.attributes["expires"] == "2027-01-15T08:00:00+00:00"


def test_keys_and_certificates_are_told_apart(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    store = vault(tenant, tenant.subscription("prod"), "acme")
    vault_secret(tenant, store, "anthropic-tls", contentType="application/x-pkcs12")
    child(tenant, store, "keys", "sign", {"kty": "RSA", "attributes": {"enabled": True, "created": 1_700_000_000}})
    found = inventory_of(azure, tmp_path / "b")
    kinds = {secret.name: (secret.kind, secret.ai_provider) for secret in found.secrets.values()}
    assert kinds == {
        "anthropic-tls": ("azure-key-vault-certificate", ""),
        "sign": ("azure-key-vault-key", ""),
    }


def test_a_vault_with_access_policies_has_a_policy(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    entry = {"tenantId": tenant.id, "objectId": tenant.state.guid(), "permissions": {"secrets": ["get", "list"]}}
    old = vault(tenant, subscription, "old", enableRbacAuthorization=None, accessPolicies=[entry])
    new = vault(tenant, subscription, "new", publicNetworkAccess="Disabled")
    found = inventory_of(azure, tmp_path / "b")
    id = resource_id(old["id"])
    [use] = [use for use in found.policy_uses if use.use == "resource"]
    assert use == PolicyUse(policy=f"{id}/policy/access", target=id, use="resource")
    assert json.loads(found.policies[use.policy].document or "") == {"accessPolicies": [entry]}
    assert found.resources[id].attributes["authorization"] == "access-policies"
    attributes = found.resources[resource_id(new["id"])].attributes
    assert (attributes["authorization"], attributes["network"]) == ("rbac", "private")


def test_pages_and_calls(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    azure.emulator.page_size = 2
    store = vault(tenant, tenant.subscription("prod"), "acme")
    for number in range(5):
        vault_secret(tenant, store, f"s{number}")
    assert len(inventory_of(azure, tmp_path / "b").secrets) == 5
    made = asked(tmp_path / "b")
    assert (made["Microsoft.KeyVault:vaults.secrets.list"], made["Microsoft.KeyVault:vaults.keys.list"]) == (3, 1)


def test_a_closed_vault_is_a_gap(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    vault(tenant, tenant.subscription("prod"), "acme")
    azure.faults.add("deny", "*/vaults/acme/secrets")
    [gap] = gaps(scanned(azure, tmp_path / "b"))
    assert (gap.operation, gap.reason) == ("Microsoft.KeyVault:vaults.secrets.list", "denied")
    assert gap.permission == "Microsoft.KeyVault/vaults/secrets/read"
