"""An identity of which the provider cannot say when it was last used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import credential_name, identity_name, plain

HIDDEN_BY: Final = "activity_hidden_by"
"""Attribute of an identity: id of the credential whose use the provider does not count as its own."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Tell of each identity behind a key whose use does not show, so that nobody deletes it as idle."""
    for identity in context.examine(judged_identities(context)):
        key = identity.attributes.get(HIDDEN_BY, "")
        credential = context.inventory.credentials.get(key)
        if key and (credential is not None or context.knows(identity, "credentials")):
            name = credential_name(credential) if credential else f"key {plain(key)}"
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} acts through {name}, whose requests the provider does not count as its use:"
                " that it looks idle says nothing",
                related=(key,),
            )
        elif not context.knows(identity, "credentials"):
            yield RULE.unknown(identity.id, "its credentials could not be listed")


RULE = Rule(
    id="hidden_activity",
    title="Identity whose use does not show",
    severity="info",
    why=(
        "The platform's record of use leaves out requests with a key that is bound to the identity. Somebody who cleans"
        " up by that record switches off what works every day, and an attacker's use of the key does not show either."
    ),
    remediation=(
        "Leave it out of clean-ups by last use; watch the service's own metrics or audit log, and give the identity"
        " nothing but what the key is for."
    ),
    references=("https://cloud.google.com/iam/docs/service-account-recent-usage",),
    controls=controls.NO_AUDIT_TRAIL,
    risk="Of some identities nobody can see whether they are used: {count} of them.",
    check=check,
)
