"""An agent must not take orders from strangers."""

from __future__ import annotations

from nhiscan.model import RunsAs
from nhiscan.rules.public_agent_endpoint import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, link, may, role, workload

EXAMPLE = estate(*agent("helper", runs_as="bot", public=True), role("bot"), may("bot", "write_data"))


def test_an_open_agent_is_found_with_what_it_may_do() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.related) == ("high", ("bot",))
    assert finding.evidence == (
        "agent runtime helper answers callers from the internet without authorisation",
        "it acts as iam role bot, which may change data",
    )


def test_an_open_agent_that_administers_is_critical() -> None:
    said = estate(*agent("helper", runs_as="bot", public=True), role("bot"), admins={"bot": "can_become"}).run(RULE)
    assert said.finding.severity == "critical"
    assert "iam role bot can make itself an administrator" in said.text


def test_an_open_endpoint_opens_its_agent_and_is_told_with_it() -> None:
    part = (*agent("door", kind="agent-endpoint", public=True), link("door", "helper", "part_of"))
    finding = estate(*agent("helper"), *part).run(RULE).finding
    assert (finding.subject, finding.related) == ("helper", ("door",))
    assert finding.evidence[0].endswith("without authorisation by agent endpoint door")
    both = estate(*agent("helper", public=True), *part).run(RULE).finding
    assert both.fingerprint == finding.fingerprint


def test_a_closed_agent_and_what_is_no_agent_are_clean() -> None:
    assert estate(*agent("helper")).run(RULE).clean
    assert estate(*workload("site", public=True)).run(RULE).clean


def test_one_powerful_identity_of_several_is_enough() -> None:
    second = RunsAs(workload="tools", identity="boss")
    some = estate(*agent("tools", runs_as="gw", public=True), role("gw"), second, role("boss"), admins={"boss": "is"})
    assert some.run(RULE).finding.severity == "critical"


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*agent("helper", public=None)).run(RULE).unknown == ["helper"]
    door = (*agent("door", public=None), link("door", "helper", "part_of"))
    assert estate(*agent("helper"), *door).run(RULE).unknown == ["helper"]
    assert estate(gap("agents")).run(RULE).unknown == [ACCOUNT]
