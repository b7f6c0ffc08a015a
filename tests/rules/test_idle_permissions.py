"""What is never used need not be allowed."""

from __future__ import annotations

import pytest

from nhiscan.result import AdminVerdict, IdentityClass, Severity
from nhiscan.rules.idle_permissions import RULE
from tests.rules.support import ACCOUNT, ago, estate, gap, may, role, usage

EXAMPLE = estate(
    role("app", used=ago(1)),
    usage("app", "s3", used=ago(2), source="iam:GetServiceLastAccessedDetails"),
    usage("app", "iam"),
    usage("app", "kms", used=ago(200)),
)


def test_services_without_use_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence == (
        "iam role app may use 3 services and has not used 2 of them for 90 days or more: iam and kms",
        "told by iam:GetServiceLastAccessedDetails",
    )


def test_actions_of_a_service_in_use_are_found() -> None:
    lines = (
        usage("app", "s3", used=ago(2)),
        usage("app", "s3", action="s3:DeleteBucket"),
        usage("app", "s3", action="s3:GetObject", used=ago(2)),
    )
    finding = estate(role("app", used=ago(1)), *lines).run(RULE).finding
    assert finding.evidence == (
        "of the services that iam role app does use, 1 action went unused for 90 days or more: s3:DeleteBucket",
    )


def test_whoever_uses_all_of_it_is_clean() -> None:
    assert estate(role("app", used=ago(1)), usage("app", "s3", used=ago(2))).run(RULE).clean
    assert EXAMPLE.run(RULE, unused_days=1000).clean


def test_what_is_granted_no_more_does_not_count() -> None:
    lines = (usage("app", "s3", used=ago(2)), usage("app", "iam", granted=False))
    assert estate(role("app", used=ago(1)), *lines).run(RULE).clean


def test_an_identity_that_nobody_uses_is_told_by_another_rule() -> None:
    assert estate(role("app", used=ago(200)), usage("app", "s3", used=ago(200))).run(RULE).clean


def test_one_of_whose_use_nothing_else_is_known_is_found() -> None:
    assert estate(role("app"), usage("app", "s3")).run(RULE).found == ["app"]


def test_an_identity_of_unknown_age_has_no_grace() -> None:
    assert estate(role("app", used=ago(1), created_at=None), usage("app", "s3")).run(RULE).found == ["app"]


def test_a_new_identity_a_person_and_the_providers_own_are_left_out() -> None:
    assert estate(role("app", used=ago(1), created_at=ago(20)), usage("app", "s3")).run(RULE).clean
    assert estate(role("app", used=ago(1)), usage("app", "s3"), classes={"app": "human"}).run(RULE).clean
    assert estate(role("slr", used=ago(1), managed_by_provider=True), usage("slr", "s3")).run(RULE).clean


@pytest.mark.parametrize(
    ("class_", "admin", "severity"),
    [("ai_persona", "no", "medium"), ("legacy_service", "is", "medium"), ("legacy_service", "no", "low")],
)
def test_idle_power_of_an_agent_or_an_administrator_weighs_more(
    class_: IdentityClass, admin: AdminVerdict, severity: Severity
) -> None:
    some = estate(*EXAMPLE.records[1:], classes={"app": class_}, admins={"app": admin})
    assert some.run(RULE).finding.severity == severity


def test_without_usage_data_nothing_is_known() -> None:
    others = usage("other", "s3", used=ago(1))
    assert estate(role("app", used=ago(1)), gap("usage")).run(RULE).unknown == ["app"]
    asked = estate(role("app", used=ago(1)), role("other", used=ago(1)), may("app", "read_data"), others)
    assert asked.run(RULE).unknown == ["app"]
    asked = estate(role("app", used=ago(1)), role("other", used=ago(1)), gap("policies"), others)
    assert asked.run(RULE).unknown == ["app"]
    assert estate(role("app", used=ago(1)), role("other", used=ago(1)), others).run(RULE).clean


def test_a_scan_that_did_not_ask_is_told_once_for_each_scope() -> None:
    said = estate(role("app", used=ago(1)), role("web", used=ago(1)), may("app", "read_data")).run(RULE)
    assert said.unknown == [ACCOUNT]
    assert "usage data were not read" in said.text


def test_a_memory_of_unknown_length_proves_nothing() -> None:
    said = estate(role("app", used=ago(1)), usage("app", "s3", observed_since=None)).run(RULE)
    assert said.unknown == ["app"]


def test_a_memory_that_is_younger_than_the_time_proves_nothing_yet() -> None:
    assert estate(role("app", used=ago(1)), usage("app", "s3", observed_since=ago(30))).run(RULE).clean
