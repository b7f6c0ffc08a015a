"""A right to act as every identity of a scope, present and future."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.judging import is_powerful
from nhiscan.model import Assignment
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain

ACTS_AS: Final = "acts_as"
"""Attribute of a role: how who holds it acts as identities, "tokens of", "keys for", "workloads as"."""
_MOST_DIRECT: Final = ("tokens", "keys", "workloads")


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each role that lets somebody act as identities by whether it is held on a whole scope.

    Who administers the scope anyway is told as that.
    """
    inventory = context.inventory
    held: defaultdict[tuple[str, str], list[Assignment]] = defaultdict(list)
    for assignment in inventory.assignments:
        role = inventory.policies.get(assignment.role)
        if role is not None and role.attributes.get(ACTS_AS) and assignment.scope in inventory.scopes:
            held[assignment.principal, assignment.scope].append(assignment)
    for (principal, place), found in context.examine(sorted(held.items())):
        identity, group = inventory.identities.get(principal), inventory.groups.get(principal)
        if is_powerful(context, principal) or (
            identity and (identity.managed_by_provider or identity.enabled is False)
        ):
            continue
        who = identity_name(identity) if identity else f"group {plain(group.name)}" if group else plain(principal)
        ways = {inventory.policies[one.role].attributes[ACTS_AS] for one in found}
        scope = inventory.scopes[place]
        roles = sorted({plain(inventory.policies[one.role].name) for one in found})
        conditional = all(one.condition or one.eligible for one in found)
        yield RULE.finding(
            principal,
            f"{who} may {_told(ways)} every service account of {scope.kind} {plain(scope.name)}, those to come too"
            f" (role {listed(roles)})",
            *(f"under the condition {plain(one.condition)}" for one in found if one.condition),
            key=(place,),
            severity="medium" if conditional else None,
            related=(place,),
        )
    yield from hidden_scopes(context, RULE, "who holds roles there could not be read", "policies")


def _told(ways: set[str]) -> str:
    words = {"tokens": "make tokens of", "keys": "make keys for", "workloads": "run programs as"}
    return words[next((way for way in _MOST_DIRECT if way in ways), "workloads")]


RULE = Rule(
    id="scope_wide_impersonation",
    title="Right to act as every identity of a scope",
    severity="high",
    why=(
        "The right is meant for one service account and was given on the project or above it. It reaches the strongest"
        " account there, and each that somebody makes later."
    ),
    remediation="Bind the role on the service accounts that are needed, and take it from the project, folder or above.",
    references=(
        "https://cloud.google.com/iam/docs/service-account-permissions",
        "https://cloud.google.com/iam/docs/best-practices-service-accounts",
    ),
    controls=controls.ESCALATION,
    risk="People or programs may act as any program of whole projects: {count} of them.",
    check=check,
)
