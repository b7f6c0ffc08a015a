"""A standing secret must change; a short-lived one changes by itself."""

from __future__ import annotations

from nhiscan.rules.unrotated_credential import RULE
from tests.rules.support import access_key, ago, estate, gap, password, root, user

EXAMPLE = estate(user("ci"), access_key("ci", used=ago(1)))


def test_an_old_secret_is_found_however_much_it_is_used() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "AKIA-ci"
    assert finding.severity == "medium"
    assert finding.evidence == (
        "the secret of access key AKIA-ci is the same since it was made on 2025-11-24, 365 days ago",
    )


def test_a_secret_that_was_changed_lately_is_clean() -> None:
    assert estate(user("ci"), access_key("ci", rotated_at=ago(90))).run(RULE).clean
    assert estate(user("ci"), access_key("ci", created_at=ago(20))).run(RULE).clean


def test_a_change_counts_from_the_last_one() -> None:
    said = estate(user("ci"), access_key("ci", rotated_at=ago(91))).run(RULE)
    assert "was last changed on 2026-08-25, 91 days ago" in said.text


def test_a_password_and_a_secret_that_no_longer_works_are_clean() -> None:
    assert estate(user("ann"), password("ann")).run(RULE).clean
    assert estate(user("ci"), access_key("ci", status="inactive")).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(user("ci"), access_key("ci", created_at=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), access_key("ci", status=None)).run(RULE).unknown == ["AKIA-ci"]
    assert estate(user("ci"), gap("credentials")).run(RULE).unknown == ["ci"]


def test_an_old_secret_of_an_administrator_weighs_more() -> None:
    said = estate(user("ci"), access_key("ci"), admins={"ci": "is"}).run(RULE)
    assert said.finding.severity == "high"
    assert "iam user ci is an administrator" in said.text


def test_the_threshold_is_the_companys() -> None:
    assert EXAMPLE.run(RULE, max_age_days=400).clean


def test_a_root_user_has_a_rule_of_its_own() -> None:
    assert estate(root(), access_key("root")).run(RULE).clean
