"""A role that everybody holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.model import EVERYONE, Assignment, Capability
from nhiscan.places import place_name, role_name
from nhiscan.powers import WORDS
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import listed, plain

SIGNED_IN: Final = "allAuthenticatedUsers"
"""Anybody who has an account with the provider, of whatever company."""
_WORST: Final[frozenset[Capability]] = frozenset(
    {"administer", "administer_identities", "read_secrets", "run_code", "change_guardrails", "destroy"}
)


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each thing on which a role is given to everybody, by what that allows."""
    held: defaultdict[tuple[str, str], list[Assignment]] = defaultdict(list)
    for assignment in context.inventory.assignments:
        if assignment.principal in (EVERYONE, SIGNED_IN):
            held[assignment.scope, assignment.principal].append(assignment)
    for (place, principal), found in context.examine(sorted(held.items())):
        roles = sorted({role_name(context.inventory, one.role) for one in found})
        whom = "everybody on the internet" if principal == EVERYONE else "everybody with an account of the provider"
        powers = sorted(
            {
                g.capability
                for g in context.inventory.grants_of(principal)
                if g.resource == place and g.answer != "unknown"
            }
        )
        conditions = [plain(one.condition) for one in found if one.condition]
        yield RULE.finding(
            place,
            f"{whom} holds {listed(roles)} on {place_name(context.inventory, place)}",
            *([f"that lets them {listed(WORDS[power] for power in powers)}"] if powers else []),
            *(f"under the condition {one}" for one in conditions[:2]),
            key=(principal,),
            severity="critical" if set(powers) & _WORST and not all(one.condition for one in found) else None,
        )
    yield from hidden_scopes(context, RULE, "who holds roles there could not be read", "policies")


RULE = Rule(
    id="public_binding",
    title="Role given to everybody",
    severity="high",
    why=(
        "Nothing has to be stolen to use it, and nobody is named in the log who did. Such a role is mostly meant for"
        " one bucket or one service, and stays when what lies there changes."
    ),
    remediation=(
        "Name the identities that need it; where the thing must be public, say so in its labels and keep a policy that"
        " forbids public access everywhere else."
    ),
    references=(
        "https://cloud.google.com/iam/docs/principals-overview#all-users",
        "https://cloud.google.com/resource-manager/docs/organization-policy/restricting-domains",
    ),
    controls=controls.join(controls.PUBLIC_TRUST, controls.OVER_PRIVILEGED),
    risk="Anybody on the internet holds rights on things of the company: {count} of them.",
    check=check,
)
