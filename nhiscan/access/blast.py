"""Blast radius: what is lost when one identity or workload falls into the wrong hands."""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from nhiscan.access.reach import ADMINISTRATOR, DEGREES, Degree, Reach
from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Grant, Record

_SECRETS: Final = "read_secrets"


class Reached(Record, frozen=True, kw_only=True):
    """Something that whoever holds the start can act as, or make itself administrator of."""

    id: str
    degree: Degree
    """As sure as the least sure step on the surest way to it."""
    step: CanBecome
    """The last step of the shortest of the surest ways."""


class Blast(Record, frozen=True, kw_only=True):
    """Everything within reach of a start."""

    start: str
    held: tuple[str, ...]
    """Identities that are held from the beginning: the identity itself, or those a workload runs as."""
    reached: tuple[Reached, ...]
    """Further identities and powers, surest first."""
    grants: tuple[tuple[Degree, Grant], ...]
    """What all of those can do, each as sure as both the way to the identity and the grant."""
    unread: tuple[str, ...]
    """Identities within reach whose permissions were not readable: they may be able to do more."""

    @property
    def secrets(self) -> tuple[tuple[Degree, Grant], ...]:
        """The grants that read secrets."""
        return tuple(one for one in self.grants if one[1].capability == _SECRETS)

    @property
    def administers(self) -> bool:
        """Whether some scope may be administered: then everything in it is within reach, told one by one or not."""
        powers = any(one.id.startswith(ADMINISTRATOR) for one in self.reached)
        return powers or any(grant.capability == "administer" for _, grant in self.grants)


class BlastRadius:
    """Blast radii over one inventory; each answer costs no more than the edges that it runs over."""

    def __init__(self, inventory: Inventory, reach: Reach | None = None) -> None:
        self._inventory = inventory
        self._reach = reach or Reach(inventory)
        self._out: dict[str, list[CanBecome]] = defaultdict(list)
        for edge in self._reach.edges():
            self._out[edge.identity].append(edge)

    def of(self, start: str) -> Blast:
        """What a thief of an identity, or of a workload with all that it runs as, could do."""
        if start in self._inventory.workloads:
            return self._from(start, self._run_by(start))
        return self._from(start, [start])

    def under_injection(self, workload: str) -> Blast:
        """What injected text could make an agent do: only the identities of the agent and of its tools are moved.

        Those act by the calls that they are built to make, so nothing that they could become counts.
        """
        held = self._run_by(workload)
        for link in self._inventory.links_from(workload):
            if link.kind == "invokes_tool":
                known = self._run_by(link.target) if link.target not in self._inventory.identities else []
                held += known or [link.target]  # a tool whose identity is not known stays, as one not read
        return self._from(workload, held, steps=False)

    def _run_by(self, workload: str) -> list[str]:
        return [run.identity for run in self._inventory.identities_run_by(workload)]

    def _from(self, start: str, held: list[str], *, steps: bool = True) -> Blast:
        first = tuple(dict.fromkeys(held))
        sure: dict[str, tuple[Degree, CanBecome | None]] = dict.fromkeys(first, (DEGREES[0], None))
        if steps:
            self._spread(sure)
        grants: list[tuple[Degree, Grant]] = []
        for id, (degree, _) in sure.items():
            grants += [(_least(degree, grant.answer), grant) for grant in self._inventory.grants_of(id)]
        reached = [Reached(id=id, degree=degree, step=step) for id, (degree, step) in sure.items() if step is not None]
        named = [one for one in reached if one.id in self._inventory.identities or one.id.startswith(ADMINISTRATOR)]
        return Blast(
            start=start,
            held=first,
            reached=tuple(sorted(named, key=lambda one: (DEGREES.index(one.degree), one.id))),
            grants=tuple(sorted(grants, key=_order)),
            unread=tuple(sorted(id for id in sure if self._is_unread(id))),
        )

    def _is_unread(self, id: str) -> bool:
        identity = self._inventory.identities.get(id)
        if identity is None:
            return not id.startswith(ADMINISTRATOR) and id not in self._out
        return not self._reach.policies_known(identity)

    def _spread(self, sure: dict[str, tuple[Degree, CanBecome | None]]) -> None:
        """Breadth first by degree, surest first: what is reached stays with the first degree that reaches it."""
        waiting: dict[Degree, list[str]] = {degree: [] for degree in DEGREES}
        waiting[DEGREES[0]] = list(sure)
        for place, degree in enumerate(DEGREES):
            queue = waiting[degree]
            for node in queue:  # grows while it is read
                if node in sure and sure[node][0] != degree:
                    continue
                for edge in self._out.get(node, ()):
                    of_edge = max(place, DEGREES.index(edge.answer))
                    known = sure.get(edge.target)
                    if known is None or of_edge < DEGREES.index(known[0]):
                        sure[edge.target] = (DEGREES[of_edge], edge)
                        waiting[DEGREES[of_edge]].append(edge.target)


def _least(one: Degree, other: Degree) -> Degree:
    return DEGREES[max(DEGREES.index(one), DEGREES.index(other))]


def _order(one: tuple[Degree, Grant]) -> tuple[int, str, str, str]:
    degree, grant = one
    return DEGREES.index(degree), grant.identity, grant.capability, grant.resource
