"""App Service: apps, what they run as, and the settings that refer to vaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from nhiscan_connectors.azure.services.web_apps import SETTINGS
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import Tenant
from tests.clouds.azure.seed_resources import app_reference, system_assigned, vault, vault_secret, web_app
from tests.clouds.azure.state import Item
from tests.connectors.azure.scanning import inventory_of, scanned
from tests.connectors.azure.services.asked import asked, gaps, joined


def test_kinds_of_apps(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    for name, kind in (
        ("shop", "app,linux"),
        ("jobs", "functionapp,linux"),
        ("flows", "functionapp,workflowapp"),
        ("odd", ""),
    ):
        web_app(azure.tenant, subscription, name, kind)
    found = inventory_of(azure, tmp_path / "b")
    assert {workload.name: workload.kind for workload in found.workloads.values()} == {
        "shop": "azure-web-app",
        "jobs": "azure-function-app",
        "flows": "azure-logic-app",
        "odd": "azure-web-app",
    }


def test_a_setting_that_refers_to_a_vault(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    store = vault(tenant, subscription, "acme")
    key = vault_secret(tenant, store, "llm")
    app = web_app(tenant, subscription, "jobs", "functionapp", identity=system_assigned(tenant))
    app_reference(tenant, app, "AZURE_OPENAI_API_KEY", "acme", "llm")
    app_reference(tenant, app, "SMTP", "acme", "gone", status="SecretNotFound")
    found = inventory_of(azure, tmp_path / "b")
    id = resource_id(app["id"])
    workload = found.workloads[id]
    assert workload.variables == ("AZURE_OPENAI_API_KEY", "SMTP")
    assert workload.attributes["unresolved"] == "SMTP"
    assert workload.public is None
    assert {(link.kind, link.target) for link in found.links_from(id)} == {
        ("reads_secret", resource_id(key["id"])),
        ("reads_secret", f"{resource_id(store['id'])}/secrets/gone"),
        ("holds_key_of", "llm:azure-openai"),
    }
    [run] = found.runs_as
    assert run.identity == service_principal_id(app["identity"]["principalId"])


def test_a_secret_of_another_subscription_is_found_in_the_end(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    app = web_app(tenant, tenant.subscription("apps"), "jobs", "functionapp")
    key = vault_secret(tenant, vault(tenant, tenant.subscription("vaults"), "far"), "llm")
    app_reference(tenant, app, "KEY", "far", "llm")
    found = joined(inventory_of(azure, tmp_path / "b"))
    links = {link.target for link in found.links_from(resource_id(app["id"])) if link.kind == "reads_secret"}
    assert resource_id(key["id"]) in links


def test_a_slot_is_an_app_of_its_own(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    slot = _slot(tenant, web_app(tenant, tenant.subscription("prod"), "shop", "app"), "next")
    with_graph = inventory_of(azure, tmp_path / "a")
    assert with_graph.workloads[resource_id(slot["id"])].name == "next"
    assert service_principal_id(slot["identity"]["principalId"]) in {run.identity for run in with_graph.runs_as}
    azure.faults.add("deny", "/providers/Microsoft.ResourceGraph/resources")
    assert inventory_of(azure, tmp_path / "b").workloads == with_graph.workloads


def _slot(tenant: Tenant, app: Item, name: str) -> Item:
    fields: dict[str, Any] = {"kind": "app", "location": "westeurope", "identity": system_assigned(tenant), "tags": {}}
    item = {"id": f"{app['id']}/slots/{name}", "name": f"{app['name']}/{name}", "type": "Microsoft.Web/sites/slots"}
    return tenant.state.put("resources", {**item, "properties": {"state": "Running"}, **fields})


def test_settings_are_never_asked_for_and_that_is_said(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    for name in ("one", "two"):
        web_app(tenant, subscription, name, "app")
    parsed = scanned(azure, tmp_path / "b")
    [gap] = gaps(parsed)
    assert (gap.operation, gap.reason, gap.blinds) == (SETTINGS.name, "unsupported", ())
    assert "without a vault" in gap.hides
    assert parsed.optional_gaps >= 1
    assert azure.calls.count("*/config/appsettings*") == 0
    assert azure.calls.count("*", method="POST", plane="arm") == azure.calls.count("*ResourceGraph*")
    assert asked(tmp_path / "b")["Microsoft.Web:sites.config.configreferences.appsettings.list"] == 2


def test_a_private_app_is_not_public(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    app = web_app(tenant, tenant.subscription("prod"), "in", "app", publicNetworkAccess="Disabled")
    found = inventory_of(azure, tmp_path / "b")
    assert found.workloads[resource_id(app["id"])].public is False
