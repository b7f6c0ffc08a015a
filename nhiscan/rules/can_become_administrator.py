"""An identity that is no administrator and can make itself one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan import climb
from nhiscan.access.reach import Degree, Reach
from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.result import AdminVerdict, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name

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


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity, and show the shortest way that is as sure as its verdict.

    An agent that needs no condition and nothing more is the finding of `administrator_agent`.
    """
    reach = Reach(context.inventory)
    for identity in context.examine(judged_identities(context)):
        admin = context.admin(identity.id)
        if admin == "can_become" and not identity.human_access and belongs_to_agent(context, identity.id):
            continue
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif (degree := _DEGREES.get(admin)) is not None:
            people = identity.human_access or context.class_of(identity.id) == "human"
            way = reach.way(identity.id, degree) or []
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} {_WORDS[degree]}",
                *climb.told(way),
                *climb.end(reach, identity.id, way),
                # Another way to the same end is the same problem, so the way is no part of the key; how sure it is, is.
                key=(degree,),
                severity=(_FOR_PEOPLE if people else _SEVERITIES)[degree],
                related=tuple(step.target for step in way),
            )


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
