"""A gateway must ask who calls."""

from __future__ import annotations

from typing import Any

from nhiscan.model import AnyRecord, RunsAs
from nhiscan.rules import public_agent_endpoint
from nhiscan.rules.gateway_without_authorization import RULE
from tests.rules.support import ACCOUNT, agent, estate, gap, link, role, workload


def gateway(id: str, runs_as: str = "", **fields: Any) -> tuple[AnyRecord, ...]:
    """A gateway that hands calls of agents to tools."""
    return agent(id, runs_as, **{"kind": "agentcore-gateway", **fields})


EXAMPLE = estate(
    *gateway("tools", runs_as="gw", public=True), role("gw"), *workload("pay"), link("tools", "pay", "invokes_tool")
)


def test_an_open_gateway_is_found_with_what_it_opens() -> None:
    finding = EXAMPLE.run(RULE).finding
    assert (finding.severity, finding.related) == ("high", ("gw",))
    assert finding.evidence == (
        "agentcore gateway tools answers callers from the internet without authorisation",
        "it calls pay for them",
        "it acts as gw",
    )


def test_it_is_told_once() -> None:
    assert EXAMPLE.run(public_agent_endpoint.RULE).clean


def test_an_open_gateway_that_administers_is_critical() -> None:
    said = estate(*gateway("tools", runs_as="gw", public=True), role("gw"), admins={"gw": "is"}).run(RULE)
    assert said.finding.severity == "critical"
    assert "it acts as gw, which is an administrator" in said.text


def test_a_gateway_that_asks_and_what_is_no_gateway_of_agents_are_clean() -> None:
    assert estate(*gateway("tools", public=False)).run(RULE).clean
    assert estate(*workload("api", kind="api-gateway", public=True)).run(RULE).clean
    assert estate(*agent("helper", public=True)).run(RULE).clean


def test_one_powerful_identity_of_several_is_enough() -> None:
    second = RunsAs(workload="tools", identity="boss")
    some = estate(*gateway("tools", runs_as="gw", public=True), role("gw"), second, role("boss"), admins={"boss": "is"})
    assert some.run(RULE).finding.severity == "critical"


def test_what_could_not_be_read_is_unknown() -> None:
    assert estate(*gateway("tools", public=None)).run(RULE).unknown == ["tools"]
    assert estate(gap("agents")).run(RULE).unknown == [ACCOUNT]
