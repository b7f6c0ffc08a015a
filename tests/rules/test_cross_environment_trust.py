"""Production must not be open to where things are tried out."""

from __future__ import annotations

import pytest

from nhiscan.result import Severity
from nhiscan.rules.cross_environment_trust import RULE
from tests.rules.support import ACCOUNT, SISTER, STRANGER, Estate, account, becomes, gap, role, trust, user

PROD = account(name="prod", environment="production")
DEV = account(SISTER, name="dev", environment="development")
DOOR = (role("deploy"), trust("deploy", SISTER, "account", statement="trust policy, statement 1"))


def estate(*records: object, admins: object = None) -> Estate:
    """Records, with no account but those among them."""
    return Estate(records=records, admins=admins or {})  # type: ignore[arg-type]


EXAMPLE = estate(PROD, DEV, *DOOR)


def test_a_trust_in_a_development_account_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("deploy", "medium", (SISTER,))
    assert finding.evidence == (
        "iam role deploy belongs to production (prod) and is open to dev (development)",
        "its trust lets in aws:444455556666 (trust policy, statement 1)",
    )


def test_power_makes_it_worse() -> None:
    assert estate(PROD, DEV, *DOOR, admins={"deploy": "is"}).run(RULE).finding.severity == "high"


@pytest.mark.parametrize(("answer", "severity"), [("allowed", "medium"), ("conditional", "low")])
def test_a_step_from_development_is_found_as_sure_as_it_is(answer: str, severity: Severity) -> None:
    step = becomes("ci", "deploy", answer=answer, reason="user ci can make keys for role deploy")
    finding = estate(PROD, DEV, role("deploy"), user("ci", scope=SISTER), step).run(RULE).finding
    assert finding.severity == severity
    assert finding.evidence[1] == "user ci can make keys for role deploy"


def test_a_step_by_way_of_a_hub_is_found() -> None:
    steps = (becomes("ci", "any-of:roles"), becomes("any-of:roles", "deploy", answer="conditional"))
    finding = estate(PROD, DEV, role("deploy"), user("ci", scope=SISTER), *steps).run(RULE).finding
    assert finding.severity == "low"


def test_what_the_trust_tells_is_not_told_again() -> None:
    step = becomes("ci", "deploy")
    said = estate(PROD, DEV, *DOOR, user("ci", scope=SISTER), step).run(RULE)
    assert len(said.finding.evidence) == 2
    assert said.finding.fingerprint == EXAMPLE.run(RULE).finding.fingerprint


def test_ways_within_an_environment_and_out_of_production_are_clean() -> None:
    twin = account(SISTER, name="prod-2", environment="production")
    assert estate(PROD, twin, *DOOR).run(RULE).clean
    outward = (role("test", scope=SISTER), trust("test", ACCOUNT, "account"))
    assert estate(PROD, DEV, *outward).run(RULE).clean
    assert estate(PROD, role("deploy"), user("ci"), becomes("ci", "deploy")).run(RULE).clean
    assert estate(PROD, twin, role("deploy"), user("ci", scope=SISTER), becomes("ci", "deploy")).run(RULE).clean
    nameless = account("aws:3", name="third")
    assert estate(DEV, nameless, role("test", scope=SISTER), trust("test", "aws:3", "account")).run(RULE).clean
    hub = (becomes("ci", "any-of:roles"), becomes("any-of:roles", "deploy"))
    assert estate(account(name="main"), role("deploy"), user("ci"), *hub).run(RULE).clean
    latent = becomes("ci", "deploy", answer="latent")
    assert estate(PROD, DEV, role("deploy"), user("ci", scope=SISTER), latent).run(RULE).clean


def test_a_stranger_has_no_environment_and_other_rules() -> None:
    assert estate(PROD, DEV, role("deploy"), trust("deploy", STRANGER, "account")).run(RULE).clean


def test_what_is_not_known_is_unknown() -> None:
    nameless = account(SISTER, name="sister")
    said = estate(PROD, nameless, *DOOR).run(RULE)
    assert said.unknown == ["deploy"]
    assert said.text == "the environment of sister is not known"
    assert estate(account(name="main"), DEV, *DOOR).run(RULE).unknown == ["deploy"]
    unread = becomes("ci", "deploy", answer="unknown")
    assert estate(PROD, DEV, role("deploy"), user("ci", scope=SISTER), unread).run(RULE).unknown == ["deploy"]
    assert estate(PROD, DEV, *DOOR, gap("trust")).run(RULE).unknown == ["deploy"]
