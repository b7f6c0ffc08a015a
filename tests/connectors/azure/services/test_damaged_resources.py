"""Answers about resources that are not as they should be: each odd part is left out, and nothing else with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.evidence import open_bundle
from nhiscan.parse import parse
from nhiscan_connectors.azure import AzureConnector
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_ai import agent, ai_account, connection, deployment, ml_endpoint, ml_workspace, project
from tests.clouds.azure.seed_resources import (
    app_reference,
    federated_credential,
    function,
    managed_identity,
    system_assigned,
    vault,
    vault_secret,
    web_app,
)
from tests.connectors.azure.scanning import CLOCK, scanned
from tests.connectors.azure.services.asked import asked, gaps

ODD: tuple[Any, ...] = (None, [], {}, "x", 7, True, [None], [7], ["x"], [[]], [{}], {"x": None}, {"x": {"x": []}})
TYPES = (
    "Microsoft.ManagedIdentity/userAssignedIdentities",
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Web/sites",
    "Microsoft.Web/connections",
    "Microsoft.App/containerApps",
    "Microsoft.App/jobs",
    "Microsoft.ContainerInstance/containerGroups",
    "Microsoft.ContainerService/managedClusters",
    "Microsoft.Logic/workflows",
    "Microsoft.Automation/automationAccounts",
    "Microsoft.DataFactory/factories",
    "Microsoft.CognitiveServices/accounts",
    "Microsoft.MachineLearningServices/workspaces",
    "Microsoft.BotService/botServices",
    "Microsoft.Search/searchServices",
    "Microsoft.KeyVault/vaults",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.DocumentDB/databaseAccounts",
)


@pytest.mark.parametrize("field", ["properties", "identity", "tags", "sku", "kind", "location", "name"])
def test_no_parser_falls_over_an_odd_field(azure: Azure, tmp_path: Path, field: str) -> None:
    subscription = azure.tenant.subscription("prod")
    for kind in TYPES:
        for number, odd in enumerate(ODD):
            item = azure.tenant.resource(subscription, kind, f"r{number}", kind="AIServices")
            item[field] = odd
    parsed = scanned(azure, tmp_path / "b")
    assert [gap for gap in parsed.inventory.gaps if gap.operation.startswith("parse:")] == []


NESTED = (
    "template", "configuration", "containers", "definition", "parameters", "accessControl", "networkAcls", "osProfile",
    "oidcIssuerProfile", "identityProfile", "addonProfiles", "apiServerAccessProfile", "securityProfile", "endpoints",
    "keyCreationTime", "keysMetadata", "keyPolicy", "accessPolicies", "api", "ipAddress", "authOptions", "principalId",
    "disableLocalAuth", "managedNetwork", "virtualMachineProfile", "storageProfile", "repoConfiguration",
)  # fmt: skip


def test_no_parser_falls_over_an_odd_property(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    for kind in TYPES:
        for number, odd in enumerate(ODD):
            properties = dict.fromkeys(NESTED, odd)
            azure.tenant.resource(subscription, kind, f"r{number}", kind="AIServices", properties=properties)
    parsed = scanned(azure, tmp_path / "b")
    assert [gap for gap in parsed.inventory.gaps if gap.operation.startswith("parse:")] == []


def test_no_parser_falls_over_odd_children(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    identity = managed_identity(tenant, subscription, "runs")
    store = vault(tenant, subscription, "acme")
    account = ai_account(tenant, subscription, "foundry")
    shop = project(tenant, account, "shop")
    workspace = ml_workspace(tenant, subscription, "train")
    app = web_app(tenant, subscription, "jobs", "functionapp")
    for number, odd in enumerate(ODD):
        name = f"n{number}"
        children = [
            federated_credential(tenant, identity, name, "https://issuer.example", "x"),
            vault_secret(tenant, store, name),
            deployment(tenant, account, name, "m"),
            connection(tenant, shop, name, "ApiKey", "ApiKey", "x"),
            ml_endpoint(tenant, workspace, name),
            function(tenant, app, name, "httpTrigger"),
            app_reference(tenant, app, name, "acme", "x"),
        ]
        for item in children:
            item["properties"] = odd
        made = agent(tenant, account, shop, name, {"kind": "prompt", "tools": odd, "environment_variables": odd})
        made |= {"instance_identity": odd, "agent_endpoint": odd, "blueprint": {"client_id": odd}}
        made = agent(tenant, account, shop, f"{name}-v", {"kind": odd, "model": odd, "tools": [{"type": "mcp"}]})
        made["versions"] = odd
    parsed = scanned(azure, tmp_path / "b")
    assert [gap for gap in parsed.inventory.gaps if gap.operation.startswith("parse:")] == []


def test_what_is_no_resource_is_told_once(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    tenant.resource(subscription, "Microsoft.Compute/virtualMachines", "good", identity=system_assigned(tenant))
    bad = tenant.resource(subscription, "Microsoft.Compute/virtualMachines", "bad")
    tenant.state.table("resources")[bad["id"].lower()] = {**bad, "tags": 7, "identity": "odd"}
    found = scanned(azure, tmp_path / "b")
    assert sorted(workload.name for workload in found.inventory.workloads.values()) == ["bad", "good"]
    assert gaps(found) == []


def test_a_resumed_scan_asks_nothing_twice(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    vault_secret(tenant, vault(tenant, subscription, "acme"), "key")
    azure.faults.add("error", "*/vaults/acme/secrets", times=100)
    connectors = {"azure": AzureConnector()}
    bundle = engine.begin(tmp_path / "b", {"azure": azure.settings}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    before = asked(tmp_path / "b")
    azure.faults.clear()
    connectors = {"azure": AzureConnector()}
    bundle = open_bundle(tmp_path / "b")
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    after = asked(tmp_path / "b")
    assert after["Microsoft.ResourceGraph:resources.query"] == before["Microsoft.ResourceGraph:resources.query"] == 1
    assert [secret.name for secret in parse(bundle, connectors).inventory.secrets.values()] == ["key"]
