"""Machine Learning, bots and AI Search."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_ai import connection, ml_endpoint, ml_workspace
from tests.clouds.azure.seed_resources import child, managed_identity, system_assigned
from tests.connectors.azure.scanning import inventory_of
from tests.connectors.azure.services.asked import joined


def test_workspaces_and_endpoints(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    train, hub = ml_workspace(tenant, subscription, "train"), ml_workspace(tenant, subscription, "hub", "Hub")
    keyed = ml_endpoint(tenant, train, "score")
    token = ml_endpoint(tenant, train, "safe", "AADToken")
    stored = connection(tenant, hub, "aoai", "ApiKey", "AzureOpenAI", "https://llm.openai.azure.com")
    found = inventory_of(azure, tmp_path / "b")
    workload = found.workloads[resource_id(train["id"])]
    assert (workload.kind, workload.machine_learning, workload.agent) == ("azure-ml-workspace", True, False)
    assert found.workloads[resource_id(hub["id"])].ai_platform == "Microsoft Foundry (classic)"
    endpoint = found.workloads[resource_id(keyed["id"])]
    assert (endpoint.kind, endpoint.name, endpoint.public) == ("azure-ml-endpoint", "score", False)
    assert endpoint.attributes["local_auth"] == "true"
    assert found.workloads[resource_id(token["id"])].attributes["local_auth"] == "false"
    assert set(found.secrets) == {f"{endpoint.id}/keys", resource_id(stored["id"])}
    assert found.secrets[resource_id(stored["id"])].ai_provider == "azure-openai"
    signals = {signal.subject for signal in found.signals if signal.name == "managed-identity-of-ai-resource"}
    assert signals == {service_principal_id(hub["identity"]["principalId"])}
    assert service_principal_id(keyed["identity"]["principalId"]) in {run.identity for run in found.runs_as}


def test_a_machine_of_a_workspace_acts_as_its_identity(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    train = ml_workspace(tenant, tenant.subscription("prod"), "train")
    settings = {"personalComputeInstanceSettings": {"assignedUser": {"objectId": "u1"}}, "vmSize": "Standard_DS3_v2"}
    notebook = child(
        tenant,
        train,
        "computes",
        "notebook",
        {"computeType": "ComputeInstance", "properties": settings},
        location="westeurope",
        identity=system_assigned(tenant),
    )
    found = inventory_of(azure, tmp_path / "b")
    workload = found.workloads[resource_id(notebook["id"])]
    assert (workload.kind, workload.machine_learning) == ("azure-ml-compute", True)
    facts = {"type": "ComputeInstance", "size": "Standard_DS3_v2", "user": "u1", "area": "eu"}
    assert workload.attributes == facts
    assert service_principal_id(notebook["identity"]["principalId"]) in {run.identity for run in found.runs_as}


@pytest.mark.parametrize("shape", ["application", "managed identity"])
def test_a_bot_runs_as_its_application(azure: Azure, tmp_path: Path, shape: str) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    if shape == "application":
        principal = tenant.service_principal("helper", tenant.application("helper"))
        properties = {"msaAppId": principal["appId"].upper(), "msaAppType": "SingleTenant"}
        id = principal["id"]
    else:
        identity = managed_identity(tenant, subscription, "helper")
        id = identity["properties"]["principalId"]
        properties = {
            "msaAppId": identity["properties"]["clientId"],
            "msaAppType": "UserAssignedMSI",
            "msaAppMSIResourceId": identity["id"],
        }
    bot = tenant.resource(subscription, "Microsoft.BotService/botServices", "helper", properties=properties)
    tenant.resource(subscription, "Microsoft.BotService/botServices", "lost", properties={"msaAppId": "nobody"})
    found = joined(inventory_of(azure, tmp_path / "b"))
    workload = found.workloads[resource_id(bot["id"])]
    assert (workload.kind, workload.agent, workload.ai_platform) == ("azure-bot", True, "Azure Bot Service")
    assert workload.attributes["local_auth"] == "true"
    assert [(run.workload, run.identity) for run in found.runs_as] == [(workload.id, service_principal_id(id))]


def test_a_search_service_with_and_without_keys(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    kind = "Microsoft.Search/searchServices"
    keyed = tenant.resource(
        subscription, kind, "keyed", sku={"name": "standard"}, properties={"publicNetworkAccess": "enabled"}
    )
    closed = tenant.resource(
        subscription,
        kind,
        "closed",
        identity=system_assigned(tenant),
        properties={"disableLocalAuth": True, "publicNetworkAccess": "disabled"},
    )
    found = inventory_of(azure, tmp_path / "b")
    [secret] = found.secrets.values()
    assert (secret.id, secret.kind, secret.ai_provider) == (
        f"{resource_id(keyed['id'])}/keys",
        "azure-search-service-keys",
        "azure-search",
    )
    workload = found.workloads[resource_id(closed["id"])]
    assert (workload.attributes["local_auth"], workload.attributes["network"]) == ("false", "private")
    # An index may have nothing to do with agents.
    signals = found.signals_of(service_principal_id(closed["identity"]["principalId"]))
    assert "managed-identity-of-ai-resource" not in {signal.name for signal in signals}
