"""Groups: who belongs to those that can hold permissions."""

from __future__ import annotations

from pathlib import Path

from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.scanning import inventory_of


def test_members_of_security_groups_are_told(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada, robot = tenant.user("Ada"), tenant.service_principal("robot")
    inner = tenant.group("inner", (ada,))
    outer = tenant.group("outer", (inner, robot), isAssignableToRole=True)
    letters = tenant.group("letters", (ada,), securityEnabled=False, groupTypes=["Unified"])
    found = inventory_of(azure, tmp_path / "b")
    assert {(item.member, item.group) for item in found.memberships} == {
        (f"/users/{ada['id']}", f"/groups/{inner['id']}"),
        (f"/groups/{inner['id']}", f"/groups/{outer['id']}"),
        (f"/servicePrincipals/{robot['id']}", f"/groups/{outer['id']}"),
    }
    assert found.groups[f"/groups/{letters['id']}"].name == "letters"
    assert azure.calls.count("/groups/*/members") == 0


def test_a_large_group_is_read_to_the_end(azure: Azure, tmp_path: Path) -> None:
    people = tuple(azure.tenant.user(f"Person {number}") for number in range(31))
    azure.tenant.group("all", people)
    found = inventory_of(azure, tmp_path / "b")
    assert len({item.member for item in found.memberships}) == 31
    assert [call.version for call in azure.calls.of("/groups/*/members")] == ["beta"]
