"""Last use: of applications by client id, of single credentials, and what a missing report means."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.common.times import moment
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import ago
from tests.clouds.azure.seed_directory import credential_used, signed_in
from tests.connectors.azure.scanning import inventory_of


def test_use_is_told_of_whoever_has_the_client_id(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    used, _, api, shared = (tenant.service_principal(name) for name in ("used", "quiet", "api", "shared"))
    signed_in(tenant, used["appId"].upper(), 3)
    signed_in(tenant, api["appId"], 1, flow="applicationAuthenticationResource")
    signed_in(tenant, shared["appId"], 2, flow="delegatedClient")
    found = inventory_of(azure, tmp_path / "b")
    activities = {item.name: item.activity for item in found.identities.values()}
    for name, days, how in (("used", 3, "sign-in as itself"), ("shared", 2, "sign-in for a user")):
        activity = activities[name]
        assert activity is not None
        assert (activity.last_used_at, activity.detail) == (moment(ago(days)), how)
    # Asked for by others is not used by itself; and what has no line was not used for as long as the report looks back.
    for name in ("quiet", "api"):
        activity = activities[name]
        assert activity is not None
        assert activity.last_used_at is None
        assert activity.observed_since is not None
    signals = {found.identities[item.subject].name: item.name for item in found.signals if "sign-in" in item.name}
    assert signals == {"used": "automation-only-sign-in"}


def test_each_credential_has_its_own_last_use(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    old, new = tenant.password(days=300, lasts=900), tenant.password(days=30, lasts=900)
    app = tenant.application("pay", passwordCredentials=[old, new])
    tenant.service_principal("pay", application=app)
    credential_used(tenant, app, new, 2)
    credential_used(tenant, app, new, 9)
    found = inventory_of(azure, tmp_path / "b")
    activities = {id.rpartition("/")[2]: item.activity for id, item in found.credentials.items()}
    fresh, stale = activities[new["keyId"]], activities[old["keyId"]]
    assert fresh is not None
    assert fresh.last_used_at == moment(ago(2))
    assert stale is not None
    assert stale.last_used_at is None
    assert stale.observed_since is not None


def test_without_the_licence_nothing_is_stale(azure: Azure, tmp_path: Path) -> None:
    app = azure.tenant.application("pay", passwordCredentials=[azure.tenant.password()])
    pay = azure.tenant.service_principal("pay", application=app)
    azure.faults.add("unlicensed", "/reports/*SignInActivities")
    found = inventory_of(azure, tmp_path / "b")
    assert {(gap.reason, gap.operation) for gap in found.gaps} == {
        ("not_licensed", "graph:reports.servicePrincipalSignInActivities.list"),
        ("not_licensed", "graph:reports.appCredentialSignInActivities.list"),
    }
    assert found.identities[f"/servicePrincipals/{pay['id']}"].activity is None
    assert [credential.activity for credential in found.credentials.values()] == [None]
    assert not found.knows(f"azure:{azure.tenant.id}", "activity")


def test_a_report_that_was_cut_says_nothing_of_what_it_lacks(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    for number in range(3):
        signed_in(tenant, tenant.service_principal(f"app {number}")["appId"], number + 1)
    quiet = tenant.service_principal("quiet")
    azure.emulator.page_size = 2
    azure.faults.add("deny", "/reports/servicePrincipalSignInActivities", after=1)
    found = inventory_of(azure, tmp_path / "b")
    assert found.identities[f"/servicePrincipals/{quiet['id']}"].activity is None
    told = [item.name for item in found.identities.values() if item.activity and item.activity.last_used_at]
    assert told == ["app 0", "app 1"]


def test_the_year_one_is_never(azure: Azure, tmp_path: Path) -> None:
    robot = azure.tenant.service_principal("robot")
    line = signed_in(azure.tenant, robot["appId"], 1)
    for name in ("lastSignInActivity", "applicationAuthenticationClientSignInActivity"):
        line[name] = {"lastSignInDateTime": "0001-01-01T00:00:00Z"}
    activity = inventory_of(azure, tmp_path / "b").identities[f"/servicePrincipals/{robot['id']}"].activity
    assert activity is not None
    assert activity.last_used_at is None
