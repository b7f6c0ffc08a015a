"""Production needs identities of its own."""

from __future__ import annotations

from nhiscan.model import RunsAs
from nhiscan.rules.identity_shared_over_environments import RULE
from tests.rules.support import account, agent, estate, gap, role, workload

PROD = account("azure:prod", name="prod", environment="production")
DEV = account("azure:dev", name="dev", environment="development")
SOME = account("azure:some", name="some")
PAY = workload("pay", runs_as="app", scope="azure:prod")
TRY = workload("try", runs_as="app", scope="azure:dev")
EXAMPLE = estate(PROD, DEV, role("app"), *PAY, *TRY)


def test_one_identity_in_production_and_development_is_found() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("app", "medium", ("pay", "try"))
    assert finding.evidence == (
        "workloads of production and of development act as iam role app",
        "in production: lambda function pay",
        "in development: lambda function try",
    )


def test_power_and_agents_weigh_more() -> None:
    powerful = estate(PROD, DEV, role("app"), *PAY, *TRY, admins={"app": "can_become"}).run(RULE).finding
    assert powerful.severity == "high"
    assert "iam role app can make itself an administrator" in powerful.evidence
    bot = agent("bot", runs_as="app", scope="azure:dev")
    assert estate(PROD, DEV, role("app"), *PAY, *bot).run(RULE).finding.severity == "high"


def test_one_environment_is_clean() -> None:
    mail = workload("mail", runs_as="app", scope="azure:prod")
    assert estate(PROD, role("app"), *PAY, *mail).run(RULE).clean
    staging = account("azure:stage", environment="staging")
    tests = workload("tests", runs_as="app", scope="azure:stage")
    assert estate(DEV, staging, role("app"), *TRY, *tests).run(RULE).clean
    nobody_knows = (
        *workload("a", runs_as="app", scope="azure:some"),
        *workload("b", runs_as="app", scope="azure:some"),
    )
    assert estate(SOME, role("app"), *nobody_knows).run(RULE).clean


def test_what_the_platform_does_with_it_and_its_own_identities_do_not_count() -> None:
    pulls = RunsAs(workload="try", identity="app", by_platform=True)
    assert estate(PROD, DEV, role("app"), *PAY, TRY[0], pulls).run(RULE).clean
    assert estate(PROD, DEV, role("app", managed_by_provider=True), *PAY, *TRY).run(RULE).clean


def test_an_identity_that_was_not_listed_is_judged_all_the_same() -> None:
    assert estate(PROD, DEV, *PAY, *TRY).run(RULE).found == ["app"]


def test_what_could_not_be_read_is_unknown() -> None:
    other = workload("other", runs_as="app", scope="azure:some")
    said = estate(PROD, SOME, role("app"), *PAY, *other).run(RULE)
    assert said.unknown == ["app"]
    assert "the environment of azure:some is not known" in said.text
    assert estate(gap("workloads")).run(RULE).unknown == ["aws:111122223333"]
