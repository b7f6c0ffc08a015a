"""Memberships and ownerships of groups that may be activated: told, refused, and not licensed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.connector import Evidence
from nhiscan.model import Assignment, Gap
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.services import privileged_groups as service
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.common.times import moment
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import OWNER, ahead
from tests.clouds.azure.seed_directory import GLOBAL_ADMINISTRATOR, hold_role
from tests.clouds.azure.seed_governance import eligible_for_group, joined_group
from tests.connectors.azure.asking import SHARD
from tests.connectors.azure.scanning import inventory_of

PATH = "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
ACTIVE = "/identityGovernance/privilegedAccess/group/assignmentScheduleInstances"


def test_whoever_may_join_a_group_that_holds_roles_may_hold_them(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    ada, bob, cyd, robot = *(tenant.user(name) for name in ("Ada", "Bob", "Cyd")), tenant.service_principal("robot")
    admins, owners = tenant.group("Admins", isAssignableToRole=True), tenant.group("Owners")
    hold_role(tenant, admins, GLOBAL_ADMINISTRATOR)
    tenant.role_assignment(owners, OWNER, prod["id"])
    eligible_for_group(tenant, ada, admins, ends=ahead(30))
    eligible_for_group(tenant, bob, owners, "owner")
    eligible_for_group(tenant, robot, owners)
    azure.emulator.page_size = 1
    found = inventory_of(azure, tmp_path / "b")
    told = [a for a in found.assignments if a.source == service.ELIGIBLE.name]
    assert {(a.principal, a.role, a.eligible, a.expires_at) for a in told} == {
        (f"/users/{ada['id']}", f"/groups/{admins['id']}", True, moment(ahead(30))),
        (f"/users/{bob['id']}", f"/groups/{owners['id']}/owners", True, None),
        (f"/servicePrincipals/{robot['id']}", f"/groups/{owners['id']}", True, None),
    }
    for record in list(AzureConnector().access(found)):
        found.add(record)
    verdicts = {found.identities[id].name: verdict for id, (verdict, _) in admin_verdicts(found).items()}
    assert {name: verdicts[name] for name in ("Ada", "Bob", "Cyd", "robot")} == {
        "Ada": "conditional",
        "Bob": "conditional",
        "Cyd": "no",
        "robot": "conditional",
    }
    assert cyd["id"] not in str(told)


def test_whoever_has_joined_for_a_time_is_a_member_with_an_end(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    ada, bob, cyd = (tenant.user(name) for name in ("Ada", "Bob", "Cyd"))
    owners, quiet = tenant.group("Owners"), tenant.group("quiet", (cyd,))
    tenant.role_assignment(owners, OWNER, prod["id"])
    eligible_for_group(tenant, ada, owners)
    joined_group(tenant, ada, owners, ends=ahead(1))
    joined_group(tenant, bob, owners, ends=None, assignmentType="Assigned")
    joined_group(tenant, cyd, owners, "owner", ends=ahead(2))
    azure.emulator.page_size = 1
    found = inventory_of(azure, tmp_path / "b")
    told = [a for a in found.assignments if a.source == service.ACTIVE.name]
    assert {(a.principal, a.role, a.eligible, a.expires_at) for a in told} == {
        (f"/users/{ada['id']}", f"/groups/{owners['id']}", False, moment(ahead(1))),
        (f"/users/{bob['id']}", f"/groups/{owners['id']}", False, None),
        (f"/users/{cyd['id']}", f"/groups/{owners['id']}/owners", False, moment(ahead(2))),
    }
    assert {call.query["$filter"] for call in azure.calls.of(ACTIVE)} == {f"groupId eq '{owners['id']}'"}
    assert quiet["id"] not in str(told)
    for record in list(AzureConnector().access(found)):
        found.add(record)
    verdicts = {found.identities[id].name: verdict for id, (verdict, _) in admin_verdicts(found).items()}
    assert (verdicts["Ada"], verdicts["Bob"]) == ("is", "is")


def test_a_refusal_to_tell_until_when_hides_nothing_else(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, owners = tenant.user("Ada"), tenant.group("Owners")
    eligible_for_group(tenant, ada, owners)
    joined_group(tenant, ada, owners, ends=ahead(1))
    azure.faults.add("deny", ACTIVE)
    found = inventory_of(azure, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.operation, gap.permission) == (service.ACTIVE.name, "PrivilegedAssignmentSchedule.Read.AzureADGroup")
    assert found.knows(f"azure:{tenant.id}", "policies")
    assert [a.eligible for a in found.assignments] == [True]


def test_groups_are_asked_in_batches_after_the_first(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    for number in range(25):
        tenant.group(f"group {number}")
    tenant.group("rule", groupTypes=["DynamicMembership"])
    tenant.group("letters", securityEnabled=False)
    inventory_of(azure, tmp_path / "b")
    calls = azure.calls.of(PATH)
    assert len(calls) == 25
    assert [call.in_batch for call in calls].count(False) == 1


def test_a_tenant_without_the_licence_is_not_asked_on(azure: Azure, tmp_path: Path) -> None:
    for number in range(10):
        azure.tenant.group(f"group {number}")
    azure.faults.add("unlicensed", PATH)
    found = inventory_of(azure, tmp_path / "b")
    assert azure.calls.count(PATH) == 3
    assert {(gap.operation, gap.reason) for gap in found.gaps} == {(service.ELIGIBLE.name, "not_licensed")}
    assert found.knows(f"azure:{azure.tenant.id}", "policies")


def test_a_refusal_hides_who_may_join_any_group(azure: Azure, tmp_path: Path) -> None:
    for number in range(5):
        azure.tenant.group(f"group {number}")
    azure.faults.add("deny", PATH)
    found = inventory_of(azure, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.reason, gap.permission) == ("denied", "PrivilegedEligibilitySchedule.Read.AzureADGroup")
    assert not found.knows(f"azure:{azure.tenant.id}", "policies")


def test_a_group_that_cannot_be_managed_so_hides_itself_alone(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    odd, admins, ada = tenant.group("odd"), tenant.group("Admins"), tenant.user("Ada")
    eligible_for_group(tenant, ada, admins)
    azure.faults.add("error", PATH, status=400, code="ResourceTypeNotSupported", times=1)
    found = inventory_of(azure, tmp_path / "b")
    assert [a.role for a in found.assignments] == [f"/groups/{admins['id']}"]
    (gap,) = found.gaps
    assert gap.subjects == (f"/groups/{odd['id']}",)


@pytest.mark.parametrize(("operation", "blinds"), [(service.ELIGIBLE, ("policies",)), (service.ACTIVE, ())])
@pytest.mark.parametrize(
    "entry",
    [
        {"accessId": "unknownFutureValue", "principalId": "P1", "groupId": "G1"},
        {"accessId": None, "principalId": "P1", "groupId": "G1"},
        {"accessId": "member", "principalId": None, "groupId": "G1"},
        {"accessId": "member", "principalId": "P1"},
        7,
    ],
)
def test_a_damaged_entry_is_not_lost(entry: Any, operation: Api, blinds: tuple[str, ...]) -> None:
    good = {"accessId": "member", "principalId": "P1", "groupId": "G1", "endDateTime": "soon"}
    evidence = [Evidence(operation=operation.name, params={"group": "G1"}, body={"value": [entry, good]})]
    records = list(service.SERVICE.parse(SHARD, Answers(evidence)))
    (assignment,) = [record for record in records if isinstance(record, Assignment)]
    assert (assignment.principal, assignment.expires_at) == ("/directoryObjects/p1", None)
    (gap,) = [record for record in records if isinstance(record, Gap)]
    assert gap.blinds == blinds


def test_the_filter_lets_no_group_write_another_one() -> None:
    target = service.ELIGIBLE.target({"group": "x' or principalId ne '"})
    assert target.count("'") <= 2
    assert " or " not in target
    with pytest.raises(ValueError, match="is not an id"):
        service.ELIGIBLE.target({"group": ""})
