"""A credential is stale when it works and nobody has used it for long; nothing else is."""

from __future__ import annotations

from nhiscan.rules.stale_credential import RULE
from tests.rules.support import ACCOUNT, access_key, ago, estate, gap, password, root, seen_since, user

EXAMPLE = estate(user("ci"), access_key("ci", used=ago(200)))


def test_a_key_that_was_not_used_for_long_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "AKIA-ci"
    assert finding.severity == "medium"
    assert finding.related == ("ci",)
    assert finding.evidence == ("access key AKIA-ci was last used on 2026-05-08, 200 days ago",)


def test_a_key_that_was_used_lately_is_clean() -> None:
    assert estate(user("ci"), access_key("ci", used=ago(90))).run(RULE).clean


def test_the_threshold_is_the_companys() -> None:
    used = estate(user("ci"), access_key("ci", used=ago(46)))
    assert used.run(RULE).clean
    assert used.run(RULE, unused_days=45).found == ["AKIA-ci"]


def test_an_unknown_last_use_is_unknown() -> None:
    said = estate(user("ci"), access_key("ci", used=None)).run(RULE)
    assert said.unknown == ["AKIA-ci"]
    assert not said.findings


def test_a_state_that_nobody_told_is_unknown() -> None:
    said = estate(user("ci"), access_key("ci", used=ago(200), status=None)).run(RULE)
    assert said.unknown == ["AKIA-ci"]
    assert not said.findings


def test_a_state_is_known_where_only_an_expiry_is_given() -> None:
    ahead = estate(user("ci"), access_key("ci", used=ago(200), status=None, expires_at=ago(-30)))
    assert ahead.run(RULE).found == ["AKIA-ci"]
    past = estate(user("ci"), access_key("ci", used=ago(200), status="active", expires_at=ago(1)))
    assert past.run(RULE).clean


def test_credentials_that_could_not_be_listed_are_unknown_for_whoever_may_hold_them() -> None:
    hidden = (user("ci"), user("service", managed_by_provider=True), user("door", human_access=True))
    assert estate(*hidden, gap("credentials")).run(RULE).unknown == ["ci"]
    assert estate(*hidden, user("other"), gap("credentials", subjects=("other",))).run(RULE).unknown == ["other"]


def test_what_was_never_used_is_for_another_rule() -> None:
    assert estate(user("ci"), access_key("ci", used="never")).run(RULE).clean


def test_a_key_older_than_the_providers_memory_is_stale_and_not_called_never_used() -> None:
    key = access_key("ci", created_at=ago(900), activity=seen_since(ago(400)))
    said = estate(user("ci"), key).run(RULE)
    assert said.found == ["AKIA-ci"]
    assert "as far back as the provider remembers" in said.text
    assert "never" not in said.text


def test_a_memory_shorter_than_the_threshold_leaves_it_unknown() -> None:
    key = access_key("ci", created_at=ago(900), activity=seen_since(ago(60)))
    assert estate(user("ci"), key).run(RULE).unknown == ["AKIA-ci"]


def test_an_idle_key_of_an_administrator_weighs_more() -> None:
    said = estate(user("ci"), access_key("ci", used=ago(200)), admins={"ci": "can_become"}).run(RULE)
    assert said.finding.severity == "high"
    assert "can make itself an administrator" in said.text


def test_a_key_that_is_switched_off_and_kept_is_only_mentioned() -> None:
    off = access_key("ci", used=ago(200), status="inactive")
    finding = estate(user("ci"), off).run(RULE).finding
    assert finding.severity == "info"
    assert finding.fingerprint != EXAMPLE.run(RULE).finding.fingerprint
    assert estate(user("ci"), access_key("ci", used=ago(30), status="inactive")).run(RULE).clean
    assert estate(user("ci"), access_key("ci", used=ago(200), status="expired")).run(RULE).clean


def test_holders_that_are_not_the_companys_to_change_are_left_out() -> None:
    key = access_key("ci", used=ago(200))
    assert estate(user("ci", managed_by_provider=True), key).run(RULE).clean
    assert estate(user("ci", enabled=False), key).run(RULE).clean
    assert estate(root(), password("root", used=ago(900))).run(RULE).clean


def test_a_key_whose_holder_was_not_listed_is_judged_all_the_same() -> None:
    assert estate(access_key("gone", used=ago(200))).run(RULE).found == ["AKIA-gone"]


def test_a_key_of_somebody_else_may_bear_any_name() -> None:
    said = estate(user("ci"), access_key("ci", used=ago(200), name="x\n\x1b[2J" + "y" * 900)).run(RULE)
    assert "\x1b" not in said.text
    assert "\n" not in said.finding.evidence[0]
    assert len(said.finding.evidence[0]) < 300


def test_every_credential_is_counted() -> None:
    both = estate(user("ci"), access_key("ci", used=ago(200)), password("ci", used=ago(1), scope=ACCOUNT))
    assert both.run(RULE).examined == 2
