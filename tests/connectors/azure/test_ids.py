"""One thing has one id, however an answer writes it."""

from __future__ import annotations

import pytest

from nhiscan_connectors.azure import ids

ROLE = "/providers/microsoft.authorization/roledefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


@pytest.mark.parametrize(
    "written",
    [
        "/subscriptions/S/providers/Microsoft.Authorization/roleDefinitions/8E3AF657-a8ff-443c-a75c-2fe8c4bcb635",
        "/providers/Microsoft.Authorization/roleDefinitions/8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "/providers/Microsoft.Management/managementGroups/g/providers/Microsoft.Authorization/roleDefinitions"
        "/8e3af657-a8ff-443c-a75c-2fe8c4bcb635/",
    ],
)
def test_a_role_has_one_id_wherever_it_is_seen(written: str) -> None:
    assert ids.role_definition_id(written) == ROLE


@pytest.mark.parametrize(
    ("kind", "id"),
    [
        ("User", "/users/a"),
        ("#microsoft.graph.agentUser", "/users/a"),
        ("Group", "/groups/a"),
        ("ForeignGroup", "/groups/a"),
        ("ServicePrincipal", "/servicePrincipals/a"),
        ("#microsoft.graph.agentIdentity", "/servicePrincipals/a"),
        ("#microsoft.graph.application", "/applications/a"),
        ("Device", "/devices/a"),
        ("", "/directoryObjects/a"),
    ],
)
def test_a_principal_is_named_by_what_it_is(kind: str, id: str) -> None:
    assert ids.principal_id("A", kind) == id


def test_resource_ids_meet_without_regard_to_case() -> None:
    assert ids.resource_id("/Subscriptions/S/resourceGroups/RG/") == ids.resource_id(
        "/subscriptions/s/resourcegroups/rg"
    )
    assert ids.resource_id("/") == "/"


def test_a_resource_lies_in_a_subscription_or_in_none() -> None:
    assert ids.subscription_of("/subscriptions/S/resourceGroups/rg") == ids.subscription_scope("s")
    assert ids.subscription_of("/providers/Microsoft.Management/managementGroups/g") == ""


def test_a_guid_is_told_from_a_name() -> None:
    assert ids.is_guid("8E3AF657-a8ff-443c-a75c-2fe8c4bcb635")
    assert not ids.is_guid("acme.example")
