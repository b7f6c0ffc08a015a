"""An identity that looks idle and need not be."""

from __future__ import annotations

from nhiscan.rules import stale_identity
from nhiscan.rules.hidden_activity import RULE
from tests.rules.projects import service_account
from tests.rules.support import access_key, estate, gap

BEHIND = service_account("bot", attributes={"activity_hidden_by": "AKIA-bot"})
EXAMPLE = estate(BEHIND, access_key("bot", kind="google-api-key", name="gemini"))


def test_an_identity_behind_a_key_is_told_and_is_not_called_stale() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("bot", "info", ("AKIA-bot",))
    assert finding.evidence[0].startswith("google service account bot acts through google api key gemini, whose")
    assert EXAMPLE.run(stale_identity.RULE).found == []


def test_a_key_that_is_not_known_is_named_by_its_id() -> None:
    assert "acts through key AKIA-bot" in estate(BEHIND).run(RULE).text


def test_others_are_clean_and_hidden_credentials_are_not() -> None:
    assert estate(service_account("x")).run(RULE).clean
    assert estate(service_account("x"), gap("credentials")).run(RULE).unknown == ["x"]
