"""A scan of an organization from the sweep to records, and the same where the sweep is refused."""

from __future__ import annotations

from pathlib import Path

from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import Company
from tests.connectors.gcp.scanning import scanned

DEPLOY = "//iam.googleapis.com/projects/-/serviceAccounts/deploy@pay-prod.iam.gserviceaccount.com"
PAY = "//cloudresourcemanager.googleapis.com/projects/pay-prod"


def small(company: Company) -> None:
    """One folder, two projects, a deploy account with a key, and a person who may act as it."""
    folder = company.folder("Production")
    pay = company.project("pay-prod", folder, services=("run", "iam"))
    company.project("lab", services=("generativelanguage",))
    deploy = company.service_account(pay, "deploy", days=700)
    key = company.key(deploy, days=500)
    company.key(deploy, days=3, lasts=14, system=True)
    company.used(deploy, 2)
    company.used(deploy, 40, key=key)
    company.bind(pay, "editor", deploy)
    company.bind(deploy, "iam.serviceAccountTokenCreator", "user:Ada@acme.example")
    company.bind(company.organization, "resourcemanager.organizationAdmin", "group:admins@acme.example")


def test_a_sweep_tells_of_accounts_keys_policies_and_the_tree(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    parsed = scanned(gcp, tmp_path / "b")
    found = parsed.inventory
    assert found.gaps == []
    deploy = found.identities[DEPLOY]
    assert deploy.kind == "google-service-account"
    assert deploy.created_at is not None
    assert deploy.created_at.year == 2024
    assert deploy.activity is not None
    assert deploy.activity.last_used_at is not None
    assert deploy.attributes["system_keys"] == "1"
    (key,) = found.credentials.values()
    assert (key.holder, key.lifetime, key.long_lived) == (DEPLOY, "never_expires", True)
    assert key.activity is not None
    assert key.activity.last_used_at is not None
    assert "/folders/" in str(found.scopes[PAY].parent)
    held = {(one.principal, one.role, one.scope) for one in found.assignments}
    assert ("user:ada@acme.example", "roles/iam.serviceAccountTokenCreator", DEPLOY) in held
    assert (DEPLOY, "roles/editor", PAY) in held
    assert gcp.calls.count("ListServiceAccounts*") == 0


def test_without_the_inventory_each_project_is_asked(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    gcp.faults.add("deny", service="cloudasset")
    found = scanned(gcp, tmp_path / "b").inventory
    assert found.identities[DEPLOY].created_at is None
    assert [one.kind for one in found.credentials.values()] == ["google-service-account-key"]
    held = {(one.principal, one.role, one.scope) for one in found.assignments}
    assert ("user:ada@acme.example", "roles/iam.serviceAccountTokenCreator", DEPLOY) in held
    assert (DEPLOY, "roles/editor", PAY) in held
    assert {"cloudasset:searchAllResources#containers"} <= {gap.operation for gap in found.gaps}


def test_pages_are_followed(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    gcp.emulator.page_size = 1
    found = scanned(gcp, tmp_path / "b").inventory
    assert sorted(scope.kind for scope in found.scopes.values()) == [
        "folder",
        "organization",
        "project",
        "project",
    ]
    assert len(found.credentials) == 1


def test_clients_that_the_directory_lets_act_for_everybody_are_marked(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    client = gcp.emulator.state.aliases["deploy@pay-prod.iam.gserviceaccount.com"]
    found = scanned(gcp, tmp_path / "b", delegated_client=(client,)).inventory
    assert found.identities[DEPLOY].attributes["domain_wide_delegation"] == "true"
    # Google does not count what it does in Workspace for people, so that it looks idle says nothing.
    assert found.identities[DEPLOY].activity is None
    assert [key.activity for key in found.credentials.values()] == [None]
    plain = scanned(gcp, tmp_path / "c").inventory.identities[DEPLOY]
    assert "domain_wide_delegation" not in plain.attributes
    assert plain.activity is not None
    assert all(key.activity for key in scanned(gcp, tmp_path / "d").inventory.credentials.values())


def test_a_project_that_does_not_tell_of_use_leaves_its_own_accounts_unknown(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    other = gcp.company.service_account(gcp.company.project("beside"), "worker")
    gcp.company.used(other, 3)
    gcp.faults.add("deny", "v1/projects/pay-prod/*activities:query", service="policyanalyzer")
    found = scanned(gcp, tmp_path / "b").inventory
    worker = f"//iam.googleapis.com/projects/-/serviceAccounts/{other}"
    assert not found.knows(PAY, "activity", DEPLOY)
    assert found.knows(found.identities[worker].scope, "activity", worker)
    asked = [gap.permission for gap in found.gaps]
    assert "policyanalyzer.serviceAccountLastAuthenticationActivities.query" in asked


def test_where_no_project_tells_of_use_everything_is_unknown_in_one_gap(gcp: Gcp, tmp_path: Path) -> None:
    small(gcp.company)
    gcp.faults.add("deny", service="policyanalyzer")
    found = scanned(gcp, tmp_path / "b").inventory
    assert not found.knows(PAY, "activity", DEPLOY)
    assert len([gap for gap in found.gaps if gap.operation.startswith("policyanalyzer")]) == 2
