"""Each workload needs an identity of its own."""

from __future__ import annotations

import pytest

from nhiscan.model import AnyRecord, RunsAs
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rules.shared_execution_role import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, link, role, signal, workload

EXAMPLE = estate(role("app"), *workload("pay", runs_as="app"), *workload("mail", runs_as="app"))
AGENTS = (*agent("a", runs_as="app"), *agent("b", runs_as="app"))
BOTH = (*agent("a", runs_as="app"), *workload("pay", runs_as="app"))


def test_two_functions_with_one_role_are_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("app", "low", ("mail", "pay"))
    assert finding.evidence == (
        "2 different workloads act as iam role app: lambda function mail and lambda function pay",
    )


@pytest.mark.parametrize(
    ("workloads", "admin", "severity"), [(AGENTS, "no", "high"), (BOTH, "no", "medium"), (BOTH, "is", "high")]
)
def test_agents_and_power_weigh_more(workloads: tuple[AnyRecord, ...], admin: AdminVerdict, severity: Severity) -> None:
    assert estate(role("app"), *workloads, admins={"app": admin}).run(RULE).finding.severity == severity


def test_the_agents_among_them_are_counted() -> None:
    assert "2 AI agents are among them" in estate(role("app"), *AGENTS).run(RULE).text
    assert "an AI agent is among them" in estate(role("app"), *BOTH).run(RULE).text


def test_two_agents_may_never_share_whatever_the_threshold() -> None:
    assert estate(role("app"), *AGENTS).run(RULE, most_workloads=9).found == ["app"]
    assert EXAMPLE.run(RULE, most_workloads=2).clean


def test_versions_and_the_same_thing_in_two_regions_are_one() -> None:
    versions = (*workload("pay", runs_as="app"), *workload("pay:1", runs_as="app"), link("pay:1", "pay", "part_of"))
    assert estate(role("app"), *versions).run(RULE).clean
    regions = (*workload("eu", runs_as="app", name="pay"), *workload("us", runs_as="app", name="pay"))
    assert estate(role("app"), *regions).run(RULE).clean


def test_what_the_platform_does_with_it_does_not_count() -> None:
    pulls = (RunsAs(workload=id, identity="puller", by_platform=True) for id in ("pay", "mail"))
    assert estate(role("puller"), *workload("pay"), *workload("mail"), *pulls).run(RULE).clean


def test_a_default_account_and_the_providers_own_are_left_out() -> None:
    two = (*workload("pay", runs_as="app"), *workload("mail", runs_as="app"))
    assert estate(role("app"), signal("app", "platform-default-account"), *two).run(RULE).clean
    assert estate(role("app", managed_by_provider=True), *two).run(RULE).clean


def test_a_role_that_was_not_listed_is_judged_by_what_runs_as_it() -> None:
    assert estate(*workload("pay", runs_as="app"), *workload("mail", runs_as="app")).run(RULE).found == ["app"]


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(gap("workloads")).run(RULE).unknown == [ACCOUNT]
    assert estate(*workload("pay"), gap("workloads", subjects=("pay",))).run(RULE).unknown == ["pay"]
