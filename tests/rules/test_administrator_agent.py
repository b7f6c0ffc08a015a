"""An agent must not administer, and not be able to come to."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict
from nhiscan.rules import administrator_identity, can_become_administrator
from nhiscan.rules.administrator_agent import RULE
from tests.rules.support import administers, agent, becomes, estate, role

EXAMPLE = estate(
    *agent("helper", runs_as="bot"),
    role("bot"),
    role("boss"),
    administers("boss"),
    becomes("bot", "boss", reason="role bot can pass role boss", fix="take iam:PassRole away"),
    role("ops"),
    administers("ops"),
    classes={"ops": "ai_persona", "boss": "legacy_service"},
    admins={"bot": "can_become", "ops": "is", "boss": "is"},
)


def test_an_agent_that_administers_is_critical_and_one_that_can_come_to_is_shown_the_way() -> None:
    said = EXAMPLE.run(RULE)
    found = {finding.subject: finding for finding in said.findings}
    assert found["ops"].severity == "critical"
    assert found["ops"].evidence == (
        "iam role ops is an administrator, and it is an AI agent's",
        "ops may do everything (policy all, statement 1)",
    )
    assert found["bot"].severity == "high"
    assert found["bot"].related == ("helper", "boss")
    assert found["bot"].evidence == (
        "iam role bot can make itself an administrator, and agent runtime helper acts as it",
        "role bot can pass role boss",
        "this change ends it: take iam:PassRole away",
        "boss may do everything (policy all, statement 1)",
    )


def test_it_is_told_once() -> None:
    assert EXAMPLE.run(administrator_identity.RULE).found == ["boss"]
    assert EXAMPLE.run(can_become_administrator.RULE).clean


@pytest.mark.parametrize("admin", ["conditional", "latent"])
def test_what_hangs_on_something_is_told_by_the_other_rule(admin: AdminVerdict) -> None:
    some = estate(role("bot"), classes={"bot": "ai_persona"}, admins={"bot": admin})
    assert some.run(RULE).clean
    assert some.run(can_become_administrator.RULE).found == ["bot"]


def test_what_is_not_an_agents_or_has_no_power_is_clean() -> None:
    assert estate(role("x"), classes={"x": "legacy_service"}, admins={"x": "is"}).run(RULE).clean
    assert estate(role("bot"), classes={"bot": "ai_persona"}).run(RULE).clean


def test_what_is_not_known_is_unknown() -> None:
    assert estate(role("bot"), classes={"bot": "ai_persona"}, admins={"bot": "unknown"}).run(RULE).unknown == ["bot"]
    assert estate(role("x"), admins={"x": "is"}).run(RULE).unknown == ["x"]
