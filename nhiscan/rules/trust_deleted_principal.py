"""A trust in somebody who is no longer there."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import power_of
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.trusts import place_of, trusting_identities
from nhiscan.wording import identity_name, plain


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each entry of a trust by whether the provider still knows whom it names."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            if trust.kind == "deleted":
                yield RULE.finding(
                    identity.id,
                    f"{identity_name(identity)} trusts {plain(trust.principal)}{place_of(trust)}, which was deleted",
                    *power_of(context, identity),
                    key=(trust.principal,),
                )


RULE = Rule(
    id="trust_deleted_principal",
    title="Trust in a deleted principal",
    severity="low",
    why=(
        "The entry lets nobody in today, and shows that whoever used the identity is gone while it stayed."
        " Somebody who mends it in good faith may let in a namesake."
    ),
    remediation="Remove the entry; if no other is left, ask whether the identity is still needed.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",),
    controls=controls.join(controls.STALE, controls.WEAK_TRUST),
    risk="Identities still trust users or programs that were deleted: {count} of them.",
    check=check,
)
