"""Service principals: what kind each is, whose it is, and that nothing of a secret is kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.classify.table import TABLE
from nhiscan.evidence import open_bundle
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import MICROSOFT
from tests.clouds.azure.seed_directory import certificate
from tests.connectors.azure.scanning import inventory_of


def test_each_type_has_its_kind(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    for kind in ("Application", "ManagedIdentity", "ServiceIdentity", "Legacy", "SocialIdp", "SomethingNew"):
        tenant.service_principal(kind, servicePrincipalType=kind)
    found = inventory_of(azure, tmp_path / "b")
    assert {identity.name: identity.kind for identity in found.identities.values()} == {
        "Application": "entra-service-principal",
        "ManagedIdentity": "entra-managed-identity",
        "ServiceIdentity": "entra-agent-identity",
        "Legacy": "entra-legacy-service-principal",
        "SocialIdp": "entra-social-identity-provider",
        "SomethingNew": "entra-service-principal",
    }


def test_only_microsofts_own_applications_are_managed_by_the_provider(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    tenant.service_principal("ours")
    tenant.service_principal("Microsoft Graph", appOwnerOrganizationId=MICROSOFT)
    tenant.service_principal("Microsoft Teams by a stranger", appOwnerOrganizationId=tenant.state.guid())
    tenant.service_principal("unknown owner", appOwnerOrganizationId=None)
    found = inventory_of(azure, tmp_path / "b").identities.values()
    assert [identity.name for identity in found if identity.managed_by_provider] == ["Microsoft Graph"]


def test_nothing_of_a_secret_is_written(azure: Azure, tmp_path: Path) -> None:
    credential = azure.tenant.password(hint="Hnt", secretText="Kx8Q~not-a-real-secret-value-for-anyone")
    azure.tenant.service_principal("deploy", passwordCredentials=[credential])
    inventory_of(azure, tmp_path / "b")
    bundle = open_bundle(tmp_path / "b")
    shard = next(shard for shard in bundle.manifest.shards if shard.part == "tenant")
    written = str([item.body for item in bundle.read(shard)[0]])
    assert credential["keyId"] in written
    assert "Kx8Q" not in written
    assert "Hnt" not in written


def test_what_the_directory_says_of_a_machine_speaks_for_its_class(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    web = "/subscriptions/1/resourceGroups/r/providers/Microsoft.Web/sites/pay"
    ai = "/subscriptions/1/resourceGroups/r/providers/Microsoft.CognitiveServices/accounts/acct"
    verified = {"displayName": "Anthropic, PBC", "verifiedPublisherId": "1"}
    abroad: dict[str, Any] = {"appOwnerOrganizationId": "99999999-0000-4000-8000-000000000000"}
    made = {
        "pay": tenant.managed_identity("pay", web),
        "foundry": tenant.managed_identity("foundry", ai),
        "project": tenant.managed_identity("project", f"{ai}/projects/p"),
        "robot": tenant.service_principal("robot", tags=["AgenticInstance", "HideApp"]),
        "vendor": tenant.service_principal("Claude", verifiedPublisher=verified, **abroad),
        "claim": tenant.service_principal("Claude", verifiedPublisher={"displayName": "Anthropic"}, **abroad),
        "microsoft": tenant.service_principal("Teams", appOwnerOrganizationId=MICROSOFT),
    }
    found = inventory_of(azure, tmp_path / "b")
    signals = {
        name: sorted(signal.name for signal in found.signals_of(f"/servicePrincipals/{item['id']}"))
        for name, item in made.items()
    }
    assert signals == {
        "pay": ["machine-managed-identity"],
        "foundry": ["managed-identity-of-ai-resource"],
        "project": ["managed-identity-of-ai-resource"],
        "robot": ["machine-account-object", "tagged-as-agent"],
        "vendor": ["ai-vendor-application", "machine-account-object"],
        "claim": ["machine-account-object"],
        "microsoft": [],
    }
    assert all(signal.name in TABLE for signal in found.signals)


def test_a_certificate_that_azure_keeps_is_no_credential_of_anybodys(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    host = "/subscriptions/1/resourceGroups/r/providers/Microsoft.Web/sites/pay"
    tenant.managed_identity("pay", host, keyCredentials=[certificate(tenant)])
    theirs = tenant.service_principal(
        "Exchange", appOwnerOrganizationId=MICROSOFT, passwordCredentials=[tenant.password()]
    )
    found = inventory_of(azure, tmp_path / "b")
    # A secret on an application of Microsoft's own was put there by somebody of the tenant.
    assert [item.holder for item in found.credentials.values()] == [f"/servicePrincipals/{theirs['id']}"]


def test_ten_thousand_would_not_be_ten_thousand_calls(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    for number in range(250):
        app = tenant.application(f"app {number}")
        tenant.service_principal(f"app {number}", application=app)
    found = inventory_of(azure, tmp_path / "b")
    assert len(found.identities) == 250
    requests = [call for call in azure.calls if call.plane == "graph" and not call.in_batch]
    # Of 250 applications and as many service principals: three pages each of owners and of federation, and lists.
    assert len(requests) <= 35
