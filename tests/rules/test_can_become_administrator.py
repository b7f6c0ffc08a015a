"""Whoever can make itself an administrator is shown with the way and what ends it."""

from __future__ import annotations

import itertools

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import administrator_of
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules import administrator_agent
from nhiscan.rules.can_become_administrator import RULE
from tests.rules.support import ACCOUNT, administers, becomes, estate, role, user

WAY = (
    user("ci"),
    role("builder"),
    role("boss"),
    administers("boss"),
    becomes("ci", "builder", reason="user ci can assume role builder", fix="remove ci from the trust of builder"),
    becomes("builder", "boss", reason="role builder can pass role boss to a function"),
)

EXAMPLE = estate(*WAY, admins={"ci": "can_become", "builder": "can_become", "boss": "is"})


def test_one_mistake_is_one_finding_with_all_who_get_there_by_it() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "builder"
    assert finding.severity == "high"
    assert finding.related == ("boss", "ci")
    assert finding.evidence == (
        "iam role builder can make itself an administrator",
        "role builder can pass role boss to a function",
        "boss may do everything (policy all, statement 1)",
        "1 identity gets there through it, and no further once it is mended: iam user ci",
    )


ALONE = estate(*WAY, admins={"ci": "can_become", "builder": "no", "boss": "is"})
"""The last step is not the rule's to tell, so the whole way is told with whoever begins it."""


def test_the_way_is_told_step_by_step_to_its_end() -> None:
    finding = ALONE.run(RULE).finding
    assert finding.subject == "ci"
    assert finding.related == ("builder", "boss")
    assert finding.evidence == (
        "iam user ci can make itself an administrator",
        "user ci can assume role builder",
        "role builder can pass role boss to a function",
        "this change ends it: remove ci from the trust of builder",
        "boss may do everything (policy all, statement 1)",
    )


def test_a_program_behind_a_door_for_people_makes_the_door_weigh_more() -> None:
    door = role("builder", human_access=True)
    records = (WAY[0], door, *WAY[2:])
    said = estate(*records, admins={"ci": "can_become", "builder": "can_become", "boss": "is"}).run(RULE)
    assert said.finding.severity == "high"


def test_many_who_follow_are_counted() -> None:
    users = [user(f"u{number:02}") for number in range(20)]
    steps = [becomes(one.id, "builder") for one in users]
    admins: dict[str, AdminVerdict] = {one.id: "can_become" for one in users}
    said = estate(*WAY[1:4], WAY[5], *users, *steps, admins={**admins, "builder": "can_become"}).run(RULE)
    assert "20 identities get there through it" in said.text
    assert "and 12 more" in said.text
    assert len(said.finding.related) == 21


def test_the_verdicts_of_the_example_are_those_that_the_core_gives() -> None:
    verdicts = admin_verdicts(Inventory(EXAMPLE.records))
    assert {id: verdict for id, (verdict, _) in verdicts.items()} == EXAMPLE.admins


@pytest.mark.parametrize(
    ("answer", "admin", "severity"),
    [("allowed", "can_become", "high"), ("conditional", "conditional", "medium"), ("latent", "latent", "low")],
)
def test_the_least_sure_step_decides(answer: str, admin: AdminVerdict, severity: Severity) -> None:
    step = becomes("ci", administrator_of(ACCOUNT), answer=answer, conditions=("aws:SourceIp",))
    said = estate(user("ci"), step, admins={"ci": admin}).run(RULE)
    assert said.finding.severity == severity
    assert "it depends on this: aws:SourceIp" in said.text
    assert admin_verdicts(Inventory((user("ci"), step)))["ci"][0] == admin


def test_an_own_power_under_a_condition_needs_no_step() -> None:
    power = administers("ci", answer="conditional", conditions=("aws:MultiFactorAuthPresent",))
    said = estate(user("ci"), power, admins={"ci": "conditional"}).run(RULE)
    assert said.finding.evidence[1:] == (
        "ci may do everything (policy all, statement 1)",
        "that depends on this: aws:MultiFactorAuthPresent",
    )


def test_a_person_weighs_less() -> None:
    said = estate(*WAY, classes={"ci": "human"}, admins={"ci": "can_become"}).run(RULE)
    assert said.finding.severity == "medium"


@pytest.mark.parametrize("admin", ["no", "is"])
def test_whoever_is_no_administrator_or_is_one_already_is_clean(admin: AdminVerdict) -> None:
    assert estate(user("ci"), admins={"ci": admin}).run(RULE).clean


def test_what_could_not_be_evaluated_is_unknown() -> None:
    assert estate(user("ci"), admins={"ci": "unknown"}).run(RULE).unknown == ["ci"]


def test_another_way_to_the_same_end_is_the_same_finding() -> None:
    around = estate(*WAY[:4], becomes("ci", "boss"), admins={"ci": "can_become"}).run(RULE).finding
    assert around.fingerprint == ALONE.run(RULE).finding.fingerprint
    assert around.evidence != ALONE.run(RULE).finding.evidence


def test_a_circle_has_no_end_and_does_no_harm() -> None:
    circle = (becomes("a", "b"), becomes("b", "a"), becomes("b", administrator_of(ACCOUNT)))
    said = estate(user("a"), user("b"), *circle, admins={"a": "can_become", "b": "can_become"}).run(RULE)
    assert said.finding.evidence[1] == f"b can become administrator:{ACCOUNT}"
    assert said.finding.related == (administrator_of(ACCOUNT), "a")


def test_a_long_way_is_shortened() -> None:
    names = [f"r{number:03}" for number in range(40)]
    steps = [becomes(first, second) for first, second in itertools.pairwise(names)]
    end = becomes(names[-1], administrator_of(ACCOUNT))
    said = estate(*(role(name) for name in names), *steps, end, admins={"r000": "can_become"}).run(RULE)
    assert len(said.finding.evidence) == 10
    assert "and so on, 40 steps in all" in said.text


def test_the_providers_own_is_left_out() -> None:
    assert estate(role("slr", managed_by_provider=True), admins={"slr": "can_become"}).run(RULE).clean


def test_an_agents_own_way_is_told_by_its_own_rule() -> None:
    step = becomes("bot", administrator_of(ACCOUNT))
    some = estate(role("bot"), step, classes={"bot": "ai_persona"}, admins={"bot": "can_become"})
    assert some.run(RULE).clean
    assert some.run(administrator_agent.RULE).found == ["bot"]
    door = role("bot", human_access=True)
    assert estate(door, step, classes={"bot": "ai_persona"}, admins={"bot": "can_become"}).run(RULE).found == ["bot"]
