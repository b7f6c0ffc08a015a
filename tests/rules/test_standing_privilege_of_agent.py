"""Where people activate a role, an agent should not hold it at all times."""

from __future__ import annotations

from datetime import timedelta

from nhiscan.model import AnyRecord, Membership
from nhiscan.rules.standing_privilege_of_agent import RULE
from tests.rules.support import (
    ACCOUNT,
    NOW,
    SISTER,
    Estate,
    account,
    assigned,
    estate,
    gap,
    may,
    organization,
    role_definition,
    user,
)

ROLE = role_definition("owner-role", name="Owner")
PERSON = assigned("ann", "owner-role", eligible=True)


def the_agent(*records: AnyRecord, scope: str = ACCOUNT, admin: bool = True) -> Estate:
    """An agent that administers by a role in `scope`, and further records."""
    power = may("bot", "administer", scope, reason="bot administers it (role Owner)")
    return estate(
        user("bot", kind="entra-agent-identity"),
        ROLE,
        *([power] if admin else []),
        *records,
        classes={"bot": "ai_persona"},
        admins={"bot": "is"} if admin else {},
    )


EXAMPLE = the_agent(assigned("bot", "owner-role"), PERSON)


def test_a_standing_role_beside_activated_ones_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.confidence) == ("bot", "medium", "high")
    assert finding.evidence == (
        "entra agent identity bot belongs to an AI agent, holds the role Owner at all times and with no end, and may"
        " administer everything",
        "bot administers it (role Owner)",
        "in aws:111122223333 1 role is activated for a while instead",
    )


def test_a_role_that_ends_or_must_be_activated_is_clean() -> None:
    end = NOW + timedelta(days=60)
    assert the_agent(assigned("bot", "owner-role", expires_at=end), PERSON).run(RULE).clean
    assert the_agent(assigned("bot", "owner-role", eligible=True), PERSON).run(RULE).clean


def test_where_nothing_is_activated_there_is_no_other_way() -> None:
    assert the_agent(assigned("bot", "owner-role")).run(RULE).clean
    elsewhere = assigned("ann", "owner-role", SISTER, eligible=True)
    assert the_agent(assigned("bot", "owner-role"), account(SISTER), elsewhere).run(RULE).clean


def test_activation_further_up_counts() -> None:
    above = assigned("ann", "owner-role", "aws:o-acme", eligible=True)
    assert the_agent(assigned("bot", "owner-role"), organization(), above).run(RULE).found == ["bot"]


def test_a_part_of_a_scope_lies_in_it() -> None:
    part = f"{ACCOUNT}/group/one"
    assert the_agent(assigned("bot", "owner-role", part), PERSON, scope=part).run(RULE).found == ["bot"]


def test_a_membership_that_ends_gives_nothing_at_all_times() -> None:
    end = NOW + timedelta(hours=8)
    member, role = Membership(member="bot", group="g"), assigned("g", "owner-role")
    assert the_agent(role, PERSON, member).run(RULE).found == ["bot"]
    assert the_agent(role, PERSON, member, assigned("bot", "g", expires_at=end)).run(RULE).clean
    both = (assigned("bot", "g", expires_at=end), assigned("bot", "g"))
    assert the_agent(role, PERSON, member, *both).run(RULE).found == ["bot"]
    assert the_agent(role, PERSON, member, assigned("bot", "g", eligible=True)).run(RULE).found == ["bot"]


def test_a_role_that_a_group_of_groups_holds_is_found() -> None:
    groups = (Membership(member="bot", group="g"), Membership(member="g", group="h"), Membership(member="h", group="g"))
    assert the_agent(assigned("h", "owner-role"), PERSON, *groups).run(RULE).found == ["bot"]


def test_power_that_is_no_role_is_not_judged() -> None:
    permission = assigned("bot", "graph-permission:RoleManagement.ReadWrite.Directory")
    assert the_agent(permission, PERSON).run(RULE).clean


def test_a_small_standing_role_beside_the_powerful_one_is_not_taken_for_it() -> None:
    small = role_definition("reader-role", name="Reader")
    ends = assigned("bot", "owner-role", expires_at=NOW + timedelta(days=60))
    assert the_agent(ends, small, assigned("bot", "reader-role"), PERSON).run(RULE).clean


def test_without_power_it_is_clean() -> None:
    assert the_agent(assigned("bot", "owner-role"), PERSON, admin=False).run(RULE).clean


def test_what_is_no_agents_is_clean() -> None:
    service = Estate(records=EXAMPLE.records, classes={"bot": "legacy_service"}, admins={"bot": "is"})
    assert service.run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    standing = assigned("bot", "owner-role")
    assert the_agent(standing, PERSON, gap("policies")).run(RULE).unknown == ["bot"]
    assert Estate(records=EXAMPLE.records, classes={}, admins={"bot": "is"}).run(RULE).unknown == ["bot"]
    above = the_agent(standing, organization(), gap("policies", scope="aws:o-acme"))
    assert above.run(RULE).unknown == ["bot"]
    reader = (role_definition("reader-role", name="Reader"), assigned("bot", "reader-role"))
    assert the_agent(*reader, assigned("bot", "graph-permission:All"), PERSON).run(RULE).unknown == ["bot"]
    both = (standing, assigned("bot", "owner-role", expires_at=NOW + timedelta(days=60)))
    assert "is not told" in the_agent(*both, PERSON).run(RULE).text
