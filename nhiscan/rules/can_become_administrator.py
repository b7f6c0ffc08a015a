"""An identity that is no administrator and can make itself one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.governance import controls
from nhiscan.graph import Edge
from nhiscan.judging import judged_identities
from nhiscan.model import Identity
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain

_STEPS: Final[Mapping[AdminVerdict, frozenset[str]]] = {
    "can_become": frozenset({"allowed"}),
    "conditional": frozenset({"allowed", "conditional", "unknown"}),
    "latent": frozenset({"allowed", "conditional", "unknown", "latent"}),
}
"""Which steps a way may be made of, for each verdict."""

_SEVERITIES: Final[Mapping[AdminVerdict, Severity]] = {"can_become": "high", "conditional": "medium", "latent": "low"}
_FOR_PEOPLE: Final[Mapping[AdminVerdict, Severity]] = {"can_become": "medium", "conditional": "low", "latent": "low"}

_WORDS: Final[Mapping[AdminVerdict, str]] = {
    "can_become": "can make itself an administrator",
    "conditional": "can make itself an administrator if a condition holds",
    "latent": "has the permissions to make itself an administrator, and lacks a role or resource to do it with",
}

_MOST_STEPS: Final = 8


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity, and show the shortest way that was found."""
    ways: dict[AdminVerdict, dict[str, Edge]] = {}
    for identity in context.examine(judged_identities(context)):
        admin = context.admin(identity.id)
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif admin in _STEPS:
            if admin not in ways:
                ways[admin] = _next_steps(context, _STEPS[admin])
            people = identity.human_access or context.class_of(identity.id) == "human"
            way = _way(identity.id, ways[admin])
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} {_WORDS[admin]}",
                *(_told(way) if way else _direct(context, identity)),
                # Another way to the same end is the same problem, so the way is no part of the key; how sure it is, is.
                key=(admin,),
                severity=(_FOR_PEOPLE if people else _SEVERITIES)[admin],
                related=tuple(edge.target for edge in way),
            )


def _next_steps(context: RuleContext, answers: frozenset[str]) -> dict[str, Edge]:
    """For each node that leads to administration, the first step of a shortest way there.

    One walk backwards from all administrators at once, so the cost grows with the edges and not with pairs of nodes.
    """
    into: defaultdict[str, list[Edge]] = defaultdict(list)
    ends: set[str] = set()
    for edge in context.graph.edges():
        if edge.kind == "can_become" and edge.answer in answers:
            into[edge.target].append(edge)
            if context.graph.type_of(edge.target) == "administration" or context.admin(edge.target) == "is":
                ends.add(edge.target)
    steps: dict[str, Edge] = {}
    border = sorted(ends)
    while border:
        reached: dict[str, Edge] = {}
        for node in border:
            for edge in sorted(into[node], key=lambda edge: (edge.source, edge.reason)):
                if edge.source not in steps and edge.source not in ends:
                    reached.setdefault(edge.source, edge)
        steps.update(reached)
        border = sorted(reached)
    return steps


def _way(start: str, steps: Mapping[str, Edge]) -> list[Edge]:
    """The way from `start`; empty when the graph shows none. Each step is nearer to the end, so it has one."""
    way: list[Edge] = []
    here = start
    while here in steps:
        way.append(steps[here])
        here = steps[here].target
    return way


def _told(way: list[Edge]) -> Iterator[str]:
    """The way as sentences: each step, what must hold, and what would break it most cheaply."""
    for edge in way[:_MOST_STEPS]:
        yield plain(edge.reason, 600)
    if len(way) > _MOST_STEPS:
        yield f"and so on, {len(way)} steps in all"
    if conditions := sorted({condition for edge in way for condition in edge.conditions}):
        yield f"it depends on {listed(conditions)}"
    if fix := next((edge.fix for edge in way if edge.fix), ""):
        yield f"it ends when one does this: {plain(fix, 600)}"


def _direct(context: RuleContext, identity: Identity) -> list[str]:
    """The single steps that it can take, where no whole way is in the graph."""
    return sorted({plain(become.reason, 600) for become in context.inventory.becomes_of(identity.id) if become.reason})[
        :_MOST_STEPS
    ]


RULE = Rule(
    id="can_become_administrator",
    title="Identity that can make itself an administrator",
    severity="high",
    why=(
        "Its permissions look harmless one by one and add up to all of them, so it is guarded like any other identity"
        " and worth as much to a thief as an administrator."
    ),
    remediation="Take away one permission of the way that the evidence shows, or confine it to resources without power.",
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    controls=controls.ESCALATION,
    risk="{count} identities that nobody counts among the administrators can make themselves one.",
    check=check,
)
