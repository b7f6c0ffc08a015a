"""The table of signals keeps its own promises, and the page that explains it lists the same ones."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest

from nhiscan.classify.table import TABLE, TIERS, SignalKind
from nhiscan.result import IdentityClass, Tier

PAGE = Path(__file__).parents[2] / "docs" / "classification.md"
HEADERS = {"human": "person", "legacy_service": "service", "ai_persona": "AI persona"}


@pytest.mark.parametrize("kind", TABLE.values(), ids=TABLE.keys())
def test_what_speaks_for_a_class_stays_within_its_tier(kind: SignalKind) -> None:
    limits = TIERS[kind.tier]
    for voice in kind.voices:
        if voice.weight > 0:
            assert limits.lowest <= voice.weight <= limits.highest
        else:
            assert -1 <= voice.weight < 0


@pytest.mark.parametrize("kind", TABLE.values(), ids=TABLE.keys())
def test_every_line_says_something_and_why(kind: SignalKind) -> None:
    assert kind.voices
    assert len({voice.class_ for voice in kind.voices}) == len(kind.voices)
    assert all(voice.class_ in HEADERS for voice in kind.voices)
    assert kind.meaning.endswith(".")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", kind.name)


def test_tiers_are_the_ones_of_the_result_and_do_not_overlap() -> None:
    assert tuple(TIERS) == get_args(Tier)
    ranges = [(limits.lowest, limits.highest) for limits in TIERS.values()]
    assert all(stronger[0] >= weaker[1] for stronger, weaker in pairwise(ranges))


def test_a_family_is_of_one_tier() -> None:
    tiers: dict[str, set[Tier]] = defaultdict(set)
    for kind in TABLE.values():
        tiers[kind.family].add(kind.tier)
    assert {family: found for family, found in tiers.items() if len(found) > 1} == {}


def test_lexical_signals_speak_against_nothing() -> None:
    for kind in TABLE.values():
        if kind.tier == "lexical":
            assert all(voice.weight > 0 for voice in kind.voices), kind.name


def test_every_class_can_be_reached_with_certainty_and_by_its_build() -> None:
    for class_ in get_args(IdentityClass):
        if class_ != "unknown":
            strong = {k.tier for k in TABLE.values() for v in k.voices if v.class_ == class_ and v.weight > 0}
            assert {"authoritative", "structural", "capability", "lexical"} <= strong


def test_the_page_lists_the_table() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| ([^|]*) \| ([^|]*) \| ([^|]*) \| (.*) \|$", PAGE.read_text(), re.M)
    listed = {name: (tier, *(cell.strip() for cell in cells), meaning) for name, tier, *cells, meaning in rows}
    assert len(listed) == len(rows)
    assert listed == {kind.name: row_of(kind) for kind in TABLE.values()}


def row_of(kind: SignalKind) -> tuple[str, ...]:
    weights = {voice.class_: f"{voice.weight:+.2f}" for voice in kind.voices}
    return (kind.tier, *(weights.get(class_, "") for class_ in ("human", "legacy_service", "ai_persona")), kind.meaning)
