"""Somebody of the business must vouch for an agent."""

from __future__ import annotations

import pytest

from nhiscan.rules import ownerless_identity
from nhiscan.rules.agent_without_sponsor import AGENT, AGENT_USER, RULE
from tests.rules.support import ago, estate, gap, link, owner, user

AGENT_ID = user("bot", kind=AGENT)
ITS_USER = (user("bot-user", kind=AGENT_USER), link("bot-user", "bot", "part_of"))
PERSON = user("ann", name="Ann")
EXAMPLE = estate(AGENT_ID, PERSON, owner("bot", "ann"), classes={"bot": "ai_persona", "ann": "human"})


def test_an_agent_with_an_owner_alone_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("bot", "medium")
    assert finding.evidence == (
        "entra agent identity bot has no sponsor, who would answer for what it does and how long it lives",
        "only its technical side is answered for, by Ann",
    )


def test_power_weighs_more() -> None:
    assert estate(AGENT_ID, owner("bot"), admins={"bot": "is"}).run(RULE).finding.severity == "high"


def test_an_agent_that_nobody_answers_for_is_told_once() -> None:
    nobody = estate(AGENT_ID)
    assert nobody.run(RULE).clean
    assert nobody.run(ownerless_identity.RULE).found == ["bot"]


def test_a_sponsor_is_enough() -> None:
    assert estate(AGENT_ID, owner("bot", kind="sponsor")).run(RULE).clean
    assert estate(AGENT_ID, owner("bot"), owner("bot", "team", kind="sponsor")).run(RULE).clean


def test_the_user_account_of_an_agent_is_told_with_the_agent() -> None:
    both = estate(AGENT_ID, *ITS_USER, owner("bot"), owner("bot-user"))
    assert both.run(RULE).found == ["bot"]
    sponsored = estate(AGENT_ID, *ITS_USER, owner("bot", kind="sponsor"), owner("bot-user"))
    assert sponsored.run(RULE).clean


def test_a_user_account_whose_agent_was_not_listed_is_found() -> None:
    assert estate(*ITS_USER, owner("bot-user")).run(RULE).found == ["bot-user"]


@pytest.mark.parametrize("kind", ["entra-service-principal", "entra-user", "iam-role"])
def test_kinds_that_have_no_sponsors_are_not_examined(kind: str) -> None:
    assert estate(user("bot", kind=kind), owner("bot")).run(RULE).examined == 0


def test_a_new_agent_has_time() -> None:
    new = user("bot", kind=AGENT, created_at=ago(3))
    assert estate(new, owner("bot")).run(RULE).clean
    assert estate(new, owner("bot")).run(RULE, grace_days=1).found == ["bot"]


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(AGENT_ID, owner("bot"), gap("owners", subjects=("bot",))).run(RULE).unknown == ["bot"]
    assert estate(AGENT_ID, gap("owners")).run(RULE).unknown == ["bot"]
    hidden = estate(AGENT_ID, *ITS_USER, owner("bot", kind="sponsor"), gap("owners", subjects=("bot-user",)))
    assert hidden.run(RULE).clean
