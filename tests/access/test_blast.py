"""Blast radius: what a thief could become and do, and how sure that is."""

from __future__ import annotations

from nhiscan.access.blast import BlastRadius
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Gap, Grant, Link, RunsAs, Workload
from tests.access.test_reach import SCOPE, edge, identity


def radius(*records: AnyRecord, names: str = "abcdef") -> BlastRadius:
    return BlastRadius(Inventory([*map(identity, names), *records]))


def secrets(name: str) -> Grant:
    return Grant(identity=name, capability="read_secrets", resource="*", answer="allowed", reason=f"{name} reads")


def workload(name: str) -> Workload:
    return Workload(id=name, provider="aws", kind="bedrock-agent", name=name, scope=SCOPE, agent=True)


def tool(source: str, target: str) -> Link:
    return Link(source=source, target=target, kind="invokes_tool", reason=f"{source} calls {target}")


def test_reach_is_transitive_and_as_sure_as_the_least_sure_step() -> None:
    blast = radius(edge("a", "b"), edge("b", "c", "conditional"), edge("c", "d"), edge("e", "f")).of("a")
    assert {one.id: one.degree for one in blast.reached} == {"b": "allowed", "c": "conditional", "d": "conditional"}


def test_a_surer_way_counts_even_when_it_is_longer() -> None:
    blast = radius(edge("a", "d", "latent"), edge("a", "b"), edge("b", "d"), edge("d", "e")).of("a")
    assert {one.id: one.degree for one in blast.reached} == {"b": "allowed", "d": "allowed", "e": "allowed"}


def test_a_circle_ends_and_the_start_is_not_its_own_prey() -> None:
    blast = radius(edge("a", "b"), edge("b", "a")).of("a")
    assert [one.id for one in blast.reached] == ["b"]


def test_grants_of_what_is_reached_count_with_the_degree_of_the_way() -> None:
    blast = radius(edge("a", "b", "conditional"), secrets("b"), secrets("c")).of("a")
    assert [(degree, grant.identity) for degree, grant in blast.secrets] == [("conditional", "b")]


def test_unreadable_permissions_within_reach_are_told() -> None:
    gap = Gap(connector="aws", scope=SCOPE, operation="x", reason="denied", blinds=("policies",), subjects=("b",))
    assert radius(edge("a", "b"), gap).of("a").unread == ("b",)
    assert radius(edge("a", "c"), gap).of("a").unread == ()


def test_prompt_injection_moves_the_tools_but_becomes_nobody() -> None:
    found = radius(
        workload("agent"),
        workload("tool"),
        RunsAs(workload="agent", identity="a"),
        RunsAs(workload="tool", identity="b"),
        tool("agent", "tool"),
        edge("a", "c"),
        secrets("b"),
        secrets("c"),
    )
    assert [grant.identity for _, grant in found.of("agent").secrets] == ["c"]
    narrow = found.under_injection("agent")
    assert narrow.held == ("a", "b")
    assert narrow.reached == ()
    assert [grant.identity for _, grant in narrow.secrets] == ["b"]


def test_a_tool_whose_identity_is_not_known_is_not_taken_as_harmless() -> None:
    found = radius(workload("agent"), RunsAs(workload="agent", identity="a"), tool("agent", "tool"))
    assert found.under_injection("agent").unread == ("tool",)
