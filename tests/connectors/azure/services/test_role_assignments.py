"""Roles of a subscription: who holds one, who may activate one, who is denied what. Read by the SDK's client."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan_connectors.azure.services.role_assignments import SERVICE
from nhiscan_connectors.azure.services.tenant import SERVICE as TENANT
from nhiscan_connectors.azure.services.users import SERVICE as USERS
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import CONTRIBUTOR, NOW, OWNER, READER, ago, ahead
from tests.clouds.azure.seed_rbac import classic_administrator, deny_assignment, eligible, ends
from tests.connectors.azure.parts import connector_of, inventory_by
from tests.connectors.azure.scanning import CLOCK

ASSIGNMENTS = "Microsoft.Authorization:roleAssignments.list"
ELIGIBLE = "Microsoft.Authorization:roleEligibilityScheduleInstances.list"
DENIALS = "Microsoft.Authorization:denyAssignments.list"
ROLES = "/providers/microsoft.authorization/roledefinitions/"


def scan(azure: Azure, directory: Path) -> Inventory:
    return inventory_by(azure, directory, SERVICE)


def in_days(days: float) -> datetime:
    return (NOW + timedelta(days=days)).astimezone(UTC)


def test_a_custom_role_is_told_once_with_all_that_it_allows(azure: Azure, tmp_path: Path) -> None:
    lab, prod = azure.tenant.subscription("lab"), azure.tenant.subscription("prod")
    role = azure.tenant.role_definition(
        "Deployer",
        actions=["Microsoft.Web/*"],
        not_actions=["Microsoft.Web/sites/delete"],
        data_actions=["Microsoft.KeyVault/vaults/secrets/getSecret/action"],
        scopes=[lab["id"], prod["id"]],
    )
    person = azure.tenant.user("Ada")
    azure.tenant.role_assignment(person, role["name"], lab["id"])
    found = inventory_by(azure, tmp_path / "b", TENANT, SERVICE)
    policy = found.policies[found.assignments_of(f"/users/{person['id']}")[0].role]
    assert (policy.name, policy.kind, policy.scope) == ("Deployer", "role-definition", f"azure:{azure.tenant.id}")
    assert policy.managed_by_provider is False
    document = json.loads(policy.document or "")
    assert document["permissions"] == role["properties"]["permissions"]
    assert document["assignableScopes"] == [lab["id"], prod["id"]]
    assert [policy.name for policy in found.policies.values()].count("Deployer") == 1
    builtin = [policy for policy in found.policies.values() if policy.id.endswith(CONTRIBUTOR)]
    assert [policy.managed_by_provider for policy in builtin] == [True]


def test_a_custom_role_of_one_resource_group_is_known_by_resource_graph(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    role = azure.tenant.role_definition("Narrow", actions=["*/read"], scopes=[f"{lab['id']}/resourceGroups/rg"])
    found = inventory_by(azure, tmp_path / "b", TENANT, SERVICE)
    assert found.policies[f"{ROLES}{role['name']}"].document is not None


def test_a_role_without_permissions_is_not_readable(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    role = azure.tenant.role_definition("Odd", scopes=[lab["id"]])
    role["properties"]["permissions"] = ["*"]
    policy = scan(azure, tmp_path / "b").policies[f"{ROLES}{role['name']}"]
    assert (policy.document, policy.problem) == (None, "the definition has no list of permissions")
    azure.emulator.defects.clear()  # the descriptions, where they are there, see the damage too


def test_built_in_roles_are_not_asked_for_in_every_subscription(azure: Azure, tmp_path: Path) -> None:
    for number in range(3):
        azure.tenant.subscription(f"lab {number}")
    assert scan(azure, tmp_path / "b").policies == {}
    assert {call.query["$filter"] for call in azure.calls.of("*/roleDefinitions")} == {"type eq 'CustomRole'"}


def test_an_assignment_is_told_with_its_condition_its_id_and_its_date(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    condition = "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'}))"
    held = azure.tenant.role_assignment(
        azure.tenant.group("Admins"),
        OWNER,
        f"{lab['id']}/resourceGroups/RG/providers/Microsoft.Storage/storageAccounts/Logs",
        condition=condition,
        conditionVersion="2.0",
        createdOn=ago(10),
    )
    (found,) = scan(azure, tmp_path / "b").assignments
    assert found.principal.startswith("/groups/")
    assert found.scope == f"{lab['id']}/resourcegroups/rg/providers/microsoft.storage/storageaccounts/logs"
    assert (found.condition, found.id, found.created_at) == (condition, held["id"].lower(), in_days(-10))
    assert (found.eligible, found.expires_at, found.source) == (False, None, ASSIGNMENTS)


def test_what_ends_by_itself_and_what_may_be_activated_is_told(azure: Azure, tmp_path: Path) -> None:
    azure.emulator.page_size = 1
    lab, ada = azure.tenant.subscription("lab"), azure.tenant.user("Ada")
    standing = azure.tenant.role_assignment(ada, READER, lab["id"])
    for_a_time = azure.tenant.role_assignment(ada, CONTRIBUTOR, lab["id"])
    activated = azure.tenant.role_assignment(ada, OWNER, f"{lab['id']}/resourceGroups/a")
    ends(azure.tenant, standing, None)
    ends(azure.tenant, for_a_time, ahead(20))
    ends(azure.tenant, activated, ahead(0.25), assignmentType="Activated", originRoleAssignmentId=None)
    may = eligible(azure.tenant, ada, OWNER, lab["id"], ahead(90), condition="@Resource[x] StringEquals 'y'")
    for_ever = eligible(azure.tenant, ada, CONTRIBUTOR, f"{lab['id']}/resourceGroups/a", None)
    found = {item.id: item for item in scan(azure, tmp_path / "b").assignments}
    assert {id: (item.eligible, item.expires_at) for id, item in found.items()} == {
        standing["id"].lower(): (False, None),
        for_a_time["id"].lower(): (False, in_days(20)),
        activated["id"].lower(): (False, in_days(0.25)),
        may["id"].lower(): (True, in_days(90)),
        for_ever["id"].lower(): (True, None),
    }
    assert found[may["id"].lower()].condition
    assert found[may["id"].lower()].principal == f"/users/{ada['id']}"


def test_deny_assignments_are_policies_that_limit_their_scope(azure: Azure, tmp_path: Path) -> None:
    lab, ada = azure.tenant.subscription("lab"), azure.tenant.user("Ada")
    denied = deny_assignment(
        azure.tenant,
        "locked by a stack",
        f"{lab['id']}/resourceGroups/RG",
        actions=["*/delete"],
        excluded=[ada],
        doNotApplyToChildScopes=True,
    )
    azure.tenant.state.put("denyAssignments", {**denied, "id": f"{lab['id']}/x", "properties": {"scope": lab["id"]}})
    found = scan(azure, tmp_path / "b")
    policy = found.policies[denied["id"].lower()]
    assert (policy.kind, policy.name, policy.managed_by_provider) == ("resource", "locked by a stack", True)
    assert policy.attributes == {"type": "deny-assignment", "children": "false"}
    document = json.loads(policy.document or "")
    assert document["excludePrincipals"][0]["id"] == ada["id"]
    assert document["principals"][0]["type"] == "SystemDefined"
    (use,) = found.policy_uses_of(f"{lab['id']}/resourcegroups/rg")
    assert (use.policy, use.use) == (policy.id, "organization-limit")
    unreadable = found.policies[f"{lab['id']}/x"]
    assert (unreadable.document, bool(unreadable.problem)) == (None, True)
    assert [use.policy for use in found.policy_uses_of(lab["id"])] == [unreadable.id]


def test_classic_administrators_are_the_users_with_their_address(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    ada = azure.tenant.user("Ada")
    classic_administrator(azure.tenant, lab, "Ada@acme.example", "ServiceAdministrator;AccountAdministrator")
    classic_administrator(azure.tenant, lab, "old@live.example")
    classic_administrator(azure.tenant, lab, "bill@acme.example", "AccountAdministrator")
    found = inventory_by(azure, tmp_path / "b", USERS, SERVICE, joined=True)
    assert sorted(assignment.principal for assignment in found.assignments) == [
        f"/users/{ada['id']}",
        "/users/ada@acme.example",
        "/users/old@live.example",
    ]
    assert json.loads(found.policies[found.assignments[0].role].document or "")["permissions"] == [{"actions": ["*"]}]


@pytest.mark.parametrize(
    "details",
    [
        {"status": 400, "code": "InvalidApiVersionParameter"},
        {"status": 404, "code": "InvalidResourceType"},
        {"status": 410, "code": ""},
    ],
)
def test_where_classic_administrators_are_gone_nothing_is_missing(
    azure: Azure, tmp_path: Path, details: dict[str, Any]
) -> None:
    azure.tenant.subscription("lab")
    azure.faults.add("error", "*/classicAdministrators", **details)
    assert scan(azure, tmp_path / "b").gaps == []


def test_classic_administrators_that_may_not_be_read_are_a_gap(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("lab")
    azure.faults.add("deny", "*/classicAdministrators")
    assert [gap.reason for gap in scan(azure, tmp_path / "b").gaps] == ["denied"]


def test_a_subscription_that_denies_is_a_gap_of_its_own(azure: Azure, tmp_path: Path) -> None:
    lab, prod = azure.tenant.subscription("lab"), azure.tenant.subscription("prod")
    azure.tenant.role_assignment(azure.tenant.user("Ada"), READER, lab["id"])
    azure.faults.add("deny", f"{prod['id']}/providers/Microsoft.Authorization/*")
    found = scan(azure, tmp_path / "b")
    assert {gap.scope for gap in found.gaps} == {prod["id"]}
    assert not found.knows(prod["id"], "policies")
    assert found.knows(lab["id"], "policies")
    assert len(found.assignments) == 1


@pytest.mark.parametrize(
    ("effect", "details", "reason"),
    [
        ("deny", {}, "denied"),
        ("error", {"status": 400, "code": "InvalidApiVersionParameter"}, "unsupported"),
        ("html", {"status": 405}, "unsupported"),
        ("html", {"status": 200}, "failed"),
    ],
)
@pytest.mark.parametrize(
    ("path", "operation"),
    [
        ("*/roleAssignments", ASSIGNMENTS),
        ("*/denyAssignments", DENIALS),
        ("*/roleEligibilityScheduleInstances", ELIGIBLE),
        ("*/roleDefinitions", "Microsoft.Authorization:roleDefinitions.list"),
    ],
)
def test_what_the_sdk_is_refused_is_a_gap(
    azure: Azure, tmp_path: Path, path: str, operation: str, effect: Any, details: dict[str, Any], reason: str
) -> None:
    lab = azure.tenant.subscription("lab")
    azure.faults.add(effect, path, **details)
    found = scan(azure, tmp_path / "b")
    assert [(gap.scope, gap.operation, gap.reason) for gap in found.gaps] == [(lab["id"], operation, reason)]
    assert bool(found.gaps[0].permission) == (reason == "denied")
    assert not found.knows(lab["id"], "policies")


def test_without_a_licence_nobody_is_eligible(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    azure.faults.add("unlicensed", "*ScheduleInstances")
    found = scan(azure, tmp_path / "b")
    assert {(gap.operation, gap.reason) for gap in found.gaps} == {
        (ELIGIBLE, "not_licensed"),
        ("Microsoft.Authorization:roleAssignmentScheduleInstances.list", "not_licensed"),
    }
    assert found.knows(lab["id"], "policies")


def test_fields_that_the_sdk_does_not_know_are_kept(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    azure.tenant.role_assignment(azure.tenant.user("Ada"), READER, lab["id"], brandNew={"a": 1})
    connectors = {"azure": connector_of(SERVICE)}
    bundle = engine.begin(tmp_path / "b", {"azure": azure.settings}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    bundle = open_bundle(tmp_path / "b")
    shard = next(shard for shard in bundle.manifest.shards if shard.part == "subscription")
    bodies = [item.body for item in bundle.read(shard)[0] if item.operation == ASSIGNMENTS]
    assert bodies[0]["value"][0]["properties"]["brandNew"] == {"a": 1}


def test_a_call_that_is_held_off_is_made_again(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    azure.tenant.role_assignment(azure.tenant.user("Ada"), READER, lab["id"])
    azure.faults.add("throttle", "*/roleAssignments", times=2, retry_after="0")
    found = scan(azure, tmp_path / "b")
    assert len(found.assignments) == 1
    assert found.gaps == []
    assert azure.calls.count("*/roleAssignments") == 3


def test_nothing_is_registered_in_a_subscription_that_lacks_a_provider(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("lab")
    azure.faults.add("error", "*/Microsoft.Authorization/*", status=409, code="MissingSubscriptionRegistration")
    found = scan(azure, tmp_path / "b")
    assert found.gaps == []
    assert {call.method for call in azure.calls if call.plane == "arm"} == {"GET"}


def test_damage_is_told_and_hides_nothing_else(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab")
    person = azure.tenant.user("Ada")
    azure.emulator.state.put("roleAssignments", {"id": "", "properties": {"scope": lab["id"]}}, "broken")
    azure.tenant.role_assignment(person, READER, lab["id"], principalId=None)
    azure.tenant.role_assignment(person, READER, lab["id"])
    broken = eligible(azure.tenant, person, OWNER, lab["id"])
    broken["properties"]["roleDefinitionId"] = 7
    found = scan(azure, tmp_path / "b")
    assert [assignment.principal for assignment in found.assignments] == [f"/users/{person['id']}"]
    assert {(gap.operation, gap.reason) for gap in found.gaps} == {(ASSIGNMENTS, "failed"), (ELIGIBLE, "failed")}
    details = " ".join(gap.detail for gap in found.gaps)
    assert "has no id" in details
    assert "has no principalId" in details
    assert "has no roleDefinitionId" in details
    assert not found.knows(lab["id"], "policies")
    azure.emulator.defects.clear()  # the descriptions, where they are there, see the damage too
