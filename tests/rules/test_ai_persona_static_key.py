"""A key that an AI agent holds until somebody revokes it."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict, IdentityClass, Severity
from nhiscan.rules import long_lived_credential
from nhiscan.rules.ai_persona_static_key import RULE
from tests.rules.support import access_key, ago, ai_key, estate, gap, password, user, workload

EXAMPLE = estate(user("bot"), access_key("bot", used=ago(1)), classes={"bot": "ai_persona"})


def test_a_key_of_an_agent_is_found_with_what_could_take_its_place() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("AKIA-bot", "high", ("bot",))
    assert finding.evidence[0] == (
        "access key AKIA-bot of iam user bot, which belongs to an AI agent, works until someone revokes it"
    )
    assert "the identity that the platform gives can take its place" in finding.evidence[1]


def test_it_is_told_once() -> None:
    assert EXAMPLE.run(long_lived_credential.RULE).clean


@pytest.mark.parametrize(("admin", "severity"), [("is", "critical"), ("can_become", "critical"), ("latent", "high")])
def test_power_makes_it_worse(admin: AdminVerdict, severity: Severity) -> None:
    said = estate(user("bot"), access_key("bot"), classes={"bot": "ai_persona"}, admins={"bot": admin}).run(RULE)
    assert said.finding.severity == severity


@pytest.mark.parametrize("class_", ["human", "legacy_service"])
def test_what_is_no_agents_is_another_rules(class_: IdentityClass) -> None:
    assert estate(user("x"), access_key("x"), classes={"x": class_}).run(RULE).clean


def test_a_key_that_opens_only_an_ai_service_is_judged_by_its_expiry_elsewhere() -> None:
    assert estate(user("bot"), ai_key("bot"), classes={"bot": "ai_persona"}).run(RULE).clean


def test_what_is_not_standing_or_works_no_longer_is_clean() -> None:
    classes: dict[str, IdentityClass] = {"bot": "ai_persona"}
    assert estate(user("bot"), password("bot"), classes=classes).run(RULE).clean
    assert estate(user("bot"), access_key("bot", status="inactive"), classes=classes).run(RULE).clean
    assert estate(user("bot", enabled=False), access_key("bot"), classes=classes).run(RULE).clean


def test_what_is_not_known_is_unknown() -> None:
    classes: dict[str, IdentityClass] = {"bot": "ai_persona"}
    assert estate(user("bot"), access_key("bot", status=None), classes=classes).run(RULE).unknown == ["AKIA-bot"]
    assert estate(user("x"), access_key("x")).run(RULE).unknown == ["AKIA-x"]
    assert estate(user("bot"), gap("credentials"), classes=classes).run(RULE).unknown == ["bot"]


def test_a_platform_that_runs_the_agent_already_is_named() -> None:
    said = estate(user("bot"), access_key("bot"), *workload("pay", runs_as="bot"), classes={"bot": "ai_persona"})
    assert "the platform already runs lambda function pay as its holder" in said.run(RULE).text
