"""The tenant, its management groups and subscriptions as scopes, and what is assigned above subscriptions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.azure.services.role_assignments import SERVICE as ROLE_ASSIGNMENTS
from nhiscan_connectors.azure.services.tenant import SERVICE as TENANT
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import CONTRIBUTOR, OWNER, READER, ahead
from tests.clouds.azure.seed_rbac import deny_assignment, eligible, ends, management_group, place, root_group
from tests.clouds.azure.state import Item
from tests.connectors.azure.parts import inventory_by

GRAPH = "/providers/Microsoft.ResourceGraph/resources"
GROUPS = "/providers/microsoft.management/managementgroups"
ABOVE = "Microsoft.Authorization:roleAssignments.listAbove"


def scan(azure: Azure, directory: Path) -> Inventory:
    return inventory_by(azure, directory, TENANT, ROLE_ASSIGNMENTS)


class Company:
    """The root, under it "platform" and "landing", under "landing" "shop" with two subscriptions, "lab" at the root."""

    def __init__(self, azure: Azure) -> None:
        tenant = azure.tenant
        self.root = root_group(tenant)
        self.platform = management_group(tenant, "platform", self.root)
        self.landing = management_group(tenant, "Landing", self.root, shown="Landing zones")
        self.shop = management_group(tenant, "shop", self.landing)
        self.prod, self.stage, self.lab = (tenant.subscription(name) for name in ("shop-prod", "shop-stage", "lab"))
        for subscription, group in ((self.prod, self.shop), (self.stage, self.shop), (self.lab, self.root)):
            place(tenant, subscription, group)


def parents(found: Inventory) -> dict[str, str | None]:
    return {scope.name: found.scopes[scope.parent].name if scope.parent else None for scope in found.scopes.values()}


def asked_groups(azure: Azure) -> list[str]:
    """Management groups that were asked for what is under them."""
    paths = [call.path for call in azure.calls if "/managementGroups/" in call.path]
    return [path.rpartition("/")[2] for path in paths if "/Microsoft.Authorization/" not in path]


WHOLE = {
    "Acme": None,
    "Tenant Root Group": "Acme",
    "platform": "Tenant Root Group",
    "Landing zones": "Tenant Root Group",
    "shop": "Landing zones",
    "shop-prod": "shop",
    "shop-stage": "shop",
    "lab": "Tenant Root Group",
}


def test_the_tenant_has_its_name_and_its_first_domain(azure: Azure, tmp_path: Path) -> None:
    found = scan(azure, tmp_path / "b").scopes[f"azure:{azure.tenant.id}"]
    assert (found.kind, found.name, found.attributes) == ("tenant", "Acme", {"domain": "acme.example"})


def test_a_subscription_is_told_with_its_state_and_its_tenant(azure: Azure, tmp_path: Path) -> None:
    lab = azure.tenant.subscription("lab", state="Warned")
    azure.tenant.subscription("of a customer", tenantId="00000000-0000-0000-0000-00000000cafe")
    found = scan(azure, tmp_path / "b").scopes
    assert set(found) == {f"azure:{azure.tenant.id}", lab["id"]}
    assert (found[lab["id"]].parent, found[lab["id"]].attributes) == (f"azure:{azure.tenant.id}", {"state": "Warned"})
    assert found[lab["id"]].environment == "development"


def test_subscriptions_and_groups_of_customers_are_not_ours(azure: Azure, tmp_path: Path) -> None:
    Company(azure)
    theirs = azure.tenant.subscription("of a customer", tenantId="00000000-0000-0000-0000-00000000cafe")
    group = management_group(azure.tenant, "of-a-customer")
    hidden(azure, group)
    place(azure.tenant, theirs, group)
    azure.tenant.role_assignment(azure.tenant.user("Ada"), OWNER, group["id"])
    found = scan(azure, tmp_path / "b")
    assert parents(found) == WHOLE
    assert found.assignments == []


def test_damaged_domains_hide_nothing_else(azure: Azure, tmp_path: Path) -> None:
    azure.emulator.state.table("organization")[azure.tenant.id]["verifiedDomains"] = 7
    found = scan(azure, tmp_path / "b")
    assert found.scopes[f"azure:{azure.tenant.id}"].name == "Acme"
    assert [(gap.operation, gap.reason) for gap in found.gaps] == [("graph:organization.list", "failed")]


def test_the_tree_is_told_by_resource_graph_in_one_request(azure: Azure, tmp_path: Path) -> None:
    Company(azure)
    found = scan(azure, tmp_path / "b")
    assert parents(found) == WHOLE
    assert found.gaps == []
    assert found.scopes[f"{GROUPS}/{azure.tenant.id}"].attributes == {"root": "true"}
    assert asked_groups(azure) == []
    assert azure.calls.count(GRAPH) == 2


@pytest.mark.parametrize("page_size", [2, 1000])
def test_where_resource_graph_is_refused_the_groups_tell_of_themselves(
    azure: Azure, tmp_path: Path, page_size: int
) -> None:
    Company(azure)
    azure.emulator.page_size = page_size
    azure.faults.add("deny", GRAPH)
    found = scan(azure, tmp_path / "b")
    assert parents(found) == WHOLE
    assert {gap.operation for gap in found.gaps} == {
        "Microsoft.ResourceGraph:resourcecontainers.list",
        "Microsoft.ResourceGraph:authorizationresources.list",
    }
    assert found.knows(f"azure:{azure.tenant.id}", "policies")
    assert asked_groups(azure) == [azure.tenant.id]  # the root tells of all the others
    assert json.loads(found.policies[role(OWNER)].document or "")["permissions"][0]["actions"] == ["*"]


def test_built_in_roles_are_told_by_the_first_subscription_that_answers(azure: Azure, tmp_path: Path) -> None:
    first, second = sorted(azure.tenant.subscription(name)["id"] for name in ("a", "b"))
    azure.faults.add("deny", GRAPH)
    azure.faults.add("deny", f"{first}/*/roleDefinitions")
    found = scan(azure, tmp_path / "b")
    tenant = f"azure:{azure.tenant.id}"
    assert found.knows(tenant, "policies")
    assert not found.knows(first, "policies")
    assert found.policies[role(OWNER)].managed_by_provider
    azure.faults.add("deny", f"{second}/*/roleDefinitions")
    again = scan(azure, tmp_path / "c")
    assert role(OWNER) not in again.policies
    assert not again.knows(tenant, "policies")


def test_without_any_tree_subscriptions_stand_in_the_tenant(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    azure.tenant.role_assignment(azure.tenant.user("Ada"), OWNER, company.root["id"])
    azure.tenant.role_assignment(azure.tenant.user("Ben"), OWNER, company.lab["id"])
    azure.faults.add("deny", GRAPH)
    azure.faults.add("deny", "/providers/Microsoft.Management/managementGroups")
    found = scan(azure, tmp_path / "b")
    assert set(parents(found).values()) == {None, "Acme"}
    assert not found.knows(f"azure:{azure.tenant.id}", "organization")
    # What is inherited is told all the same, and everything once.
    assert sorted(assignment.scope for assignment in found.assignments) == [
        company.root["id"].lower(),
        company.lab["id"],
    ]


def role(guid: str) -> str:
    return f"/providers/microsoft.authorization/roledefinitions/{guid}"


def test_what_subscriptions_inherit_is_told_once(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    ada, deploy = azure.tenant.user("Ada"), azure.tenant.service_principal("deploy")
    azure.tenant.role_assignment(ada, OWNER, "/")
    azure.tenant.role_assignment(ada, READER, company.root["id"])
    azure.tenant.role_assignment(deploy, CONTRIBUTOR, company.landing["id"])
    azure.tenant.role_assignment(deploy, READER, company.platform["id"])
    azure.tenant.role_assignment(deploy, OWNER, company.prod["id"])
    azure.tenant.role_assignment(deploy, OWNER, f"{company.stage['id']}/resourceGroups/RG")
    found = scan(azure, tmp_path / "b")
    told = [(assignment.principal[-3:], assignment.role, assignment.scope) for assignment in found.assignments]
    a, d = ada["id"][-3:], deploy["id"][-3:]
    assert sorted(told) == sorted(
        [
            (a, role(OWNER), "/"),
            (a, role(READER), f"{GROUPS}/{azure.tenant.id}"),
            (d, role(CONTRIBUTOR), f"{GROUPS}/landing"),
            (d, role(READER), f"{GROUPS}/platform"),
            (d, role(OWNER), company.prod["id"]),
            (d, role(OWNER), f"{company.stage['id']}/resourcegroups/rg"),
        ]
    )
    assert found.gaps == []
    # Three places: under the root, where "lab" is, "shop", and "platform", which has no subscription.
    asked = [call.path for call in azure.calls if call.query.get("$filter") == "atScope()"]
    assert {path.rpartition("/providers/")[0].lower() for path in asked if path.endswith("/roleAssignments")} == {
        f"{GROUPS}/{azure.tenant.id}",
        f"{GROUPS}/shop",
        f"{GROUPS}/platform",
    }


def test_schedules_and_denials_above_are_told_once(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    ada = azure.tenant.user("Ada")
    held = azure.tenant.role_assignment(ada, READER, company.landing["id"])
    ends(azure.tenant, held, ahead(3))
    eligible(azure.tenant, ada, OWNER, company.root["id"], ahead(30))
    denied = deny_assignment(azure.tenant, "no keys", company.root["id"], actions=["*/listKeys/action"])
    found = scan(azure, tmp_path / "b")
    assert {(item.role, item.eligible, item.expires_at is not None) for item in found.assignments} == {
        (role(READER), False, True),
        (role(OWNER), True, True),
    }
    assert len(found.assignments) == 2
    (use,) = found.policy_uses
    assert (use.policy, use.target) == (denied["id"].lower(), company.root["id"].lower())
    assert json.loads(found.policies[use.policy].document or "")["permissions"][0]["actions"] == ["*/listKeys/action"]


def hidden(azure: Azure, item: Item) -> None:
    """The scanner may read what is in a group, and not the group: Resource Graph has no row of it."""
    azure.emulator.state.put("hidden", {"id": item["id"]}, item["id"])


def test_a_group_that_the_scanner_may_not_read_is_told_by_its_subscriptions(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    for group in (company.root, company.landing, company.shop, company.platform):
        hidden(azure, group)
    azure.tenant.role_assignment(azure.tenant.user("Ada"), OWNER, company.landing["id"])
    azure.faults.add("deny", f"{company.prod['id']}/*/roleAssignments")
    found = scan(azure, tmp_path / "b")
    assert parents(found) == {name: parent for name, parent in WHOLE.items() if name != "platform"}
    assert [assignment.scope for assignment in found.assignments] == [f"{GROUPS}/landing"]
    tenant = f"azure:{azure.tenant.id}"
    # One subscription refused, and the next told what both inherit.
    assert not found.knows(company.prod["id"], "policies")
    assert found.knows(company.stage["id"], "policies")
    assert found.knows(tenant, "policies", company.prod["id"])
    assert {(gap.scope, gap.operation) for gap in found.gaps} == {
        (company.prod["id"], "Microsoft.Authorization:roleAssignments.list"),
        (tenant, ABOVE),
    }


def test_a_group_that_refuses_hides_what_its_subscriptions_inherit(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    azure.faults.add("deny", f"{GROUPS}/shop/*/roleAssignments")
    found = scan(azure, tmp_path / "b")
    tenant = f"azure:{azure.tenant.id}"
    (gap,) = found.gaps
    assert (gap.scope, gap.operation, gap.reason) == (tenant, ABOVE, "denied")
    assert gap.permission == "Microsoft.Authorization/roleAssignments/read"
    assert set(gap.subjects) == {f"{GROUPS}/shop", company.prod["id"], company.stage["id"]}
    assert not found.knows(tenant, "policies", company.prod["id"])
    assert found.knows(tenant, "policies", company.lab["id"])


def test_schedules_without_a_licence_hide_nothing(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    azure.faults.add("unlicensed", "*ScheduleInstances")
    found = scan(azure, tmp_path / "b")
    tenant = f"azure:{azure.tenant.id}"
    assert {gap.reason for gap in found.gaps} == {"not_licensed"}
    assert found.knows(tenant, "policies", company.prod["id"])
    assert found.knows(company.prod["id"], "policies")


def test_damage_above_is_told_and_leaves_open_who_holds_what(azure: Azure, tmp_path: Path) -> None:
    company = Company(azure)
    azure.tenant.role_assignment(azure.tenant.user("Ada"), OWNER, company.root["id"], roleDefinitionId=7)
    azure.tenant.role_assignment(azure.tenant.user("Ben"), OWNER, company.root["id"])
    found = scan(azure, tmp_path / "b")
    assert len(found.assignments) == 1
    assert (ABOVE, "failed") in [(gap.operation, gap.reason) for gap in found.gaps if gap.blinds]
    assert not found.knows(f"azure:{azure.tenant.id}", "policies")
    azure.emulator.defects.clear()  # the descriptions, where they are there, see the damage too
