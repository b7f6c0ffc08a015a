"""Administrative units: who belongs to them, which shield their members, and what of them cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.access import names
from nhiscan_connectors.azure.services import administrative_units as service
from nhiscan_connectors.common.answers import Answers
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import OWNER
from tests.clouds.azure.seed_directory import hold_role
from tests.clouds.azure.seed_governance import administrative_unit, scope_of
from tests.connectors.azure.asking import SHARD
from tests.connectors.azure.scanning import inventory_of


def members(found: Inventory) -> set[tuple[str, str]]:
    return {(link.source, link.target) for link in found.links if link.kind == "in_unit"}


def knows(found: Inventory, unit: str) -> bool:
    (tenant,) = [scope.id for scope in found.scopes.values() if scope.kind == "tenant"] or [SHARD.scope]
    return found.knows(tenant, "policies", f"/administrativeUnits/{unit}")


def test_units_and_their_members(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, team = tenant.user("Ada"), tenant.group("Team")
    device = {"@odata.type": "#microsoft.graph.device", "id": tenant.state.guid()}
    north = administrative_unit(tenant, "North", ada, team, device)
    board = administrative_unit(tenant, "Board", ada, restricted=True)
    azure.emulator.page_size = 1
    found = inventory_of(azure, tmp_path / "b")
    ids = [f"/administrativeUnits/{unit['id']}" for unit in (north, board)]
    assert {(r.id, r.name, r.attributes.get("restricted")) for r in found.resources.values()} == {
        (ids[0], "North", None),
        (ids[1], "Board", "true"),
    }
    assert members(found) == {
        (f"/users/{ada['id']}", ids[0]),
        (f"/groups/{team['id']}", ids[0]),
        (f"/users/{ada['id']}", ids[1]),
    }
    assert found.gaps == []


def test_roles_in_a_unit_reach_its_members_and_a_restricted_one_shields_them(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    ada, eve, bob, cyd = (tenant.user(name) for name in ("Ada", "Eve", "Bob", "Cyd"))
    for one in (bob, cyd):
        tenant.role_assignment(one, OWNER, prod["id"])
    north = administrative_unit(tenant, "North", cyd)
    administrative_unit(tenant, "Board", bob, restricted=True)
    hold_role(tenant, ada, names.AUTHENTICATION_ADMINISTRATOR, scope_of(north))
    hold_role(tenant, eve, names.PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)
    found = inventory_of(azure, tmp_path / "b")
    for record in list(AzureConnector().access(found)):
        found.add(record)
    reached = {who["id"]: {b.target for b in found.becomes_of(f"/users/{who['id']}")} for who in (ada, eve)}
    assert reached[ada["id"]] == {f"/users/{cyd['id']}"}
    assert f"/users/{cyd['id']}" in reached[eve["id"]]
    assert f"/users/{bob['id']}" not in reached[eve["id"]]


def test_a_tenant_without_units_is_asked_once(azure: Azure, tmp_path: Path) -> None:
    found = inventory_of(azure, tmp_path / "b")
    assert azure.calls.count("/directory/administrativeUnits") == 1
    assert azure.calls.count("/directory/administrativeUnits/*") == 0
    assert found.gaps == []


def test_a_refused_list_is_a_gap(azure: Azure, tmp_path: Path) -> None:
    administrative_unit(azure.tenant, "North")
    azure.faults.add("deny", "/directory/administrativeUnits")
    (gap,) = inventory_of(azure, tmp_path / "b").gaps
    assert (gap.reason, gap.permission) == ("denied", "AdministrativeUnit.Read.All")


@pytest.mark.parametrize("fault", ["deny", "error"])
def test_members_that_were_refused_leave_that_unit_unknown(azure: Azure, tmp_path: Path, fault: Any) -> None:
    tenant = azure.tenant
    north, south = (administrative_unit(tenant, name, tenant.user(name)) for name in ("North", "South"))
    azure.faults.add(fault, f"/directory/administrativeUnits/{north['id']}/members")
    found = inventory_of(azure, tmp_path / "b")
    assert (knows(found, north["id"]), knows(found, south["id"])) == (False, True)
    assert {target for _, target in members(found)} == {f"/administrativeUnits/{south['id']}"}


def test_hidden_members_are_not_no_members(azure: Azure, tmp_path: Path) -> None:
    unit = administrative_unit(azure.tenant, "Board", azure.tenant.user("Ada"), visibility="HiddenMembership")
    found = inventory_of(azure, tmp_path / "b")
    assert not knows(found, unit["id"])
    (gap,) = found.gaps
    assert "Member.Read.Hidden" in gap.detail


def test_a_unit_that_is_gone_meanwhile_has_no_gap(azure: Azure, tmp_path: Path) -> None:
    unit = administrative_unit(azure.tenant, "North")
    azure.faults.add("absent", f"/directory/administrativeUnits/{unit['id']}/members")
    assert inventory_of(azure, tmp_path / "b").gaps == []


@pytest.mark.parametrize(
    ("body", "known"),
    [
        ({"value": [{"id": "a"}]}, True),
        ({"value": [{"id": None}]}, False),
        ({"value": [7]}, False),
        ({"value": "x"}, False),
        ([], False),
        (None, True),  # the unit is gone
    ],
)
def test_damaged_members_leave_the_unit_unknown(body: Any, known: bool) -> None:
    units = {"value": [{"id": "U1", "displayName": "North"}, {"id": 7}, "x"]}
    evidence = [
        Evidence(operation=service.UNITS.name, body=units),
        Evidence(operation=service.MEMBERS.name, params={"unit": "U1"}, body=body),
    ]
    found = Inventory(service.parse(SHARD, Answers(evidence)))
    assert knows(found, "u1") is known
    assert {*found.resources} == {"/administrativeUnits/u1"}
    assert any(gap.operation == service.UNITS.name for gap in found.gaps)


def test_members_that_nobody_asked_for_are_unknown() -> None:
    units = {"value": [{"id": "U1", "isMemberManagementRestricted": "yes"}]}
    found = Inventory(service.parse(SHARD, Answers([Evidence(operation=service.UNITS.name, body=units)])))
    assert not knows(found, "u1")
    assert found.resources["/administrativeUnits/u1"].attributes == {}
