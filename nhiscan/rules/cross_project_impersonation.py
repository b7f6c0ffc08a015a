"""A program of one project that can act as a program of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, judged_identities, power_of
from nhiscan.model import CanBecome, Identity
from nhiscan.places import scope_name
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain

PROJECT: Final = "project"
"""Kind of a scope that is meant to wall programs off from each other."""
_LONGEST_REASON: Final = 400
_SHOWN: Final = 3


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity of a project by whether it can act as an identity of another one.

    Who is an administrator, or can make itself one, is told as that. A person belongs to no project.
    """
    inventory = context.inventory
    steps: defaultdict[str, list[tuple[CanBecome, Identity]]] = defaultdict(list)
    for become in inventory.becomes:
        target = inventory.identities.get(become.target)
        if target is not None and become.answer in ("allowed", "conditional") and _project(context, target):
            steps[become.identity].append((become, target))
    for identity in context.examine(i for i in judged_identities(context) if _project(context, i)):
        if not context.knows(identity, "policies"):
            yield RULE.unknown(identity.id, "which roles it holds could not be read")
            continue
        if is_powerful(context, identity.id):
            continue
        by_scope: defaultdict[str, list[tuple[CanBecome, Identity]]] = defaultdict(list)
        for become, target in steps.get(identity.id, ()):
            if target.scope != identity.scope:
                by_scope[target.scope].append((become, target))
        for place, found in sorted(by_scope.items()):
            yield _finding(context, identity, place, found)


def _finding(context: RuleContext, identity: Identity, place: str, found: list[tuple[CanBecome, Identity]]) -> Outcome:
    targets = {target.id: target for _, target in found}
    names = sorted(identity_name(target) for target in targets.values())
    conditional = all(become.answer == "conditional" for become, _ in found)
    deploys = all(become.deploys for become, _ in found)
    whom = "it" if len(names) == 1 else "them"
    strong = any(is_powerful(context, target) for target in targets)
    return RULE.finding(
        identity.id,
        f"{identity_name(identity)} of project {scope_name(context.inventory, identity.scope)} can act as"
        f" {listed(names)} of project {scope_name(context.inventory, place)}",
        *sorted({plain(become.reason, _LONGEST_REASON) for become, _ in found})[:_SHOWN],
        *([f"that takes running something as {whom}, as whoever deploys it does"] if deploys else []),
        *[sentence for target in targets.values() for sentence in power_of(context, target)][:_SHOWN],
        key=(place,),
        severity="low" if conditional else "high" if strong else "low" if deploys else None,
        related=tuple(sorted(targets)),
    )


def _project(context: RuleContext, identity: Identity) -> bool:
    scope = context.inventory.scopes.get(identity.scope)
    return scope is not None and scope.kind == PROJECT


RULE = Rule(
    id="cross_project_impersonation",
    title="Program that can act as one of another project",
    severity="medium",
    why=(
        "Projects are walls between programs. Whoever takes over this one walks through the wall, and the log of the"
        " other project shows only its own account at work."
    ),
    remediation=(
        "Give the program its own narrow role in the other project instead of the right to act as an account there;"
        " where it must act as one, make an account for that purpose alone."
    ),
    references=(
        "https://cloud.google.com/iam/docs/attach-service-accounts#attaching-different-project",
        "https://cloud.google.com/iam/docs/best-practices-service-accounts",
    ),
    controls=controls.join(controls.ESCALATION, controls.ENVIRONMENTS),
    risk="Programs can reach through the walls between projects: {count} of them.",
    check=check,
)
