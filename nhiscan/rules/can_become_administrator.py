"""An identity that is no administrator and can make itself one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.access.reach import Degree, Reach
from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.model import CanBecome, Identity
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain

_DEGREES: Final[Mapping[AdminVerdict, Degree]] = {
    "can_become": "allowed",
    "conditional": "conditional",
    "latent": "latent",
}
"""How sure the way is that each verdict speaks of."""

_SEVERITIES: Final[Mapping[Degree, Severity]] = {"allowed": "high", "conditional": "medium", "latent": "low"}
_FOR_PEOPLE: Final[Mapping[Degree, Severity]] = {"allowed": "medium", "conditional": "low", "latent": "low"}

_WORDS: Final[Mapping[Degree, str]] = {
    "allowed": "can make itself an administrator",
    "conditional": "can make itself an administrator if a condition holds",
    "latent": "has the permissions to make itself an administrator, and lacks a role or resource to do it with",
}

_MOST_STEPS: Final = 8
_LONGEST_REASON: Final = 600


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity, and show the shortest way that is as sure as its verdict."""
    reach = Reach(context.inventory)
    for identity in context.examine(judged_identities(context)):
        admin = context.admin(identity.id)
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif (degree := _DEGREES.get(admin)) is not None:
            people = identity.human_access or context.class_of(identity.id) == "human"
            way = reach.way(identity.id, degree) or []
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} {_WORDS[degree]}",
                *_told(way),
                *_end(reach, identity, way),
                # Another way to the same end is the same problem, so the way is no part of the key; how sure it is, is.
                key=(degree,),
                severity=(_FOR_PEOPLE if people else _SEVERITIES)[degree],
                related=tuple(step.target for step in way),
            )


def _told(way: list[CanBecome]) -> Iterator[str]:
    """The way as sentences: each step, what must hold, and what would break it."""
    for step in way[:_MOST_STEPS]:
        reason = step.reason or f"{step.identity} can become {step.target} by {step.method}"
        yield plain(reason, _LONGEST_REASON)
    if len(way) > _MOST_STEPS:
        yield f"and so on, {len(way)} steps in all"
    if conditions := sorted({condition for step in way for condition in step.conditions}):
        yield f"it depends on {listed(conditions)}"
    if fix := next((step.fix for step in way if step.fix), ""):
        yield f"this change ends it: {plain(fix, _LONGEST_REASON)}"


def _end(reach: Reach, identity: Identity, way: list[CanBecome]) -> Iterator[str]:
    """Why whoever the way ends at administers: the identity itself, when it takes no step at all."""
    grant = reach.administer.get(way[-1].target if way else identity.id)
    if grant is not None and grant.reason:
        yield plain(grant.reason, _LONGEST_REASON)
        if grant.conditions:
            yield f"that depends on {listed(sorted(grant.conditions))}"


RULE = Rule(
    id="can_become_administrator",
    title="Identity that can make itself an administrator",
    severity="high",
    why=(
        "Its permissions look harmless one by one and add up to all of them, so it is guarded like any other identity"
        " and worth as much to a thief as an administrator."
    ),
    remediation="Take away one permission of the way that the evidence shows, or confine it to what has no power.",
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    ),
    controls=controls.ESCALATION,
    risk="Identities that nobody counts among the administrators can make themselves one: {count} of them.",
    check=check,
)
