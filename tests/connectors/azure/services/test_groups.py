"""Groups: who belongs to those that can hold permissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.model import Group
from nhiscan_connectors.azure.services.groups import GROUPS, SERVICE
from nhiscan_connectors.common.answers import Answers
from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.asking import SHARD
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


def test_groups_that_roles_can_be_assigned_to_are_protected(azure: Azure, tmp_path: Path) -> None:
    plain, admins = azure.tenant.group("plain"), azure.tenant.group("admins", isAssignableToRole=True)
    found = inventory_of(azure, tmp_path / "b")
    assert found.groups[f"/groups/{plain['id']}"].protected is False
    assert found.groups[f"/groups/{admins['id']}"].protected is True


@pytest.mark.parametrize(
    ("fields", "protected"),
    [({"isAssignableToRole": False}, False), ({}, None), ({"isAssignableToRole": "true"}, None)],
)
def test_what_an_answer_does_not_tell_is_not_known(fields: dict[str, Any], protected: bool | None) -> None:
    body = {"value": [{"id": "G1", **fields}]}
    records = list(SERVICE.parse(SHARD, Answers([Evidence(operation=GROUPS.name, body=body)])))
    (group,) = [record for record in records if isinstance(record, Group)]
    assert group.protected is protected
