"""Accounts of Azure OpenAI and Foundry: keys, deployments, projects, connections and agents."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.agents import agents
from nhiscan.model import Link, RunsAs
from nhiscan.regions import regions_of
from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_ai import agent, agent_identity, ai_account, classic_agent, connection, deployment, project
from tests.connectors.azure.scanning import inventory_of, scanned
from tests.connectors.azure.services.asked import asked, gaps, written

NOT_A_KEY = "sk-proj-" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY"  # opens nothing


def test_an_account_with_keys(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    account = ai_account(azure.tenant, subscription, "llm", kind="OpenAI")
    deployment(azure.tenant, account, "chat", "gpt-4o", sku="DataZoneStandard")
    deployment(azure.tenant, account, "small", "gpt-4o-mini", sku="Standard")
    found = inventory_of(azure, tmp_path / "b")
    id = resource_id(account["id"])
    workload = found.workloads[id]
    assert (workload.kind, workload.ai_platform, workload.model) == (
        "azure-openai-account",
        "Azure OpenAI",
        "gpt-4o, gpt-4o-mini",
    )
    assert workload.machine_learning
    assert workload.public is False
    assert workload.attributes["local_auth"] == "true"
    assert workload.attributes["network"] == "all"
    assert workload.attributes["data_zone"] == "data-zone"
    secret = found.secrets[f"{id}/keys"]
    assert (secret.kind, secret.ai_provider) == ("azure-openai-account-keys", "azure-openai")
    assert (secret.rotation, secret.rotated_at, secret.created_at) == (None, None, None)
    chat = found.resources[f"{id}/deployments/chat"]
    assert (chat.node, chat.attributes["model"], chat.attributes["data_zone"]) == ("model", "gpt-4o", "data-zone")
    assert found.resources[f"{id}/deployments/small"].attributes["data_zone"] == "region"
    assert workload.attributes["area"] == "eu"
    assert regions_of(chat) == frozenset({"eu"})
    assert regions_of(found.resources[f"{id}/deployments/small"]) == frozenset({"westeurope"})
    assert Link(
        source=id,
        target=f"{id}/deployments/chat",
        kind="uses_model",
        reason="Azure OpenAI account llm serves gpt-4o as chat",
    ) in set(found.links)


@pytest.mark.parametrize(
    ("properties", "local_auth", "network", "keys"),
    [
        ({"disableLocalAuth": True}, "false", "all", False),
        ({"disableLocalAuth": None, "publicNetworkAccess": "Disabled"}, "true", "private", True),
        ({"networkAcls": {"defaultAction": "Deny"}}, "true", "selected", True),
    ],
)
def test_keys_and_network(
    azure: Azure, tmp_path: Path, properties: dict[str, object], local_auth: str, network: str, keys: bool
) -> None:
    account = ai_account(azure.tenant, azure.tenant.subscription("prod"), "llm", kind="OpenAI", **properties)
    found = inventory_of(azure, tmp_path / "b")
    attributes = found.workloads[resource_id(account["id"])].attributes
    assert (attributes["local_auth"], attributes["network"]) == (local_auth, network)
    assert bool(found.secrets) is keys


def test_an_account_that_serves_no_language_model_holds_no_llm_key(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    account = ai_account(azure.tenant, subscription, "ears", kind="SpeechServices")
    found = inventory_of(azure, tmp_path / "b")
    assert found.workloads[resource_id(account["id"])].kind == "azure-ai-services-account"
    assert [secret.ai_provider for secret in found.secrets.values()] == [""]
    assert not any("deployments" in name for name in asked(tmp_path / "b"))


def test_the_identity_of_an_ai_resource_is_said_to_be_one(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    found = inventory_of(azure, tmp_path / "b")
    expected = {service_principal_id(item["identity"]["principalId"]) for item in (account, shop)}
    signals = [signal for signal in found.signals if signal.name == "managed-identity-of-ai-resource"]
    assert {signal.subject for signal in signals} == expected
    assert {run.identity for run in found.runs_as} == expected
    workload = found.workloads[resource_id(shop["id"])]
    assert (workload.kind, workload.name, workload.ai_platform) == (
        "azure-foundry-project",
        "shop",
        "Microsoft Foundry",
    )


def test_a_connection_with_a_stored_key_is_a_secret(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    stored = connection(tenant, shop, "openai", "ApiKey", "ApiKey", "https://api.openai.com/v1")
    connection(tenant, shop, "tickets", "CustomKeys", "CustomKeys", "https://tickets.example")
    keyless = connection(tenant, account, "files", "AAD", "AzureBlob", "https://files.blob.core.windows.net")
    stored["properties"]["credentials"] = {"key": NOT_A_KEY}
    found = inventory_of(azure, tmp_path / "b")
    secret = found.secrets[resource_id(stored["id"])]
    assert (secret.kind, secret.name, secret.ai_provider) == ("azure-ai-connection", "openai", "openai")
    links = {(link.source, link.target, link.kind) for link in found.links}
    assert (resource_id(shop["id"]), secret.id, "reads_secret") in links
    assert found.resources[resource_id(keyless["id"])].attributes["auth"] == "AAD"
    assert (resource_id(account["id"]), resource_id(keyless["id"]), "invokes_tool") in links
    assert resource_id(keyless["id"]) not in found.secrets
    assert NOT_A_KEY not in written(tmp_path / "b")


def test_an_agent_with_an_identity_of_its_own(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    connection(tenant, shop, "crm", "CustomKeys", "RemoteTool", "https://crm.example/mcp")
    own, blueprint = agent_identity(tenant), agent_identity(tenant)
    tools = [
        {
            "type": "mcp",
            "server_label": "CRM",
            "server_url": "https://CRM.example/mcp?x=1",
            "authorization": "Bearer-of-nothing-at-all",
            "require_approval": "never",
            "project_connection_id": f"{shop['id']}/connections/crm",
        },
        {"type": "azure_ai_search", "azure_ai_search": {"indexes": [{"project_connection_id": "search"}]}},
    ]
    definition = {"kind": "prompt", "model": "chat", "instructions": "Help.", "tools": tools}
    endpoint = {"authorization_schemes": [{"type": "Entra"}]}
    agent(
        tenant, account, shop, "Helper", definition, instance_identity=own, blueprint=blueprint, agent_endpoint=endpoint
    )
    found = inventory_of(azure, tmp_path / "b")
    id = f"{resource_id(shop['id'])}/agents/helper"
    workload = found.workloads[id]
    assert (workload.kind, workload.agent, workload.ai_platform) == ("azure-foundry-agent", True, "Microsoft Foundry")
    assert (workload.model, workload.public) == ("chat", False)
    assert workload.attributes["blueprint_app_id"] == blueprint["client_id"]
    assert [run for run in found.runs_as if run.workload == id] == [
        RunsAs(workload=id, identity=service_principal_id(own["principal_id"]), detail="agent identity")
    ]
    links = {(link.kind, link.target) for link in found.links_from(id)}
    assert ("uses_model", f"{resource_id(account['id'])}/deployments/chat") in links
    assert ("invokes_tool", "https://crm.example") in links
    assert ("reads_secret", f"{resource_id(shop['id'])}/connections/crm") in links
    assert ("reads_secret", f"{resource_id(shop['id'])}/connections/search") in links
    tool = found.resources[f"{id}/tools/0/crm"]
    assert tool.attributes == {
        "type": "mcp",
        "url": "https://crm.example",
        "approval": "never",
        "authorization": "inline",
    }
    assert "Bearer-of-nothing-at-all" not in written(tmp_path / "b")


def test_a_hosted_agent_acts_as_its_project_and_shows_the_key_in_its_variables(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    definition = {"kind": "hosted", "cpu": "1", "memory": "2Gi", "environment_variables": {"OPENAI_API_KEY": NOT_A_KEY}}
    agent(tenant, account, shop, "runner", definition)
    found = inventory_of(azure, tmp_path / "b")
    id = f"{resource_id(shop['id'])}/agents/runner"
    assert found.workloads[id].variables == ("OPENAI_API_KEY",)
    [run] = [run for run in found.runs_as if run.workload == id]
    assert run.identity == service_principal_id(shop["identity"]["principalId"])
    [sighting] = found.sightings
    assert (sighting.subject, sighting.where) == (id, "environment variable OPENAI_API_KEY")
    assert sighting.ai_provider == "openai"
    assert ("holds_key_of", "llm:openai") in {(link.kind, link.target) for link in found.links_from(id)}
    assert NOT_A_KEY not in written(tmp_path / "b")


@pytest.mark.parametrize(
    ("schemes", "public"), [([], False), (["Entra", "BotServiceTenant"], False), (["BotService"], None)]
)
def test_who_may_call_an_agent(azure: Azure, tmp_path: Path, schemes: list[str], public: bool | None) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    endpoint = {"authorization_schemes": [{"type": scheme} for scheme in schemes]}
    agent(tenant, account, shop, "helper", {"kind": "prompt", "model": "chat"}, agent_endpoint=endpoint)
    found = inventory_of(azure, tmp_path / "b")
    assert found.workloads[f"{resource_id(shop['id'])}/agents/helper"].public is public


def test_an_agent_is_a_whole_and_not_a_part_of_its_project(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    agent(tenant, account, project(tenant, account, "shop"), "helper", {"kind": "prompt", "model": "chat"})
    found = inventory_of(azure, tmp_path / "b")
    assert [workload.name for workload in agents(found)] == ["helper"]


def test_a_classic_agent_is_found_too(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    tools = [{"type": "bing_grounding", "bing_grounding": {"search_configurations": [{"connection_id": "bing"}]}}]
    old = classic_agent(tenant, account, shop, "Old helper", tools=tools)
    found = inventory_of(azure, tmp_path / "b")
    id = f"{resource_id(shop['id'])}/agents/{old['id']}"
    workload = found.workloads[id]
    assert (workload.name, workload.model, workload.agent) == ("Old helper", "chat", True)
    assert workload.attributes == {"kind": "classic", "area": "eu"}
    assert workload.created_at is not None
    links = {(link.kind, link.target) for link in found.links_from(id)}
    assert ("reads_secret", f"{resource_id(shop['id'])}/connections/bing") in links
    [run] = [run for run in found.runs_as if run.workload == id]
    assert run.detail == "identity of its project"


def test_all_pages_of_agents_are_read(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    azure.emulator.page_size = 2
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    shop = project(tenant, account, "shop")
    for number in range(5):
        agent(tenant, account, shop, f"a{number}", {"kind": "prompt", "model": "m"})
    found = inventory_of(azure, tmp_path / "b")
    assert sum(workload.agent for workload in found.workloads.values()) == 5
    assert asked(tmp_path / "b")["foundry:agents.list"] == 3


def test_agents_that_may_not_be_read_are_a_gap(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    account = ai_account(tenant, tenant.subscription("prod"), "foundry")
    project(tenant, account, "shop")
    azure.faults.add("deny", "/*/api/projects/shop/agents")
    [gap] = gaps(scanned(azure, tmp_path / "b"))
    assert (gap.operation, gap.reason, gap.blinds) == ("foundry:agents.list", "denied", ("agents", "workloads"))
    assert gap.permission == "Microsoft.CognitiveServices/accounts/AIServices/agents/read"


def test_a_token_goes_to_no_host_but_foundrys(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    endpoints = {"AI Foundry API": "https://foundry.services.ai.azure.com.evil.example/"}
    account = ai_account(
        tenant, tenant.subscription("prod"), "foundry", endpoints=endpoints, customSubDomainName="x.evil.example/"
    )
    project(tenant, account, "shop")
    found = {(gap.operation, gap.reason) for gap in gaps(scanned(azure, tmp_path / "b"))}
    assert found == {("foundry:agents.list", "failed"), ("foundry:assistants.list", "failed")}
    assert azure.calls.count(plane="data") == 0
