"""A workload needs rights that were cut to its measure."""

from __future__ import annotations

from nhiscan.rules.default_or_wildcard_role import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, may, role, signal, workload

DEFAULT = signal("default", "platform-default-account")
WILD = (may("app", "read_secrets"), may("app", "destroy", "arn:aws:s3:::*"))

EXAMPLE = estate(
    role("default"), DEFAULT, *workload("pay", runs_as="default"), role("app"), *workload("mail", runs_as="app"), *WILD
)


def test_a_default_account_and_a_role_for_everything_are_found() -> None:
    found = {finding.subject: finding for finding in EXAMPLE.run(RULE).findings}
    assert found["default"].evidence == (
        "1 workload acts as iam role default, which the platform gives to whatever names no other identity: lambda"
        " function pay",
    )
    assert found["app"].evidence == (
        "1 workload acts as iam role app, which may read secrets and destroy data and systems without limit to any"
        " resource",
        "app may read_secrets on *",
        "app may destroy on arn:aws:s3:::*",
    )
    assert {finding.severity for finding in found.values()} == {"medium"}


def test_a_default_account_that_administers_weighs_more() -> None:
    some = estate(role("default"), DEFAULT, *workload("pay", runs_as="default"), admins={"default": "is"})
    assert some.run(RULE).finding.severity == "high"


def test_one_wide_capability_may_be_what_it_is_for() -> None:
    assert estate(role("app"), *workload("backup", runs_as="app"), WILD[0]).run(RULE).clean
    narrow = (may("app", "read_secrets", "arn:aws:s3:::a/*"), may("app", "destroy", "arn:aws:s3:::a/*"))
    assert estate(role("app"), *workload("pay", runs_as="app"), *narrow).run(RULE).clean


def test_administrators_and_agents_are_told_by_other_rules() -> None:
    assert estate(role("app"), *workload("pay", runs_as="app"), *WILD, admins={"app": "is"}).run(RULE).clean
    assert estate(role("app"), *agent("helper", runs_as="app"), *WILD).run(RULE).clean


def test_what_nothing_runs_as_is_not_asked_about() -> None:
    assert estate(role("default"), DEFAULT, role("app"), *WILD).run(RULE).clean


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(role("app"), *workload("pay", runs_as="app"), gap("policies")).run(RULE).unknown == ["app"]
    unread = (may("app", "read_secrets", answer="unknown"), may("app", "destroy"))
    assert estate(role("app"), *workload("pay", runs_as="app"), *unread).run(RULE).unknown == ["app"]
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]
