"""Memberships and ownerships of groups that must be activated: what they would give is held on that condition."""

from __future__ import annotations

import pytest

from nhiscan.access.question import Question
from nhiscan.access.reach import admin_verdicts
from nhiscan.model import Assignment, Policy, administrator_of
from nhiscan_connectors.azure.access import decide, readers
from nhiscan_connectors.azure.access import names as n
from nhiscan_connectors.azure.ids import directory_role_id, owners_of
from tests.connectors.azure.access.estates import CONTRIBUTOR, OWNER, PROD, RG, TENANT, Estate, gained, held, resource


def may_join(estate: Estate, principal: str, group: str, *, own: bool = False) -> None:
    role = owners_of(group) if own else group
    estate.add(Assignment(principal=principal, role=role, scope=TENANT, eligible=True, source="test"))


def test_capabilities_of_the_group_depend_on_activation() -> None:
    estate = Estate()
    bob, group = estate.user("Bob"), estate.group("owners")
    estate.assign(group, OWNER, PROD)
    may_join(estate, bob, group)
    assert ("administer", PROD, "conditional") in held(estate, bob)
    assert not any(answer == "allowed" for _, _, answer in held(estate, bob))
    grant = next(g for g in estate.judged()[0].grants_of(bob) if g.capability == "administer")
    assert grant.conditions == ("it activates what it is eligible for",)
    assert "through group owners" in grant.reason
    assert admin_verdicts(estate.judged()[0])[bob][0] == "conditional"


def test_roles_of_the_directory_depend_on_it_too() -> None:
    estate = Estate()
    bob, group = estate.user("Bob"), estate.group("admins", protected=True)
    estate.directory_role(group, n.PRIVILEGED_ROLE_ADMINISTRATOR)
    may_join(estate, bob, group)
    assert ("entra-assign-role", administrator_of(TENANT), "conditional") in gained(estate, bob)
    assert ("administer_identities", TENANT, "conditional") in held(estate, bob)


def test_a_member_that_may_join_as_well_is_a_member() -> None:
    estate = Estate()
    bob = estate.user("Bob")
    group = estate.group("owners", bob)
    estate.assign(group, OWNER, PROD)
    may_join(estate, bob, group)
    assert ("administer", PROD, "allowed") in held(estate, bob)
    assert gained(estate, bob) == {("member-of", group, "allowed")}


def test_through_groups_that_are_members_or_may_join() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    top = estate.group("top")
    middle = estate.group("middle")
    low = estate.group("low", ada)
    may_join(estate, low, middle)
    may_join(estate, middle, top)
    may_join(estate, top, low)  # a circle
    may_join(estate, bob, low)
    estate.assign(top, OWNER, PROD)
    for who in (ada, bob):
        assert ("administer", PROD, "conditional") in held(estate, who)


@pytest.mark.parametrize("shielded", [False, True])
def test_an_owner_to_be_puts_itself_in(shielded: bool) -> None:
    estate = Estate()
    bob, group = estate.user("Bob"), estate.group("owners", protected=shielded)
    estate.assign(group, OWNER, PROD)
    may_join(estate, bob, group, own=True)
    (edge,) = estate.judged()[0].becomes_of(bob)
    assert (edge.method, edge.target, edge.answer) == ("entra-owner-adds-member", group, "conditional")
    assert edge.conditions == ("it activates what it is eligible for",)
    assert edge.reason == "user Bob can put itself into group owners, which it may make itself an owner of"
    assert held(estate, bob) == set()


def test_who_may_join_is_worth_taking_over_and_not_yet_protected() -> None:
    estate = Estate()
    ada, bob = estate.user("Ada"), estate.user("Bob")
    group = estate.group("admins", protected=True)
    estate.directory_role(group, n.GLOBAL_ADMINISTRATOR)
    may_join(estate, bob, group)
    estate.directory_role(ada, n.AUTHENTICATION_ADMINISTRATOR)
    assert ("entra-reset-authentication", bob, "allowed") in gained(estate, ada)


def test_questions_are_answered_with_the_condition() -> None:
    estate = Estate()
    bob, eve, group = estate.user("Bob"), estate.user("Eve"), estate.group("team")
    estate.assign(group, CONTRIBUTOR, RG)
    estate.directory_role(group, n.GLOBAL_ADMINISTRATOR)
    may_join(estate, bob, group)
    store = resource("Microsoft.Storage/storageAccounts", "s1")
    listing = "Microsoft.Storage/storageAccounts/listKeys/action"
    inventory = estate.inventory()
    for action, where in ((listing, store), ("microsoft.directory/users/password/update", TENANT)):
        decision = decide(inventory, Question(identity=bob, action=action, resource=where))
        assert (decision.answer, decision.conditions) == ("conditional", ("it activates what it is eligible for",))
        assert decide(inventory, Question(identity=eve, action=action, resource=where)).answer == "denied"
    assert {grant.identity: grant.answer for grant in readers(inventory, store)} == {bob: "conditional"}


def test_a_role_of_the_group_that_was_not_read_is_unknown_of_whoever_may_join() -> None:
    estate = Estate()
    bob, group = estate.user("Bob"), estate.group("team")
    template = estate.guid()
    estate.add(
        Policy(id=directory_role_id(template), provider="azure", kind="role-definition", name="odd", scope=TENANT)
    )
    estate.directory_role(group, template)
    may_join(estate, bob, group)
    assert held(estate, bob) == {("administer", TENANT, "unknown")}


def test_a_permission_of_the_group_is_held_on_the_condition() -> None:
    estate = Estate()
    app, group = estate.principal("app"), estate.group("team")
    estate.permission(group, "Mail.Read")
    may_join(estate, app, group)
    decision = decide(estate.inventory(), Question(identity=app, action="Mail.Read", resource=TENANT))
    assert (decision.answer, decision.conditions) == ("conditional", ("it activates what it is eligible for",))


def test_work_grows_with_those_who_may_join() -> None:
    def records(count: int) -> int:
        estate = Estate()
        group = estate.group("owners")
        estate.assign(group, OWNER, PROD)
        for number in range(count):
            may_join(estate, estate.user(f"Person {number}"), group)
        return len(estate.judged()[1])

    small, large = records(40), records(320)
    assert 4 * small < large < 12 * small
