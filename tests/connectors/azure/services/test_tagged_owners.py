"""Owners of managed identities, by their tags and by those of the resource that they belong to."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.analyze import analyze
from nhiscan.config import Config, OwnersConfig
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.model import Identity
from nhiscan_connectors.azure.ids import service_principal_id
from nhiscan_connectors.common.tags import tagged_owners
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_resources import managed_identity, system_assigned, user_assigned
from tests.connectors.azure.scanning import inventory_of, scanned

SITE = "Microsoft.Web/sites"


def owners(found: Inventory, principal: str) -> set[tuple[str, str, str]]:
    return {(o.owner, o.kind, o.source) for o in found.ownerships_of(service_principal_id(principal))}


@pytest.mark.parametrize("directory", [True, False])
def test_owners_reach_the_identity_whoever_else_tells_of_it(azure: Azure, tmp_path: Path, directory: bool) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    deploy = managed_identity(tenant, prod, "deploy", tags={"Owner": "ann@acme.example", "Team": "Platform"})
    own = system_assigned(tenant)
    site = tenant.resource(prod, SITE, "shop", identity=own, tags={"owner_email": "bob@acme.example", "Owner": "none"})
    tenant.managed_identity("shop", site["id"], id=own["principalId"])
    if not directory:
        azure.faults.add("deny", "/servicePrincipals")
    found = inventory_of(azure, tmp_path / "b")
    assert owners(found, deploy["properties"]["principalId"]) == {
        ("ann@acme.example", "owner", "tag Owner"),
        ("Platform", "team", "tag Team"),
    }
    assert owners(found, own["principalId"]) == {
        ("bob@acme.example", "owner", f"tag owner_email of web app {site['name']}")
    }


def test_tags_of_a_resource_say_nothing_of_an_identity_that_others_use_too(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    shared = managed_identity(tenant, prod, "shared")
    tenant.resource(prod, SITE, "shop", identity=user_assigned(shared), tags={"Owner": "ann@acme.example"})
    found = inventory_of(azure, tmp_path / "b")
    assert owners(found, shared["properties"]["principalId"]) == set()


def test_the_result_names_each_owner_once(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    managed_identity(tenant, prod, "deploy", tags={"Owner": "ann@acme.example"})
    azure.faults.add("deny", "/servicePrincipals")
    scanned(azure, tmp_path / "b")
    result = analyze(open_bundle(tmp_path / "b"), Config())
    (found,) = [identity for identity in result.identities if identity.name == "deploy"]
    assert [owner.owner for owner in found.owners] == ["ann@acme.example"]


@pytest.mark.parametrize("directory", [True, False])
def test_a_key_that_the_configuration_names_reaches_identities_too(
    azure: Azure, tmp_path: Path, directory: bool
) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    managed_identity(tenant, prod, "deploy", tags={"Accountable": "ann@acme.example"})
    if not directory:
        azure.faults.add("deny", "/servicePrincipals")
    scanned(azure, tmp_path / "b")
    config = Config(owners=OwnersConfig(tags=["accountable"]))
    result = analyze(open_bundle(tmp_path / "b"), config)
    (found,) = [identity for identity in result.identities if identity.name == "deploy"]
    assert [(owner.owner, owner.source) for owner in found.owners] == [("ann@acme.example", "tag Accountable")]


def test_an_identity_without_tags_has_no_such_owner() -> None:
    plain = Identity(id="/servicePrincipals/1", provider="azure", kind="entra-managed-identity", name="x", scope="s")
    assert list(tagged_owners(plain)) == []
