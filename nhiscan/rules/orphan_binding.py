"""A role that still names somebody who was deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from nhiscan.agents import hidden_scopes
from nhiscan.governance import controls
from nhiscan.model import Assignment
from nhiscan.places import place_name, role_name
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import plain

_SHOWN = 5


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each place on which roles are given, by whether the provider still knows whom they name."""
    left: defaultdict[str, list[Assignment]] = defaultdict(list)
    for assignment in context.inventory.assignments:
        # On an identity it is a trust in somebody who is gone: `trust_deleted_principal` tells of that.
        if assignment.orphaned and assignment.scope not in context.inventory.identities:
            left[assignment.scope].append(assignment)
    for place, found in context.examine(sorted(left.items())):
        yield RULE.finding(
            place,
            f"{len(found)} role{'s' if len(found) != 1 else ''} on {place_name(context.inventory, place)} still name"
            f"{'' if len(found) != 1 else 's'} what was deleted",
            *sorted(f"{_whom(one.principal)} holds {role_name(context.inventory, one.role)}" for one in found)[:_SHOWN],
            key=tuple(sorted({one.principal for one in found})),
            related=tuple(sorted({one.principal for one in found})),
        )
    yield from hidden_scopes(context, RULE, "who holds roles there could not be read", "policies")


def _whom(principal: str) -> str:
    """Who it was, without the provider's mark of what is gone."""
    return plain(principal.removeprefix("deleted:").partition("?")[0])


RULE = Rule(
    id="orphan_binding",
    title="Role of somebody who was deleted",
    severity="low",
    why=(
        "It gives nobody anything today. It hides who really holds what, and if the account is restored within its time"
        " of grace it has all its rights back at once."
    ),
    remediation="Remove the deleted members from the policies, and ask whether the role is still needed there at all.",
    references=("https://cloud.google.com/iam/docs/allow-policies#handle-deleted-members",),
    controls=controls.STALE,
    risk="Rights are still given to accounts that were deleted: in {count} places.",
    check=check,
)
