"""`decide`: one question, answered layer by layer."""

from __future__ import annotations

import json

import pytest

from nhiscan.access.question import Decision, Question
from nhiscan.model import Gap, Policy
from nhiscan_connectors.azure.access import decide
from nhiscan_connectors.azure.access import names as n
from nhiscan_connectors.azure.ids import directory_role_id
from tests.connectors.azure.access.estates import (
    MANAGEMENT_GROUP,
    OTHER_RG,
    OWNER,
    PROD,
    READER,
    RG,
    TENANT,
    Estate,
    guid,
    resource,
)

KEYS = "Microsoft.Storage/storageAccounts/listKeys/action"
STORE = resource("Microsoft.Storage/storageAccounts", "s1")
BLOB = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
ODD = "Microsoft.Odd/things/poke/action"


def ask(estate: Estate, identity: str, action: str, on: str = STORE, **context: tuple[str, ...]) -> Decision:
    return decide(estate.inventory(), Question(identity=identity, action=action, resource=on, context=context))


def test_allowed_through_a_group_at_a_scope_above() -> None:
    estate = Estate()
    ada = estate.user("Ada")
    estate.assign(estate.group("ops", ada), estate.role(KEYS, name="Keys"), MANAGEMENT_GROUP)
    found = ask(estate, ada, KEYS.upper(), STORE.upper().replace("/SUBSCRIPTIONS", "/Subscriptions"))
    assert found.answer == "allowed"
    assert [(layer.name, layer.answer) for layer in found.layers] == [
        ("role assignments", "allowed"),
        ("deny assignments", "allowed"),
    ]
    assert "role Keys at management group Corp, through group ops allows" in found.reason


@pytest.mark.parametrize("scope", [OTHER_RG, f"{STORE}2", f"{PROD}/resourcegroups/ap"])
def test_denied_elsewhere(scope: str) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(KEYS), scope)
    found = ask(estate, app, KEYS)
    assert found.answer == "denied"
    assert found.reason.startswith(f"service principal app may not do {KEYS}")


@pytest.mark.parametrize(
    ("role", "not_actions", "action", "answer"),
    [
        (["*"], [], KEYS, "allowed"),
        (["*"], ["Microsoft.Storage/*/listKeys/action"], KEYS, "denied"),
        (["*/read"], [], KEYS, "denied"),
        (["*"], [], BLOB, "denied"),
        (["*"], [], f"data:{BLOB}", "denied"),
        (["data:*"], [], BLOB, "allowed"),
        (["data:*"], [], KEYS, "denied"),
        (["Microsoft.Storage/*", "data:Microsoft.Storage/*"], [], BLOB, "allowed"),
    ],
)
def test_wildcards_and_planes(role: list[str], not_actions: list[str], action: str, answer: str) -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, estate.role(*role, notActions=not_actions), PROD)
    assert ask(estate, app, action).answer == answer


def test_plane_of_an_action_that_nobody_knows() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    assert ask(estate, app, ODD).answer == "unknown"
    assert ask(estate, app, ODD, plane=("control",)).answer == "allowed"
    assert ask(estate, app, ODD, plane=("data",)).answer == "denied"
    estate.role(ODD)  # now a role says that it is one of control
    assert ask(estate, app, ODD).answer == "allowed"


def test_deny_assignments_win() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    estate.deny(RG, "Microsoft.Storage/*")
    found = ask(estate, app, KEYS)
    assert found.answer == "denied"
    assert found.layers[1].answer == "denied"
    assert "deny assignment lock at resource group app" in found.reason
    assert ask(estate, app, "Microsoft.Compute/disks/delete", RG).answer == "allowed"


def test_deny_that_stays_at_its_scope() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    estate.deny(RG, "*", below=False)
    assert ask(estate, app, KEYS, STORE).answer == "allowed"
    assert ask(estate, app, KEYS, RG).answer == "denied"


def test_deny_under_a_condition_and_one_that_cannot_be_read() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD)
    estate.deny(RG, "*", condition="@Request[x] StringEquals 'y'")
    found = ask(estate, app, KEYS)
    assert (found.answer, found.conditions) == ("conditional", ("@Request[x] StringEquals 'y'",))
    estate.unread(estate.deny(RG, "*"))
    assert ask(estate, app, KEYS).answer == "unknown"


def test_conditions_bind_only_what_they_name() -> None:
    estate = Estate()
    app = estate.principal("app")
    condition = f"((!(ActionMatches{{'{KEYS}'}})) OR (@Request[x] StringEquals 'y'))"
    estate.assign(app, OWNER, PROD, condition=condition)
    assert ask(estate, app, KEYS).conditions == (condition,)
    assert ask(estate, app, "Microsoft.Compute/disks/delete").answer == "allowed"


def test_eligible_depends_on_activation() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, PROD, eligible=True)
    found = ask(estate, app, KEYS)
    assert (found.answer, found.conditions) == ("conditional", ("it activates what it is eligible for",))


def test_role_that_was_not_read() -> None:
    estate = Estate()
    app = estate.principal("app")
    missing = f"/providers/microsoft.authorization/roledefinitions/{guid(999)}"
    estate.assign(app, missing, PROD)
    assert ask(estate, app, KEYS).answer == "unknown"
    assert ask(estate, app, KEYS, f"{MANAGEMENT_GROUP}").answer == "denied"
    estate.assign(app, OWNER, PROD)
    assert ask(estate, app, KEYS).answer == "allowed"


def test_assignments_that_were_not_read() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, READER, PROD)
    estate.add(Gap(connector="azure", scope=PROD, operation="x", reason="denied", blinds=("policies",)))
    found = ask(estate, app, KEYS)
    assert found.answer == "unknown"
    assert found.layers[0].missing == ("role assignments of subscription Prod",)


def test_root_and_star_are_the_root_of_all_scopes() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.assign(app, OWNER, "/")
    for on in ("/", "*", STORE, MANAGEMENT_GROUP):
        assert ask(estate, app, KEYS, on).answer == "allowed"


def test_identity_that_is_not_there() -> None:
    assert ask(Estate(), "/users/x", KEYS).answer == "unknown"


# Permissions of Microsoft Graph, and actions of the directory.


def test_graph_permission() -> None:
    estate = Estate()
    app = estate.principal("app")
    estate.permission(app, "User.Read.All")
    assert ask(estate, app, "user.read.all").answer == "allowed"
    assert ask(estate, app, "graph-permission:User.Read.All").answer == "allowed"
    assert ask(estate, app, "User.ReadWrite.All").answer == "denied"
    estate.add(Gap(connector="azure", scope=TENANT, operation="x", reason="denied", blinds=("policies",)))
    assert ask(estate, app, "User.ReadWrite.All").answer == "unknown"


def test_roles_of_the_directory() -> None:
    estate = Estate()
    ada, bob, eve = estate.user("Ada"), estate.user("Bob"), estate.user("Eve")
    template = estate.guid()
    action = "microsoft.directory/applications/credentials/update"
    estate.add(
        Policy(
            id=directory_role_id(template),
            provider="azure",
            kind="role-definition",
            name="App Keeper",
            scope=TENANT,
            document=json.dumps({"rolePermissions": [{"allowedResourceActions": [action]}]}),
        )
    )
    estate.directory_role(estate.group("keepers", ada), template, eligible=True)
    estate.directory_role(bob, n.GLOBAL_ADMINISTRATOR)
    estate.directory_role(eve, n.APPLICATION_ADMINISTRATOR)
    found = ask(estate, ada, action.upper())
    assert (found.answer, found.conditions) == ("conditional", ("it activates what it is eligible for",))
    assert "App Keeper" in found.layers[1].statements[0]
    assert ask(estate, ada, "microsoft.directory/users/create").answer == "denied"
    assert ask(estate, bob, action).answer == ask(estate, bob, "User.ReadWrite.All").answer == "allowed"
    assert ask(estate, eve, action).answer == "unknown"  # its definition was not read
