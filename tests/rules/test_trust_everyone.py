"""A star with a fence is no open door, and a fence with a hole is none."""

from __future__ import annotations

import pytest

from nhiscan.model import EVERYONE, Guard, GuardKind
from nhiscan.rules.trust_everyone import RULE
from tests.rules.support import Estate, estate, gap, guard, role, trust

EXAMPLE = estate(role("open"), trust("open", EVERYONE, "everyone", statement="trust policy, statement 1"))


def fenced(*guards: Guard) -> Estate:
    """A role that trusts everyone under conditions."""
    return estate(role("open"), trust("open", EVERYONE, "everyone", *guards))


def test_a_star_without_a_condition_is_critical() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "critical"
    assert finding.evidence == ("iam role open may be taken on by everyone (trust policy, statement 1)",)


@pytest.mark.parametrize("kind", ["organization", "account", "principal", "source-account", "source-arn"])
def test_a_condition_that_says_who_it_must_be_is_a_fence(kind: GuardKind) -> None:
    assert fenced(guard(kind, "o-acme")).run(RULE).clean


@pytest.mark.parametrize("kind", ["external-id", "mfa", "session-name", "tag", "time", "audience"])
def test_a_condition_that_anybody_can_meet_is_none(kind: GuardKind) -> None:
    said = fenced(guard(kind, "secret-value")).run(RULE)
    assert said.finding.severity == "high"
    assert "which does not say who it must be" in said.text
    assert "secret-value" not in said.text


def test_a_network_is_half_a_fence() -> None:
    assert fenced(guard("network", "192.0.2.0/24")).run(RULE).finding.severity == "medium"


def test_a_condition_that_lets_everything_through_is_none() -> None:
    said = fenced(guard("organization", "*", operator="StringLike", confines=False)).run(RULE)
    assert said.finding.severity == "critical"
    assert "its condition on key:organization keeps nobody out" in said.text


def test_a_condition_that_only_names_whom_to_turn_away_is_none() -> None:
    said = fenced(guard("account", "999900001111", operator="StringNotEquals")).run(RULE)
    assert said.finding.severity == "critical"


def test_a_condition_that_nobody_can_weigh_is_unknown() -> None:
    said = fenced(guard("other", "x", key="custom:key")).run(RULE)
    assert said.unknown == ["open"]
    assert "custom:key" in said.text


def test_an_entry_that_could_not_be_understood_is_unknown() -> None:
    assert estate(role("odd"), trust("odd", "?", "unknown")).run(RULE).unknown == ["odd"]


def test_trusts_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("open"), gap("trust")).run(RULE).unknown == ["open"]


def test_a_trust_in_one_account_is_clean() -> None:
    assert estate(role("shut"), trust("shut", "aws:111122223333", "account")).run(RULE).clean


def test_the_providers_own_is_left_out() -> None:
    assert estate(role("slr", managed_by_provider=True), trust("slr", EVERYONE, "everyone")).run(RULE).clean
