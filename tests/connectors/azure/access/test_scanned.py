"""From the APIs to verdicts: what the connector reads of an emulated tenant, judged."""

from __future__ import annotations

from pathlib import Path

from nhiscan.access.question import Question
from nhiscan.access.reach import admin_verdicts
from nhiscan.analyze import analyze
from nhiscan.config import Config
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.access import names
from tests.clouds.azure import seed_directory
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import OWNER
from tests.clouds.azure.seed_rbac import deny_assignment, eligible
from tests.connectors.azure.scanning import inventory_of, scanned


def judged(found: Inventory) -> Inventory:
    for record in list(AzureConnector().access(found)):
        found.add(record)
    return found


def test_roles_of_azure_and_of_the_directory(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    ada, bob, cyd, dan = (tenant.user(name) for name in ("Ada", "Bob", "Cyd", "Dan"))
    tenant.role_assignment(tenant.group("Admins", members=(ada,)), OWNER, prod["id"])
    eligible(tenant, bob, OWNER, prod["id"])
    seed_directory.hold_role(tenant, cyd, names.GLOBAL_ADMINISTRATOR)
    deploy = tenant.application("deploy")
    robot = tenant.service_principal("deploy", application=deploy)
    graph = seed_directory.microsoft_graph(tenant)
    seed_directory.application_permission(tenant, robot, graph, seed_directory.ROLES_WRITE)
    tenant.relate("applications", deploy, "owners", dan)
    deny_assignment(tenant, "lock", f"{prod['id']}/resourceGroups/Locked", actions=["*/action"], excluded=[bob])
    found = judged(inventory_of(azure, tmp_path / "b"))
    verdicts = {found.identities[id].name: verdict for id, (verdict, _) in admin_verdicts(found).items()}
    assert {name: verdicts[name] for name in ("Ada", "Bob", "Cyd", "Dan", "deploy")} == {
        "Ada": "is",
        "Bob": "conditional",
        "Cyd": "is",
        "Dan": "can_become",
        "deploy": "can_become",
    }
    connector = AzureConnector()
    for group, answer in (("RG", "allowed"), ("LOCKED", "denied")):
        store = f"{prod['id']}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/s1"
        action = "Microsoft.Storage/storageAccounts/listKeys/action"
        decision = connector.decide(found, Question(identity=f"/users/{ada['id']}", action=action, resource=store))
        assert decision.answer == answer
        readers = {grant.identity: grant.answer for grant in connector.readers(found, store)}
        assert (f"/users/{ada['id']}" in readers) is (answer == "allowed")
        assert readers[f"/users/{bob['id']}"] == "conditional"


def test_whole_result(azure: Azure, tmp_path: Path) -> None:
    """The core takes in what the evaluator tells: verdicts, capabilities and edges stand in the result."""
    tenant = azure.tenant
    prod = tenant.subscription("prod")
    robot = tenant.service_principal("deploy")
    tenant.role_assignment(robot, OWNER, prod["id"])
    scanned(azure, tmp_path / "b")
    result = analyze(open_bundle(tmp_path / "b"), Config())
    (found,) = [identity for identity in result.identities if identity.name == "deploy"]
    assert (found.admin, found.admin_reason) == (
        "is",
        "service principal deploy administers subscription prod (role Owner at subscription prod)",
    )
    assert {(item.capability, item.resource) for item in found.capabilities} >= {("administer", prod["id"])}
    assert any(edge.kind == "can_become" and edge.target == f"administrator:{prod['id']}" for edge in result.edges)
