"""What agents ask models must be kept."""

from __future__ import annotations

from nhiscan.rules.agent_without_invocation_logging import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, resource, workload

OFF = resource("logging", "model-invocation-logging", on="false")
ON = resource("logging", "model-invocation-logging", on="true")

EXAMPLE = estate(*agent("b"), *agent("a"), OFF)


def test_a_region_with_agents_and_no_log_is_found_once() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.subject, finding.severity, finding.related) == ("logging", "medium", ("a", "b"))
    assert finding.evidence == (
        "calls to models are not logged in aws:111122223333, eu-west-1, where 2 agents run: agent runtime a and agent"
        " runtime b",
    )


def test_another_agent_there_is_no_other_finding() -> None:
    assert estate(*agent("a"), OFF).run(RULE).finding.fingerprint == EXAMPLE.run(RULE).finding.fingerprint


def test_a_region_with_a_log_or_without_agents_is_clean() -> None:
    assert estate(*agent("a"), ON).run(RULE).clean
    assert estate(*workload("pay", region="eu-west-1"), OFF).run(RULE).clean


def test_a_log_that_keeps_nothing_of_what_was_said_is_found_softly() -> None:
    empty = resource("logging", "model-invocation-logging", on="true", data="none")
    finding = estate(*agent("a"), empty).run(RULE).finding
    assert finding.severity == "low"
    assert finding.evidence[0].startswith("calls to models are logged only as counts, without what was asked")
    assert finding.fingerprint != EXAMPLE.run(RULE).finding.fingerprint


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*agent("a")).run(RULE).unknown == [ACCOUNT]
    assert estate(*agent("a", region="us-east-1"), ON).run(RULE).unknown == [ACCOUNT]
    assert estate(*agent("a"), resource("logging", "model-invocation-logging")).run(RULE).unknown == [ACCOUNT]
    assert estate(gap("agents")).run(RULE).unknown == [ACCOUNT]
