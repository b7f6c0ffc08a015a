"""A key for maps that opens a language model."""

from __future__ import annotations

from nhiscan.rules.open_llm_key import RULE
from tests.rules.support import access_key, estate, gap, user

FACTS = {"unrestricted": "true", "open_to": "the Gemini API"}
EXAMPLE = estate(user("web"), access_key("web", attributes=FACTS))


def test_a_key_that_opens_an_ai_service_by_accident_is_critical() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("AKIA-web", "critical")
    assert "the Gemini API is enabled in its project, so it opens that too" in finding.evidence[0]


def test_a_referrer_is_easily_pretended() -> None:
    said = estate(user("web"), access_key("web", attributes={**FACTS, "restricted_to": "browser"})).run(RULE)
    assert said.finding.severity == "high"
    assert "which a caller can pretend to be" in said.text


def test_a_key_that_the_service_does_not_take_any_more_weighs_less() -> None:
    said = estate(user("web"), access_key("web", attributes={**FACTS, "refused_since": "June 2026"})).run(RULE)
    assert said.finding.severity == "medium"
    assert "since June 2026 it refuses keys without any restriction" in said.text
    assert "so it opens that too" not in said.text


def test_narrow_and_dead_keys_are_clean_and_hidden_ones_are_not() -> None:
    assert estate(user("web"), access_key("web", attributes={"unrestricted": "true"})).run(RULE).clean
    assert estate(user("web"), access_key("web", status="inactive", attributes=FACTS)).run(RULE).clean
    assert estate(user("web"), gap("credentials")).run(RULE).unknown == ["web"]


def test_where_nobody_told_which_services_are_enabled_it_is_unknown() -> None:
    facts = {"unrestricted": "true", "may_open": "the Gemini API"}
    assert estate(user("web"), access_key("web", attributes=facts)).run(RULE).unknown == ["AKIA-web"]
    assert estate(user("web"), access_key("web", status="inactive", attributes=facts)).run(RULE).clean
