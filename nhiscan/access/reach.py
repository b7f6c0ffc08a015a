"""Reach: who administers a scope, who can come to, and by which first step.

Over all clouds, and linear in the edges: searches run backwards from the administrators, once for each degree of
certainty, over the edges of that degree and better.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

from nhiscan.access.names import is_pattern, members_by_pattern
from nhiscan.inventory import Inventory
from nhiscan.model import CanBecome, Grant, Identity, Record
from nhiscan.result import AdminVerdict

Degree: TypeAlias = Literal["allowed", "conditional", "unknown", "latent"]

DEGREES: Final[tuple[Degree, ...]] = ("allowed", "conditional", "unknown", "latent")
"""Surest first. A path is as sure as its least sure step."""

_VERDICT: Final[dict[Degree, AdminVerdict]] = {
    "allowed": "can_become",
    "conditional": "conditional",
    "unknown": "unknown",
    "latent": "latent",
}
ADMINISTRATOR: Final = "administrator:"
"""Beginning of the names of powers to administer a scope."""

_MOST_STEPS_TOLD: Final = 6


class Goal(Record, frozen=True, kw_only=True):
    """What a search is for, other than to administer any scope at all."""

    grants: tuple[Grant, ...] = ()
    """Whoever holds one of these has arrived, as surely as the grant says."""
    nodes: tuple[str, ...] = ()
    """Identities that are the goal themselves."""
    scope: str = ""
    """Scope in which the goal lies: whoever administers it has arrived as well."""


class Reach:
    """The shortest way of everything that can come to a goal: to administer a scope, unless another is given."""

    def __init__(self, inventory: Inventory, goal: Goal | None = None) -> None:
        self._inventory = inventory
        self._goal = goal
        self._above = frozenset(self._chain(goal.scope)) if goal is not None else frozenset()
        self.arrived: dict[str, Grant] = {}
        """Identity -> the surest Grant by which it is at the goal, or may be."""
        for grant in self._arriving():
            known = self.arrived.get(grant.identity)
            if known is None or DEGREES.index(grant.answer) < DEGREES.index(known.answer):
                self.arrived[grant.identity] = grant
        self._into: dict[str, list[CanBecome]] = defaultdict(list)
        for edge in inventory.becomes:
            self._into[edge.target].append(edge)
        for edge in _members(inventory):
            self._into[edge.target].append(edge)
        self.next: dict[Degree, dict[str, CanBecome | None]] = {}
        """By degree: node -> its first step towards the goal; None where it has arrived."""
        for degree in DEGREES:
            self.next[degree] = self._search(degree)

    def _arriving(self) -> Iterator[Grant]:
        """Grants by which somebody is at the goal; those on the goal itself first, for they say more."""
        goal = self._goal
        if goal is not None:
            yield from goal.grants
        for grant in self._inventory.grants:
            if grant.capability == "administer":
                own = self._inventory.identities.get(grant.identity)
                where = own.scope if grant.resource == "*" and own is not None else grant.resource
                if goal is None or where in self._above:
                    yield grant

    def _is_power(self, target: str) -> bool:
        """Whether a power to administer is as good as the goal."""
        if self._goal is None:
            return target.startswith(ADMINISTRATOR)
        return target.removeprefix(ADMINISTRATOR) in self._above and target.startswith(ADMINISTRATOR)

    def _chain(self, scope: str) -> Iterator[str]:
        """A scope and those that it lies in; whoever administers one of them administers it."""
        seen: set[str] = set()
        while scope and scope not in seen:
            seen.add(scope)
            yield scope
            known = self._inventory.scopes.get(scope)
            scope = known.parent or "" if known is not None else ""

    def _goals(self, degree: Degree) -> list[str]:
        answers = DEGREES[: DEGREES.index(degree) + 1]
        goals = [identity for identity, grant in self.arrived.items() if grant.answer in answers]
        if self._goal is not None:
            goals += self._goal.nodes
        if degree in ("unknown", "latent"):
            goals += [
                identity.id for identity in self._inventory.identities.values() if not self.policies_known(identity)
            ]
        powers = [target for target in self._into if self._is_power(target)]
        return sorted({*goals, *powers})

    def _search(self, degree: Degree) -> dict[str, CanBecome | None]:
        answers = frozenset(DEGREES[: DEGREES.index(degree) + 1])
        first: dict[str, CanBecome | None] = dict.fromkeys(self._goals(degree))
        queue = deque(first)
        while queue:
            node = queue.popleft()
            for edge in self._into.get(node, ()):
                if edge.answer in answers and edge.identity not in first:
                    first[edge.identity] = edge
                    queue.append(edge.identity)
        return first

    def policies_known(self, identity: Identity) -> bool:
        """False when a gap hides what permissions an identity has."""
        return self._inventory.knows(identity.scope, "policies", identity.id)

    def way(self, identity: str, degree: Degree) -> list[CanBecome] | None:
        """Steps from an identity to the goal; empty when it has arrived, None when it cannot get there."""
        first = self.next[degree]
        if identity not in first:
            return None
        steps: list[CanBecome] = []
        edge = first[identity]
        while edge is not None:
            steps.append(edge)
            edge = first[edge.target]
        return steps

    def edges(self) -> Iterator[CanBecome]:
        """Every edge, those from identities to the patterns that accept them as well."""
        for edges in self._into.values():
            yield from edges

    def surest(self, identity: str) -> tuple[Degree, list[CanBecome]] | None:
        """The surest degree at which an identity comes to the goal, and the shortest way of that degree."""
        for degree in DEGREES:
            way = self.way(identity, degree)
            if way is not None:
                return degree, way
        return None

    def verdict(self, identity: Identity) -> tuple[AdminVerdict, str]:
        """Whether an identity administers its scope or could, and why, in one sentence."""
        own = self.arrived.get(identity.id)
        if own is not None and own.answer == "allowed":
            return "is", own.reason
        way = self.way(identity.id, "allowed")
        if way is not None:
            return "can_become", self.told(way)
        if own is not None and own.answer == "unknown":
            return "unknown", own.reason
        if not self.policies_known(identity):
            return "unknown", f"the policies of {identity.name} could not be read"
        if own is not None and own.answer == "conditional":
            return "conditional", own.reason
        found = self.surest(identity.id)
        if found is None:
            return "no", f"{identity.name} neither administers a scope nor has a known way to"
        degree, way = found
        return _VERDICT[degree], self.told(way)

    def told(self, way: list[CanBecome]) -> str:
        """A way as one sentence."""
        sentences = [step.reason or f"{step.identity} can become {step.target} by {step.method}" for step in way]
        if len(sentences) > _MOST_STEPS_TOLD:
            left_out = len(sentences) - _MOST_STEPS_TOLD
            sentences[_MOST_STEPS_TOLD - 1 : -1] = [f"{left_out} further steps"]
        end = way[-1].target if way else ""
        if end in self.arrived and self.arrived[end].reason:
            sentences.append(self.arrived[end].reason)
        return "; ".join(sentences)


def _members(inventory: Inventory) -> Iterable[CanBecome]:
    """From each identity to the patterns of trusting sides that accept it."""
    patterns = sorted({edge.identity for edge in inventory.becomes if is_pattern(edge.identity)})
    if not patterns:
        return
    names = {*inventory.identities, *(edge.target for edge in inventory.becomes)}
    for pattern, members in members_by_pattern(patterns, names).items():
        for member in members:
            yield CanBecome(
                identity=member,
                target=pattern,
                method="member",
                answer="allowed",
                reason=f"{member} fits {pattern}",
            )


def admin_verdicts(inventory: Inventory) -> dict[str, tuple[AdminVerdict, str]]:
    """For every identity: whether it administers a scope or could come to, and why.

    `is`: its own permissions amount to administration. `can_become`: by steps that are all allowed. `conditional`,
    `latent`: some step needs a condition, or a role or resource that is not there. `unknown`: what decides could not
    be read, and what was read proves neither of the first two.
    """
    reach = Reach(inventory)
    return {identity.id: reach.verdict(identity) for identity in inventory.identities.values()}
