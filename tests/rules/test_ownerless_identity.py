"""Somebody must answer for everything that acts and is no person."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict, IdentityClass, Severity
from nhiscan.rules import ownerless_agent
from nhiscan.rules.ownerless_identity import RULE
from tests.rules.support import agent, ago, estate, gap, owner, role, root, user, workload

EXAMPLE = estate(role("deploy"), classes={"deploy": "legacy_service"})


def test_a_role_without_an_owner_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "medium"
    assert finding.confidence == "high"
    assert finding.evidence == ("no tag, record or register names an owner of iam role deploy",)


def test_a_role_with_an_owner_is_clean_even_where_not_all_owners_could_be_read() -> None:
    assert estate(role("deploy"), owner("deploy"), gap("owners")).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(role("deploy"), gap("owners")).run(RULE).unknown == ["deploy"]
    partly = estate(role("deploy"), role("other"), gap("owners", subjects=("other",))).run(RULE)
    assert (partly.found, partly.unknown) == (["deploy"], ["other"])


def test_a_person_answers_for_themselves() -> None:
    assert estate(user("ann"), classes={"ann": "human"}).run(RULE).clean


def test_of_an_unknown_class_it_is_less_sure() -> None:
    assert estate(user("x")).run(RULE).finding.confidence == "medium"


def test_a_new_identity_has_its_grace_and_one_of_unknown_age_has_none() -> None:
    assert estate(role("deploy", created_at=ago(7))).run(RULE).clean
    assert estate(role("deploy", created_at=None)).run(RULE).found == ["deploy"]


def test_the_providers_own_and_doors_for_people_and_a_root_user_are_left_out() -> None:
    left_out = (role("slr", managed_by_provider=True), role("AWSReservedSSO_x", human_access=True), root())
    assert estate(*left_out).run(RULE).clean


@pytest.mark.parametrize(
    ("class_", "admin", "severity"),
    [("legacy_service", "no", "medium"), ("legacy_service", "is", "high"), ("ai_persona", "no", "high")],
)
def test_power_and_agents_weigh_more(class_: IdentityClass, admin: AdminVerdict, severity: Severity) -> None:
    said = estate(role("deploy"), classes={"deploy": class_}, admins={"deploy": admin}).run(RULE)
    assert said.finding.severity == severity


def test_the_owner_of_what_runs_as_it_is_somebody_to_ask() -> None:
    said = estate(role("pay-role"), *workload("pay", runs_as="pay-role"), owner("pay", "ann@example.com")).run(RULE)
    assert said.finding.severity == "low"
    assert "what runs as it is answered for by ann@example.com" in said.text


def test_what_an_ownerless_agent_acts_as_is_told_with_the_agent() -> None:
    some = (role("bot"), *agent("helper", runs_as="bot"))
    assert estate(*some).run(RULE).clean
    assert estate(*some).run(ownerless_agent.RULE).found == ["helper"]
    assert estate(*some, owner("helper")).run(RULE).finding.severity == "low"
