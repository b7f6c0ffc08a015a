"""Fills the directory of a tenant: agents, owners, permissions, roles, factors and reports of sign-ins."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.seed import MICROSOFT, Tenant, ago
from tests.clouds.azure.state import Item

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
MAIL_READ = "810c84a8-4a9e-49e6-bf7d-12d183f40d01"
ROLES_WRITE = "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8"
_ROLES = "roleManagement/directory"


def app_role(value: str, guid: str, *members: str) -> Item:
    """A permission of an API, for `appRoles`; held by applications where nobody else is named."""
    return {
        "id": guid,
        "value": value,
        "displayName": value,
        "description": value,
        "isEnabled": True,
        "allowedMemberTypes": list(members or ("Application",)),
        "origin": "Application",
    }


def microsoft_graph(tenant: Tenant, **fields: Any) -> Item:
    """Microsoft Graph, as each tenant knows it."""
    roles = [
        app_role("Mail.Read", MAIL_READ),
        app_role("RoleManagement.ReadWrite.Directory", ROLES_WRITE),
    ]
    given: Item = {"appId": GRAPH_APP, "appOwnerOrganizationId": MICROSOFT, "appRoles": roles}
    return tenant.service_principal("Microsoft Graph", **{**given, **fields})


def application_permission(
    tenant: Tenant, principal: Item, api: Item, role: str, kind: str = "ServicePrincipal"
) -> Item:
    """`principal` holds the permission with the GUID `role` on an API."""
    item: Item = {
        "id": tenant.state.guid(),
        "appRoleId": role,
        "createdDateTime": ago(50),
        "principalDisplayName": principal["displayName"],
        "principalId": principal["id"],
        "principalType": kind,
        "resourceDisplayName": api["displayName"],
        "resourceId": api["id"],
        "deletedDateTime": None,
    }
    tenant.state.put(f"servicePrincipals/{principal['id']}/appRoleAssignments", item)
    return tenant.state.put(f"servicePrincipals/{api['id']}/appRoleAssignedTo", item)


def delegated_grant(tenant: Tenant, client: Item, api: Item, scope: str, user: Item | None = None) -> Item:
    """Users lend an application permissions on an API: all of them, or `user` alone."""
    item: Item = {
        "id": tenant.state.guid(),
        "clientId": client["id"],
        "consentType": "Principal" if user else "AllPrincipals",
        "principalId": user["id"] if user else None,
        "resourceId": api["id"],
        "scope": scope,
    }
    return tenant.state.put("oauth2PermissionGrants", item)


def federated(tenant: Tenant, application: Item, issuer: str, subject: str | None, **fields: Any) -> Item:
    """An application trusts a subject of an issuer."""
    item: Item = {
        "id": tenant.state.guid(),
        "name": "ci",
        "issuer": issuer,
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
        "description": None,
    }
    return tenant.state.put(f"applications/{application['id']}/federatedIdentityCredentials", {**item, **fields})


def certificate(tenant: Tenant, **fields: Any) -> Item:
    """A certificate, for `keyCredentials`."""
    item: Item = {
        "keyId": tenant.state.guid(),
        "displayName": "CN=app",
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "startDateTime": ago(100),
        "endDateTime": ago(-265),
        "customKeyIdentifier": None,
        "key": None,
    }
    return {**item, **fields}


def blueprint(tenant: Tenant, name: str, **fields: Any) -> tuple[Item, Item]:
    """A blueprint of agents: the application, and its principal."""
    kind = "#microsoft.graph.agentIdentityBlueprint"
    application = tenant.application(name, **{"@odata.type": kind, **fields})
    principal = tenant.service_principal(name, application=application, **{"@odata.type": f"{kind}Principal"})
    return application, principal


def agent(tenant: Tenant, name: str, blueprint: Item, **fields: Any) -> Item:
    """The identity of an agent, made from a blueprint, the application."""
    id = tenant.state.guid()
    given: Item = {
        "@odata.type": "#microsoft.graph.agentIdentity",
        "id": id,
        "appId": id,
        "servicePrincipalType": "ServiceIdentity",
        "agentIdentityBlueprintId": blueprint["appId"],
        "createdDateTime": ago(40),
    }
    return tenant.service_principal(name, **{**given, **fields})


def directory_role(tenant: Tenant, name: str, guid: str, *actions: str, **fields: Any) -> Item:
    """A role of the directory."""
    item: Item = {
        "id": guid,
        "templateId": guid,
        "displayName": name,
        "isBuiltIn": True,
        "isEnabled": True,
        "rolePermissions": [{"allowedResourceActions": list(actions), "condition": None}],
    }
    return tenant.state.put(f"{_ROLES}/roleDefinitions", {**item, **fields})


def hold_role(tenant: Tenant, principal: Item, role: str, scope: str = "/", **fields: Any) -> Item:
    """`principal` holds a role of the directory."""
    item: Item = {
        "id": tenant.state.guid(),
        "principalId": principal["id"],
        "roleDefinitionId": role,
        "directoryScopeId": scope,
    }
    return tenant.state.put(f"{_ROLES}/roleAssignments", {**item, **fields})


def schedule(tenant: Tenant, list_: str, principal: Item, role: str, *, ends: str | None, **fields: Any) -> Item:
    """An instance in "roleEligibilityScheduleInstances" or "roleAssignmentScheduleInstances"."""
    item: Item = {
        "id": tenant.state.guid(),
        "principalId": principal["id"],
        "roleDefinitionId": role,
        "directoryScopeId": "/",
        "appScopeId": None,
        "startDateTime": ago(10),
        "endDateTime": ends,
        "memberType": "Direct",
    }
    return tenant.state.put(f"{_ROLES}/{list_}", {**item, **fields})


def registered(tenant: Tenant, user: Item, *methods: str, mfa: bool = True) -> Item:
    """A line of the report of second factors."""
    item: Item = {
        "id": user["id"],
        "userPrincipalName": user["userPrincipalName"],
        "isMfaRegistered": mfa,
        "methodsRegistered": list(methods),
    }
    return tenant.state.put("reports/authenticationMethods/userRegistrationDetails", item)


def method(tenant: Tenant, user: Item, kind: str, **fields: Any) -> Item:
    """A method that a user signs in with: "fido2", "phone"."""
    item: Item = {"@odata.type": f"#microsoft.graph.{kind}AuthenticationMethod", "id": tenant.state.guid()}
    return tenant.state.put(f"users/{user['id']}/authentication/methods", {**item, **fields})


def signed_in(tenant: Tenant, client: str, days: float, *, flow: str = "applicationAuthenticationClient") -> Item:
    """A line of the report of sign-ins of applications, by client id."""
    activity: Item = {"lastSignInDateTime": ago(days), "lastSignInRequestId": tenant.state.guid()}
    item: Item = {"id": client, "appId": client, "lastSignInActivity": activity, f"{flow}SignInActivity": activity}
    return tenant.state.put("reports/servicePrincipalSignInActivities", item)


def credential_used(tenant: Tenant, application: Item, key: Item, days: float) -> Item:
    """A line of the report of credentials."""
    item: Item = {
        "id": tenant.state.guid(),
        "appId": application["appId"],
        "appObjectId": application["id"],
        "keyId": key["keyId"],
        "keyType": "clientSecret",
        "keyUsage": "verify",
        "credentialOrigin": "application",
        "signInActivity": {"lastSignInDateTime": ago(days), "lastSignInRequestId": tenant.state.guid()},
    }
    return tenant.state.put("reports/appCredentialSignInActivities", item)


def access_policy(tenant: Tenant, name: str, *, state: str = "enabled", **clients: Any) -> Item:
    """A policy of Conditional Access for workload identities."""
    item: Item = {
        "id": tenant.state.guid(),
        "displayName": name,
        "state": state,
        "createdDateTime": ago(80),
        "conditions": {"clientApplications": clients} if clients else {},
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }
    return tenant.state.put("identity/conditionalAccess/policies", item)
