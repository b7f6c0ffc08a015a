"""What an AI agent may do must fit what an agent is for."""

from __future__ import annotations

import pytest

from nhiscan.model import Capability
from nhiscan.result import Severity
from nhiscan.rules.over_privileged_ai_persona import RULE
from tests.rules.support import agent, estate, gap, may, role

EXAMPLE = estate(role("bot"), may("bot", "read_secrets"), classes={"bot": "ai_persona"})


def test_an_agent_that_reads_every_secret_is_found_with_the_reason() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.confidence) == ("high", "high")
    assert finding.evidence == (
        "iam role bot belongs to an AI agent and may read secrets",
        "bot may read_secrets on *",
    )


@pytest.mark.parametrize(
    ("capability", "severity"),
    [
        ("administer_identities", "high"),
        ("change_guardrails", "medium"),
        ("destroy", "high"),
        ("run_code", "medium"),
        ("write_data", "medium"),
        ("read_data", "medium"),
    ],
)
def test_what_it_may_do_everywhere_decides_how_much_it_weighs(capability: Capability, severity: Severity) -> None:
    said = estate(role("bot"), may("bot", capability), classes={"bot": "ai_persona"}).run(RULE)
    assert said.finding.severity == severity


@pytest.mark.parametrize("capability", ["read_secrets", "read_data", "write_data", "destroy", "run_code"])
def test_a_bucket_or_secret_of_its_own_is_what_an_agent_may_have(capability: Capability) -> None:
    said = estate(role("bot"), may("bot", capability, "arn:aws:s3:::bots/*"), classes={"bot": "ai_persona"}).run(RULE)
    assert said.clean


def test_what_changes_its_own_limits_is_too_much_on_anything() -> None:
    grant = may("bot", "administer_identities", "arn:aws:iam::111122223333:role/bots/*")
    assert estate(role("bot"), grant, classes={"bot": "ai_persona"}).run(RULE).found == ["bot"]


def test_calling_models_is_what_agents_do() -> None:
    assert estate(role("bot"), may("bot", "invoke_models"), classes={"bot": "ai_persona"}).run(RULE).clean


def test_a_condition_makes_it_less_sure() -> None:
    grant = may("bot", "read_secrets", answer="conditional", conditions=("aws:SourceVpc",))
    finding = estate(role("bot"), grant, classes={"bot": "ai_persona"}).run(RULE).finding
    assert (finding.severity, finding.confidence) == ("medium", "medium")
    assert "may read secrets if a condition holds" in finding.evidence[0]


def test_administrators_and_what_is_no_agents_are_other_rules() -> None:
    grants = (role("x"), may("x", "read_secrets"))
    assert estate(*grants, classes={"x": "ai_persona"}, admins={"x": "is"}).run(RULE).clean
    assert estate(*grants, classes={"x": "legacy_service"}).run(RULE).clean


def test_what_an_agent_runs_as_is_an_agents_whatever_its_class() -> None:
    said = estate(*agent("a", runs_as="x"), role("x"), may("x", "destroy"), classes={"x": "legacy_service"}).run(RULE)
    assert said.found == ["x"]


def test_what_is_not_known_is_unknown() -> None:
    unread = estate(role("bot"), may("bot", "destroy", answer="unknown"), classes={"bot": "ai_persona"})
    assert unread.run(RULE).unknown == ["bot"]
    assert estate(role("bot"), gap("policies"), classes={"bot": "ai_persona"}).run(RULE).unknown == ["bot"]
    assert estate(role("x"), may("x", "destroy")).run(RULE).unknown == ["x"]
    assert estate(role("x"), may("x", "invoke_models")).run(RULE).clean
