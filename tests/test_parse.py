"""What a refused call leaves unknown, and what a parser's own gaps have to do with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nhiscan import engine
from nhiscan.connector import Evidence, Fetch, Operation, Page, ReadError, Settings, Shard, Sink
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Gap, GapReason, Identity, Workload
from nhiscan.parse import parse
from tests.fakes import LIST, FakeConnector

START = datetime(2026, 11, 24, tzinfo=UTC)
SCOPE = "fake:1"
ONE, TWO = f"{SCOPE}/pipes/one", f"{SCOPE}/pipes/two"
PIPE = Operation(
    name="fake:GetPipe",
    permission="fake:GetPipe",
    purpose="reads a pipe",
    hides="what a pipe acts as",
    blinds=("workloads",),
    about="pipe",
)


class Piping(FakeConnector):
    """Asks about pipes, is refused some of them, and has a parser that makes gaps of its own."""

    operations = (PIPE, LIST)

    def __init__(self, refused: dict[str, tuple[GapReason, str]], *gaps: Gap) -> None:
        super().__init__()
        self.pipes = refused
        """Reason and words of the refusals, by what the call names the pipe."""
        self.gaps = gaps

    def collect(self, settings: Settings, shard: Shard, sink: Sink) -> None:
        """See `Connector.collect`."""
        for name, (reason, detail) in self.pipes.items():
            sink.page(PIPE, _refusing(reason, detail), {"pipe": name} if name else {})

    def parse(self, shard: Shard, evidence: Iterable[Evidence]) -> Iterator[AnyRecord]:
        """See `Connector.parse`."""
        if shard.part != "plan":
            yield from self.gaps
            for id in (ONE, TWO):
                yield Workload(id=id, provider="fake", kind="pipe", name="a pipe", scope=SCOPE)
            # Whoever may choose a name has chosen that of a pipe.
            yield Identity(id=f"{SCOPE}/users/eve", provider="fake", kind="user", name="three", scope=SCOPE)


def _refusing(reason: GapReason, detail: str) -> Fetch:
    def fetch(token: str | None) -> Page:
        raise ReadError(reason, detail)

    return fetch


def told(detail: str, *subjects: str, reason: GapReason = "failed") -> Gap:
    """A gap that a parser made."""
    return Gap(
        connector="fake", scope=SCOPE, operation=PIPE.name, reason=reason, detail=detail, blinds=("workloads",),
        subjects=subjects,
    )  # fmt: skip


def inventory_of(directory: Path, connector: Piping) -> Inventory:
    """The records of a scan."""
    bundle = engine.begin(directory, {"fake": {}}, {"fake": connector}, started=START)
    engine.collect(bundle, {"fake": connector}, {"fake": {}})
    return parse(open_bundle(directory), {"fake": connector}).inventory


def test_damage_of_one_thing_hides_no_refusal_of_another(tmp_path: Path) -> None:
    damage = told("the answer is damaged: stages[0] is a number", ONE)
    found = inventory_of(tmp_path, Piping({"": ("failed", "the second page ended early")}, damage))
    assert [(gap.detail, gap.subjects) for gap in found.gaps] == [
        ("the answer is damaged: stages[0] is a number", (ONE,)),
        ("the second page ended early", ()),
    ]
    assert not found.knows(SCOPE, "workloads", TWO)


@pytest.mark.parametrize("more", ["", " (2 calls alike)"])
def test_a_parser_that_tells_of_a_refusal_is_believed(tmp_path: Path, more: str) -> None:
    own = told(f"the pipe is busy{more}", ONE)
    found = inventory_of(tmp_path, Piping({"": ("failed", "the pipe is busy")}, own))
    assert found.gaps == [own]
    assert found.knows(SCOPE, "workloads", TWO)


def test_a_refusal_without_words_is_not_told_of_by_just_any_gap(tmp_path: Path) -> None:
    found = inventory_of(tmp_path, Piping({"": ("failed", "")}, told("damaged", ONE)))
    assert [gap.subjects for gap in found.gaps] == [(ONE,), ()]


def test_a_gap_of_everything_stands_for_the_refusal_as_well(tmp_path: Path) -> None:
    own = told("no page could be read")
    assert inventory_of(tmp_path, Piping({"": ("failed", "the second page ended early")}, own)).gaps == [own]


def test_a_denial_beside_a_failure_is_told_too(tmp_path: Path) -> None:
    own = told("the pipe is busy", ONE)
    refused: dict[str, tuple[GapReason, str]] = {
        "one": ("failed", "the pipe is busy"),
        "two": ("denied", "you may not read it"),
    }
    found = inventory_of(tmp_path, Piping(refused, own))
    assert [(gap.reason, gap.permission, gap.subjects) for gap in found.gaps] == [
        ("failed", "", (ONE,)),
        ("denied", "fake:GetPipe", (TWO,)),
    ]


@pytest.mark.parametrize(
    ("names", "subjects"),
    [
        ((ONE,), (ONE,)),
        (("one",), (ONE,)),
        (("ONE", TWO), (ONE, TWO)),
        # Nobody knows whom these were about: it may have been anything in the scope.
        (("",), ()),
        (("one", "unheard-of"), ()),
        (("three",), ()),
        (("pipes/one",), ()),
    ],
)
def test_a_refused_call_leaves_those_unknown_that_it_was_about(
    tmp_path: Path, names: tuple[str, ...], subjects: tuple[str, ...]
) -> None:
    refused: dict[str, tuple[GapReason, str]] = dict.fromkeys(names, ("denied", "you may not"))
    [gap] = inventory_of(tmp_path, Piping(refused)).gaps
    assert gap.subjects == subjects
