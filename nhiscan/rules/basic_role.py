"""A role of the first days of a platform, which holds thousands of permissions over everything."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, judged_identities
from nhiscan.model import Assignment, Identity
from nhiscan.places import scope_name
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed, plain

BASIC: Final = "basic"
"""Attribute of a role: what it lets do with everything in its scope, "own", "write" or "read"."""
_WORDS: Final = {"own": "do everything with", "write": "change", "read": "read"}
_SEVERITY: Final[dict[str, Severity]] = {"own": "high", "write": "high", "read": "low"}


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that is no person by the basic roles that it holds itself.

    Who administers its scope by one is told by `administrator_identity` or `administrator_agent`.
    """
    held = _basic(context)
    for identity in context.examine(judged_identities(context)):
        if context.class_of(identity.id) == "human":
            continue
        if found := held.get(identity.id):
            if not is_powerful(context, identity.id):
                yield _finding(context, identity, found)
        elif not context.knows(identity, "policies"):
            yield RULE.unknown(identity.id, "which roles it holds could not be read")


def _basic(context: RuleContext) -> dict[str, list[tuple[str, Assignment]]]:
    """How wide, and the assignment, by who holds it."""
    found: defaultdict[str, list[tuple[str, Assignment]]] = defaultdict(list)
    for assignment in context.inventory.assignments:
        role = context.inventory.policies.get(assignment.role)
        if role is not None and (width := role.attributes.get(BASIC, "")) in _WORDS:
            found[assignment.principal].append((width, assignment))
    return found


def _finding(context: RuleContext, identity: Identity, found: list[tuple[str, Assignment]]) -> Outcome:
    width = min((one for one, _ in found), key=list(_WORDS).index)
    names = sorted({scope_name(context.inventory, one.scope) for how, one in found if how == width})
    roles = sorted({_role_name(context, one.role) for how, one in found if how == width})
    return RULE.finding(
        identity.id,
        f"{identity_name(identity)} may {_WORDS[width]} everything in {listed(names)} (basic role {listed(roles)})",
        key=(width,),
        severity=_SEVERITY[width],
        # Of an identity whose class is unknown nobody can say that it is not a person's.
        confidence="medium" if context.class_of(identity.id) == "unknown" else None,
        related=tuple(sorted({one.scope for how, one in found if how == width})),
    )


def _role_name(context: RuleContext, role: str) -> str:
    known = context.inventory.policies.get(role)
    return plain(known.name if known else role)


RULE = Rule(
    id="basic_role",
    title="Basic role of an identity that is no person",
    severity="high",
    why=(
        "A basic role was made before there were finer ones and takes in every service that is enabled later. With"
        " Editor alone one can run code as most service accounts of the project."
    ),
    remediation=(
        "Look up what the identity used in the last 90 days, give it predefined or custom roles for that on the"
        " resources it needs, and take the basic role away."
    ),
    references=(
        "https://cloud.google.com/iam/docs/roles-overview#basic",
        "https://cloud.google.com/policy-intelligence/docs/role-recommendations-overview",
    ),
    controls=controls.OVER_PRIVILEGED,
    risk="Programs may change everything in whole projects, for nobody chose finer rights: {count} of them.",
    check=check,
)
