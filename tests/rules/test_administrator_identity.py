"""Administration weighs by who holds it."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict, IdentityClass, Severity
from nhiscan.rules import administrator_agent
from nhiscan.rules.administrator_identity import RULE
from tests.rules.support import administers, agent, estate, role, root, user

EXAMPLE = estate(role("deploy"), administers("deploy"), classes={"deploy": "legacy_service"}, admins={"deploy": "is"})


def test_a_service_that_administers_is_found_with_the_reason() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "high"
    assert finding.evidence == (
        "iam role deploy belongs to a service and is an administrator",
        "deploy may do everything (policy all, statement 1)",
    )


@pytest.mark.parametrize(
    ("class_", "severity"),
    [("legacy_service", "high"), ("unknown", "high"), ("human", "low")],
)
def test_the_class_decides_how_much_it_weighs(class_: IdentityClass, severity: Severity) -> None:
    finding = estate(user("x"), classes={"x": class_}, admins={"x": "is"}).run(RULE).finding
    assert finding.severity == severity
    assert finding.confidence == ("medium" if class_ == "unknown" else "high")


@pytest.mark.parametrize("admin", ["no", "can_become", "conditional", "latent"])
def test_whoever_does_not_administer_by_itself_is_clean(admin: AdminVerdict) -> None:
    assert estate(role("deploy"), admins={"deploy": admin}).run(RULE).clean


def test_what_could_not_be_evaluated_is_unknown() -> None:
    assert estate(role("deploy"), admins={"deploy": "unknown"}).run(RULE).unknown == ["deploy"]


def test_doors_for_people_the_providers_own_and_a_root_user_are_left_out() -> None:
    left_out = (role("AWSReservedSSO_Admin", human_access=True), role("slr", managed_by_provider=True), root())
    powers: dict[str, AdminVerdict] = {"AWSReservedSSO_Admin": "is", "slr": "is", "root": "is"}
    assert estate(*left_out, admins=powers).run(RULE).clean


def test_what_an_agent_acts_as_is_told_by_its_own_rule() -> None:
    some = estate(role("bot"), *agent("helper", runs_as="bot"), admins={"bot": "is"})
    assert some.run(RULE).clean
    assert some.run(administrator_agent.RULE).found == ["bot"]
