"""Stores that take keys, and Logic Apps with their connections."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed import NOW, ago
from tests.clouds.azure.seed_resources import child, system_assigned, vault, vault_secret
from tests.connectors.azure.scanning import inventory_of
from tests.connectors.azure.services.asked import asked, written


def test_keys_of_stores(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    old = tenant.resource(
        subscription,
        "Microsoft.Storage/storageAccounts",
        "old",
        properties={
            "allowSharedKeyAccess": None,
            "creationTime": ago(900),
            "keyCreationTime": {"key1": ago(900), "key2": ago(30)},
            "keyPolicy": {"keyExpirationPeriodInDays": 90},
            "networkAcls": {"defaultAction": "Deny"},
        },
    )
    tenant.resource(
        subscription, "Microsoft.Storage/storageAccounts", "shut", properties={"allowSharedKeyAccess": False}
    )
    cosmos = tenant.resource(
        subscription,
        "Microsoft.DocumentDB/databaseAccounts",
        "docs",
        properties={
            "disableLocalAuth": False,
            "keysMetadata": {"primaryMasterKey": {"generationTime": ago(50)}, "secondaryMasterKey": {}},
        },
    )
    tenant.resource(subscription, "Microsoft.EventHub/namespaces", "hub", properties={"disableLocalAuth": True})
    bus = tenant.resource(subscription, "Microsoft.ServiceBus/namespaces", "bus", properties={"status": "Active"})
    tenant.resource(
        subscription, "Microsoft.ContainerRegistry/registries", "reg", properties={"adminUserEnabled": False}
    )
    tenant.resource(subscription, "Microsoft.ContainerRegistry/registries", "blank")
    found = inventory_of(azure, tmp_path / "b")
    assert set(found.secrets) == {f"{resource_id(item['id'])}/keys" for item in (old, cosmos, bus)}
    secret = found.secrets[f"{resource_id(old['id'])}/keys"]
    assert (secret.kind, secret.created_at) == ("azure-storage-account-keys", NOW - timedelta(days=900))
    assert secret.attributes["key_expiry_days"] == "90"
    assert secret.attributes["key2_changed"] == (NOW - timedelta(days=30)).isoformat()
    assert found.secrets[f"{resource_id(cosmos['id'])}/keys"].created_at == NOW - timedelta(days=50)
    assert found.secrets[f"{resource_id(bus['id'])}/keys"].created_at is None
    facts = {resource.name: resource.attributes.get("local_auth") for resource in found.resources.values()}
    assert facts == {
        "old": "true",
        "shut": "false",
        "docs": "true",
        "hub": "false",
        "bus": "true",
        "reg": "false",
        "blank": None,
    }
    assert set(asked(tmp_path / "b").values()) == {1}


def test_a_logic_app_its_connections_and_an_agent_in_it(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    connections = "Microsoft.Web/connections"
    mail = tenant.resource(
        subscription,
        connections,
        "mail",
        properties={
            "displayName": "ada@acme.example",
            "api": {"name": "office365"},
            "parameterValues": {},
            "createdTime": ago(70),
            "statuses": [{"status": "Connected"}],
            "overallStatus": "Connected",
        },
    )
    model = tenant.resource(subscription, connections, "openai", properties={"api": {"name": "azureopenai"}})
    vault = tenant.resource(
        subscription,
        connections,
        "vault",
        properties={"api": {"name": "keyvault"}, "parameterValueType": "Alternative"},
    )
    listed = {name: {"connectionId": item["id"]} for name, item in (("m", mail), ("v", vault), ("o", model))}
    inner = {"Ask": {"type": "Agent", "tools": {"t": {"actions": {"Send": {"type": "ApiConnection"}}}}}}
    flow = tenant.resource(
        subscription,
        "Microsoft.Logic/workflows",
        "triage",
        identity=system_assigned(tenant),
        properties={
            "state": "Enabled",
            "definition": {
                "triggers": {"manual": {"type": "Request"}},
                "actions": {"Each": {"type": "Foreach", "actions": inner}},
            },
            "parameters": {"$connections": {"value": listed}},
        },
    )
    found = inventory_of(azure, tmp_path / "b")
    workload = found.workloads[resource_id(flow["id"])]
    assert (workload.kind, workload.agent, workload.ai_platform) == ("azure-logic-app", True, "Azure Logic Apps")
    assert workload.attributes == {
        "state": "Enabled",
        "triggers": "Request",
        "actions": "Agent, ApiConnection, Foreach",
        "trigger_auth": "signature",
        "area": "eu",
    }
    assert workload.public is False
    assert {(link.kind, link.target) for link in found.links_from(workload.id)} == {
        ("reads_secret", resource_id(mail["id"])),
        ("reads_secret", resource_id(model["id"])),
        ("invokes_tool", resource_id(vault["id"])),
    }
    secret = found.secrets[resource_id(mail["id"])]
    assert (secret.name, secret.created_at) == ("ada@acme.example", NOW - timedelta(days=70))
    assert found.secrets[resource_id(model["id"])].ai_provider == "azure-openai"
    assert found.resources[resource_id(vault["id"])].attributes["auth"] == "managed-identity"
    [run] = found.runs_as
    assert run.identity == service_principal_id(flow["identity"]["principalId"])


def test_a_key_in_a_definition_is_seen_and_not_written(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    key = "sk-proj-" + "qW9eR7tY5uI3oP1aS8dF6gH4jK2lZ0xC"  # opens nothing
    call = {"type": "Http", "inputs": {"uri": "https://api.openai.com", "headers": {"Authorization": f"Bearer {key}"}}}
    flow = tenant.resource(
        tenant.subscription("prod"),
        "Microsoft.Logic/workflows",
        "call",
        properties={"definition": {"triggers": {}, "actions": {"Call": call}}},
    )
    found = inventory_of(azure, tmp_path / "b")
    assert {sighting.subject for sighting in found.sightings} == {resource_id(flow["id"])}
    assert key not in written(tmp_path / "b")


def test_automation_accounts_and_data_factories(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    robot = system_assigned(tenant)
    tenant.resource(subscription, "Microsoft.Automation/automationAccounts", "robot", identity=robot)
    tenant.resource(subscription, "Microsoft.DataFactory/factories", "pipes", identity=system_assigned(tenant))
    found = inventory_of(azure, tmp_path / "b")
    assert {workload.name: workload.kind for workload in found.workloads.values()} == {
        "robot": "azure-automation-account",
        "pipes": "azure-data-factory",
    }
    assert service_principal_id(robot["principalId"]) in {run.identity for run in found.runs_as}


def test_linked_services_of_a_data_factory(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    key = vault_secret(tenant, vault(tenant, subscription, "acme"), "crm")
    factory = tenant.resource(subscription, "Microsoft.DataFactory/factories", "pipes")
    reference = {"type": "LinkedServiceReference", "referenceName": "keys"}
    settings: dict[str, tuple[str, dict[str, object]]] = {
        "keys": ("AzureKeyVault", {"baseUrl": "https://acme.vault.azure.net/"}),
        "crm": ("RestService", {"password": {"type": "AzureKeyVaultSecret", "store": reference, "secretName": "crm"}}),
        "sql": ("AzureSqlDatabase", {"encryptedCredential": "ZW5jcnlwdGVkLWZvcm0="}),
        "lake": ("AzureBlobFS", {"url": "https://lake.dfs.core.windows.net"}),
    }
    made = {
        name: child(tenant, factory, "linkedservices", name, {"type": kind, "typeProperties": inner})
        for name, (kind, inner) in settings.items()
    }
    found = inventory_of(azure, tmp_path / "b")
    assert {
        resource.name: resource.attributes["auth"]
        for resource in found.resources.values()
        if resource.kind.endswith("linked-service")
    } == {
        "keys": "other",
        "crm": "vault",
        "lake": "other",
    }
    assert found.secrets[resource_id(made["sql"]["id"])].attributes["auth"] == "stored"
    links = {(link.kind, link.target) for link in found.links_from(resource_id(factory["id"]))}
    assert ("reads_secret", resource_id(key["id"])) in links
    assert ("reads_secret", resource_id(made["sql"]["id"])) in links
    assert ("invokes_tool", resource_id(made["lake"]["id"])) in links
    assert "ZW5jcnlwdGVkLWZvcm0=" not in written(tmp_path / "b")
