"""A key that its provider found where it should not be."""

from __future__ import annotations

from nhiscan.rules.leaked_key import RULE
from tests.rules.support import access_key, ago, estate, gap, user

EXAMPLE = estate(user("ci"), access_key("ci", attributes={"reported": "exposed"}))


def test_a_key_that_was_found_is_told_with_whether_it_works() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("AKIA-ci", "critical")
    assert finding.evidence == (
        "the provider reports access key AKIA-ci of iam user ci as exposed, and it still works",
        "no use of it was recorded",
    )


def test_one_that_was_switched_off_still_asks_what_was_done_with_it() -> None:
    said = estate(user("ci"), access_key("ci", status="inactive", attributes={"reported": "compromised"})).run(RULE)
    assert said.finding.severity == "high"
    assert "it was switched off" in said.text


def test_its_last_use_is_told() -> None:
    facts = {"reported": "exposed"}
    used = estate(user("ci"), access_key("ci", used=ago(3), attributes=facts)).run(RULE)
    assert "it was last used on 2026-11-21, 3 days ago" in used.text
    hidden = estate(user("ci"), access_key("ci", used=None, attributes=facts)).run(RULE)
    assert "whether anybody used it is not known" in hidden.text


def test_power_of_the_holder_is_evidence() -> None:
    said = estate(user("ci"), access_key("ci", attributes={"reported": "exposed"}), admins={"ci": "is"}).run(RULE)
    assert "iam user ci is an administrator" in said.text


def test_a_key_of_which_nothing_is_said_is_clean_and_a_hidden_one_is_not() -> None:
    assert estate(user("ci"), access_key("ci")).run(RULE).clean
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]
