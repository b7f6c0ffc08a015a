"""A person and a program under one name."""

from __future__ import annotations

import pytest

from nhiscan.classify import Verdict
from nhiscan.result import EvidenceItem, IdentityClass, Tier
from nhiscan.rule import Finding, RuleContext
from nhiscan.rules.human_use_of_nonhuman import RULE
from tests.rules.support import Said, access_key, ago, ai_key, estate, gap, password, role, signal, user

BOTH = (user("ci"), password("ci", used=ago(3)), access_key("ci", used=ago(1)))

EXAMPLE = estate(*BOTH)


def test_a_password_and_keys_that_are_both_in_use_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.confidence) == ("medium", "high")
    assert finding.related == ("AKIA-ci", "password-ci")
    assert finding.evidence == (
        "somebody signed in with the password of iam user ci on 2026-11-21, 3 days ago",
        "a program used access key AKIA-ci on 2026-11-23, 1 day ago",
    )


def test_a_person_with_keys_of_their_own_weighs_little_unless_the_evidence_is_mixed() -> None:
    person = estate(*BOTH, classes={"ci": "human"}).run(RULE).finding
    assert (person.severity, person.confidence) == ("low", "low")
    mixed = estate(*BOTH, classes={"ci": "human"}, mixed=frozenset({"ci"})).run(RULE).finding
    assert mixed.severity == "medium"


def test_one_door_in_use_is_clean() -> None:
    assert estate(user("ci"), password("ci", used=ago(3)), access_key("ci", used=ago(200))).run(RULE).clean
    assert estate(user("ci"), password("ci"), access_key("ci", used=ago(1))).run(RULE).clean
    assert estate(user("ci"), access_key("ci", used=ago(1))).run(RULE).clean
    assert (
        estate(user("ci"), password("ci", used=ago(3), status="inactive"), access_key("ci", used=ago(1)))
        .run(RULE)
        .clean
    )


def test_an_api_key_of_an_ai_service_is_a_programs_too() -> None:
    said = estate(user("bot"), password("bot", used=ago(3)), ai_key("bot", used=ago(1))).run(RULE)
    assert said.found == ["bot"]


def test_what_could_not_be_read_is_unknown() -> None:
    dark = estate(user("ci"), password("ci", used=None), access_key("ci", used=ago(1)))
    assert dark.run(RULE).unknown == ["ci"]
    assert estate(user("ci"), password("ci", used=ago(3)), access_key("ci", used=None)).run(RULE).unknown == ["ci"]
    assert estate(user("ci"), password("ci", used=None), access_key("ci", used=ago(200))).run(RULE).clean
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]


@pytest.mark.parametrize("name", ["session-name-is-email", "interactive-sign-in", "recent-console-sign-in"])
def test_a_person_who_was_seen_to_act_as_a_program_is_found(name: str) -> None:
    seen = signal("app", name, "a session was named ann@example.com")
    said = estate(role("app"), seen, classes={"app": "legacy_service"}).run(RULE)
    assert said.finding.evidence == (
        "iam role app is no person's, and a person used it",
        "a session was named ann@example.com",
    )
    assert estate(role("app"), seen, classes={"app": "human"}).run(RULE).clean
    assert estate(role("app"), seen).run(RULE).clean


def test_a_door_for_people_is_made_for_people() -> None:
    seen = signal("door", "session-name-is-email")
    assert estate(role("door", human_access=True), seen, classes={"door": "legacy_service"}).run(RULE).clean


def mixed(*evidence: tuple[IdentityClass, Tier, float]) -> Said:
    """What the rule says of a role for which there is evidence of several classes."""
    items = tuple(
        EvidenceItem(signal=f"s-{class_}", class_=class_, weight=weight, tier=tier, detail=f"speaks for {class_}")
        for class_, tier, weight in evidence
    )
    context = estate(role("app")).context(RULE)
    verdict = Verdict(subject="app", class_="unknown", confidence=0.0, evidence=items, mixed=True)
    context = RuleContext(
        inventory=context.inventory,
        graph=context.graph,
        verdicts={"app": verdict},
        admins={},
        clock=context.clock,
        thresholds={"recent_days": 90},
    )
    findings = [outcome for outcome in RULE.check(context) if isinstance(outcome, Finding)]
    return Said(findings=findings, unknowns=[], examined=context.examined)


def test_strong_evidence_for_a_person_and_for_a_machine_is_found() -> None:
    said = mixed(
        ("human", "structural", 0.9), ("ai_persona", "authoritative", 0.98), ("legacy_service", "lexical", 0.2)
    )
    assert (said.finding.severity, said.finding.confidence) == ("medium", "medium")
    assert said.finding.evidence == (
        "the evidence says of iam role app both that it is a person's and that it is not",
        "for a person: speaks for human",
        "for an AI agent: speaks for ai_persona",
    )


def test_words_alone_are_no_evidence_and_two_kinds_of_machines_are_another_matter() -> None:
    assert mixed(("human", "lexical", 0.2), ("ai_persona", "authoritative", 0.98)).clean
    against = mixed(("human", "structural", -0.9), ("ai_persona", "authoritative", 0.98))
    assert against.clean
    assert mixed(("legacy_service", "structural", 0.9), ("ai_persona", "authoritative", 0.98)).clean


def test_a_verdict_of_one_mind_is_clean() -> None:
    assert estate(role("app"), classes={"app": "human"}).run(RULE).clean
