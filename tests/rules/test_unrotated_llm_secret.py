"""Keys of agents and AI services must be changed now and then."""

from __future__ import annotations

import pytest

from nhiscan.rules.unrotated_llm_secret import RULE
from tests.rules.support import ACCOUNT, agent, ago, estate, gap, link, secret, workload

EXAMPLE = estate(secret("openai/prod", ai_provider="openai", rotation=False))


def test_a_key_that_nobody_changed_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity) == ("openai/prod", "medium")
    assert finding.evidence == (
        "secret openai/prod was not changed since it was made on 2025-11-24, 365 days ago",
        "it seems to hold a key of OpenAI",
        "its rotation is not switched on",
    )


def test_a_rotation_that_does_not_take_place_is_found() -> None:
    said = estate(secret("s", ai_provider="openai", rotation=True, rotated_at=ago(100))).run(RULE)
    assert said.finding.evidence[0] == "secret s was last changed on 2026-08-16, 100 days ago"
    assert "its rotation is switched on, and did not take place" in said.text


@pytest.mark.parametrize("days", [0, 90])
def test_a_key_that_was_changed_in_time_is_clean(days: int) -> None:
    assert estate(secret("s", ai_provider="openai", rotated_at=ago(days))).run(RULE).clean


def test_a_credential_provider_is_judged_by_the_secret_that_keeps_its_value() -> None:
    provider = secret("provider", kind="credential-provider", ai_provider="openai", created_at=None)
    stored = (provider, secret("value"), link("provider", "value", "stored_in"))
    said = estate(*stored).run(RULE)
    assert said.finding.subject == "value"
    assert said.finding.evidence[1] == "it serves provider"
    assert estate(provider, link("provider", "lost", "stored_in")).run(RULE).unknown == ["provider"]


def test_what_an_agent_reads_is_asked_about_and_what_others_read_is_not() -> None:
    some = (secret("db"), *agent("helper"), *workload("pay"), link("pay", "db", "reads_secret"))
    assert estate(*some).run(RULE).clean
    said = estate(*some, link("helper", "db", "reads_secret")).run(RULE)
    assert said.finding.evidence[1] == "it serves helper"


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(secret("s", ai_provider="openai", created_at=None)).run(RULE).unknown == ["s"]
    assert estate(gap("secrets")).run(RULE).unknown == [ACCOUNT]
