"""Exports as az and Graph write them, for tests to put together."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nhiscan import engine
from nhiscan.connector import Connector
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan_connectors.azure.services.agent_identities import SERVICE as AGENTS
from nhiscan_connectors.azure.services.applications import SERVICE as APPLICATIONS
from nhiscan_connectors.azure.services.groups import SERVICE as GROUPS
from nhiscan_connectors.azure.services.managed_identities import SERVICE as MANAGED_IDENTITIES
from nhiscan_connectors.azure.services.role_assignments import SERVICE as ROLE_ASSIGNMENTS
from nhiscan_connectors.azure.services.service_principals import SERVICE as SERVICE_PRINCIPALS
from nhiscan_connectors.azure.services.tenant import SERVICE as TENANT
from nhiscan_connectors.azure.services.users import SERVICE as USERS
from tests.connectors.azure.parts import connector_of

START = datetime(2026, 11, 24, tzinfo=UTC)
ACME = "7e57ab1e-0000-4000-8000-000000000001"
OTHER = "7e57ab1e-0000-4000-8000-00000000cafe"
SCOPE = f"azure:{ACME}"
LAB = "00000000-0000-4000-9000-00000000001a"
PROD = "00000000-0000-4000-9000-00000000002b"
ADA = "00000000-0000-4000-9000-0000000000aa"
DEPLOY = "00000000-0000-4000-9000-0000000000dd"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
ROLES = "/providers/microsoft.authorization/roledefinitions/"
ASSIGNMENTS = "Microsoft.Authorization:roleAssignments.list"
ABOVE = "Microsoft.Authorization:roleAssignments.listAbove"
SERVICES = (AGENTS, APPLICATIONS, GROUPS, MANAGED_IDENTITIES, ROLE_ASSIGNMENTS, SERVICE_PRINCIPALS, TENANT, USERS)


def read(tmp_path: Path, export: Path) -> Inventory:
    connectors: dict[str, Connector] = {"azure": connector_of(*SERVICES)}
    bundle = engine.begin(tmp_path / "bundle", {"azure": {}}, connectors, started=START)
    engine.import_exports(bundle, connectors["azure"], export)
    return parse(open_bundle(tmp_path / "bundle"), connectors).inventory


def write(tmp_path: Path, name: str, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
    path = tmp_path / "export" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, list | dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def account(id: str, name: str, tenant: str = ACME, **fields: Any) -> dict[str, Any]:
    """A subscription, as `az account list` prints it."""
    told = {"cloudName": "AzureCloud", "homeTenantId": tenant, "id": id, "isDefault": False, "managedByTenants": []}
    more = {"name": name, "state": "Enabled", "tenantId": tenant, "user": {"name": "ada", "type": "user"}}
    return {**told, **more, **fields}


def assignment(name: str, scope: str, principal: str = DEPLOY, **fields: Any) -> dict[str, Any]:
    """A role assignment, as `az role assignment list --all` prints it."""
    seen_from = fields.pop("seen_from", LAB)
    return {
        "condition": None,
        "conditionVersion": None,
        "createdBy": None,
        "createdOn": "2026-01-02T03:04:05.678901+00:00",
        "delegatedManagedIdentityResourceId": None,
        "description": None,
        "id": f"{scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "name": name,
        "principalId": principal,
        "principalName": "deploy",
        "principalType": "ServicePrincipal",
        "roleDefinitionId": f"/subscriptions/{seen_from}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
        "roleDefinitionName": "Owner",
        "scope": scope,
        "type": "Microsoft.Authorization/roleAssignments",
        "updatedBy": None,
        "updatedOn": "2026-01-02T03:04:05.678901+00:00",
        **fields,
    }


def definition(name: str = "Owner", guid: str = OWNER, kind: str = "BuiltInRole") -> dict[str, Any]:
    """A role, as `az role definition list` prints it."""
    return {
        "assignableScopes": ["/"],
        "description": "",
        "id": f"/subscriptions/{LAB}/providers/Microsoft.Authorization/roleDefinitions/{guid}",
        "name": guid,
        "permissions": [{"actions": ["*"], "dataActions": [], "notActions": [], "notDataActions": []}],
        "roleName": name,
        "roleType": kind,
        "type": "Microsoft.Authorization/roleDefinitions",
    }


def principal(id: str, name: str, **fields: Any) -> dict[str, Any]:
    """A service principal, as `az ad sp list` prints it."""
    told = {"accountEnabled": True, "appId": f"{id[:-2]}ff", "appOwnerOrganizationId": ACME, "displayName": name}
    more = {"id": id, "servicePrincipalType": "Application", "signInAudience": "AzureADMyOrg", "alternativeNames": []}
    return {**told, **more, "passwordCredentials": [], "keyCredentials": [], "tags": [], "appRoles": [], **fields}


def user(id: str, name: str, **fields: Any) -> dict[str, Any]:
    """A user, as `az ad user list` prints it."""
    login = f"{name.lower()}@acme.example"
    return {"displayName": name, "id": id, "mail": login, "userPrincipalName": login, "jobTitle": None, **fields}


def page(collection: str, *entries: Any, more: bool = False, version: str = "v1.0") -> dict[str, Any]:
    """A page of Graph."""
    body: dict[str, Any] = {"@odata.context": f"https://graph.microsoft.com/{version}/$metadata#{collection}"}
    if more:
        body["@odata.nextLink"] = f"https://graph.microsoft.com/{version}/{collection}?$skiptoken=x"
    return {**body, "value": list(entries)}


LAB_SCOPE, PROD_SCOPE = f"/subscriptions/{LAB}", f"/subscriptions/{PROD}"
ROOT_GROUP = f"/providers/Microsoft.Management/managementGroups/{ACME}"
ACCOUNTS = [account(LAB, "lab", isDefault=True), account(PROD, "shop-prod")]
LAB_ROLES = [
    assignment("a1", LAB_SCOPE),
    assignment("a2", f"{LAB_SCOPE}/resourceGroups/RG", ADA, principalType="User"),
    assignment("a3", ROOT_GROUP),
    assignment("a4", "/"),
]


def told(inventory: Inventory) -> set[tuple[str, str, str]]:
    return {(item.principal[-2:], item.role, item.scope) for item in inventory.assignments}


def lacking(inventory: Inventory, scope: str = SCOPE) -> set[str]:
    return {gap.operation for gap in inventory.gaps if gap.scope == scope}


def names(inventory: Inventory) -> set[str]:
    return {identity.name for identity in inventory.identities.values()}


WHOLE = [principal(DEPLOY, "deploy"), principal(ADA, "billing")]
