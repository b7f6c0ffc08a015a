"""Paths to administration: shortest of the surest, told hop by hop, with what breaks them."""

from __future__ import annotations

from nhiscan.access.paths import Path, Paths
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, administrator_of
from tests.access.test_reach import admin, edge, identity


def paths(*records: AnyRecord, names: str = "abcdef") -> Paths:
    return Paths(Inventory([*map(identity, names), *records]))


def path(found: Path | None) -> Path:
    assert found is not None
    return found


def test_shortest_path() -> None:
    found = paths(admin("d"), edge("a", "b"), edge("b", "c"), edge("c", "d"), edge("a", "c"))
    way = path(found.of("a"))
    assert [(hop.source, hop.target) for hop in way.hops] == [("a", "c"), ("c", "d")]
    assert way.end == "d"
    assert way.reason == "d administers aws:1"
    assert [hop.reason for hop in way.hops] == ["a can become c", "c can become d"]


def test_surer_before_shorter() -> None:
    way = path(paths(admin("c"), edge("a", "c", "latent"), edge("a", "b"), edge("b", "c")).of("a"))
    assert way.degree == "allowed"
    assert len(way.hops) == 2


def test_conditions_are_told() -> None:
    way = path(paths(admin("b"), edge("a", "b", "conditional", conditions=("aws:SourceIp",))).of("a"))
    assert way.degree == "conditional"
    assert way.hops[0].conditions == ("aws:SourceIp",)


def test_administrator_has_an_empty_path() -> None:
    way = path(paths(admin("a")).of("a"))
    assert way.hops == ()
    assert way.end == "a"


def test_no_path() -> None:
    assert paths(admin("b")).of("a") is None


def test_end_may_be_a_power() -> None:
    way = path(paths(edge("a", administrator_of("aws:1"))).of("a"))
    assert way.end == "administrator:aws:1"


def test_fix_that_leaves_no_way_round_is_preferred() -> None:
    way = path(
        paths(
            admin("e"),
            edge("a", "b", fix="cut a-b"),
            edge("a", "c", fix="cut a-c"),
            edge("b", "d", fix="cut b-d"),
            edge("c", "d", fix="cut c-d"),
            edge("d", "e", fix="cut d-e"),
        ).of("a")
    )
    assert way.fix == "cut d-e"
    assert way.breaks_all


def test_first_fix_when_every_one_can_be_gone_round() -> None:
    way = path(
        paths(
            admin("d"),
            edge("a", "b", fix="cut a-b"),
            edge("b", "d", fix="cut b-d"),
            edge("a", "c", fix="cut a-c"),
            edge("c", "d", fix="cut c-d"),
        ).of("a")
    )
    assert way.fix in ("cut a-b", "cut a-c")
    assert not way.breaks_all


def test_one_fix_may_break_several_edges() -> None:
    way = path(
        paths(admin("b"), admin("c"), edge("a", "b", fix="Take it out"), edge("a", "c", fix="Take it out")).of("a")
    )
    assert (way.fix, way.breaks_all) == ("Take it out", True)


def test_fix_counts_only_ways_as_sure() -> None:
    way = path(paths(admin("b"), edge("a", "b", fix="cut"), edge("a", "b", "latent", fix="other")).of("a"))
    assert (way.fix, way.breaks_all) == ("cut", True)


def test_chokepoints() -> None:
    found = list(
        paths(
            admin("f"),
            edge("a", "c", fix="cut a-c"),
            edge("b", "c", fix="cut b-c"),
            edge("c", "f", fix="cut c-f"),
            edge("d", "f", fix="cut d-f"),
        ).chokepoints()
    )
    assert [(step.fix, count) for step, count in found] == [
        ("cut c-f", 3),
        ("cut a-c", 1),
        ("cut b-c", 1),
        ("cut d-f", 1),
    ]


def test_hubs_begin_no_path() -> None:
    found = list(paths(admin("c"), edge("a", "hub", fix="cut"), edge("hub", "c"), names="abc").chokepoints())
    assert [(step.fix, count) for step, count in found] == [("cut", 1)]
