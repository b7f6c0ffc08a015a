"""Users of the directory: who is told how, and that an agent user is not taken for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from nhiscan_connectors.common.times import moment
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import ago
from tests.clouds.azure.state import Item
from tests.connectors.azure.scanning import inventory_of


def test_a_person_is_told_with_what_the_directory_knows(azure: Azure, tmp_path: Path) -> None:
    ada = azure.tenant.user(
        "Ada Lovelace",
        id="AAAAAAAA-0000-4000-8000-00000000000A",
        jobTitle="Engineer",
        createdDateTime="2020-01-02T03:04:05Z",
    )
    found = inventory_of(azure, tmp_path / "b").identities["/users/aaaaaaaa-0000-4000-8000-00000000000a"]
    assert found.kind == "entra-user"
    assert found.email == ada["mail"]
    assert found.created_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert found.attributes["jobTitle"] == "Engineer"
    assert found.scope == f"azure:{azure.tenant.id}"


def test_an_agent_user_is_told_by_its_type_or_by_its_parent(azure: Azure, tmp_path: Path) -> None:
    parent = azure.tenant.service_principal("agent", servicePrincipalType="ServiceIdentity")
    azure.tenant.user("by parent", identityParentId=parent["id"])
    azure.tenant.user("by type", **{"@odata.type": "#microsoft.graph.agentUser"})
    azure.tenant.user("person", identityParentId=None)
    found = inventory_of(azure, tmp_path / "b")
    kinds = {identity.name: identity.kind for identity in found.identities.values()}
    assert kinds == {
        "agent": "entra-agent-identity",
        "by parent": "entra-agent-user",
        "by type": "entra-agent-user",
        "person": "entra-user",
    }
    by_parent = next(identity for identity in found.identities.values() if identity.name == "by parent")
    assert by_parent.attributes["parent"] == f"/servicePrincipals/{parent['id']}"


def test_an_entry_without_an_id_is_told_and_hides_nobody(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.user("Ada")
    azure.emulator.state.put("users", {"displayName": "nobody"}, "broken")
    found = inventory_of(azure, tmp_path / "b")
    assert [identity.name for identity in found.identities.values()] == ["Ada"]
    lists = {"graph:users.list", "graph:users.signInActivity.sweep"}
    assert {(gap.operation, gap.reason) for gap in found.gaps} == {(name, "failed") for name in lists}


def test_what_the_directory_says_of_a_person_speaks_for_one(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    ada = tenant.user("Ada", employeeId="7", signInActivity={"lastSignInDateTime": ago(3)})
    script = tenant.user("svc_backup", signInActivity={"lastNonInteractiveSignInDateTime": ago(1)})
    guest = tenant.user("Guest", userType="Guest", jobTitle="CEO")
    invited = tenant.user("Invited", userType="Guest", externalUserState="PendingAcceptance")
    found = inventory_of(azure, tmp_path / "b")

    def signals(user: Item) -> set[str]:
        return {signal.name for signal in found.signals_of(f"/users/{user['id']}")}

    assert signals(ada) == {"directory-person", "interactive-sign-in"}
    assert signals(script) == {"automation-only-sign-in"}
    assert signals(guest) == set()
    assert found.identities[f"/users/{guest['id']}"].enabled is True
    assert found.identities[f"/users/{invited['id']}"].enabled is False
    activity = found.identities[f"/users/{ada['id']}"].activity
    assert activity is not None
    assert activity.last_used_at == moment(ago(3))


def test_a_tenant_without_the_licence_still_has_its_users(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.user("Ada", signInActivity={"lastSignInDateTime": ago(3)})
    azure.faults.add("unlicensed", "/users", times=2)
    found = inventory_of(azure, tmp_path / "b")
    assert found.gaps
    assert {gap.reason for gap in found.gaps} == {"not_licensed"}
