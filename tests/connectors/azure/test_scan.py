"""The road from the APIs to records: whole scans of an emulated tenant."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from nhiscan import engine
from nhiscan.access.proposal import Window
from nhiscan.access.question import Question
from nhiscan.evidence import open_bundle
from nhiscan.model import Assignment
from nhiscan.parse import parse
from nhiscan_connectors.azure import AzureConnector
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import MICROSOFT, OWNER, READER
from tests.connectors.azure.scanning import CLOCK, inventory_of


def test_a_scan_finds_users_service_principals_and_role_assignments(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    azure.emulator.page_size = 2
    ada = tenant.user("Ada Lovelace")
    for number in range(4):
        tenant.user(f"Person {number}", accountEnabled=number % 2 == 0)
    deploy = tenant.service_principal("deploy")
    tenant.service_principal("Microsoft Graph", appOwnerOrganizationId=MICROSOFT)
    prod, lab = tenant.subscription("prod"), tenant.subscription("lab")
    host = f"{prod['id']}/resourceGroups/rg/providers/Microsoft.Web/sites/pay"
    pay = tenant.managed_identity("pay", host)
    tenant.role_assignment(deploy, OWNER, prod["id"])
    tenant.role_assignment(ada, READER, f"{prod['id']}/resourceGroups/RG")
    tenant.role_assignment(pay, READER, lab["id"])

    found = inventory_of(azure, tmp_path / "bundle")

    assert {scope.id: (scope.kind, scope.name, scope.parent) for scope in found.scopes.values()} == {
        f"azure:{tenant.id}": ("tenant", "Acme", None),
        prod["id"]: ("subscription", "prod", f"azure:{tenant.id}"),
        lab["id"]: ("subscription", "lab", f"azure:{tenant.id}"),
    }
    kinds = {identity.name: identity.kind for identity in found.identities.values()}
    assert kinds == {
        "Ada Lovelace": "entra-user",
        **{f"Person {number}": "entra-user" for number in range(4)},
        "deploy": "entra-service-principal",
        "Microsoft Graph": "entra-service-principal",
        "pay": "entra-managed-identity",
    }
    assert found.identities[f"/users/{ada['id']}"].enabled is True
    assert found.identities[f"/servicePrincipals/{pay['id']}"].attributes["resource"] == host.lower()
    assert [i.name for i in found.identities.values() if i.managed_by_provider] == ["Microsoft Graph"]
    roles = "/providers/microsoft.authorization/roledefinitions/"
    assert sorted((a.principal, a.role, a.scope) for a in found.assignments) == sorted(
        [
            (f"/servicePrincipals/{deploy['id']}", roles + OWNER, prod["id"]),
            (f"/users/{ada['id']}", roles + READER, f"{prod['id']}/resourcegroups/rg"),
            (f"/servicePrincipals/{pay['id']}", roles + READER, lab["id"]),
        ]
    )
    assert all(isinstance(assignment, Assignment) for assignment in found.assignments)
    assert found.policies[roles + OWNER].name == "Owner"
    assert '"*"' in (found.policies[roles + OWNER].document or "")
    assert found.gaps == []


def test_a_resumed_scan_asks_only_for_what_is_missing(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.user("Ada")
    azure.tenant.subscription("lab")
    connectors = {"azure": AzureConnector()}
    bundle = engine.begin(tmp_path / "b", {"azure": azure.settings}, connectors, started=CLOCK)
    azure.faults.add("throttle", "/users", retry_after="3600")
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    gaps = parse(open_bundle(bundle.directory), connectors).inventory.gaps
    assert [gap.reason for gap in gaps] == ["throttled", "throttled"]  # the list, and the list with sign-ins

    azure.faults.clear()
    before = len(azure.calls)
    again = {"azure": AzureConnector()}
    engine.collect(open_bundle(bundle.directory), again, {"azure": azure.secrets})
    assert [str(call) for call in list(azure.calls)[before:] if call.plane != "token"] == ["graph GET /users"] * 2
    found = parse(open_bundle(bundle.directory), again).inventory
    assert found.gaps == []
    assert [identity.name for identity in found.identities.values()] == ["Ada"]


def test_two_scans_of_one_tenant_give_the_same_records(azure: Azure, tmp_path: Path) -> None:
    for number in range(30):
        principal = azure.tenant.service_principal(f"app {number}")
        azure.tenant.role_assignment(principal, READER, azure.tenant.subscription(f"sub {number % 3}")["id"])
    azure.emulator.page_size = 7
    first, second = (inventory_of(azure, tmp_path / name) for name in ("a", "b"))
    assert list(first.identities.values()) == list(second.identities.values())
    assert first.assignments == second.assignments
    assert list(first.policies.values()) == list(second.policies.values())


def test_nobody_may_what_no_role_gives(azure: Azure, tmp_path: Path) -> None:
    ada = azure.tenant.user("Ada")
    found = inventory_of(azure, tmp_path / "b")
    connector = AzureConnector()
    question = Question(identity=f"/users/{ada['id']}", action="Microsoft.Storage/storageAccounts/read")
    assert list(connector.readers(found, "/subscriptions/x")) == []
    assert connector.decide(found, question).answer == "denied"


def test_a_narrower_policy_cannot_be_proposed_and_the_reason_is_said(azure: Azure, tmp_path: Path) -> None:
    ada = azure.tenant.user("Ada")
    found = inventory_of(azure, tmp_path / "b")
    window = Window(clock=CLOCK, unused=timedelta(days=90))
    proposal = AzureConnector().tighten(found, f"/users/{ada['id']}", window)
    assert (proposal.document, len(proposal.unknown)) == ("", 1)
