"""Roles of the directory and permissions of Microsoft Graph: every method, its targets, and capabilities."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import Policy, administrator_of
from nhiscan_connectors.azure.access import names as n
from nhiscan_connectors.azure.access.directory_methods import CAPABILITIES, DIRECTORY_METHODS, DirectoryMethod
from nhiscan_connectors.azure.access.targets import INSTANCE_LOCK
from nhiscan_connectors.azure.ids import directory_role_id
from tests.connectors.azure.access.estates import CONTRIBUTOR, OWNER, PROD, TENANT, TENANT_ID, Estate, gained, held

ADMIN = administrator_of(TENANT)


class World:
    """A tenant with one target of each kind, and somebody who will try."""

    def __init__(self) -> None:
        self.estate = Estate()
        self.ada = self.estate.user("Ada")
        self.admin = self.estate.user("Admin")
        self.app = self.estate.principal("app", attributes={"owner_tenant": TENANT_ID})
        self.group = self.estate.group("team")
        self.protected = self.estate.group("protected", protected=True)
        self.agent = self.estate.identity("agent", "entra-agent-identity")
        self.managed = self.estate.managed("mi")
        self.microsoft = self.estate.principal("first-party", managed_by_provider=True)
        for one in (self.ada, self.app, self.group, self.managed, self.microsoft):
            self.estate.assign(one, CONTRIBUTOR, PROD)
        for one in (self.admin, self.protected):
            self.estate.directory_role(one, n.GLOBAL_ADMINISTRATOR, eligible=True)
        self.powerless = self.estate.principal("powerless")
        self.trier = self.estate.principal("trier")

    def targets(self, aim: str) -> set[str]:
        return {
            "tenant": {ADMIN},
            "service-principals": {self.app},
            "users": {self.ada, self.admin},
            "users-without-roles": {self.ada},
            "groups": {self.group},
            "protected-groups": {self.protected},
            "agents": {self.agent},
        }[aim]


def reached(world: World, method: DirectoryMethod) -> tuple[set[str], set[str]]:
    edges = {(target, sure) for id, target, sure in gained(world.estate, world.trier) if id == method.id}
    return {target for target, _ in edges}, {sure for _, sure in edges}


EVERY_ROLE = [(method, role) for method in DIRECTORY_METHODS for role in method.roles]
EVERY_PERMISSION = [(method, value) for method in DIRECTORY_METHODS for value in method.permissions]
EVERY_ACTION = [(method, action) for method in DIRECTORY_METHODS for action in method.actions]


def ids(value: object) -> str:
    return value.id if isinstance(value, DirectoryMethod) else str(value)


@pytest.mark.parametrize(("method", "role"), EVERY_ROLE, ids=ids)
def test_by_role(method: DirectoryMethod, role: str) -> None:
    world = World()
    world.estate.directory_role(world.trier, role)
    targets, answers = reached(world, method)
    assert targets == world.targets(method.aim)
    assert answers == {"conditional" if method.note else "allowed"}


@pytest.mark.parametrize(("method", "value"), EVERY_PERMISSION, ids=ids)
def test_by_permission(method: DirectoryMethod, value: str) -> None:
    world = World()
    world.estate.permission(world.trier, value)
    targets, answers = reached(world, method)
    assert targets == world.targets(method.aim)
    assert answers == {"conditional" if method.note else "allowed"}


def custom(estate: Estate, *actions: str, document: Any = None) -> str:
    template = estate.guid()
    text = json.dumps(document or {"rolePermissions": [{"allowedResourceActions": list(actions)}]})
    estate.add(
        Policy(
            id=directory_role_id(template),
            provider="azure",
            kind="role-definition",
            name="custom",
            scope=TENANT,
            document=text,
        )
    )
    return template


@pytest.mark.parametrize(("method", "action"), EVERY_ACTION, ids=ids)
def test_by_custom_role(method: DirectoryMethod, action: str) -> None:
    world = World()
    world.estate.directory_role(world.trier, custom(world.estate, action.upper()))
    assert reached(world, method)[0] == world.targets(method.aim)


@pytest.mark.parametrize(
    ("action", "fires"),
    [
        ("microsoft.directory/applications/allProperties/allTasks", True),
        ("microsoft.directory/applications/*", True),
        ("microsoft.directory/*/credentials/update", True),
        ("microsoft.directory/users/allProperties/allTasks", False),
        ("microsoft.directory/applications/basic/update", False),
        ("microsoft.directory/applicationsX/allProperties/allTasks", False),
    ],
)
def test_custom_roles_that_cover_more_than_one_action(action: str, fires: bool) -> None:
    world = World()
    world.estate.directory_role(world.trier, custom(world.estate, action))
    assert (("entra-add-secret", world.app, "allowed") in gained(world.estate, world.trier)) is fires


@pytest.mark.parametrize("method", DIRECTORY_METHODS, ids=lambda m: m.id)
def test_not_by_anything_else(method: DirectoryMethod) -> None:
    """Each method fires by its own roles and permissions alone."""
    roles = {role for other in DIRECTORY_METHODS for role in other.roles} - {*method.roles}
    values = {value for other in DIRECTORY_METHODS for value in other.permissions} - {*method.permissions}
    world = World()
    for role in roles:
        world.estate.directory_role(world.trier, role)
    for value in values:
        world.estate.permission(world.trier, value)
    world.estate.directory_role(world.trier, custom(world.estate, "microsoft.directory/users/basic/update"))
    assert reached(world, method) == (set(), set())


def test_global_administrator() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.directory_role(ada, n.GLOBAL_ADMINISTRATOR)
    assert ("administer", TENANT, "allowed") in held(estate, ada)
    inventory, _ = estate.judged()
    assert {(b.method, b.target) for b in inventory.becomes_of(ada)} == {("entra-global-administrator", ADMIN)}
    steps = {(b.method, b.target) for b in inventory.becomes_of(ADMIN)}
    assert ("az-elevate", administrator_of("/")) in steps
    assert {b.method for b in inventory.becomes_of(administrator_of(PROD))} == set()
    assert any(b.target == administrator_of(PROD) for b in inventory.becomes)
    assert admin_verdicts(inventory)[ada] == (
        "is",
        "user Ada administers tenant Acme (role Global Administrator of the directory)",
    )


def test_through_groups_and_by_activation() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    group = estate.group("admins", ada)
    estate.directory_role(group, n.PRIVILEGED_ROLE_ADMINISTRATOR)
    estate.directory_role(bob, n.PRIVILEGED_ROLE_ADMINISTRATOR, eligible=True)
    assert gained(estate, ada) == {("member-of", group, "allowed")}
    assert gained(estate, group) == {("entra-assign-role", ADMIN, "allowed")}
    (edge,) = estate.judged()[0].becomes_of(bob)
    assert (edge.answer, edge.conditions) == ("conditional", ("it activates what it is eligible for",))
    verdicts = admin_verdicts(estate.judged()[0])
    assert [verdicts[one][0] for one in (ada, bob)] == ["can_become", "conditional"]


def test_third_party_service_principals_depend_on_the_lock() -> None:
    estate = Estate()
    app, ada = estate.principal("app", attributes={"owner_tenant": "another"}), estate.user("Ada")
    estate.assign(app, OWNER, PROD)
    estate.directory_role(ada, n.APPLICATION_ADMINISTRATOR)
    (edge,) = [b for b in estate.judged()[0].becomes_of(ada) if b.target == app]
    assert (edge.answer, edge.conditions) == ("conditional", (INSTANCE_LOCK,))


def test_latent_without_anybody_to_gain() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.directory_role(ada, n.APPLICATION_ADMINISTRATOR)
    assert gained(estate, ada) == {("entra-add-secret", ADMIN, "latent")} | {
        edge for edge in gained(estate, ada) if edge[2] == "latent"
    }


def test_many_targets_are_one_hub() -> None:
    estate = Estate()
    apps = [estate.principal(f"app{number}") for number in range(12)]
    for app in apps:
        estate.assign(app, CONTRIBUTOR, PROD)
    ada, bob = estate.user("Ada"), estate.user("Bob")
    estate.directory_role(ada, n.APPLICATION_ADMINISTRATOR)
    estate.directory_role(bob, n.CLOUD_APPLICATION_ADMINISTRATOR)
    hub = f"any-of:azure:service-principals:{TENANT}"
    assert ("entra-add-secret", hub, "allowed") in gained(estate, ada)
    assert ("entra-add-secret", hub, "allowed") in gained(estate, bob)
    assert {b.target for b in estate.judged()[0].becomes_of(hub)} == {*apps}


def test_role_over_one_application() -> None:
    estate = Estate()
    one, other, ada = estate.principal("one"), estate.principal("other"), estate.user("Ada")
    for app in (one, other):
        estate.assign(app, OWNER, PROD)
    estate.directory_role(ada, n.APPLICATION_ADMINISTRATOR, scope=one)
    assert gained(estate, ada) == {("entra-add-secret", one, "allowed")}


def test_role_in_a_unit_that_nobody_listed_depends_on_its_members() -> None:
    estate = Estate()
    bob, ada = estate.user("Bob"), estate.user("Ada")
    estate.assign(bob, OWNER, PROD)
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR, scope="/administrativeUnits/u1")
    (edge,) = estate.judged()[0].becomes_of(ada)
    assert edge.answer == "conditional"
    assert edge.conditions == ("the target belongs to administrative unit u1",)


@pytest.mark.parametrize(
    "document", [{"rolePermissions": {}}, {"rolePermissions": [{"allowedResourceActions": "x"}]}, ["x"]]
)
def test_custom_role_that_cannot_be_read_is_unknown(document: object) -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.directory_role(ada, custom(estate, document=document))
    assert held(estate, ada) == {("administer", TENANT, "unknown")}


def test_role_that_nobody_told_of_is_unknown() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.directory_role(ada, estate.guid())
    assert held(estate, ada) == {("administer", TENANT, "unknown")}


@pytest.mark.parametrize("table", CAPABILITIES, ids=lambda table: table[0])
def test_capabilities(table: tuple[str, frozenset[str], frozenset[str]]) -> None:
    capability, roles, values = table
    for role in sorted(roles):
        estate = Estate()
        app = estate.principal("app")
        estate.directory_role(app, role)
        assert (capability, TENANT, "allowed") in held(estate, app)
    for value in sorted(values):
        estate = Estate()
        app = estate.principal("app")
        estate.permission(app, value)
        assert (capability, TENANT, "allowed") in held(estate, app)


@pytest.mark.parametrize("value", ["User.Read.All", "Directory.Read.All", "application.readwrite", ""])
def test_harmless_permissions_give_nothing(value: str) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.permission(app, value)
    assert held(estate, app) == set()


def test_roles_of_the_table_are_ids_and_have_names() -> None:
    used = {role for method in DIRECTORY_METHODS for role in method.roles} | {
        r for _, rs, _ in CAPABILITIES for r in rs
    }
    assert used <= {*n.ROLE_NAMES}
    assert len({*n.ROLE_NAMES.values()}) == len(n.ROLE_NAMES)
