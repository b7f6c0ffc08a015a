"""A secret that opens much should not run out unattended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nhiscan.model import Capability
from nhiscan.rules.privileged_credential_ending import RULE
from tests.rules.support import (
    NOW,
    access_key,
    administers,
    client_secret,
    estate,
    gap,
    may,
    password,
    user,
)

SOON = NOW + timedelta(days=55)
LATER = NOW + timedelta(days=300)
APP = (user("app"), client_secret("app", ends=SOON))
EXAMPLE = estate(*APP, administers("app"), admins={"app": "is"}, classes={"app": "legacy_service"})


def test_a_secret_of_an_administrator_that_ends_soon_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("secret-app", "medium", ("app",))
    assert finding.evidence == (
        "client secret deploy of iam user app ends on 2027-01-18",
        "iam user app is an administrator",
        "iam user app may administer everything",
        "app may do everything (policy all, statement 1)",
        "it has no other secret that works for longer",
    )


@pytest.mark.parametrize("capability", ["administer_identities", "change_guardrails", "read_secrets", "destroy"])
def test_dangerous_capabilities_count_as_privilege(capability: Capability) -> None:
    assert estate(*APP, may("app", capability)).run(RULE).found == ["secret-app"]


def test_whoever_can_become_an_administrator_is_privileged() -> None:
    said = estate(*APP, admins={"app": "can_become"}).run(RULE)
    assert said.found == ["secret-app"]
    assert "iam user app can make itself an administrator" in said.text


def test_the_secret_of_something_harmless_is_clean() -> None:
    assert estate(*APP).run(RULE).clean
    assert estate(*APP, may("app", "read_secrets", "aws:111122223333:one")).run(RULE).clean
    assert estate(*APP, may("app", "invoke_models")).run(RULE).clean


def test_a_secret_without_an_end_or_with_a_far_one_is_told_by_others() -> None:
    for secret in (client_secret("app", ends=LATER), access_key("app")):
        assert estate(user("app"), secret, admins={"app": "is"}).run(RULE).clean


def test_what_has_ended_or_is_switched_off_is_clean() -> None:
    ended = client_secret("app", ends=NOW - timedelta(days=1))
    off = client_secret("app", ends=SOON, status="inactive")
    for secret in (ended, off):
        assert estate(user("app"), secret, admins={"app": "is"}).run(RULE).clean


def test_a_successor_lessens_it() -> None:
    other = client_secret("app", ends=LATER, id="next", name="deploy-2027")
    finding = estate(*APP, other, admins={"app": "is"}).run(RULE).finding
    assert (finding.severity, finding.related) == ("low", ("app", "next"))
    assert "client secret deploy-2027 works for longer; whether the program uses it already is not told" in (
        finding.evidence
    )


def test_a_successor_that_ends_as_soon_is_none() -> None:
    other = client_secret("app", ends=SOON, id="next")
    said = estate(*APP, other, admins={"app": "is"}).run(RULE)
    assert {finding.severity for finding in said.findings} == {"medium"}
    assert sorted(said.found) == ["next", "secret-app"]


def test_a_persons_password_and_what_is_no_standing_secret_are_left_out() -> None:
    person = estate(*APP, admins={"app": "is"}, classes={"app": "human"})
    assert person.run(RULE).clean
    assert estate(user("app"), password("app", expires_at=SOON), admins={"app": "is"}).run(RULE).clean


def test_the_time_of_warning_can_be_set() -> None:
    assert EXAMPLE.run(RULE, warn_days=30).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*APP, admins={"app": "unknown"}).run(RULE).unknown == ["secret-app"]
    assert estate(*APP, gap("policies")).run(RULE).unknown == ["secret-app"]
    assert estate(*APP, may("app", "destroy", answer="unknown")).run(RULE).unknown == ["secret-app"]
    assert estate(client_secret("gone", ends=SOON)).run(RULE).unknown == ["secret-gone"]
    endless = estate(user("app"), client_secret("app", ends=None, status="active"), admins={"app": "is"})
    assert "when it ends could not be read" in endless.run(RULE).text
    assert estate(user("app"), gap("credentials")).run(RULE).unknown == ["app"]


def test_a_known_power_counts_though_another_could_not_be_read() -> None:
    some = estate(*APP, may("app", "read_secrets"), gap("policies"))
    assert some.run(RULE).found == ["secret-app"]
