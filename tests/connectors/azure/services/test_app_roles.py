"""Permissions on APIs: which application holds which, and what users lend."""

from __future__ import annotations

from pathlib import Path

from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_directory import (
    MAIL_READ,
    ROLES_WRITE,
    agent,
    app_role,
    application_permission,
    blueprint,
    delegated_grant,
    microsoft_graph,
)
from tests.connectors.azure.scanning import inventory_of

ORDERS_WRITE = "aaaaaaaa-0000-4000-8000-000000000001"
NOBODYS = "00000000-0000-0000-0000-000000000000"


def test_permissions_are_named_and_asked_for_once_an_api(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    graph = microsoft_graph(tenant)
    api = tenant.service_principal("orders", appRoles=[app_role("Orders.Write", ORDERS_WRITE)])
    people = [app_role("User", "aaaaaaaa-0000-4000-8000-000000000002", "User")]
    tenant.service_principal("for people", appRoles=people)
    robot, clerk = tenant.service_principal("robot"), tenant.service_principal("clerk")
    for _ in range(30):
        tenant.service_principal("quiet")
    application_permission(tenant, robot, graph, ROLES_WRITE)
    application_permission(tenant, robot, graph, MAIL_READ.upper())
    application_permission(tenant, clerk, api, ORDERS_WRITE)
    application_permission(tenant, clerk, api, NOBODYS)
    application_permission(tenant, clerk, graph, "bbbbbbbb-0000-4000-8000-000000000009")
    found = inventory_of(azure, tmp_path / "b")
    scope, orders = f"azure:{tenant.id}", f"/servicePrincipals/{api['id']}"
    assert {(item.principal, item.role, item.scope) for item in found.assignments} == {
        (f"/servicePrincipals/{robot['id']}", "graph-permission:RoleManagement.ReadWrite.Directory", scope),
        (f"/servicePrincipals/{robot['id']}", "graph-permission:Mail.Read", scope),
        (f"/servicePrincipals/{clerk['id']}", f"{orders}/appRoles/Orders.Write", orders),
        (f"/servicePrincipals/{clerk['id']}", "graph-permission:bbbbbbbb-0000-4000-8000-000000000009", scope),
    }
    assert all(item.created_at and item.id for item in found.assignments)
    assert azure.calls.count("/servicePrincipals/*/appRoleAssignedTo") == 2
    assert azure.calls.count("/servicePrincipals/*/appRoleAssignments") == 0


def test_what_users_lend_is_one_link_a_client_and_api(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    graph = microsoft_graph(tenant)
    notes = tenant.service_principal("Notes AI", appOwnerOrganizationId="99999999-0000-4000-8000-000000000000")
    delegated_grant(tenant, notes, graph, " Mail.Read  Files.Read.All")
    for number in range(3):
        delegated_grant(tenant, notes, graph, "User.Read Calendars.Read", tenant.user(f"Person {number}"))
    found = inventory_of(azure, tmp_path / "b")
    id = f"/servicePrincipals/{notes['id']}"
    (link,) = found.links_from(id)
    assert (link.kind, link.target) == ("delegated_permission", f"/servicePrincipals/{graph['id']}")
    assert link.reason == (
        "Notes AI may act on Microsoft Graph for every user who signs in: Files.Read.All, Mail.Read; "
        "for 3 users who agreed: Calendars.Read, User.Read"
    )
    attributes = found.identities[id].attributes
    assert attributes["delegated_for_everyone"] == "Files.Read.All Mail.Read"
    assert attributes["delegated_for_some"] == "Calendars.Read User.Read"


def test_a_refused_list_of_grants_is_a_gap(azure: Azure, tmp_path: Path) -> None:
    azure.faults.add("deny", "/oauth2PermissionGrants")
    found = inventory_of(azure, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.permission, gap.blinds) == ("DelegatedPermissionGrant.Read.All", ("policies",))


def test_an_agent_has_what_its_blueprint_hands_down(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    graph = microsoft_graph(tenant)
    application, principal = blueprint(tenant, "helpers")
    bot = agent(tenant, "helper", application)
    role = application_permission(tenant, principal, graph, MAIL_READ)
    grant = delegated_grant(tenant, principal, graph, "Files.Read.All")
    table = f"servicePrincipals/{bot['id']}/inherited"
    tenant.state.put(f"{table}AppRoleAssignments", {**role, "principalId": bot["id"]})
    tenant.state.put(f"{table}Oauth2PermissionGrants", {**grant, "clientId": bot["id"]})
    found = inventory_of(azure, tmp_path / "b")
    own = f"/servicePrincipals/{bot['id']}"
    assert [item.role for item in found.assignments_of(own)] == ["graph-permission:Mail.Read"]
    assert found.identities[own].attributes["delegated_for_everyone"] == "Files.Read.All"
    assert {link.kind for link in found.links_from(own)} == {"part_of", "delegated_permission"}


def test_a_refusal_of_what_agents_inherit_is_theirs_alone(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    application, principal = blueprint(tenant, "helpers")
    bot = agent(tenant, "helper", application)
    azure.faults.add("deny", "/servicePrincipals/*/inheritedAppRoleAssignments")
    found = inventory_of(azure, tmp_path / "b")
    scope = f"azure:{tenant.id}"
    assert not found.knows(scope, "policies", f"/servicePrincipals/{bot['id']}")
    assert found.knows(scope, "policies", f"/servicePrincipals/{principal['id']}")
