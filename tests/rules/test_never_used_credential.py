"""A credential that was never used weighs by its age, and a young one not at all."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules.never_used_credential import RULE
from tests.rules.support import access_key, ago, estate, gap, root, seen_since, user

EXAMPLE = estate(user("ci"), access_key("ci"))


def test_a_key_that_was_never_used_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "AKIA-ci"
    assert finding.evidence == ("access key AKIA-ci was never used since it was made on 2025-11-24, 365 days ago",)


@pytest.mark.parametrize(
    ("age", "admin", "severity"),
    [
        (31, "no", "low"),
        (31, "is", "medium"),
        (91, "no", "medium"),
        (91, "is", "high"),
    ],
)
def test_age_and_power_decide_how_much_it_weighs(age: int, admin: AdminVerdict, severity: Severity) -> None:
    said = estate(user("ci"), access_key("ci", created_at=ago(age)), admins={"ci": admin}).run(RULE)
    assert said.finding.severity == severity


def test_a_new_key_has_its_grace() -> None:
    assert estate(user("ci"), access_key("ci", created_at=ago(30))).run(RULE).clean


def test_a_key_that_was_used_is_clean() -> None:
    assert estate(user("ci"), access_key("ci", used=ago(300))).run(RULE).clean


def test_a_key_that_no_longer_works_is_clean() -> None:
    assert estate(user("ci"), access_key("ci", status="inactive")).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(user("ci"), access_key("ci", used=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), access_key("ci", created_at=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), access_key("ci", status=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]


def test_a_key_older_than_the_providers_memory_may_have_been_used() -> None:
    assert estate(user("ci"), access_key("ci", created_at=ago(900), activity=seen_since(ago(400)))).run(RULE).clean


def test_a_key_younger_than_the_providers_memory_was_never_used() -> None:
    young = access_key("ci", created_at=ago(200), activity=seen_since(ago(400)))
    assert estate(user("ci"), young).run(RULE).found == ["AKIA-ci"]


def test_a_root_user_and_the_providers_own_are_left_out() -> None:
    assert estate(root(), access_key("root")).run(RULE).clean
    assert estate(user("ci", managed_by_provider=True), access_key("ci")).run(RULE).clean
