"""A key that the provider itself found in the open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, judged_credentials, power_of
from nhiscan.model import Credential
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import use_of, works
from nhiscan.wording import credential_name, identity_name, plain, since

REPORTED: Final = "reported"
"""Attribute of a credential: what its provider found out, "exposed" or "compromised"."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each credential by what its provider says of it; a dead one too, for what was done with it before."""
    for credential, holder in context.examine(judged_credentials(context)):
        reported = credential.attributes.get(REPORTED, "")
        if not reported:
            continue
        whose = f" of {identity_name(holder)}" if holder else ""
        working = works(credential, context.clock)
        state = {True: "and it still works", False: "and it was switched off", None: "and whether it works is not told"}
        yield RULE.finding(
            credential.id,
            f"the provider reports {credential_name(credential)}{whose} as {plain(reported, 60)}, {state[working]}",
            *_last_use(context, credential),
            *power_of(context, holder),
            severity="high" if working is False else None,
            related=(credential.holder,),
        )
    yield from hidden_credentials(context, RULE)


def _last_use(context: RuleContext, credential: Credential) -> list[str]:
    use = use_of(credential.activity, credential.created_at)
    if use is None:
        return ["whether anybody used it is not known"]
    if use.used_at is not None:
        return [f"it was last used {since(use.used_at, context.clock)}"]
    return ["no use of it was recorded"]


RULE = Rule(
    id="leaked_key",
    title="Key that was found in the open",
    severity="critical",
    why=(
        "The provider saw the key in a public place or in use by somebody else. Whoever else saw it may have used it"
        " before, and may have made other ways in."
    ),
    remediation=(
        "Delete the key today, look in the audit log for what was done with it since it was made, and take away"
        " whatever that left behind; then find out where it was published."
    ),
    references=(
        "https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.EXPOSED_SECRET,
    risk="Keys of the company were found in public, and may have been used by others: {count} of them.",
    check=check,
)
