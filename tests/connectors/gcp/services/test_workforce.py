"""Workforce pools, and the OAuth clients that act for their people."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services import federation, hierarchy, oauth_clients, policies, workforce
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_federation import oauth_client, principals, workforce_pool, workforce_provider
from tests.connectors.gcp.scanning import inventory_by

POOL = "//iam.googleapis.com/locations/global/workforcePools/staff"


@pytest.fixture(params=["swept", "project by project"])
def way(request: pytest.FixtureRequest, gcp: Gcp) -> str:
    """How the organization lets itself be read."""
    if request.param != "swept":
        gcp.faults.add("deny", service="cloudasset")
    return str(request.param)


def read(gcp: Gcp, path: Path) -> Inventory:
    """Pools and clients."""
    services = (workforce.SERVICE, oauth_clients.SERVICE, policies.SERVICE, hierarchy.SERVICE, federation.SERVICE)
    scope = (gcp.company.organization,)
    return inventory_by(gcp, path / "b", *services, joined=True, scope=scope)


def test_directories_of_people(gcp: Gcp, tmp_path: Path, way: str) -> None:
    staff = workforce_pool(gcp.company, "staff", accessRestrictions={"disableProgrammaticSignin": True})
    login = {
        "issuerUri": "https://Login.acme.example/",
        "clientId": "app-1",
        "clientSecret": {"value": {"thumbprint": "t"}},
    }
    workforce_provider(gcp.company, staff, "okta", oidc=login, vendorType="OKTA", attributeCondition="true")
    workforce_provider(gcp.company, staff, "old", saml={"idpMetadataXml": "<x/>"}, disabled=True)
    gcp.emulator.page_size = 1
    found = read(gcp, tmp_path)
    told = {one.name: (one.kind, one.issuer, one.audiences, one.enabled) for one in found.federation_providers.values()}
    assert told == {
        "okta": ("oidc", "login.acme.example", ("app-1",), True),
        "old": ("saml", "", (), False),
    }
    pool = found.resources[POOL]
    assert (pool.kind, pool.scope) == (
        "google-workforce-pool", f"//cloudresourcemanager.googleapis.com/{gcp.company.organization}"
    )  # fmt: skip
    assert pool.attributes == {"session_seconds": "3600", "state": "ACTIVE", "programmatic_sign_in": "off"}
    facts = found.resources[f"{POOL}/providers/okta"].attributes
    assert (facts["pool"], facts["vendor"], facts["attribute_condition"]) == (POOL, "OKTA", "true")
    bundle = open_bundle(tmp_path / "b")
    kept = [item for shard in bundle.manifest.shards for item in bundle.read(shard)[0]]
    assert "Login.acme.example" in str(kept)
    assert "thumbprint" not in str(kept)


def test_people_are_no_outside_workloads(gcp: Gcp, tmp_path: Path, way: str) -> None:
    staff = workforce_pool(gcp.company, "staff")
    pay = gcp.company.project("pay")
    gcp.company.bind(pay, "viewer", principals(staff, "group/admins"))
    found = read(gcp, tmp_path)
    assert found.trusts == []
    assert principals(staff, "group/admins") in found.identities


def test_oauth_clients(gcp: Gcp, tmp_path: Path, way: str) -> None:
    pay = gcp.company.project("pay", services=("iam",))
    oauth_client(gcp.company, pay, "portal", "first", displayName="Portal")
    oauth_client(gcp.company, pay, "gone", state="DELETED")
    found = read(gcp, tmp_path)
    id = "//iam.googleapis.com/projects/pay/locations/global/oauthClients/portal"
    client = found.identities[id]
    assert [one for one in found.identities if "oauthClients" in one] == [id]
    assert (client.kind, client.name, client.enabled) == ("google-oauth-client", "Portal", True)
    assert client.attributes == {
        "client_id": "portal-0", "client_type": "confidential", "scopes": "cloud-platform",
        "grant_types": "authorization_code", "redirects": "1",
    }  # fmt: skip
    secrets = [(one.kind, one.name, one.lifetime, one.status) for one in found.credentials_of(id)]
    if way == "swept":
        assert secrets == [("google-oauth-client-secret", "first", "never_expires", "active")]
    else:
        assert secrets == []
        assert not found.knows(client.scope, "credentials", id)
        assert gcp.calls.count("*/credentials") == 0


def test_refusals_name_their_permissions(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("pay", services=("iam",))
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "v1/locations/global/workforcePools", service="iam")
    gcp.faults.add("deny", "v1/projects/*/oauthClients", service="iam")
    refused = {gap.operation: gap.permission for gap in read(gcp, tmp_path).gaps}
    assert refused[workforce.POOLS.name] == "iam.googleapis.com/workforcePools.list"
    assert refused[oauth_clients.LIST.name] == "iam.googleapis.com/oauthClients.list"
