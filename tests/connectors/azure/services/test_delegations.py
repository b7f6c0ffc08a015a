"""Delegations to other tenants (Azure Lighthouse): who from outside holds roles here, and which."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.connector import Evidence, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import Gap, Identity
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.services import delegations as service
from nhiscan_connectors.common.answers import Answers
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import CONTRIBUTOR, OWNER, READER, USER_ACCESS_ADMINISTRATOR
from tests.clouds.azure.seed_governance import OUTSIDE, authorization, delegation
from tests.connectors.azure.scanning import inventory_of
from tests.connectors.azure.services.asked import joined

ANN = "AAAAAAAA-eeee-4000-8000-000000000001"
BEN = "aaaaaaaa-eeee-4000-8000-000000000002"
LIST = "/subscriptions/*/providers/Microsoft.ManagedServices/registrationAssignments"
SHARD = Shard(connector="azure", scope="/subscriptions/s1", part="subscription", options={"tenant": "t1"})
ROLES = "/providers/microsoft.authorization/roledefinitions/"


def outside(object_id: str) -> str:
    return f"/directoryObjects/{object_id.lower()}"


def judged(found: Inventory) -> Inventory:
    for record in list(AzureConnector().access(found)):
        found.add(record)
    return found


def test_principals_of_another_tenant_are_told_with_their_roles(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    given = [authorization(ANN, OWNER, "Operations"), authorization(BEN, READER, "Support")]
    delegation(tenant, prod["id"], given, [authorization(BEN, CONTRIBUTOR, "Support")])
    found = judged(joined(inventory_of(azure, tmp_path / "b")))
    ann, ben = found.identities[outside(ANN)], found.identities[outside(BEN)]
    assert (ann.kind, ann.name, ann.scope) == ("entra-outside-principal", "Operations", f"azure:{OUTSIDE}")
    assert ann.attributes == {
        "owner_tenant": OUTSIDE,
        "tenant_name": "Contoso Services",
        "delegation": "Managed operations",
    }
    assert [(o.owner, o.kind) for o in found.ownerships_of(ann.id)] == [("Contoso Services", "team")]
    assert {(a.principal, a.role.rpartition("/")[2], a.scope, a.eligible) for a in found.assignments} == {
        (ann.id, OWNER, prod["id"], False),
        (ben.id, READER, prod["id"], False),
        (ben.id, CONTRIBUTOR, prod["id"], True),
    }
    grants = {(g.identity, g.capability, g.answer) for g in found.grants if g.capability in ("administer", "run_code")}
    assert (ann.id, "administer", "allowed") in grants
    assert (ben.id, "run_code", "conditional") in grants
    assert (ben.id, "run_code", "allowed") not in grants
    verdict, reason = admin_verdicts(found)[ann.id]
    assert verdict == "is"
    assert reason.startswith("outside principal Operations administers subscription prod")
    assert found.gaps == []


def test_a_resource_group_can_be_delegated_by_itself(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    group = f"{prod['id']}/resourceGroups/App"
    delegation(tenant, group, [authorization(ANN, CONTRIBUTOR, "Operations")])
    azure.emulator.page_size = 1
    found = inventory_of(azure, tmp_path / "b")
    assert {(a.principal, a.scope) for a in found.assignments} == {(outside(ANN), group.lower())}
    assert azure.calls.count(f"{group}/providers/*") == 1


def test_a_subscription_that_is_not_delegated_costs_two_requests(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("prod")
    found = inventory_of(azure, tmp_path / "b")
    assert azure.calls.count(LIST) == 1
    assert found.identities == {}
    assert found.gaps == []


def test_who_may_only_give_some_roles_away_is_held_to_it(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    given = authorization(ANN, USER_ACCESS_ADMINISTRATOR, "Operations", delegatedRoleDefinitionIds=[READER])
    delegation(tenant, prod["id"], [given])
    found = judged(inventory_of(azure, tmp_path / "b"))
    (assignment,) = found.assignments
    assert READER in assignment.condition
    assert admin_verdicts(found)[outside(ANN)][0] == "conditional"


def test_what_was_taken_back_is_not_told(azure: Azure, tmp_path: Path) -> None:
    prod = azure.tenant.subscription("prod")
    delegation(azure.tenant, prod["id"], [authorization(ANN, OWNER)], state="Deleted")
    assert inventory_of(azure, tmp_path / "b").identities == {}


def test_a_refusal_is_a_gap_that_leaves_the_own_tenant_known(azure: Azure, tmp_path: Path) -> None:
    prod = azure.tenant.subscription("prod")
    azure.faults.add("deny", LIST)
    found = inventory_of(azure, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.reason, gap.permission) == ("denied", "Microsoft.ManagedServices/registrationAssignments/read")
    assert found.knows(prod["id"], "policies")


def test_a_provider_that_was_never_used_delegates_nothing(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("prod")
    azure.faults.add("error", LIST, status=409, code="MissingSubscriptionRegistration")
    assert inventory_of(azure, tmp_path / "b").gaps == []


def parsed(*properties: Any) -> list[Any]:
    start = "/subscriptions/S1/providers/Microsoft.ManagedServices/registrationAssignments/"
    items = [{"id": f"{start}{number}", "properties": given} for number, given in enumerate(properties)]
    evidence = [Evidence(operation=service.DELEGATIONS.name, body={"value": items})]
    return list(service.SERVICE.parse(SHARD, Answers(evidence)))


def whole(**definition: Any) -> Any:
    return {"registrationDefinition": {"properties": definition}}


@pytest.mark.parametrize(
    "properties",
    [
        None,
        "x",
        {"registrationDefinitionId": "not expanded"},
        {"registrationDefinition": []},
        whole(authorizations="x"),
        whole(authorizations=[7]),
        whole(authorizations=[{"principalId": None, "roleDefinitionId": OWNER}]),
        whole(authorizations=[{"principalId": ANN}]),
        whole(authorizations=[], eligibleAuthorizations={}),
    ],
)
def test_a_damaged_delegation_is_not_lost(properties: Any) -> None:
    good = whole(authorizations=[{"principalId": ANN, "roleDefinitionId": OWNER}])
    records = parsed(properties, good)
    assert [record.id for record in records if isinstance(record, Identity)] == [outside(ANN)]
    assert len([record for record in records if isinstance(record, Gap)]) == 1


def test_what_a_delegation_leaves_out_is_empty() -> None:
    role = f"/subscriptions/S1/providers/Microsoft.Authorization/roleDefinitions/{OWNER}"
    entry = {"principalId": ANN, "roleDefinitionId": role, "delegatedRoleDefinitionIds": [7, None, "x'}"]}
    records = parsed(whole(authorizations=[entry], managedByTenantId=5, managedByTenantName={}))
    found = Inventory(records)
    assert found.identities[outside(ANN)].scope == "azure:unknown"
    (assignment,) = found.assignments
    assert assignment.role == f"{ROLES}{OWNER}"
    assert "x'" not in assignment.condition
    assert [o.owner for o in joined(found).ownerships] == ["another tenant"]


def test_who_holds_roles_in_many_places_has_one_owner_and_all_its_roles(azure: Azure, tmp_path: Path) -> None:
    places = [azure.tenant.subscription(name)["id"] for name in ("prod", "lab")]
    for place in places:
        delegation(azure.tenant, place, [authorization(ANN, role, "Operations") for role in (READER, CONTRIBUTOR)])
    found = joined(inventory_of(azure, tmp_path / "b"))
    assert len(found.ownerships_of(outside(ANN))) == 1
    assert {(a.role.rpartition("/")[2], a.scope) for a in found.assignments} == {
        (role, place) for role in (READER, CONTRIBUTOR) for place in places
    }
