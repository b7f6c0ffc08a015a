"""Paths: how an identity comes to administer something, or to another goal, and what breaks the path for least."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterator

from nhiscan.access.reach import DEGREES, Degree, Reach
from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Record


class Hop(Record, frozen=True, kw_only=True):
    """One step of a path."""

    source: str
    target: str
    method: str
    reason: str
    """A sentence."""
    answer: str = "allowed"
    conditions: tuple[str, ...] = ()
    fix: str = ""
    """What breaks this step; empty for one that is no power but a fact."""


class Path(Record, frozen=True, kw_only=True):
    """The shortest of the surest paths from an identity to a goal."""

    identity: str
    degree: Degree
    """As sure as its least sure step."""
    hops: tuple[Hop, ...]
    """Empty when the identity is there by itself."""
    end: str
    """Identity that is there, or `administrator:<scope>`."""
    reason: str = ""
    """Why the end is there: the sentence of its Grant."""
    fix: str = ""
    """The cheapest change that breaks the path."""
    breaks_all: bool = False
    """Whether that change leaves the identity no other path that is as sure."""


class Paths:
    """Explained paths to a goal, over one inventory: to administration, unless `reach` is another."""

    def __init__(self, inventory: Inventory, reach: Reach | None = None) -> None:
        self.reach = reach or Reach(inventory)
        self._identities = inventory.identities
        self._out: dict[str, list[CanBecome]] = defaultdict(list)
        for edge in self.reach.edges():
            self._out[edge.identity].append(edge)

    def of(self, identity: str) -> Path | None:
        """The path of an identity; None when it has none."""
        found = self.reach.surest(identity)
        if found is None:
            return None
        degree, way = found
        end = way[-1].target if way else identity
        grant = self.reach.arrived.get(end)
        fix, breaks_all = self._cheapest(identity, degree, way)
        return Path(
            identity=identity,
            degree=degree,
            hops=tuple(_hop(step) for step in way),
            end=end,
            reason=grant.reason if grant is not None else "",
            fix=fix,
            breaks_all=breaks_all,
        )

    def _cheapest(self, identity: str, degree: Degree, way: list[CanBecome]) -> tuple[str, bool]:
        """A fix on the path, by preference one that leaves no way round, and as near to the identity as can be."""
        fixable = [step for step in way if step.fix]
        for step in fixable:
            if not self._reaches(identity, degree, step):
                return step.fix, True
        return (fixable[0].fix, False) if fixable else ("", False)

    def _reaches(self, identity: str, degree: Degree, without: CanBecome) -> bool:
        """Whether an identity still gets there when the permission behind one step is gone."""
        answers = frozenset(DEGREES[: DEGREES.index(degree) + 1])
        goal = self.reach.next[degree]
        seen = {identity}
        queue = deque(seen)
        while queue:
            for edge in self._out.get(queue.popleft(), ()):
                broken = edge is without or (edge.identity == without.identity and edge.fix == without.fix)
                if edge.answer not in answers or broken or edge.target in seen:
                    continue
                if goal.get(edge.target, edge) is None:
                    return True
                if edge.target in goal:
                    seen.add(edge.target)
                    queue.append(edge.target)
        return False

    def chokepoints(self, degree: Degree = "allowed") -> Iterator[tuple[CanBecome, int]]:
        """Steps by how many shortest paths run through them, most first: where one change does most."""
        first = self.reach.next[degree]
        waiting = Counter(edge.target for edge in first.values() if edge is not None)
        through: Counter[str] = Counter()
        ready = deque(node for node in first if waiting[node] == 0)
        found: list[tuple[CanBecome, int]] = []
        while ready:
            node = ready.popleft()
            edge = first[node]
            if edge is None:
                continue
            through[node] += node in self._identities  # hubs and patterns begin no path
            through[edge.target] += through[node]
            if edge.fix:
                found.append((edge, through[node]))
            waiting[edge.target] -= 1
            if waiting[edge.target] == 0 and edge.target in first:
                ready.append(edge.target)
        yield from sorted(found, key=lambda one: (-one[1], one[0].identity, one[0].target))


def _hop(step: CanBecome) -> Hop:
    return Hop(
        source=step.identity,
        target=step.target,
        method=step.method,
        reason=step.reason or f"{step.identity} can become {step.target} by {step.method}",
        answer=step.answer,
        conditions=step.conditions,
        fix=step.fix,
    )
