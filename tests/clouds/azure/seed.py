"""Fills a tenant: what a test, a bench or the demo wants to find there, in the words of Entra and Azure.

Another part of Azure gets a module of its own, `seed_<what>.py`, with functions that take a `Tenant` first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.clouds.azure.state import Item, State

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MICROSOFT = "f8cdef31-a31e-4b4a-93e4-5f571e91255a"
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
USER_ACCESS_ADMINISTRATOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
_AUTHORIZATION = "/providers/Microsoft.Authorization"


def ago(days: float) -> str:
    """The time so many days ago, as the APIs write it."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def ahead(days: float) -> str:
    """The time so many days from now, as the APIs write it."""
    return ago(-days)


class Tenant:
    """The tenant of an emulator. Methods make one thing each, and give the raw item that was made.

    Any field of the API can be given by its own name: `tenant.user("Ada", jobTitle="Engineer")`.
    """

    def __init__(self, state: State, name: str = "Acme", domain: str = "acme.example") -> None:
        self.state = state
        self.domain = domain
        state.put(
            "organization",
            {
                "id": state.tenant_id,
                "displayName": name,
                "createdDateTime": ago(2000),
                "tenantType": "AAD",
                "verifiedDomains": [{"name": domain, "isDefault": True, "isInitial": False, "type": "Managed"}],
                "assignedPlans": [],
            },
        )
        for guid, title, actions, nots in (
            (OWNER, "Owner", ["*"], []),
            (
                CONTRIBUTOR,
                "Contributor",
                ["*"],
                [
                    "Microsoft.Authorization/*/Delete",
                    "Microsoft.Authorization/*/Write",
                    "Microsoft.Authorization/elevateAccess/Action",
                ],
            ),
            (READER, "Reader", ["*/read"], []),
            (USER_ACCESS_ADMINISTRATOR, "User Access Administrator", ["*/read", "Microsoft.Authorization/*"], []),
        ):
            self.role_definition(title, actions=actions, not_actions=nots, guid=guid, kind="BuiltInRole", scopes=["/"])

    @property
    def id(self) -> str:
        """Id of the tenant."""
        return self.state.tenant_id

    # The directory ---------------------------------------------------------------------------------------------------

    def user(self, name: str, **fields: Any) -> Item:
        """A person; a guest with userType="Guest"."""
        login = f"{name.lower().replace(' ', '.')}@{self.domain}"
        item: Item = {
            "id": self.state.guid(),
            "displayName": name,
            "userPrincipalName": login,
            "mail": login,
            "userType": "Member",
            "accountEnabled": True,
            "createdDateTime": ago(900),
        }
        return self.state.put("users", {**item, **fields})

    def group(self, name: str, members: tuple[Item, ...] = (), **fields: Any) -> Item:
        """A security group with members."""
        item: Item = {
            "id": self.state.guid(),
            "displayName": name,
            "securityEnabled": True,
            "mailEnabled": False,
            "groupTypes": [],
            "isAssignableToRole": None,
            "createdDateTime": ago(700),
        }
        group = self.state.put("groups", {**item, **fields})
        for member in members:
            self.relate("groups", group, "members", member)
        return group

    def application(self, name: str, **fields: Any) -> Item:
        """An app registration. Its service principal is made with `service_principal(name, application=...)`."""
        item: Item = {
            "id": self.state.guid(),
            "appId": self.state.guid(),
            "displayName": name,
            "createdDateTime": ago(600),
            "signInAudience": "AzureADMyOrg",
            "passwordCredentials": [],
            "keyCredentials": [],
            "requiredResourceAccess": [],
            "tags": [],
        }
        return self.state.put("applications", {**item, **fields})

    def service_principal(self, name: str, application: Item | None = None, **fields: Any) -> Item:
        """A service principal, of an application of the tenant or of another's."""
        item: Item = {
            "id": self.state.guid(),
            "appId": application["appId"] if application else self.state.guid(),
            "displayName": name,
            "servicePrincipalType": "Application",
            "accountEnabled": True,
            "appOwnerOrganizationId": self.id,
            "passwordCredentials": [],
            "keyCredentials": [],
            "tags": [],
            "alternativeNames": [],
            "servicePrincipalNames": [],
            "appRoles": [],
        }
        return self.state.put("servicePrincipals", {**item, **fields})

    def managed_identity(self, name: str, resource: str, *, user_assigned: bool = False, **fields: Any) -> Item:
        """The service principal of a managed identity. `resource`: id of the host, or of the identity itself."""
        names = [f"isExplicit={user_assigned}", resource]
        given = {"servicePrincipalType": "ManagedIdentity", "alternativeNames": names, "appOwnerOrganizationId": None}
        return self.service_principal(name, **{**given, **fields})

    def password(self, days: float = 100, lasts: float = 180, **fields: Any) -> Item:
        """A client secret, for `passwordCredentials`: made so many days ago, and good for so many days."""
        item: Item = {
            "keyId": self.state.guid(),
            "displayName": "secret",
            "hint": "abc",
            "startDateTime": ago(days),
            "endDateTime": ago(days - lasts),
            "customKeyIdentifier": None,
            "secretText": None,
        }
        return {**item, **fields}

    def relate(self, collection: str, item: Item, relation: str, other: Item) -> None:
        """Put `other` into a list of `item`: relate("applications", app, "owners", ada).

        Lists of directory objects name the type of each; it is known by the table that `other` stands in.
        """
        entry = other
        if "@odata.type" not in other:
            for table, kind in (
                ("users", "user"),
                ("groups", "group"),
                ("servicePrincipals", "servicePrincipal"),
                ("applications", "application"),
            ):
                if other.get("id") in self.state.table(table):
                    entry = {"@odata.type": f"#microsoft.graph.{kind}", **other}
        self.state.put(f"{collection}/{item['id']}/{relation}", entry)

    # Azure -----------------------------------------------------------------------------------------------------------

    def subscription(self, name: str, **fields: Any) -> Item:
        """A subscription of the tenant."""
        guid = self.state.guid()
        item: Item = {
            "id": f"/subscriptions/{guid}",
            "subscriptionId": guid,
            "tenantId": self.id,
            "displayName": name,
            "state": "Enabled",
            "authorizationSource": "RoleBased",
            "managedByTenants": [],
        }
        return self.state.put("subscriptions", {**item, **fields}, guid)

    def role_definition(
        self,
        name: str,
        *,
        actions: list[str] | None = None,
        not_actions: list[str] | None = None,
        data_actions: list[str] | None = None,
        not_data_actions: list[str] | None = None,
        guid: str = "",
        kind: str = "CustomRole",
        scopes: list[str] | None = None,
    ) -> Item:
        """A role. `scopes`: ids of subscriptions, resource groups or management groups in which it may be assigned."""
        guid = guid or self.state.guid()
        item: Item = {
            "id": f"{_AUTHORIZATION}/roleDefinitions/{guid}",
            "name": guid,
            "type": "Microsoft.Authorization/roleDefinitions",
            "properties": {
                "roleName": name,
                "type": kind,
                "description": "",
                "assignableScopes": scopes or ["/"],
                "permissions": [
                    {
                        "actions": actions or [],
                        "notActions": not_actions or [],
                        "dataActions": data_actions or [],
                        "notDataActions": not_data_actions or [],
                    }
                ],
            },
        }
        return self.state.put("roleDefinitions", item, guid)

    def role_assignment(self, principal: Item, role: str, scope: str, **properties: Any) -> Item:
        """`principal` holds the role with the GUID `role` in `scope`, a resource id."""
        guid = self.state.guid()
        at = scope.rstrip("/")
        item: Item = {
            "id": f"{at}{_AUTHORIZATION}/roleAssignments/{guid}",
            "name": guid,
            "type": "Microsoft.Authorization/roleAssignments",
            "properties": {
                "roleDefinitionId": f"{_subscription(at)}{_AUTHORIZATION}/roleDefinitions/{role}",
                "principalId": principal["id"],
                "principalType": self._type(principal),
                "scope": scope,
                "condition": None,
                "conditionVersion": None,
                "createdOn": ago(300),
                "updatedOn": ago(300),
                "createdBy": None,
                "updatedBy": None,
                "delegatedManagedIdentityResourceId": None,
                "description": None,
                **properties,
            },
        }
        return self.state.put("roleAssignments", item)

    def resource(
        self,
        subscription: Item,
        kind: str,
        name: str,
        /,
        *,
        group: str = "rg",
        properties: Item | None = None,
        **fields: Any,
    ) -> Item:
        """A resource of any type: resource(sub, "Microsoft.Storage/storageAccounts", "logs").

        A child has the type and the name of its parents before its own: resource(sub,
        "Microsoft.CognitiveServices/accounts/projects", "acct/proj").
        """
        namespace, *kinds = kind.split("/")
        pairs = "/".join(f"{a}/{b}" for a, b in zip(kinds, name.split("/"), strict=True))
        item: Item = {
            "id": f"{subscription['id']}/resourceGroups/{group}/providers/{namespace}/{pairs}",
            "name": name,
            "type": kind,
            "location": "westeurope",
            "tags": {},
            "properties": properties or {},
        }
        return self.state.put("resources", {**item, **fields})

    def _type(self, principal: Item) -> str:
        for table, kind in (("users", "User"), ("groups", "Group")):
            if principal["id"] in self.state.table(table):
                return kind
        return "ServicePrincipal"


def _subscription(scope: str) -> str:
    parts = scope.split("/")
    return "/".join(parts[:3]) if scope.startswith("/subscriptions/") else ""
