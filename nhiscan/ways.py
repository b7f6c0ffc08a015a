"""Ways through a result: what leads to a record and what can be reached from it, one step or several."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.result import EdgeResult, ScanResult

ONWARD: Final = frozenset(
    {
        "administers",
        "assigned",
        "can_become",
        "collaborates_with",
        "exposes",
        "federates",
        "hands_out",
        "holds_key_of",
        "invokes_tool",
        "may_read_secret",
        "member_of",
        "reads_secret",
        "runs_as",
        "triggers",
        "trusted_by",
        "uses_model",
    }
)
"""Kinds of edges whose source gains something at the target."""

BACKWARD: Final = frozenset({"has_credential", "stored_in"})
"""Kinds whose target leads to the source: a credential to its holder, a secret to what is kept in it."""

ANSWERS: Final = ("allowed", "conditional", "latent", "unknown")
"""Surest first. A way is as sure as its least sure step."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One edge, walked from `source` to `target`."""

    source: str
    target: str
    edge: EdgeResult


class Way:
    """A chain of steps to or from the record that was asked about. Its steps are put together only when asked for."""

    def __init__(self, end: str, length: int, answer: str, taken: dict[str, tuple[Step, str]], forward: bool) -> None:
        self.end = end
        """The other end: where the way begins when it was asked what leads here, else where it goes."""
        self.length = length
        """Number of steps, at least 1."""
        self.answer = answer
        """How sure the whole way is, in the words of an edge's answer."""
        self._taken = taken
        self._forward = forward

    @property
    def last(self) -> Step:
        """The step at `end`."""
        return self._taken[self.end][0]

    @property
    def steps(self) -> list[Step]:
        """In the order in which somebody would take them."""
        chain: list[Step] = []
        here = self.end
        while here in self._taken:
            step, here = self._taken[here]
            chain.append(step)
        return chain[::-1] if self._forward else chain

    @property
    def conditions(self) -> list[str]:
        """All that must hold on it."""
        return sorted({condition for step in self.steps for condition in step.edge.conditions})


def _rank(answer: str) -> int:
    return ANSWERS.index(answer) if answer in ANSWERS else len(ANSWERS) - 1


class Ways:
    """The edges of a result, ready to be walked. Built once; each question costs no more than the edges it meets."""

    def __init__(self, result: ScanResult) -> None:
        self.out: dict[str, list[EdgeResult]] = defaultdict(list)
        self.into: dict[str, list[EdgeResult]] = defaultdict(list)
        self._onward: dict[str, list[Step]] = defaultdict(list)
        self._back: dict[str, list[Step]] = defaultdict(list)
        # Of those that were scanned it is known what they can become; being trusted is only half of it.
        inside = {identity.id for identity in result.identities} | {scope.id for scope in result.scan.scopes}
        for edge in sorted(result.edges, key=lambda e: (e.source, e.kind, e.target, e.reason)):
            self.out[edge.source].append(edge)
            self.into[edge.target].append(edge)
            if edge.kind in ONWARD and not (edge.kind == "trusted_by" and edge.source in inside):
                self._enter(Step(source=edge.source, target=edge.target, edge=edge))
            elif edge.kind in BACKWARD:
                self._enter(Step(source=edge.target, target=edge.source, edge=edge))

    def _enter(self, step: Step) -> None:
        self._onward[step.source].append(step)
        self._back[step.target].append(step)

    def to(self, id: str) -> Iterator[Way]:
        """The surest, then shortest, way from each record that can get to `id`; the surest and nearest first."""
        return _spread(id, self._back, forward=False)

    def from_(self, id: str) -> Iterator[Way]:
        """The surest, then shortest, way to each record that can be reached from `id`; the surest and nearest first."""
        return _spread(id, self._onward, forward=True)


def _spread(start: str, steps: dict[str, list[Step]], *, forward: bool) -> Iterator[Way]:
    """Walk outwards from `start` and give the surest, and of those the shortest, way to each record once.

    One walk for each degree of sureness, over the steps that are at least that sure: a longer way that is surer must
    not hide a shorter one that is as sure as the whole can be.
    """
    found = {start}
    for doubt, answer in enumerate(ANSWERS):
        taken: dict[str, tuple[Step, str]] = {}
        seen = {start}
        layer = [start]
        length = 0
        less_sure = False
        while layer:
            length += 1
            ahead: list[str] = []
            for here in layer:
                for step in steps.get(here, ()):
                    there = step.target if forward else step.source
                    if _rank(step.edge.answer) > doubt:
                        less_sure = True
                    elif there not in seen:
                        seen.add(there)
                        taken[there] = (step, here)
                        ahead.append(there)
            # Sorted, so that the same result is always told in the same order.
            layer = sorted(ahead)
            for there in layer:
                if there not in found:
                    found.add(there)
                    yield Way(there, length, answer, taken, forward)
        if not less_sure:
            return
