"""Whoever runs AI or sets its limits needs a second factor."""

from __future__ import annotations

import pytest

from nhiscan.model import Capability
from nhiscan.rules import person_without_mfa
from nhiscan.rules.ai_operator_without_mfa import RULE
from tests.rules.support import access_key, estate, factor, gap, may, password, root, user

ALONE = (user("ann"), password("ann"), factor("ann", present=False))
EXAMPLE = estate(*ALONE, may("ann", "invoke_models"), may("ann", "change_guardrails"))


def test_a_password_alone_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "high"
    assert finding.evidence == (
        "iam user ann may weaken guardrails, policies and logs and call AI models, can sign in with a password and has"
        " no second factor",
    )


def test_it_is_told_once() -> None:
    assert EXAMPLE.run(person_without_mfa.RULE).clean


@pytest.mark.parametrize("capability", ["read_data", "destroy"])
def test_whoever_does_other_things_is_told_by_the_other_rule(capability: Capability) -> None:
    some = estate(*ALONE, may("ann", capability))
    assert some.run(RULE).clean
    assert some.run(person_without_mfa.RULE).found == ["ann"]


def test_administrators_and_a_root_user_are_told_by_the_other_rule() -> None:
    admin = estate(*ALONE, may("ann", "invoke_models"), admins={"ann": "is"})
    assert admin.run(RULE).clean
    assert admin.run(person_without_mfa.RULE).finding.severity == "critical"
    first = estate(root(), factor("root", present=False), may("root", "invoke_models"))
    assert first.run(RULE).clean
    assert first.run(person_without_mfa.RULE).found == ["root"]


def test_a_second_factor_or_no_password_is_clean() -> None:
    guarded = (user("ann"), password("ann"), factor("ann", present=True), may("ann", "invoke_models"))
    assert estate(*guarded).run(RULE).clean
    machine = (user("ci"), access_key("ci"), factor("ci", present=False), may("ci", "invoke_models"))
    assert estate(*machine).run(RULE).clean


def test_the_providers_own_doors_for_people_and_what_is_switched_off_are_left_out() -> None:
    rest = (password("ann"), factor("ann", present=False), may("ann", "invoke_models"))
    for left_out in (
        user("ann", managed_by_provider=True),
        user("ann", human_access=True),
        user("ann", enabled=False),
    ):
        assert estate(left_out, *rest).run(RULE).examined == 0


def test_what_could_not_be_read_is_unknown() -> None:
    power = may("ann", "invoke_models")
    assert estate(user("ann"), password("ann"), power).run(RULE).unknown == ["ann"]
    assert estate(user("ann"), password("ann", status=None), factor("ann", present=False), power).run(RULE).unknown == [
        "ann"
    ]
    assert estate(*ALONE, gap("policies")).run(RULE).unknown == ["ann"]
    unread = may("ann", "destroy", answer="unknown")
    assert estate(*ALONE, unread, may("ann", "read_data")).run(RULE).unknown == ["ann"]
