"""A scanner that sees only a part of a subscription says so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.scanning import scanned


def may(azure: Azure, *roles: dict[str, Any]) -> None:
    """The scanner holds these roles over a new subscription."""
    subscription = azure.tenant.subscription("prod")
    azure.tenant.state.put("permissions", {"roles": list(roles)}, subscription["subscriptionId"])


def role(*actions: str, but: tuple[str, ...] = ()) -> dict[str, Any]:
    """What a role lets its holder do."""
    return {"actions": list(actions), "notActions": list(but), "dataActions": [], "notDataActions": []}


def told(azure: Azure, directory: Path) -> list[tuple[str, str, tuple[str, ...]]]:
    """The gaps of the sweep."""
    gaps = scanned(azure, directory).inventory.gaps
    return [(gap.reason, gap.permission, gap.blinds) for gap in gaps if gap.operation.endswith(":resources.query")]


@pytest.mark.parametrize("roles", [[role("*/read")], [role("*")], [role(), role("Microsoft.*/READ")]])
def test_whoever_may_read_all_misses_nothing(azure: Azure, tmp_path: Path, roles: list[dict[str, Any]]) -> None:
    may(azure, *roles)
    assert told(azure, tmp_path / "b") == []


def test_a_scanner_of_one_resource_group_is_told(azure: Azure, tmp_path: Path) -> None:
    may(azure)
    [(reason, permission, blinds)] = told(azure, tmp_path / "b")
    assert (reason, permission) == ("denied", "Reader on the subscription")
    assert {"workloads", "secrets", "agents", "identities", "trust"} <= set(blinds)


def test_types_that_are_left_out_are_named(azure: Azure, tmp_path: Path) -> None:
    may(azure, role("*/read", but=("Microsoft.KeyVault/*", "microsoft.search/searchservices/read")))
    [(_, permission, blinds)] = told(azure, tmp_path / "b")
    assert permission == "Microsoft.Search/searchServices/read and Microsoft.KeyVault/vaults/read"
    assert set(blinds) == {"policies", "secrets", "workloads"}


def test_one_role_may_give_what_another_takes(azure: Azure, tmp_path: Path) -> None:
    may(azure, role("*/read", but=("Microsoft.KeyVault/*",)), role("Microsoft.KeyVault/vaults/read"))
    assert told(azure, tmp_path / "b") == []


def test_where_it_cannot_be_asked_nothing_is_claimed(azure: Azure, tmp_path: Path) -> None:
    may(azure)
    azure.faults.add("deny", "*/providers/Microsoft.Authorization/permissions")
    parsed = scanned(azure, tmp_path / "b")
    refused = [gap for gap in parsed.inventory.gaps if gap.operation == "Microsoft.Authorization:permissions.list"]
    assert [gap.reason for gap in refused] == ["denied"]
    assert [gap for gap in parsed.inventory.gaps if gap.operation.endswith(":resources.query")] == []
