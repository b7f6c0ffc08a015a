"""Ways: which edges lead onward, how sure a way is, and that long and branching ones stay cheap."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhiscan.result import EdgeResult
from nhiscan.ways import ANSWERS, BACKWARD, ONWARD, Way, Ways
from tests.results import edge, identity, result


def ends(ways: Any) -> list[tuple[str, int, str]]:
    return [(way.end, way.length, way.answer) for way in ways]


def walked(way: Way) -> list[tuple[str, str]]:
    return [(step.source, step.target) for step in way.steps]


@pytest.mark.parametrize("kind", sorted(ONWARD))
def test_onward_edges_lead_from_source_to_target(kind: str) -> None:
    ways = Ways(result(edges=[edge("a", "b", kind)]))
    assert ends(ways.from_("a")) == [("b", 1, "allowed")]
    assert ends(ways.to("b")) == [("a", 1, "allowed")]
    assert ends(ways.from_("b")) == ends(ways.to("a")) == []


@pytest.mark.parametrize("kind", sorted(BACKWARD))
def test_backward_edges_lead_from_target_to_source(kind: str) -> None:
    ways = Ways(result(edges=[edge("a", "b", kind)]))
    assert ends(ways.from_("b")) == [("a", 1, "allowed")]
    assert ends(ways.to("a")) == [("b", 1, "allowed")]


@pytest.mark.parametrize("kind", ["owned_by", "registered_in", "governed_by", "made up"])
def test_other_edges_lead_nowhere(kind: str) -> None:
    ways = Ways(result(edges=[edge("a", "b", kind)]))
    assert ends(ways.from_("a")) == ends(ways.to("a")) == []


def test_trust_is_a_way_for_strangers_only() -> None:
    trusted = [
        edge("inside", "role", "trusted_by"),
        edge("aws:1", "role", "trusted_by"),
        edge("*", "role", "trusted_by"),
    ]
    ways = Ways(result(edges=trusted, identities=[identity("inside"), identity("role")]))
    assert ends(ways.to("role")) == [("*", 1, "allowed")]


def test_a_way_is_told_from_its_beginning_in_both_directions() -> None:
    ways = Ways(result(edges=[edge("agent", "role", "runs_as"), edge("role", "secret", "reads_secret")]))
    (_, forth) = ways.from_("agent")
    (_, back) = ways.to("secret")
    assert walked(forth) == walked(back) == [("agent", "role"), ("role", "secret")]
    assert (forth.end, back.end) == ("secret", "agent")


def test_a_secret_leads_to_what_is_kept_in_it_and_on_to_the_holder() -> None:
    edges = [
        edge("role", "secret", "reads_secret"),
        edge("key", "secret", "stored_in"),
        edge("robot", "key", "has_credential"),
    ]
    assert [way.end for way in Ways(result(edges=edges)).from_("role")] == ["secret", "key", "robot"]


def test_the_surest_way_is_told_even_when_it_is_longer() -> None:
    edges = [
        edge("a", "z", "can_become", answer="conditional", conditions=["aws:SourceIp"]),
        edge("a", "b", "can_become"),
        edge("b", "z", "can_become"),
    ]
    (_, way) = Ways(result(edges=edges)).to("z")
    assert (way.end, way.length, way.answer, way.conditions) == ("a", 2, "allowed", [])


def test_a_way_is_as_sure_as_its_least_sure_step() -> None:
    edges = [
        edge("a", "b", "can_become", answer="latent"),
        edge("b", "c", "can_become", answer="conditional", conditions=["k", "j"]),
        edge("c", "d", "can_become", answer="something new"),
    ]
    assert ends(Ways(result(edges=edges)).from_("a")) == [("b", 1, "latent"), ("c", 2, "latent"), ("d", 3, "unknown")]
    assert [way.conditions for way in Ways(result(edges=edges)).from_("a")] == [[], ["j", "k"], ["j", "k"]]


def test_a_surer_but_longer_beginning_does_not_lengthen_a_way_that_is_unsure_anyway() -> None:
    edges = [
        edge("a", "b", "can_become"),
        edge("b", "c", "can_become"),
        edge("a", "c", "can_become", answer="conditional"),
        edge("c", "d", "can_become", answer="conditional"),
    ]
    assert ends(Ways(result(edges=edges)).from_("a")) == [
        ("b", 1, "allowed"),
        ("c", 2, "allowed"),
        ("d", 2, "conditional"),
    ]


def test_circles_end() -> None:
    edges = [edge("a", "b", "can_become"), edge("b", "a", "can_become"), edge("a", "a", "can_become")]
    assert ends(Ways(result(edges=edges)).from_("a")) == [("b", 1, "allowed")]


EDGES = st.lists(
    st.builds(
        edge,
        st.sampled_from("abcdef"),
        st.sampled_from("abcdef"),
        st.sampled_from(["can_become", "runs_as", "stored_in", "owned_by"]),
        answer=st.sampled_from(ANSWERS),
    ),
    max_size=14,
)


@given(EDGES, st.randoms(use_true_random=False))
def test_both_directions_agree_and_order_does_not_matter(edges: list[EdgeResult], random: Any) -> None:
    ways = Ways(result(edges=edges))
    forth = {(start, way.end): (way.answer, way.length) for start in "abcdef" for way in ways.from_(start)}
    back = {(way.end, target): (way.answer, way.length) for target in "abcdef" for way in ways.to(target)}
    assert forth == back
    shuffled = list(edges)
    random.shuffle(shuffled)
    again = Ways(result(edges=shuffled))
    for start in "abcdef":
        assert [walked(way) for way in again.from_(start)] == [walked(way) for way in ways.from_(start)]
        for way in ways.from_(start):
            chain = walked(way)
            assert len(chain) == way.length
            assert chain[0][0] == start
            assert chain[-1][1] == way.end
            assert all(left[1] == right[0] for left, right in pairwise(chain))


def test_a_long_chain_and_a_large_fan_stay_cheap() -> None:
    size = 20_000
    chain = [edge(f"c{n:05}", f"c{n + 1:05}", "can_become") for n in range(size)]
    fan = [edge(f"f{n:05}", "c00000", "can_become") for n in range(size)]
    begun = time.process_time()
    ways = Ways(result(edges=chain + fan))
    assert sum(1 for _ in ways.to(f"c{size:05}")) == 2 * size
    assert time.process_time() - begun < 10
