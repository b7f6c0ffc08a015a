"""Somebody must answer for every agent."""

from __future__ import annotations

from nhiscan.rules import ownerless_identity
from nhiscan.rules.ownerless_agent import RULE
from tests.rules.support import ACCOUNT, agent, ago, estate, gap, link, owner, role, workload

EXAMPLE = estate(*agent("helper", runs_as="bot"), role("bot"))


def test_an_agent_that_nobody_answers_for_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("helper", "high", ("bot",))
    assert finding.evidence == (
        "no tag, record or register names an owner of agent runtime helper",
        "it acts as iam role bot, which has no owner either",
    )


def test_it_is_told_once() -> None:
    assert EXAMPLE.run(ownerless_identity.RULE).clean


def test_an_identity_without_owner_is_told_when_its_agent_has_one() -> None:
    some = estate(*agent("helper", runs_as="bot"), role("bot"), owner("helper"))
    assert some.run(RULE).clean
    assert some.run(ownerless_identity.RULE).found == ["bot"]


def test_one_ownerless_agent_beside_an_owned_one_is_told_with_the_identity() -> None:
    some = estate(*agent("a", runs_as="bot"), *agent("b", runs_as="bot"), role("bot"), owner("a"))
    assert some.run(RULE).found == ["b"]
    assert some.run(ownerless_identity.RULE).clean


def test_an_owner_of_the_identity_or_of_the_registry_entry_answers() -> None:
    assert estate(*agent("helper", runs_as="bot"), role("bot"), owner("bot")).run(RULE).clean
    assert estate(*agent("helper"), link("helper", "entry", "registered_in"), owner("entry")).run(RULE).clean


def test_what_is_no_agent_or_only_a_part_of_one_is_not_asked_about() -> None:
    assert estate(*workload("pay")).run(RULE).examined == 0
    parts = estate(*agent("helper"), owner("helper"), *agent("endpoint"), link("endpoint", "helper", "part_of"))
    assert parts.run(RULE).clean


def test_a_new_agent_has_its_grace() -> None:
    assert estate(*agent("helper", created_at=ago(7))).run(RULE).clean
    assert estate(*agent("helper", created_at=None)).run(RULE).found == ["helper"]


def test_power_is_told() -> None:
    said = estate(*agent("helper", runs_as="bot"), role("bot"), admins={"bot": "is"}).run(RULE)
    assert "iam role bot is an administrator" in said.text


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*agent("helper"), gap("owners")).run(RULE).unknown == ["helper"]
    assert estate(*agent("helper"), gap("agents", subjects=("helper",))).run(RULE).unknown == ["helper"]
    assert estate(*agent("helper", runs_as="elsewhere")).run(RULE).unknown == ["helper"]
    hidden = estate(*agent("helper", runs_as="bot"), role("bot"), gap("owners", subjects=("bot",)))
    assert hidden.run(RULE).unknown == ["helper"]
    assert not hidden.run(RULE).found
    assert estate(gap("agents")).run(RULE).unknown == [ACCOUNT]
