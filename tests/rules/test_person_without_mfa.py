"""Whoever signs in with a password needs a second factor; whoever does not sign in needs none."""

from __future__ import annotations

import pytest

from nhiscan.model import Factor
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules import ai_operator_without_mfa
from nhiscan.rules.person_without_mfa import RULE
from tests.rules.support import access_key, estate, factor, gap, may, password, role, root, signal, user

EXAMPLE = estate(user("ann"), password("ann"), factor("ann", present=False))


def test_a_password_alone_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "high"
    assert finding.evidence == ("iam user ann can sign in with a password and has no second factor",)


@pytest.mark.parametrize(("admin", "severity"), [("is", "critical"), ("can_become", "critical"), ("latent", "high")])
def test_power_makes_it_worse(admin: AdminVerdict, severity: Severity) -> None:
    said = estate(user("ann"), password("ann"), factor("ann", present=False), admins={"ann": admin}).run(RULE)
    assert said.finding.severity == severity


def test_a_second_factor_is_enough_however_it_is_told() -> None:
    assert estate(user("ann"), password("ann"), factor("ann", present=True)).run(RULE).clean
    device = Factor(id="m", identity="ann", kind="totp")
    assert estate(user("ann"), password("ann"), factor("ann", present=False), device).run(RULE).clean


def test_whoever_cannot_sign_in_is_clean() -> None:
    assert estate(user("ci"), access_key("ci"), factor("ci", present=False)).run(RULE).clean
    off = password("ann", status="inactive")
    assert estate(user("ann"), off, factor("ann", present=False)).run(RULE).clean
    assert estate(user("ann", enabled=False), password("ann"), factor("ann", present=False)).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(user("ann"), password("ann")).run(RULE).unknown == ["ann"]
    assert estate(user("ann"), password("ann", status=None), factor("ann", present=False)).run(RULE).unknown == ["ann"]
    assert estate(user("ann"), factor("ann", present=False), gap("credentials")).run(RULE).unknown == ["ann"]


def test_a_second_factor_settles_it_whatever_else_is_unknown() -> None:
    assert estate(user("ann"), factor("ann", present=True), gap("credentials")).run(RULE).clean


@pytest.mark.parametrize("name", ["interactive-sign-in", "recent-console-sign-in", "directory-person"])
def test_a_person_of_a_directory_signs_in_without_a_password_that_we_see(name: str) -> None:
    said = estate(user("ann"), signal("ann", name), factor("ann", present=False)).run(RULE)
    assert said.found == ["ann"]


def test_a_root_user_is_always_asked() -> None:
    assert estate(root(), factor("root", present=False)).run(RULE).finding.severity == "critical"
    assert estate(root()).run(RULE).unknown == ["root"]
    assert estate(root(enabled=False), factor("root", present=False)).run(RULE).clean


def test_a_door_for_people_is_guarded_where_they_sign_in() -> None:
    assert estate(role("door", human_access=True), gap("credentials")).run(RULE).clean


def test_whoever_operates_ai_is_told_by_its_own_rule() -> None:
    some = estate(user("ann"), password("ann"), factor("ann", present=False), may("ann", "invoke_models"))
    assert some.run(RULE).clean
    assert some.run(ai_operator_without_mfa.RULE).found == ["ann"]
    first = estate(root(), factor("root", present=False), may("root", "invoke_models"))
    assert first.run(RULE).found == ["root"]
