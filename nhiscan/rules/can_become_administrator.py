"""An identity that is no administrator and can make itself one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from nhiscan import climb
from nhiscan.access.reach import Degree, Reach
from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.inventory import Inventory
from nhiscan.judging import judged_identities
from nhiscan.model import CanBecome, Identity
from nhiscan.result import SEVERITIES, AdminVerdict, Severity
from nhiscan.rule import Finding, Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed

_MOST_FOLLOWERS: Final = 8

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


class _Climber(msgspec.Struct, frozen=True, kw_only=True):
    """An identity that can come to administer, with its way."""

    identity: Identity
    degree: Degree
    way: list[CanBecome]
    root: str
    """Identity whose own permissions end the way: the cause that all who get there share."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity, and show the shortest way that is as sure as its verdict.

    One mistake is one finding: who only gets to an identity that can make itself an administrator is told with that
    one. An agent that needs no condition and nothing more is the finding of `administrator_agent`.
    """
    reach = Reach(context.inventory)
    climbers: dict[str, _Climber] = {}
    for identity in context.examine(judged_identities(context)):
        admin = context.admin(identity.id)
        if admin == "can_become" and not identity.human_access and belongs_to_agent(context, identity.id):
            continue
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif (degree := _DEGREES.get(admin)) is not None:
            way = reach.way(identity.id, degree) or []
            root = _root(context.inventory, identity.id, way)
            climbers[identity.id] = _Climber(identity=identity, degree=degree, way=way, root=root)
    followers: dict[str, list[_Climber]] = defaultdict(list)
    for climber in climbers.values():
        if climber.root != climber.identity.id and climber.root in climbers:
            followers[climber.root].append(climber)
    for climber in climbers.values():
        if climber.root == climber.identity.id or climber.root not in climbers:
            yield _finding(context, reach, climber, followers.get(climber.identity.id, []))


def _root(inventory: Inventory, id: str, way: list[CanBecome]) -> str:
    """The last identity on the way whose own permissions carry it on; a group or a hub is nobody."""
    return next((step.identity for step in reversed(way) if step.identity in inventory.identities), id)


def _finding(context: RuleContext, reach: Reach, climber: _Climber, followers: list[_Climber]) -> Finding:
    identity, degree, way = climber.identity, climber.degree, climber.way
    severity = _severity(context, climber)
    evidence = [f"{identity_name(identity)} {_WORDS[degree]}", *climb.told(way), *climb.end(reach, identity.id, way)]
    if followers:
        names = listed(sorted(identity_name(follower.identity) for follower in followers), _MOST_FOLLOWERS)
        count = "1 identity gets" if len(followers) == 1 else f"{len(followers)} identities get"
        evidence.append(f"{count} there through it, and no further once it is mended: {names}")
        # A door of people that programs come through is as bad as a program's own.
        severity = min((severity, *(_severity(context, follower) for follower in followers)), key=SEVERITIES.index)
    return RULE.finding(
        identity.id,
        *evidence,
        # Another way to the same end is the same problem, so the way is no part of the key; how sure it is, is.
        key=(degree,),
        severity=severity,
        related=(*(step.target for step in way), *(follower.identity.id for follower in followers)),
    )


def _severity(context: RuleContext, climber: _Climber) -> Severity:
    people = climber.identity.human_access or context.class_of(climber.identity.id) == "human"
    return (_FOR_PEOPLE if people else _SEVERITIES)[climber.degree]


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
