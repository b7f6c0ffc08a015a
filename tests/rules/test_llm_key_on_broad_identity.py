"""A key to an AI service belongs on an identity that may do nothing else."""

from __future__ import annotations

import pytest

from nhiscan.model import Capability
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules.llm_key_on_broad_identity import RULE
from tests.rules.support import access_key, ai_key, estate, gap, may, user

EXAMPLE = estate(user("bot"), ai_key("bot"), may("bot", "invoke_models"), may("bot", "read_secrets"))


def test_a_key_whose_holder_may_do_more_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("ACCA-bot", "medium", ("bot",))
    assert finding.evidence == (
        "service specific ACCA-bot of iam user bot opens Amazon Bedrock, and iam user bot may do more than call models:"
        " read secrets",
        "the key itself opens only what bedrock.amazonaws.com offers; any further key of the holder opens the rest",
        "bot may read_secrets on *",
    )


@pytest.mark.parametrize(
    ("service", "capability", "admin", "severity"),
    [
        ("bedrock.amazonaws.com", "change_guardrails", "no", "low"),
        ("bedrock.amazonaws.com", "read_data", "no", "medium"),
        ("bedrock.amazonaws.com", "read_data", "is", "high"),
        ("", "read_data", "no", "medium"),
        ("", "write_data", "no", "high"),
    ],
)
def test_what_the_key_and_its_holder_open_decides(
    service: str, capability: Capability, admin: AdminVerdict, severity: Severity
) -> None:
    said = estate(user("bot"), ai_key("bot", service=service), may("bot", capability), admins={"bot": admin}).run(RULE)
    assert said.finding.severity == severity


def test_a_key_without_a_service_opens_all() -> None:
    said = estate(user("bot"), ai_key("bot", service=""), may("bot", "write_data")).run(RULE)
    assert "the key opens all that its holder may do" in said.text


def test_a_holder_that_only_calls_models_and_other_keys_are_clean() -> None:
    assert estate(user("bot"), ai_key("bot"), may("bot", "invoke_models")).run(RULE).clean
    assert estate(user("ci"), access_key("ci"), may("ci", "destroy")).run(RULE).clean
    assert estate(user("bot"), ai_key("bot", status="inactive"), may("bot", "destroy")).run(RULE).clean
    conditional = may("bot", "destroy", answer="conditional")
    assert estate(user("bot"), ai_key("bot"), conditional).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(ai_key("bot")).run(RULE).unknown == ["ACCA-bot"]
    assert estate(user("bot"), ai_key("bot"), gap("policies")).run(RULE).unknown == ["ACCA-bot"]
    unread = may("bot", "destroy", answer="unknown")
    assert estate(user("bot"), ai_key("bot"), unread).run(RULE).unknown == ["ACCA-bot"]
    partly = estate(user("bot"), ai_key("bot"), unread, may("bot", "invoke_models"))
    assert partly.run(RULE).unknown == ["ACCA-bot"]
    off = estate(user("bot"), ai_key("bot", status=None), may("bot", "destroy"))
    assert off.run(RULE).unknown == ["ACCA-bot"]
    assert estate(user("bot"), gap("credentials")).run(RULE).unknown == ["bot"]
