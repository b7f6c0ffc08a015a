"""What is a secret by its name must be kept encrypted."""

from __future__ import annotations

import pytest

from nhiscan.model import Secret
from nhiscan.result import Confidence, Severity
from nhiscan.rules.plaintext_parameter import RULE
from tests.rules.support import ACCOUNT, estate, gap, secret


def parameter(name: str, *, encrypted: bool | None = False, ai_provider: str = "") -> Secret:
    """An entry of a parameter store."""
    return secret(name, kind="parameter", encrypted=encrypted, ai_provider=ai_provider)


EXAMPLE = estate(parameter("/app/openai/api-key", ai_provider="openai"))


def test_a_key_in_plain_text_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.confidence) == ("high", "high")
    assert finding.evidence == (
        "parameter /app/openai/api-key is kept as plain text, and its name says that it is a secret",
        "it seems to open OpenAI",
    )


@pytest.mark.parametrize(
    ("name", "ai_provider", "severity", "confidence"),
    [("/app/db/password", "", "medium", "medium"), ("/app/openai/prod", "openai", "medium", "low")],
)
def test_how_sure_the_name_makes_it(name: str, ai_provider: str, severity: Severity, confidence: Confidence) -> None:
    finding = estate(parameter(name, ai_provider=ai_provider)).run(RULE).finding
    assert (finding.severity, finding.confidence) == (severity, confidence)


@pytest.mark.parametrize(
    ("name", "ai_provider"), [("/app/loglevel", ""), ("/app/openai/model", "openai"), ("/app/openai/url", "openai")]
)
def test_plain_settings_may_be_plain(name: str, ai_provider: str) -> None:
    assert estate(parameter(name, ai_provider=ai_provider)).run(RULE).clean


def test_what_is_encrypted_is_clean() -> None:
    assert estate(parameter("/app/db/password", encrypted=True)).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    said = estate(parameter("/app/db/password", encrypted=None)).run(RULE)
    assert (said.unknown, said.found) == (["/app/db/password"], [])
    assert estate(parameter("/app/loglevel", encrypted=None)).run(RULE).clean
    assert estate(gap("secrets")).run(RULE).unknown == [ACCOUNT]
