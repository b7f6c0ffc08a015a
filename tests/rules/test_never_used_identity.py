"""Never used is a claim that needs the provider to have watched the whole time."""

from __future__ import annotations

from nhiscan.rules.never_used_identity import RULE
from tests.rules.support import access_key, ago, estate, gap, password, role, root, seen_since, user

EXAMPLE = estate(role("deploy", used="never"))


def test_a_role_that_was_never_used_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "deploy"
    assert finding.severity == "low"
    assert finding.evidence == ("iam role deploy was never used since it was made on 2025-11-24, 365 days ago",)


def test_a_new_role_has_its_grace() -> None:
    assert estate(role("deploy", used="never", created_at=ago(30))).run(RULE).clean
    assert estate(role("deploy", used="never", created_at=ago(30))).run(RULE, grace_days=7).found == ["deploy"]


def test_a_role_younger_than_the_window_was_never_used() -> None:
    assert estate(role("deploy", created_at=ago(200), activity=seen_since(ago(400)))).run(RULE).found == ["deploy"]


def test_a_role_older_than_the_window_may_have_been_used_before_it() -> None:
    assert estate(role("deploy", created_at=ago(900), activity=seen_since(ago(400)))).run(RULE).clean


def test_a_role_that_was_used_is_clean() -> None:
    assert estate(role("deploy", used=ago(200))).run(RULE).clean


def test_what_nobody_told_is_unknown() -> None:
    assert estate(role("deploy")).run(RULE).unknown == ["deploy"]
    assert estate(role("deploy", used="never", created_at=None)).run(RULE).unknown == ["deploy"]
    assert estate(user("ci"), access_key("ci"), password("ci", used=None)).run(RULE).unknown == ["ci"]
    assert estate(role("deploy", used="never"), gap("credentials")).run(RULE).unknown == ["deploy"]


def test_a_user_counts_from_its_newest_credential() -> None:
    old = estate(user("ci", created_at=ago(900)), access_key("ci"))
    assert old.run(RULE).found == ["ci"]
    rotated = estate(user("ci", created_at=ago(900)), access_key("ci", created_at=ago(2)))
    assert rotated.run(RULE).clean


def test_power_makes_it_worse_and_a_door_for_people_is_only_mentioned() -> None:
    assert estate(role("deploy", used="never"), admins={"deploy": "is"}).run(RULE).finding.severity == "high"
    assert estate(role("door", used="never", human_access=True)).run(RULE).finding.severity == "info"


def test_the_providers_own_and_a_root_user_are_left_out() -> None:
    assert estate(role("slr", used="never", managed_by_provider=True)).run(RULE).clean
    assert estate(root(), password("root")).run(RULE).clean
