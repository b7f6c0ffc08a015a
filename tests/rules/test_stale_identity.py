"""An identity is stale by its own use and that of all it holds together."""

from __future__ import annotations

from nhiscan.rules.stale_identity import RULE
from tests.rules.support import access_key, ago, estate, gap, password, role, root, seen_since, user

EXAMPLE = estate(role("deploy", used=ago(120)))


def test_a_role_that_was_not_used_for_long_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "deploy"
    assert finding.severity == "medium"
    assert finding.evidence == ("iam role deploy was last used on 2026-07-27, 120 days ago",)


def test_a_role_that_was_used_lately_is_clean() -> None:
    assert estate(role("deploy", used=ago(90))).run(RULE).clean


def test_one_credential_in_use_keeps_a_user_alive_whatever_is_unknown_of_the_others() -> None:
    held = (access_key("ci", used=ago(2)), password("ci", used=None))
    assert estate(user("ci"), *held, gap("credentials")).run(RULE).clean


def test_a_user_is_stale_when_none_of_its_credentials_was_used() -> None:
    said = estate(user("ci", created_at=ago(900)), access_key("ci", used=ago(200)), password("ci", used=ago(300)))
    assert said.run(RULE).found == ["ci"]
    assert "200 days ago" in said.run(RULE).text


def test_one_unknown_credential_leaves_an_idle_user_unknown() -> None:
    said = estate(user("ci"), access_key("ci", used=ago(200)), password("ci", used=None)).run(RULE)
    assert said.unknown == ["ci"]
    assert said.text == "the last use of password password-ci could not be read"


def test_a_credential_that_no_longer_works_leaves_nothing_unknown() -> None:
    held = (access_key("ci", used=ago(200)), password("ci", used=None, status="inactive"))
    assert estate(user("ci"), *held).run(RULE).found == ["ci"]


def test_a_new_credential_is_a_sign_of_life() -> None:
    held = (access_key("ci", used=ago(200)), access_key("ci", id="AKIA-new", created_at=ago(3)))
    assert estate(user("ci"), *held).run(RULE).clean


def test_what_nobody_told_is_unknown() -> None:
    assert estate(role("deploy")).run(RULE).unknown == ["deploy"]
    assert "does not say" in estate(role("deploy")).run(RULE).text
    assert "could not be read" in estate(role("deploy"), gap("activity")).run(RULE).text
    hidden = estate(user("ci"), access_key("ci", used=ago(200)), gap("credentials")).run(RULE)
    assert hidden.unknown == ["ci"]


def test_no_recorded_use_of_a_role_older_than_the_window_is_not_called_never_used() -> None:
    said = estate(role("deploy", created_at=ago(900), activity=seen_since(ago(400)))).run(RULE)
    assert said.found == ["deploy"]
    assert "as far back as the provider remembers" in said.text


def test_a_window_shorter_than_the_threshold_leaves_it_unknown() -> None:
    assert estate(role("deploy", activity=seen_since(ago(30)))).run(RULE).unknown == ["deploy"]


def test_a_role_that_was_never_used_is_for_another_rule() -> None:
    assert estate(role("deploy", used="never")).run(RULE).clean
    assert estate(role("deploy", created_at=ago(200), activity=seen_since(ago(400)))).run(RULE).clean


def test_power_makes_it_worse_and_a_door_for_people_less() -> None:
    strong = estate(role("deploy", used=ago(120)), admins={"deploy": "is"}).run(RULE)
    assert strong.finding.severity == "high"
    door = estate(role("door", used=ago(120), human_access=True), admins={"door": "is"}).run(RULE)
    assert door.finding.severity == "low"


def test_the_providers_own_and_what_is_switched_off_and_a_root_user_are_left_out() -> None:
    assert estate(role("aws-service-role", used=ago(400), managed_by_provider=True)).run(RULE).clean
    assert estate(role("off", used=ago(400), enabled=False)).run(RULE).clean
    assert estate(root(), password("root", used=ago(900))).run(RULE).clean
