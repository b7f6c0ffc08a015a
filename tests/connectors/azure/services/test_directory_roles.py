"""Roles of the directory: what they allow, who holds them where and until when, and who may activate them."""

from __future__ import annotations

import json
from pathlib import Path

from nhiscan.model import Assignment
from nhiscan_connectors.common.times import moment
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import ago, ahead
from tests.clouds.azure.seed_directory import (
    APPLICATION_ADMINISTRATOR,
    GLOBAL_ADMINISTRATOR,
    directory_role,
    hold_role,
    schedule,
)
from tests.connectors.azure.scanning import inventory_of

ROLES = "/roleManagement/directory/roleDefinitions/"


def key(item: Assignment) -> tuple[str, str, str, bool]:
    return item.principal, item.role.removeprefix(ROLES), item.scope, item.eligible


def test_roles_are_policies_and_holders_are_told_with_where(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    directory_role(tenant, "Application Administrator", APPLICATION_ADMINISTRATOR, "microsoft.directory/applications/*")
    ada, team = tenant.user("Ada"), tenant.group("Team", isAssignableToRole=True)
    app = tenant.application("pay")
    robot = tenant.service_principal("robot")
    unit = "/administrativeUnits/AAAAAAAA-0000-4000-8000-000000000001"
    hold_role(tenant, ada, GLOBAL_ADMINISTRATOR)
    hold_role(tenant, team, APPLICATION_ADMINISTRATOR, unit)
    hold_role(tenant, robot, APPLICATION_ADMINISTRATOR, f"/{app['id']}", condition="@Resource.x Exists")
    found = inventory_of(azure, tmp_path / "b")
    scope = f"azure:{tenant.id}"
    assert {key(item) for item in found.assignments} == {
        (f"/users/{ada['id']}", GLOBAL_ADMINISTRATOR, scope, False),
        (f"/groups/{team['id']}", APPLICATION_ADMINISTRATOR, unit.lower().replace("units", "Units"), False),
        (f"/servicePrincipals/{robot['id']}", APPLICATION_ADMINISTRATOR, f"/applications/{app['id']}", False),
    }
    assert [item.condition for item in found.assignments_of(f"/servicePrincipals/{robot['id']}")] == [
        "@Resource.x Exists"
    ]
    policy = found.policies[ROLES + APPLICATION_ADMINISTRATOR]
    assert policy.managed_by_provider is True
    (permission,) = json.loads(policy.document or "")["rolePermissions"]
    assert permission["allowedResourceActions"] == ["microsoft.directory/applications/*"]


def test_eligible_and_timed_assignments_are_told_apart(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, bob, cy = (tenant.user(name) for name in ("Ada", "Bob", "Cy"))
    standing = hold_role(tenant, ada, GLOBAL_ADMINISTRATOR)
    hold_role(tenant, bob, GLOBAL_ADMINISTRATOR)
    active = "roleAssignmentScheduleInstances"
    schedule(tenant, active, ada, GLOBAL_ADMINISTRATOR, ends=None, roleAssignmentOriginId=standing["id"])
    schedule(tenant, active, bob, GLOBAL_ADMINISTRATOR, ends=ahead(0.1), assignmentType="Activated")
    schedule(tenant, "roleEligibilityScheduleInstances", bob, GLOBAL_ADMINISTRATOR, ends=ahead(30))
    schedule(tenant, "roleEligibilityScheduleInstances", cy, GLOBAL_ADMINISTRATOR, ends=None)
    found = inventory_of(azure, tmp_path / "b")
    told = {(item.principal, item.eligible): item.expires_at for item in found.assignments}
    assert told == {
        (f"/users/{ada['id']}", False): None,
        (f"/users/{bob['id']}", False): moment(ahead(0.1)),
        (f"/users/{bob['id']}", True): moment(ahead(30)),
        (f"/users/{cy['id']}", True): None,
    }
    (of_ada,) = found.assignments_of(f"/users/{ada['id']}")
    assert of_ada.created_at == moment(ago(10))


def test_what_was_activated_between_two_calls_is_not_lost(azure: Azure, tmp_path: Path) -> None:
    ada = azure.tenant.user("Ada")
    schedule(azure.tenant, "roleAssignmentScheduleInstances", ada, GLOBAL_ADMINISTRATOR, ends=ahead(0.1))
    found = inventory_of(azure, tmp_path / "b")
    assert [key(item)[:2] for item in found.assignments] == [(f"/users/{ada['id']}", GLOBAL_ADMINISTRATOR)]


def test_a_tenant_without_the_licence_has_a_gap_and_its_standing_roles(azure: Azure, tmp_path: Path) -> None:
    ada = azure.tenant.user("Ada")
    hold_role(azure.tenant, ada, GLOBAL_ADMINISTRATOR)
    azure.faults.add("unlicensed", "/roleManagement/directory/role*ScheduleInstances")
    found = inventory_of(azure, tmp_path / "b")
    assert {gap.reason for gap in found.gaps} == {"not_licensed"}
    assert [item.eligible for item in found.assignments] == [False]
    assert found.knows(f"azure:{azure.tenant.id}", "policies")


def test_a_refusal_hides_who_may_activate_roles(azure: Azure, tmp_path: Path) -> None:
    azure.faults.add("deny", "/roleManagement/directory/roleEligibilityScheduleInstances")
    found = inventory_of(azure, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.reason, gap.permission) == ("denied", "RoleEligibilitySchedule.Read.Directory")
    assert not found.knows(f"azure:{azure.tenant.id}", "policies")


def test_a_principal_that_no_list_holds_is_told_as_an_object(azure: Azure, tmp_path: Path) -> None:
    hold_role(azure.tenant, {"id": "CCCCCCCC-0000-4000-8000-000000000001"}, GLOBAL_ADMINISTRATOR)
    found = inventory_of(azure, tmp_path / "b")
    assert [item.principal for item in found.assignments] == ["/directoryObjects/cccccccc-0000-4000-8000-000000000001"]
