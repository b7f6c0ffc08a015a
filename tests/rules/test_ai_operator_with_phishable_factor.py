"""Whoever operates AI needs a factor that no forged page can take."""

from __future__ import annotations

from typing import Literal

import pytest

from nhiscan.rules import ai_operator_without_mfa
from nhiscan.rules.ai_operator_with_phishable_factor import RULE
from tests.rules.support import access_key, agent, estate, factor, gap, may, method, owner, password, root, user

ANN = (user("ann"), password("ann"))
RUNS = may("ann", "invoke_models")
EXAMPLE = estate(*ANN, RUNS, method("ann", "totp"), method("ann", "sms"))


def test_codes_and_prompts_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence == (
        "iam user ann may call AI models",
        "its only second factors can be taken by a forged page: codes by message or call and codes of an app",
    )


def test_an_owner_of_an_agent_operates_it() -> None:
    records = (*ANN, *agent("bot"), owner("bot", "ann"), method("ann", "push"))
    assert "iam user ann answers for the AI agent bot" in estate(*records).run(RULE).text
    assert estate(*records, admins={"ann": "is"}).run(RULE).finding.severity == "high"


def test_several_agents_are_counted() -> None:
    two = (*agent("a"), *agent("b"), owner("a", "ann"), owner("b", "ann"))
    assert "answers for 2 AI agents: a and b" in estate(*ANN, *two, method("ann", "push")).run(RULE).text


def test_the_owner_of_an_agents_identity_operates_it() -> None:
    records = (*ANN, user("bot"), owner("bot", "ann"), method("ann", "push"))
    assert estate(*records, classes={"bot": "ai_persona"}).run(RULE).found == ["ann"]
    assert estate(*records, classes={"bot": "legacy_service"}).run(RULE).clean


def test_one_factor_that_withstands_phishing_is_clean() -> None:
    assert estate(*ANN, RUNS, method("ann", "totp"), method("ann", "passkey")).run(RULE).clean


def test_whoever_has_none_is_told_by_another_rule() -> None:
    none = estate(*ANN, RUNS, factor("ann", present=False))
    assert none.run(RULE).clean
    assert none.run(ai_operator_without_mfa.RULE).found == ["ann"]


def test_whoever_does_not_operate_ai_is_clean() -> None:
    assert estate(*ANN, may("ann", "read_data"), method("ann", "totp")).run(RULE).clean
    assert estate(*ANN, RUNS, method("ann", "totp"), admins={"ann": "is"}).run(RULE).clean


def test_what_signs_in_with_no_password_is_not_examined() -> None:
    assert estate(user("ann"), access_key("ann"), RUNS, method("ann", "totp")).run(RULE).examined == 0
    first = (root(), may("root", "invoke_models"), method("root", "totp"))
    assert estate(*first).run(RULE).examined == 0
    assert estate(*ANN, RUNS, method("ann", "totp"), classes={"ann": "ai_persona"}).run(RULE).examined == 0


@pytest.mark.parametrize("kind", ["totp", "unknown"])
def test_a_factor_that_nobody_knows_is_unknown(kind: Literal["totp", "unknown"]) -> None:
    said = estate(*ANN, RUNS, method("ann", "unknown"), method("ann", kind)).run(RULE)
    assert said.unknown == ["ann"]


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*ANN, RUNS, factor("ann", present=True)).run(RULE).unknown == ["ann"]
    assert estate(*ANN, RUNS).run(RULE).unknown == ["ann"]
    assert estate(*ANN, method("ann", "totp"), gap("policies")).run(RULE).unknown == ["ann"]
    unread = may("ann", "invoke_models", answer="unknown")
    assert estate(*ANN, method("ann", "totp"), unread).run(RULE).unknown == ["ann"]
    shut = (user("ann"), password("ann", status=None), RUNS, method("ann", "totp"))
    assert estate(*shut).run(RULE).unknown == ["ann"]
