"""Fills a subscription with what runs, AI resources and stores, in the form that Resource Graph and ARM give them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.clouds.azure.seed import Tenant, ago
from tests.clouds.azure.state import Item

Identity = dict[str, Any]


def system_assigned(tenant: Tenant) -> Identity:
    """The `identity` of a resource with one of its own."""
    return {"type": "SystemAssigned", "principalId": tenant.state.guid(), "tenantId": tenant.id}


def user_assigned(*identities: Item) -> Identity:
    """The `identity` of a resource that uses identities made by `managed_identity`."""
    given = {item["id"]: {key: item["properties"][key] for key in ("principalId", "clientId")} for item in identities}
    return {"type": "UserAssigned", "userAssignedIdentities": given}


def managed_identity(tenant: Tenant, subscription: Item, name: str, **fields: Any) -> Item:
    """A user-assigned identity, and its service principal in the directory."""
    principal, client = tenant.state.guid(), tenant.state.guid()
    item = tenant.resource(
        subscription,
        "Microsoft.ManagedIdentity/userAssignedIdentities",
        name,
        properties={"principalId": principal, "clientId": client, "tenantId": tenant.id},
        **fields,
    )
    tenant.managed_identity(name, item["id"], user_assigned=True, id=principal, appId=client)
    return item


def federated_credential(tenant: Tenant, identity: Item, name: str, issuer: str, subject: str, **more: Any) -> Item:
    """An outside issuer that a user-assigned identity believes."""
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
    item = {
        "id": f"{identity['id']}/federatedIdentityCredentials/{name}",
        "name": name,
        "type": kind,
        "properties": {
            "issuer": issuer,
            "subject": subject,
            "audiences": ["api://AzureADTokenExchange"],
            **more,
        },
    }
    return tenant.state.put("resources", item)


def child(tenant: Tenant, parent: Item, collection: str, name: str, properties: Item, **fields: Any) -> Item:
    """A resource within another one, as the list of its kind gives it."""
    item = {
        "id": f"{parent['id']}/{collection}/{name}",
        "name": f"{parent['name']}/{name}",
        "type": f"{parent['type']}/{collection}",
        "properties": properties,
    }
    return tenant.state.put("resources", {**item, **fields})


def vault(tenant: Tenant, subscription: Item, name: str, **properties: Any) -> Item:
    """A key vault that roles open."""
    given = {
        "vaultUri": f"https://{name}.vault.azure.net/",
        "enableRbacAuthorization": True,
        "enableSoftDelete": True,
        "accessPolicies": [],
        "publicNetworkAccess": "Enabled",
    }
    return tenant.resource(subscription, "Microsoft.KeyVault/vaults", name, properties={**given, **properties})


def vault_secret(
    tenant: Tenant, store: Item, name: str, *, made: float = 400, changed: float | None = None, **properties: Any
) -> Item:
    """A secret of a vault, without its value, as Azure Resource Manager lists it. Times are days ago."""
    return child(
        tenant,
        store,
        "secrets",
        name,
        {
            "contentType": "",
            "attributes": {
                "enabled": True,
                "created": _seconds(made),
                "updated": _seconds(made if changed is None else changed),
            },
            "secretUri": f"https://{store['name']}.vault.azure.net/secrets/{name}",
            **properties,
        },
    )


def _seconds(days: float) -> int:
    return int(datetime.fromisoformat(ago(days)).timestamp())


def web_app(tenant: Tenant, subscription: Item, name: str, kind: str, identity: Any = None, **properties: Any) -> Item:
    """A web app; a function app with kind="functionapp,linux"."""
    given = {
        "state": "Running",
        "defaultHostName": f"{name}.azurewebsites.net",
        "httpsOnly": True,
        "clientCertEnabled": False,
        "publicNetworkAccess": "Enabled",
        "keyVaultReferenceIdentity": "SystemAssigned",
        "siteConfig": {"appSettings": None, "connectionStrings": None},
    }
    fields = {"identity": identity} if identity else {}
    return tenant.resource(
        subscription, "Microsoft.Web/sites", name, kind=kind, properties={**given, **properties}, **fields
    )


def app_reference(
    tenant: Tenant, app: Item, setting: str, store: str, secret: str, *, status: str = "Resolved"
) -> Item:
    """A setting of an app that refers to a secret of a vault."""
    item = {
        "id": f"{app['id']}/config/configreferences/appsettings/{setting}",
        "name": setting,
        "type": "Microsoft.Web/sites/config/configreferences",
        "properties": {
            "reference": f"@Microsoft.KeyVault(SecretUri=https://{store}.vault.azure.net/secrets/{secret})",
            "status": status,
            "vaultName": store,
            "secretName": secret,
            "identityType": "SystemAssigned",
            "source": "KeyVault",
        },
    }
    return tenant.state.put(f"{app['id']}/references".lower(), item)


def function(tenant: Tenant, app: Item, name: str, trigger: str, **binding: Any) -> Item:
    """A function of a function app; function(..., "httpTrigger", authLevel="anonymous") asks for no key."""
    bindings = [{"type": trigger, "direction": "in", "name": "req", **binding}]
    properties = {"name": name, "config": {"bindings": bindings}, "isDisabled": False, "test_data": "{}"}
    return child(tenant, app, "functions", name, properties)


def site_config(tenant: Tenant, app: Item, name: str, **properties: Any) -> Item:
    """A part of an app's configuration: "web", "authsettingsV2"."""
    return tenant.state.put(f"{app['id']}/config".lower(), properties, name)
