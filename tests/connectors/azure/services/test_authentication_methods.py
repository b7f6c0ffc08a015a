"""How people sign in: from the report, or one by one for those who matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.common.times import moment
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import ago
from tests.clouds.azure.seed_directory import GLOBAL_ADMINISTRATOR, hold_role, method, registered, schedule
from tests.clouds.azure.seed_governance import eligible_for_group
from tests.connectors.azure.scanning import inventory_of

REPORT = "/reports/authenticationMethods/userRegistrationDetails"


@pytest.mark.parametrize(
    ("name", "kind", "resists"),
    [
        ("fido2SecurityKey", "passkey", True),
        ("windowsHelloForBusiness", "passkey", True),
        ("passKeyDeviceBound", "passkey", True),
        ("microsoftAuthenticatorPush", "push", False),
        ("softwareOneTimePasscode", "totp", False),
        ("mobilePhone", "sms", False),
        ("somethingNew", "unknown", None),
    ],
)
def test_the_report_tells_of_everybody_in_one_list(
    azure: Azure, tmp_path: Path, name: str, kind: str, resists: bool | None
) -> None:
    ada, bob, cy = (azure.tenant.user(who) for who in ("Ada", "Bob", "Cy"))
    registered(azure.tenant, ada, name, "email")
    registered(azure.tenant, bob, "email", mfa=False)
    hold_role(azure.tenant, cy, GLOBAL_ADMINISTRATOR)
    found = inventory_of(azure, tmp_path / "b")
    (factor,) = found.factors
    assert (factor.identity, factor.kind, factor.phishing_resistant) == (f"/users/{ada['id']}", kind, resists)
    who = {item.name: found.has_factor(item) for item in found.identities.values()}
    assert who == {"Ada": True, "Bob": False, "Cy": None}
    assert [item.subject for item in found.signals if item.name == "mfa-device"] == [f"/users/{ada['id']}"]
    assert azure.calls.count("/users/*/authentication/methods") == 0


def test_owners_and_administrators_are_asked_one_by_one_where_the_report_is_refused(
    azure: Azure, tmp_path: Path
) -> None:
    tenant = azure.tenant
    ada, bob, cy = (tenant.user(who) for who in ("Ada", "Bob", "Cy"))
    dan, eve = tenant.user("Dan"), tenant.user("Eve")
    robot = tenant.service_principal("robot")
    hold_role(tenant, tenant.group("Admins", (dan, robot), isAssignableToRole=True), GLOBAL_ADMINISTRATOR)
    schedule(tenant, "roleEligibilityScheduleInstances", eve, GLOBAL_ADMINISTRATOR, ends=None)
    tenant.relate("applications", tenant.application("pay"), "owners", ada)
    hold_role(tenant, bob, GLOBAL_ADMINISTRATOR)
    hold_role(tenant, robot, GLOBAL_ADMINISTRATOR)
    method(tenant, ada, "fido2", createdDateTime=ago(20))
    method(tenant, ada, "password", password=None)
    method(tenant, bob, "password", password=None)
    method(tenant, cy, "phone", phoneNumber="+1 555")
    azure.faults.add("unlicensed", REPORT)
    found = inventory_of(azure, tmp_path / "b")
    (factor,) = found.factors
    assert (factor.kind, factor.phishing_resistant, factor.enabled_at) == ("passkey", True, moment(ago(20)))
    who = {item.name: found.has_factor(item) for item in found.identities.values() if item.kind == "entra-user"}
    assert who == {"Ada": True, "Bob": False, "Cy": None, "Dan": False, "Eve": False}
    assert [gap.reason for gap in found.gaps] == ["not_licensed"]
    assert azure.calls.count(f"/users/{cy['id']}/authentication/methods") == 0


def test_whoever_may_join_a_group_that_holds_a_role_is_asked_about_too(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, bob, cy, dan = (tenant.user(who) for who in ("Ada", "Bob", "Cy", "Dan"))
    admins, team, other = (
        tenant.group("Admins", isAssignableToRole=True),
        tenant.group("Team", (cy,)),
        tenant.group("x"),
    )
    hold_role(tenant, admins, GLOBAL_ADMINISTRATOR)
    eligible_for_group(tenant, ada, admins)
    eligible_for_group(tenant, bob, admins, "owner")
    eligible_for_group(tenant, team, admins)
    eligible_for_group(tenant, dan, other)
    method(tenant, ada, "fido2")
    azure.faults.add("unlicensed", REPORT)
    found = inventory_of(azure, tmp_path / "b")
    who = {item.name: found.has_factor(item) for item in found.identities.values()}
    assert who == {"Ada": True, "Bob": False, "Cy": False, "Dan": None}
    told = [(a.principal, a.role) for a in found.assignments if a.role.startswith("/groups/")]
    assert len(told) == len(set(told)) == 4
    assert [gap.reason for gap in found.gaps] == ["not_licensed"]


def test_a_refusal_of_both_blinds_to_those_who_were_asked_about(azure: Azure, tmp_path: Path) -> None:
    ada, bob = azure.tenant.user("Ada"), azure.tenant.user("Bob")
    hold_role(azure.tenant, ada, GLOBAL_ADMINISTRATOR)
    azure.faults.add("deny", REPORT)
    azure.faults.add("deny", "/users/*/authentication/methods")
    found = inventory_of(azure, tmp_path / "b")
    scope = f"azure:{azure.tenant.id}"
    assert not found.knows(scope, "mfa", f"/users/{ada['id']}")
    assert found.knows(scope, "mfa", f"/users/{bob['id']}")
    assert found.has_factor(found.identities[f"/users/{bob['id']}"]) is None


def test_an_agent_with_a_factor_is_not_taken_for_a_person(azure: Azure, tmp_path: Path) -> None:
    agent = azure.tenant.service_principal("agent", servicePrincipalType="ServiceIdentity")
    double = azure.tenant.user("double", identityParentId=agent["id"])
    registered(azure.tenant, double, "fido2SecurityKey")
    found = inventory_of(azure, tmp_path / "b")
    assert {item.name for item in found.signals_of(f"/users/{double['id']}")} == {"agent-user-account"}
