"""A root user holds a password and nothing else."""

from __future__ import annotations

from nhiscan.rules.root_access_key import RULE
from tests.rules.support import ACCOUNT, access_key, estate, gap, password, root, user

EXAMPLE = estate(root(), access_key("root"))


def test_a_key_of_a_root_user_is_critical() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert finding.subject == "root"
    assert finding.severity == "critical"
    assert finding.related == ("AKIA-root",)
    assert finding.evidence == (
        f"root user root of {ACCOUNT} has access key AKIA-root, made on 2025-11-24, that works",
    )


def test_a_key_that_is_switched_off_can_be_switched_on() -> None:
    said = estate(root(), access_key("root", status="inactive")).run(RULE)
    assert said.finding.severity == "medium"
    assert "can be switched on" in said.text


def test_a_key_whose_state_is_unknown_is_found_and_less_sure() -> None:
    finding = estate(root(), access_key("root", status=None)).run(RULE).finding
    assert (finding.severity, finding.confidence) == ("critical", "medium")


def test_a_password_and_what_has_expired_are_clean() -> None:
    assert estate(root(), password("root")).run(RULE).clean
    assert estate(root(), access_key("root", status="expired")).run(RULE).clean


def test_the_key_of_anybody_else_is_clean_whatever_the_name() -> None:
    assert estate(user("root-deploy"), access_key("root-deploy")).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(root(), gap("credentials")).run(RULE).unknown == ["root"]


def test_two_keys_are_two_findings() -> None:
    said = estate(root(), access_key("root"), access_key("root", id="AKIA-2")).run(RULE)
    assert len({finding.fingerprint for finding in said.findings}) == 2
