"""Fills a subscription with AI: accounts of Azure OpenAI and Foundry, projects, agents, and Machine Learning."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.seed import Tenant, ago
from tests.clouds.azure.seed_resources import child, system_assigned
from tests.clouds.azure.state import Item

ACCOUNTS = "Microsoft.CognitiveServices/accounts"


def ai_account(tenant: Tenant, subscription: Item, name: str, kind: str = "AIServices", **properties: Any) -> Item:
    """An account of Foundry, or of Azure OpenAI with kind="OpenAI", with an identity of its own."""
    given = {
        "endpoint": f"https://{name}.cognitiveservices.azure.com/",
        "endpoints": {"AI Foundry API": f"https://{name}.services.ai.azure.com/"},
        "customSubDomainName": name,
        "publicNetworkAccess": "Enabled",
        "networkAcls": {"defaultAction": "Allow", "virtualNetworkRules": [], "ipRules": []},
        "disableLocalAuth": False,
        "dateCreated": ago(200),
        "provisioningState": "Succeeded",
    }
    return tenant.resource(
        subscription,
        ACCOUNTS,
        name,
        kind=kind,
        sku={"name": "S0"},
        identity=system_assigned(tenant),
        properties={**given, **properties},
    )


def deployment(tenant: Tenant, account: Item, name: str, model: str, sku: str = "GlobalStandard", **more: Any) -> Item:
    """A model that an account serves."""
    return child(
        tenant,
        account,
        "deployments",
        name,
        {
            "model": {"format": "OpenAI", "name": model, "version": "2024-11-20"},
            "raiPolicyName": "Microsoft.DefaultV2",
            "provisioningState": "Succeeded",
            **more,
        },
        sku={"name": sku, "capacity": 10},
    )


def project(tenant: Tenant, account: Item, name: str, **properties: Any) -> Item:
    """A project of a Foundry account, with an identity of its own."""
    address = f"https://{account['name']}.services.ai.azure.com/api/projects/{name}"
    return child(
        tenant,
        account,
        "projects",
        name,
        {"endpoints": {"AI Foundry API": address}, "isDefault": True, **properties},
        location="westeurope",
        identity=system_assigned(tenant),
    )


def connection(tenant: Tenant, owner: Item, name: str, auth: str, category: str, target: str, **more: Any) -> Item:
    """What a project, an account or a workspace is connected to. The answer has no credentials in it."""
    return child(
        tenant,
        owner,
        "connections",
        name,
        {"authType": auth, "category": category, "target": target, "isSharedToAll": False, **more},
    )


def agent(tenant: Tenant, account: Item, project: Item, name: str, definition: Item, **fields: Any) -> Item:
    """An agent of a project; agent(..., instance_identity={...}) has an identity of its own."""
    item: Item = {
        "object": "agent",
        "id": name,
        "name": name,
        "state": "enabled",
        "configuration_state": "enabled",
        "versions": {
            "latest": {
                "object": "agent.version",
                "id": f"{name}:3",
                "name": name,
                "version": "3",
                "created_at": 1_780_000_000,
                "metadata": {},
                "definition": definition,
                "status": "active",
            }
        },
        **fields,
    }
    short = project["name"].rpartition("/")[2]
    return tenant.state.put(f"{account['name']}/{short}/agents".lower(), item)


def classic_agent(tenant: Tenant, account: Item, project: Item, name: str, **fields: Any) -> Item:
    """An agent of the kind that projects had before, which has a list of its own."""
    item: Item = {
        "id": f"asst_{tenant.state.guid()[-12:]}",
        "object": "assistant",
        "created_at": 1_760_000_000,
        "name": name,
        "model": "chat",
        "tools": [],
        **fields,
    }
    short = project["name"].rpartition("/")[2]
    return tenant.state.put(f"{account['name']}/{short}/assistants".lower(), item)


def agent_identity(tenant: Tenant) -> Item:
    """The `instance_identity` of an agent."""
    return {"principal_id": tenant.state.guid(), "client_id": tenant.state.guid(), "status": "active"}


def ml_workspace(tenant: Tenant, subscription: Item, name: str, kind: str = "Default", **properties: Any) -> Item:
    """A workspace of Machine Learning, or a hub or project of the classic Foundry."""
    return tenant.resource(
        subscription,
        "Microsoft.MachineLearningServices/workspaces",
        name,
        kind=kind,
        sku={"name": "Basic", "tier": "Basic"},
        identity=system_assigned(tenant),
        properties={"publicNetworkAccess": "Enabled", "creationTime": ago(90), **properties},
    )


def ml_endpoint(tenant: Tenant, workspace: Item, name: str, auth: str = "Key", **properties: Any) -> Item:
    """An endpoint that serves a model of a workspace."""
    return child(
        tenant,
        workspace,
        "onlineEndpoints",
        name,
        {
            "authMode": auth,
            "publicNetworkAccess": "Enabled",
            "scoringUri": f"https://{name}.ml.azure.com",
            **properties,
        },
        location="westeurope",
        identity=system_assigned(tenant),
    )
