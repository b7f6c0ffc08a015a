"""An API key that may call everything."""

from __future__ import annotations

from nhiscan.rules.unrestricted_api_key import RULE
from tests.rules.support import access_key, estate, gap, user

EXAMPLE = estate(user("web"), access_key("web", attributes={"unrestricted": "true"}))


def test_a_key_for_everything_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("AKIA-web", "medium")
    assert finding.evidence == (
        "access key AKIA-web may call every service of its project that takes keys",
        "whoever has it may use it, from anywhere",
    )


def test_callers_that_it_is_narrowed_to_make_it_less_bad() -> None:
    facts = {"unrestricted": "true", "restricted_to": "browser"}
    said = estate(user("web"), access_key("web", attributes=facts)).run(RULE)
    assert said.finding.severity == "low"
    assert "only browser callers may use it" in said.text


def test_one_that_opens_an_ai_service_is_told_as_that() -> None:
    facts = {"unrestricted": "true", "open_to": "the Gemini API"}
    assert estate(user("web"), access_key("web", attributes=facts)).run(RULE).clean


def test_narrow_and_dead_keys_are_clean_and_hidden_ones_are_not() -> None:
    assert estate(user("web"), access_key("web")).run(RULE).clean
    dead = access_key("web", status="inactive", attributes={"unrestricted": "true"})
    assert estate(user("web"), dead).run(RULE).clean
    assert estate(user("web"), gap("credentials")).run(RULE).unknown == ["web"]
