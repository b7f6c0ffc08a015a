"""An owner who has left answers for nothing."""

from __future__ import annotations

import pytest

from nhiscan.result import IdentityClass, Severity
from nhiscan.rules.departed_owner import RULE
from tests.rules.support import ACCOUNT, account, agent, ago, estate, gap, owner, resource, role, secret, user, workload

TENANT = account("corp", kind="tenant", provider="corp", parent=None)
ANN = user("ann", scope="corp", provider="corp", kind="user", email="ann@example.com")
"""A complete directory, in which Ann is found and Bob is not."""
BOB = "bob@example.com"

EXAMPLE = estate(TENANT, ANN, role("deploy"), owner("deploy", BOB), classes={"ann": "human"})


def test_an_owner_who_is_missing_from_the_directory_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("deploy", "medium")
    assert finding.evidence == (
        "iam role deploy names bob@example.com as its owner, who is known to have left or to be switched off",
    )


def test_somebody_who_is_switched_off_answers_no_more() -> None:
    off = user("bob", scope="corp", provider="corp", kind="user", email=BOB, enabled=False)
    assert estate(TENANT, ANN, off, role("deploy"), owner("deploy", BOB)).run(RULE).found == ["deploy"]


def test_one_owner_who_is_there_is_enough() -> None:
    owners = (owner("deploy", BOB), owner("deploy", "ann@example.com"))
    assert estate(TENANT, ANN, role("deploy"), *owners).run(RULE).clean


def test_a_team_does_not_leave_and_makes_it_less_urgent() -> None:
    team = owner("deploy", "payments", kind="team")
    assert estate(TENANT, ANN, role("deploy"), team).run(RULE).clean
    assert estate(TENANT, ANN, role("deploy"), team, owner("deploy", BOB)).run(RULE).finding.severity == "low"


def test_an_owner_who_cannot_be_looked_up_is_unknown() -> None:
    assert estate(role("deploy"), owner("deploy", BOB)).run(RULE).unknown == ["deploy"]
    said = estate(TENANT, ANN, role("deploy"), owner("deploy", BOB), owner("deploy", "carl")).run(RULE)
    assert said.unknown == ["deploy"]
    assert said.text == "whether these are still there cannot be told: carl; of the others, bob@example.com left"


def test_a_directory_that_was_not_read_to_its_end_proves_nothing() -> None:
    said = estate(TENANT, ANN, role("deploy"), owner("deploy", BOB), gap("identities", scope="corp")).run(RULE)
    assert said.unknown == ["deploy"]


def test_owners_that_could_not_be_read_are_unknown() -> None:
    assert estate(role("deploy"), gap("owners")).run(RULE).unknown == [ACCOUNT]


@pytest.mark.parametrize(("class_", "severity"), [("ai_persona", "high"), ("legacy_service", "medium")])
def test_an_agent_weighs_more(class_: IdentityClass, severity: Severity) -> None:
    said = estate(TENANT, ANN, role("deploy"), owner("deploy", BOB), classes={"deploy": class_}).run(RULE)
    assert said.finding.severity == severity


def test_workloads_secrets_and_registry_entries_have_owners_too() -> None:
    things = (*agent("helper"), *workload("pay"), secret("openai", ai_provider="openai"), resource("e", "record"))
    owners = (owner(id, BOB) for id in ("helper", "pay", "openai", "e"))
    said = estate(TENANT, ANN, *things, *owners).run(RULE)
    assert {f.subject: f.severity for f in said.findings} == {
        "helper": "high",
        "pay": "medium",
        "openai": "medium",
        "e": "low",
    }


def test_people_and_the_providers_own_are_left_out() -> None:
    people = (user("eve", enabled=True), owner("eve", BOB), role("slr", managed_by_provider=True), owner("slr", BOB))
    assert estate(TENANT, ANN, *people, classes={"eve": "human"}).run(RULE).clean


def test_another_leaver_is_another_finding() -> None:
    one = EXAMPLE.run(RULE).finding
    other = estate(TENANT, ANN, role("deploy", created_at=ago(1)), owner("deploy", "cy@example.com")).run(RULE).finding
    assert one.fingerprint != other.fingerprint
