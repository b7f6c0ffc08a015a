"""Whom the directory protects: members of groups that roles can be assigned to, and of restricted units."""

from __future__ import annotations

import pytest

from nhiscan.model import Gap, Link, Ownership, Resource, administrator_of
from nhiscan_connectors.azure.access import names as n
from nhiscan_connectors.azure.access.targets import NO_ROLE_GROUP
from nhiscan_connectors.azure.ids import unit_id
from tests.connectors.azure.access.estates import CONTRIBUTOR, OWNER, PROD, TENANT, Estate, gained, held


def unit(estate: Estate, name: str, *members: str, restricted: bool = False) -> str:
    """An administrative unit with members."""
    id = unit_id(estate.guid())
    facts = {"restricted": "true"} if restricted else {}
    estate.add(
        Resource(id=id, provider="azure", kind="administrative-unit", name=name, scope=TENANT, attributes=facts),
        *(Link(source=member, target=id, kind="in_unit", reason="it belongs to it") for member in members),
    )
    return id


def owner(estate: Estate, subject: str, of: str) -> None:
    estate.add(Ownership(subject=of, owner=subject, kind="owner", source="test"))


# Groups that roles can be assigned to ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "method"),
    [
        (n.GROUPS_ADMINISTRATOR, "entra-add-member"),
        (n.USER_ADMINISTRATOR, "entra-add-member"),
        (n.DIRECTORY_WRITERS, "entra-add-member"),
    ],
)
def test_few_put_members_into_a_group_that_roles_can_be_assigned_to(role: str, method: str) -> None:
    estate = Estate()
    ada = estate.user("Ada")
    shielded, other = estate.group("shielded", protected=True), estate.group("other")
    for group in (shielded, other):
        estate.assign(group, CONTRIBUTOR, PROD)
    estate.directory_role(ada, role)
    assert {target for id, target, _ in gained(estate, ada) if id == method} == {other}


@pytest.mark.parametrize("value", ["Group.ReadWrite.All", "GroupMember.ReadWrite.All", "Directory.ReadWrite.All"])
def test_nor_does_a_permission_over_all_groups(value: str) -> None:
    estate = Estate()
    app = estate.principal("app")
    shielded, other = estate.group("shielded", protected=True), estate.group("other")
    for group in (shielded, other):
        estate.assign(group, CONTRIBUTOR, PROD)
    estate.permission(app, value)
    assert {target for _, target, _ in gained(estate, app)} == {other}


@pytest.mark.parametrize("how", ["member", "owner"])
@pytest.mark.parametrize(
    ("protected", "reached"),
    [(False, "conditional"), (None, "conditional"), (True, "")],
)
def test_its_members_and_owners_are_protected_without_holding_a_role(
    how: str, protected: bool | None, reached: str
) -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    estate.assign(bob, OWNER, PROD)
    group = estate.group("team", *((bob,) if how == "member" else ()), protected=protected)
    if how == "owner":
        owner(estate, bob, group)
    estate.directory_role(ada, n.HELPDESK_ADMINISTRATOR)
    found = {b.target: b for b in estate.judged()[0].becomes_of(ada) if b.method == "entra-reset-password"}
    assert (found[bob].answer if bob in found else "") == reached
    assert (NO_ROLE_GROUP in found[bob].conditions if bob in found else None) == {False: False, None: True, True: None}[
        protected
    ]


def test_a_privileged_authentication_administrator_reaches_them_all_the_same() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    estate.assign(bob, OWNER, PROD)
    estate.group("team", bob, protected=True)
    estate.directory_role(ada, n.PRIVILEGED_AUTHENTICATION_ADMINISTRATOR)
    assert gained(estate, ada) == {("entra-reset-any-password", bob, "allowed")}


def test_a_group_of_which_nobody_told_depends_on_it() -> None:
    estate = Estate()
    ada, group = estate.user("Ada"), estate.group("team", protected=None)
    estate.assign(group, OWNER, PROD)
    estate.directory_role(ada, n.GROUPS_ADMINISTRATOR)
    (edge,) = estate.judged()[0].becomes_of(ada)
    assert (edge.target, edge.answer) == (group, "conditional")
    assert edge.conditions == ("roles of the directory cannot be assigned to it",)


def test_an_owner_still_manages_it_and_an_application_needs_more() -> None:
    estate = Estate()
    ada, app = estate.user("Ada"), estate.principal("app")
    group = estate.group("team", protected=True)
    estate.assign(group, OWNER, PROD)
    estate.permission(app, "GroupMember.ReadWrite.All")
    for one in (ada, app):
        owner(estate, one, group)
    assert ("entra-owner-adds-member", group, "allowed") in gained(estate, ada)
    (edge,) = [b for b in estate.judged()[0].becomes_of(app) if b.method == "entra-owner-adds-member"]
    assert edge.conditions == ("permission RoleManagement.ReadWrite.Directory of Microsoft Graph",)


# Administrative units -------------------------------------------------------------------------------------------------


def test_a_role_in_a_unit_reaches_its_members_alone() -> None:
    estate = Estate()
    ada, bob, cyd = (estate.user(name) for name in ("Ada", "Bob", "Cyd"))
    group, other = estate.group("team"), estate.group("other")
    for one in (bob, cyd, group, other):
        estate.assign(one, OWNER, PROD)
    north = unit(estate, "North", bob, group)
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR, scope=north)
    estate.directory_role(ada, n.GROUPS_ADMINISTRATOR, scope=north)
    assert gained(estate, ada) == {
        ("entra-reset-authentication", bob, "allowed"),
        ("entra-add-member", group, "allowed"),
    }
    assert ("administer_identities", north, "allowed") in held(estate, ada)
    assert all("administrative unit North" in grant.reason for grant in estate.judged()[0].grants_of(ada))


def test_a_unit_of_many_members_is_one_hub() -> None:
    estate = Estate()
    ada, people = estate.user("Ada"), [estate.user(f"Person {number}") for number in range(12)]
    for one in people:
        estate.assign(one, CONTRIBUTOR, PROD)
    north = unit(estate, "North", *people[:11])
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR, scope=north)
    ((method, hub, answer),) = gained(estate, ada)
    assert (method, answer) == ("entra-reset-authentication", "allowed")
    assert {b.target for b in estate.judged()[0].becomes_of(hub)} == {*people[:11]}


def test_a_unit_whose_members_were_refused_may_hold_anybody() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    estate.assign(bob, OWNER, PROD)
    north = unit(estate, "North")
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR, scope=north)
    assert gained(estate, ada) == set()
    estate.add(
        Gap(connector="azure", scope=TENANT, operation="x", reason="denied", blinds=("policies",), subjects=(north,))
    )
    (edge,) = estate.judged()[0].becomes_of(ada)
    assert (edge.answer, edge.conditions) == ("conditional", ("the target belongs to administrative unit North",))


@pytest.mark.parametrize(
    ("role", "reached"),
    [
        (n.PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, False),
        (n.USER_ADMINISTRATOR, False),
        (n.EXTERNAL_IDENTITY_PROVIDER_ADMINISTRATOR, True),  # it changes the domain, and not the user
    ],
)
def test_a_restricted_unit_shields_its_members_from_administrators_of_the_tenant(role: str, reached: bool) -> None:
    estate = Estate()
    ada, bob, cyd = (estate.user(name) for name in ("Ada", "Bob", "Cyd"))
    for one in (bob, cyd):
        estate.assign(one, OWNER, PROD)
    unit(estate, "Board", bob, restricted=True)
    estate.directory_role(ada, role)
    targets = {target for _, target, _ in gained(estate, ada)}
    assert cyd in targets
    assert (bob in targets) is reached


def test_it_shields_from_permissions_owners_and_roles_over_one_object_too() -> None:
    estate = Estate()
    ada, app, eve = estate.user("Ada"), estate.principal("app"), estate.user("Eve")
    bob, group = estate.user("Bob"), estate.group("team")
    for one in (bob, group):
        estate.assign(one, OWNER, PROD)
    owner(estate, ada, group)
    estate.permission(app, "UserAuthenticationMethod.ReadWrite.All")
    estate.permission(app, "Group.ReadWrite.All")
    estate.directory_role(eve, n.GROUPS_ADMINISTRATOR, scope=group)
    open_ = {who: {t for _, t, _ in gained(estate, who)} for who in (ada, app, eve)}
    assert open_[ada] == open_[eve] == {group}
    assert open_[app] >= {bob, group}
    unit(estate, "Board", bob, group, restricted=True)
    closed = {who: {t for _, t, _ in gained(estate, who)} for who in (ada, app, eve)}
    assert closed[ada] == closed[eve] == set()
    assert closed[app] & {bob, group} == set()


def test_only_roles_in_a_restricted_unit_reach_its_members() -> None:
    estate = Estate()
    ada, eve, bob = (estate.user(name) for name in ("Ada", "Eve", "Bob"))
    estate.assign(bob, OWNER, PROD)
    board = unit(estate, "Board", bob, restricted=True)
    north = unit(estate, "North", bob)
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR, scope=board)
    estate.directory_role(eve, n.AUTHENTICATION_ADMINISTRATOR, scope=north)
    assert gained(estate, ada) == {("entra-reset-authentication", bob, "allowed")}
    assert gained(estate, eve) == set()


def test_a_global_administrator_is_one_whatever_units_shield() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    estate.assign(bob, OWNER, PROD)
    unit(estate, "Board", bob, restricted=True)
    estate.directory_role(ada, n.GLOBAL_ADMINISTRATOR)
    assert ("entra-global-administrator", administrator_of(TENANT), "allowed") in gained(estate, ada)


def test_units_cost_what_they_hold() -> None:
    """Many administrators of one tenant, many people in one restricted unit: the people are looked through once."""
    estate = Estate()
    people = [estate.user(f"Person {number}") for number in range(400)]
    for one in people:
        estate.assign(one, CONTRIBUTOR, PROD)
    unit(estate, "Board", *people[:200], restricted=True)
    for one in people[:300]:
        estate.directory_role(one, n.USER_ADMINISTRATOR)
    inventory, _ = estate.judged()
    assert len(inventory.becomes) < 20 * len(people)
