"""What the company runs in Azure: the tree of subscriptions, workloads and their identities, vaults and stores."""

from __future__ import annotations

from typing import Any, Final

from tests.clouds.azure.seed import CONTRIBUTOR, OWNER, READER, Tenant, ago, ahead
from tests.clouds.azure.seed_ai import ai_account, deployment, ml_endpoint, ml_workspace
from tests.clouds.azure.seed_rbac import eligible, management_group, place, root_group
from tests.clouds.azure.seed_resources import (
    app_reference,
    federated_credential,
    function,
    managed_identity,
    system_assigned,
    user_assigned,
    vault,
    vault_secret,
    web_app,
)
from tests.clouds.azure.state import Item

SECRETS_USER: Final = "4633458b-17de-408a-874b-0445c86b69e6"
OPENAI_USER: Final = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
_CONTAINER_APPS: Final = "Microsoft.App/containerApps"


def tags(owner: str = "", team: str = "", **more: str) -> dict[str, str]:
    """Tags in the company's own way of writing them; `owner` is the part of an address before the @."""
    found = {"Owner": f"{owner}@harbourline.example"} if owner else {}
    return {**found, **({"Team": team} if team else {}), **more}


def seed_resources(tenant: Tenant, people: dict[str, Item]) -> tuple[Item, Item]:
    """Fill both subscriptions. Gives production and development."""
    for name, guid, *actions in (
        (
            "Key Vault Secrets User", SECRETS_USER, "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ),
        ("Cognitive Services OpenAI User", OPENAI_USER, "Microsoft.CognitiveServices/accounts/OpenAI/*/action"),
    ):  # fmt: skip
        tenant.role_definition(name, data_actions=actions, guid=guid, kind="BuiltInRole", scopes=["/"])
    company = management_group(tenant, "harbourline", root_group(tenant), shown="Harbourline")
    production = tenant.subscription("Harbourline Production")
    development = tenant.subscription("Harbourline Development")
    for subscription in (production, development):
        place(tenant, subscription, company)
    tenant.role_assignment(people["Cloud Administrators"], READER, company["id"], createdOn=ago(1090))
    eligible(tenant, people["Cloud Administrators"], OWNER, company["id"], ends=ahead(160))
    tenant.role_assignment(people["Data Platform"], CONTRIBUTOR, development["id"], createdOn=ago(800))
    _production(tenant, people, production)
    _development(tenant, development)
    _events(tenant, production, development)
    return production, development


def hosted(tenant: Tenant, item: Item, days: float) -> Item:
    """The service principal of a resource's own identity, made so many days ago."""
    name = item["name"].rpartition("/")[2]
    return tenant.managed_identity(
        name,
        item["id"],
        id=item["identity"]["principalId"],
        createdDateTime=ago(days),
    )


def _production(tenant: Tenant, people: dict[str, Item], subscription: Item) -> None:
    store = vault(tenant, subscription, "kv-harbourline-prod")
    for name, made in (
        ("openai-support-key", 611),
        ("anthropic-quote-chat", 388),
        ("sql-freight-password", 1204),
        ("smtp-relay-password", 902),
    ):
        vault_secret(tenant, store, name, made=made)
    vault_secret(tenant, store, "edi-partner-token", made=34)
    account = ai_account(tenant, subscription, "harbourline-openai", kind="OpenAI", dateCreated=ago(540))
    # The privacy officer had it written down; whoever added the model for the support desk took the cheapest kind.
    account["tags"] = tags("olivia.chen", "Data", DataResidency="eu")
    hosted(tenant, account, 540)
    deployment(tenant, account, "support", "gpt-4o")
    deployment(tenant, account, "embeddings", "text-embedding-3-large", sku="Standard")
    _intake(tenant, subscription, store, account)
    _quotes(tenant, subscription, store)
    tenant.resource(
        subscription,
        "Microsoft.Storage/storageAccounts",
        "harbourlinefreight",
        kind="StorageV2",
        tags=tags("hannah.fischer", "Data"),
        properties={
            "allowSharedKeyAccess": True,
            "publicNetworkAccess": "Enabled",
            "keyCreationTime": {"key1": ago(1460), "key2": ago(1460)},
            "networkAcls": {"defaultAction": "Allow"},
        },
    )
    tenant.role_assignment(people["peter.novak"], OWNER, subscription["id"], createdOn=ago(1300))


def _intake(tenant: Tenant, subscription: Item, store: Item, account: Item) -> None:
    """Functions that read invoices with a model. They took over the key of the support desk."""
    app = web_app(tenant, subscription, "invoice-intake", "functionapp,linux", identity=system_assigned(tenant))
    app["tags"] = tags("leila.haddad", "Data")
    app_reference(tenant, app, "OPENAI_API_KEY", store["name"], "openai-support-key")
    app_reference(tenant, app, "SQL_PASSWORD", store["name"], "sql-freight-password")
    function(tenant, app, "read-invoice", "blobTrigger")
    function(tenant, app, "status", "httpTrigger", authLevel="function")
    principal = hosted(tenant, app, 262)
    tenant.role_assignment(principal, SECRETS_USER, store["id"], createdOn=ago(262))
    tenant.role_assignment(principal, OPENAI_USER, account["id"], createdOn=ago(262))


def _quotes(tenant: Tenant, subscription: Item, store: Item) -> None:
    """A chat on the web site. To get the first version out, its identity was made Owner of everything."""
    identity = managed_identity(tenant, subscription, "id-quote-chat", tags=tags("mei.tanaka", "Engineering"))
    tenant.state.table("servicePrincipals")[identity["properties"]["principalId"]]["createdDateTime"] = ago(390)
    tenant.role_assignment({"id": identity["properties"]["principalId"]}, OWNER, subscription["id"], createdOn=ago(389))
    key_url = f"https://{store['name']}.vault.azure.net/secrets/anthropic-quote-chat"
    configuration: dict[str, Any] = {
        "ingress": {"external": True, "fqdn": "quote-chat.westeurope.azurecontainerapps.io"},
        "secrets": [{"name": "anthropic", "keyVaultUrl": key_url, "identity": identity["id"]}],
    }
    container = {
        "name": "chat",
        "image": "harbourline.azurecr.io/quote-chat-langgraph:4.2",
        "env": [
            {"name": "ANTHROPIC_API_KEY", "secretRef": "anthropic"},
            {"name": "AZURE_CLIENT_ID", "value": identity["properties"]["clientId"]},
        ],
    }
    tenant.resource(
        subscription,
        _CONTAINER_APPS,
        "quote-chat",
        identity=user_assigned(identity),
        tags=tags("mei.tanaka", "Engineering"),
        properties={"configuration": configuration, "template": {"containers": [container]}},
    )


def _events(tenant: Tenant, production: Item, development: Item) -> None:
    """Functions that pass on events of the trucks. The trial in development took the identity that was there."""
    identity = managed_identity(tenant, production, "id-freight-events", tags=tags("tomas.herrera", "Platform"))
    principal = identity["properties"]["principalId"]
    tenant.state.table("servicePrincipals")[principal]["createdDateTime"] = ago(530)
    tenant.role_assignment(
        {"id": principal}, READER, f"{production['id']}/resourceGroups/freight-data", createdOn=ago(529)
    )
    for subscription, name in ((production, "freight-events"), (development, "freight-events-next")):
        app = web_app(tenant, subscription, name, "functionapp,linux", identity=user_assigned(identity))
        app["tags"] = tags("tomas.herrera", "Platform")
        function(tenant, app, "forward", "eventHubTrigger")


def _development(tenant: Tenant, subscription: Item) -> None:
    workspace = ml_workspace(tenant, subscription, "demand-forecast", creationTime=ago(420))
    workspace["tags"] = tags("mateo.silva", "Data")
    hosted(tenant, workspace, 420)
    hosted(tenant, ml_endpoint(tenant, workspace, "demand-weekly"), 300)
    build = tenant.resource(
        subscription,
        "Microsoft.Compute/virtualMachines",
        "build-agent-01",
        identity=system_assigned(tenant),
        properties={
            "hardwareProfile": {"vmSize": "Standard_D4s_v5"},
            "storageProfile": {"osDisk": {"osType": "Linux"}},
        },
    )
    tenant.role_assignment(hosted(tenant, build, 1010), CONTRIBUTOR, subscription["id"], createdOn=ago(1010))
    preview = managed_identity(tenant, subscription, "id-preview-environments", tags=tags("tomas.herrera", "Platform"))
    tenant.state.table("servicePrincipals")[preview["properties"]["principalId"]]["createdDateTime"] = ago(210)
    federated_credential(
        tenant,
        preview,
        "github-preview",
        "https://token.actions.githubusercontent.com",
        "repo:harbourline/web:environment:preview",
    )
