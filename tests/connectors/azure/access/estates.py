"""Builds small tenants as the connector's parsers would describe them."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import (
    AnyRecord,
    Assignment,
    CanBecome,
    Gap,
    Grant,
    Group,
    Identity,
    Link,
    Membership,
    Policy,
    PolicyUse,
    Resource,
    RunsAs,
    Scope,
    Workload,
)
from nhiscan_connectors.azure.access import access
from nhiscan_connectors.azure.access.names import graph_permission
from nhiscan_connectors.azure.ids import (
    directory_role_id,
    group_id,
    management_group_scope,
    principal_id,
    service_principal_id,
    subscription_scope,
    tenant_scope,
    user_id,
)

TENANT_ID = "00000000-aaaa-4000-8000-000000000001"
TENANT = tenant_scope(TENANT_ID)
ROOT_GROUP = management_group_scope(TENANT_ID)
PROD_ID = "00000000-bbbb-4000-8000-000000000001"
TEST_ID = "00000000-bbbb-4000-8000-000000000002"
PROD = subscription_scope(PROD_ID)
TEST = subscription_scope(TEST_ID)
MANAGEMENT_GROUP = management_group_scope("corp")
RG = f"{PROD}/resourcegroups/app"
OTHER_RG = f"{PROD}/resourcegroups/other"

_ROLES = "/providers/microsoft.authorization/roledefinitions/"
OWNER = f"{_ROLES}8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = f"{_ROLES}b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = f"{_ROLES}acdd72a7-3385-48ef-bd42-f606fba81ae7"
ACCESS_ADMINISTRATOR = f"{_ROLES}18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"

BUILT_IN: dict[str, tuple[str, dict[str, list[str]]]] = {
    OWNER: ("Owner", {"actions": ["*"]}),
    CONTRIBUTOR: (
        "Contributor",
        {
            "actions": ["*"],
            "notActions": [
                "Microsoft.Authorization/*/Delete",
                "Microsoft.Authorization/*/Write",
                "Microsoft.Authorization/elevateAccess/Action",
            ],
        },
    ),
    READER: ("Reader", {"actions": ["*/read"]}),
    ACCESS_ADMINISTRATOR: (
        "User Access Administrator",
        {"actions": ["*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"]},
    ),
}


def guid(number: int) -> str:
    """An object id."""
    return f"00000000-cccc-4000-8000-{number:012d}"


def resource(type_: str, name: str, group: str = RG) -> str:
    """Id of a resource of a type, such as "Microsoft.Compute/virtualMachines"; a child's name has slashes."""
    namespace, *types = type_.lower().split("/")
    pairs = "/".join(f"{kind}/{one}" for kind, one in zip(types, name.lower().split("/"), strict=True))
    return f"{group}/providers/{namespace}/{pairs}"


class Estate:
    """Records of a tenant under construction: two subscriptions, of which the first lies in a management group."""

    def __init__(self) -> None:
        self.records: list[AnyRecord] = [
            Scope(id=TENANT, provider="azure", kind="tenant", name="Acme"),
            Scope(id=ROOT_GROUP, provider="azure", kind="management-group", name="Root", parent=TENANT),
            Scope(id=MANAGEMENT_GROUP, provider="azure", kind="management-group", name="Corp", parent=ROOT_GROUP),
            Scope(id=PROD, provider="azure", kind="subscription", name="Prod", parent=MANAGEMENT_GROUP),
            Scope(id=TEST, provider="azure", kind="subscription", name="Test", parent=ROOT_GROUP),
        ]
        for id, (name, permissions) in BUILT_IN.items():
            self._role(id, name, [permissions], built_in=True)
        self._next = 0

    def guid(self) -> str:
        """A fresh object id."""
        self._next += 1
        return guid(self._next)

    def add(self, *records: AnyRecord) -> None:
        """Add records as they are."""
        self.records += records

    def _role(self, id: str, name: str, permissions: list[dict[str, Any]], *, built_in: bool = False) -> None:
        self.add(
            Policy(
                id=id,
                provider="azure",
                kind="role-definition",
                name=name,
                scope=TENANT,
                document=json.dumps({"permissions": permissions}),
                managed_by_provider=built_in,
            )
        )

    def role(self, *actions: str, name: str = "custom", **more: Any) -> str:
        """A custom role; "data:" stands before what works on data. `more` goes into its only permission."""
        id = f"{_ROLES}{self.guid()}"
        data = [action.removeprefix("data:") for action in actions if action.startswith("data:")]
        control = [action for action in actions if not action.startswith("data:")]
        self._role(id, name, [{"actions": control, "dataActions": data, **more}])
        return id

    def identity(self, name: str, kind: str, **more: Any) -> str:
        """An identity of a kind."""
        make = user_id if "user" in kind else service_principal_id
        id = make(self.guid())
        self.add(Identity(id=id, provider="azure", kind=kind, name=name, scope=TENANT, **more))
        return id

    def user(self, name: str) -> str:
        """A person."""
        return self.identity(name, "entra-user")

    def principal(self, name: str, **more: Any) -> str:
        """A service principal."""
        return self.identity(name, "entra-service-principal", **more)

    def managed(self, name: str, host: str = "") -> str:
        """A managed identity; of a host, or user assigned where none is given."""
        where = host or resource("Microsoft.ManagedIdentity/userAssignedIdentities", name)
        return self.identity(name, "entra-managed-identity", attributes={"resource": where})

    def host(self, type_: str, name: str, identity: str, group: str = RG) -> str:
        """Something that runs as an identity."""
        id = resource(type_, name, group)
        self.add(
            Workload(id=id, provider="azure", kind=type_.lower(), name=name, scope=PROD),
            RunsAs(workload=id, identity=identity),
        )
        return id

    def group(self, name: str, *members: str, protected: bool | None = False) -> str:
        """A group with members."""
        id = group_id(self.guid())
        self.add(Group(id=id, provider="azure", name=name, scope=TENANT, protected=protected))
        self.add(*(Membership(member=member, group=id) for member in members))
        return id

    def assign(self, principal: str, role: str, scope: str, **more: Any) -> None:
        """Assign a role of Azure RBAC."""
        self.add(Assignment(principal=principal, role=role, scope=scope, **more))

    def directory_role(self, principal: str, template: str, scope: str = TENANT, **more: Any) -> None:
        """Assign a role of the directory."""
        self.add(Assignment(principal=principal, role=directory_role_id(template), scope=scope, **more))

    def permission(self, principal: str, value: str) -> None:
        """Assign an application permission of Microsoft Graph."""
        self.add(Assignment(principal=principal, role=graph_permission(value), scope=TENANT))

    def deny(self, scope: str, *actions: str, principals: tuple[str, ...] = (), **more: Any) -> str:
        """A deny assignment, for everybody where no principals are given."""
        id = f"{scope}/providers/microsoft.authorization/denyassignments/{self.guid()}"
        everybody = [{"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}]
        named = [_principal(one) for one in principals]
        excluded = [_principal(one) for one in more.pop("excluded", ())]
        below = more.pop("below", True)
        data = [action.removeprefix("data:") for action in actions if action.startswith("data:")]
        control = [action for action in actions if not action.startswith("data:")]
        document = {
            "permissions": [{"actions": control, "dataActions": data, "notActions": [], "notDataActions": []}],
            "principals": named or everybody,
            "excludePrincipals": excluded,
            **more,
        }
        self.add(
            Policy(
                id=id,
                provider="azure",
                kind="resource",
                name="lock",
                scope=TENANT,
                document=json.dumps(document),
                attributes={"type": "deny-assignment", **({} if below else {"children": "false"})},
            ),
            PolicyUse(policy=id, target=scope, use="organization-limit"),
        )
        return id

    def unread(self, policy: str) -> None:
        """Take the document of a policy away, as if it had not been readable."""
        self.records = [
            msgspec.structs.replace(one, document=None) if isinstance(one, Policy) and one.id == policy else one
            for one in self.records
        ]

    def vault(self, name: str, authorization: str, *policies: dict[str, Any]) -> str:
        """A key vault, with its access policies."""
        id = resource("Microsoft.KeyVault/vaults", name)
        facts = {"authorization": authorization} if authorization else {}
        self.add(Resource(id=id, provider="azure", kind="azure-key-vault", name=name, scope=PROD, attributes=facts))
        if policies:
            text = json.dumps({"accessPolicies": list(policies)})
            policy = f"{id}/policy/access"
            self.add(
                Policy(id=policy, provider="azure", kind="resource", name=name, scope=PROD, document=text),
                PolicyUse(policy=policy, target=id, use="resource"),
            )
        return id

    def inventory(self) -> Inventory:
        """All records."""
        return Inventory(self.records)

    def judged(self) -> tuple[Inventory, list[Grant | CanBecome | Link | Gap]]:
        """The inventory with everything that the evaluator derives, and that alone."""
        inventory = self.inventory()
        derived = list(access(inventory))
        for record in derived:
            inventory.add(record)
        return inventory, derived


def _principal(id: str) -> dict[str, str]:
    words = {"/users/": "User", "/groups/": "Group"}
    kind = next((word for start, word in words.items() if id.startswith(start)), "ServicePrincipal")
    object_id = id.rpartition("/")[2]
    assert principal_id(object_id, kind) == id
    return {"id": object_id, "type": kind}


def held(estate: Estate, identity: str) -> set[tuple[str, str, str]]:
    """Capability, resource and answer of every grant of an identity."""
    return {(g.capability, g.resource, g.answer) for g in estate.judged()[0].grants_of(identity)}


def gained(estate: Estate, identity: str) -> set[tuple[str, str, str]]:
    """Method, target and answer of every edge of an identity."""
    return {(b.method, b.target, b.answer) for b in estate.judged()[0].becomes_of(identity)}
