"""A missing expiry date is not a missing fact: such a key never expires."""

from __future__ import annotations

import pytest

from nhiscan.rules.never_expiring_ai_key import RULE
from tests.rules.support import access_key, ago, ai_key, estate, gap, user

EXAMPLE = estate(user("bot"), ai_key("bot", used=ago(1)))


def test_a_key_without_an_expiry_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "ACCA-bot"
    assert finding.severity == "high"
    assert finding.evidence == ("service specific ACCA-bot opens Amazon Bedrock and never expires",)


@pytest.mark.parametrize("provider", ["bedrock", "anthropic", "openai"])
def test_every_ai_provider_counts(provider: str) -> None:
    assert estate(user("bot"), ai_key("bot", ai_provider=provider)).run(RULE).found == ["ACCA-bot"]


def test_a_key_of_a_hundred_years_never_expires_either() -> None:
    far = ai_key("bot", lifetime="expires", expires_at=ago(-36_600))
    said = estate(user("bot"), far).run(RULE)
    assert said.found == ["ACCA-bot"]
    assert "which is as good as never" in said.text
    assert estate(user("bot"), ai_key("bot", lifetime="expires", expires_at=ago(-10_000))).run(RULE).clean


def test_a_key_that_expires_is_clean() -> None:
    assert estate(user("bot"), ai_key("bot", lifetime="expires", expires_at=ago(-30))).run(RULE).clean


def test_a_key_to_something_else_is_clean() -> None:
    logs = ai_key("bot", service="logs.amazonaws.com", ai_provider="")
    assert estate(user("bot"), logs, access_key("bot")).run(RULE).clean


@pytest.mark.parametrize("status", ["inactive", "expired"])
def test_a_key_that_no_longer_works_is_clean(status: str) -> None:
    assert estate(user("bot"), ai_key("bot", status=status)).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(user("bot"), ai_key("bot", lifetime="unknown")).run(RULE).unknown == ["ACCA-bot"]
    assert estate(user("bot"), ai_key("bot", lifetime="expires")).run(RULE).unknown == ["ACCA-bot"]
    assert estate(user("bot"), ai_key("bot", status=None)).run(RULE).unknown == ["ACCA-bot"]
    assert estate(user("bot"), gap("credentials")).run(RULE).unknown == ["bot"]


def test_the_key_of_a_person_is_found_as_well() -> None:
    assert estate(user("ann"), ai_key("ann"), classes={"ann": "human"}).run(RULE).found == ["ACCA-ann"]
