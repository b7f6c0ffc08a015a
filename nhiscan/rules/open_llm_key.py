"""A key for something else that opens an AI service."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, judged_credentials
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import credential_name, plain

OPEN_TO: Final = "open_to"
"""Attribute of a credential: the AI service that it opens because nothing narrows it, not because it is for it."""
REFUSED_SINCE: Final = "refused_since"
"""Attribute of one that the service, as its provider says, does not take any more: since when."""
MAY_OPEN: Final = "may_open"
"""Attribute of one of which nobody can say whether it does: the AI service that it may open."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each key by whether it opens an AI service that it was not made for."""
    for credential, _ in context.examine(judged_credentials(context)):
        service = credential.attributes.get(OPEN_TO, "")
        may_open = credential.attributes.get(MAY_OPEN, "")
        if may_open and not service and works(credential, context.clock) is not False:
            yield RULE.unknown(
                credential.id, f"whether {plain(may_open, 60)} is enabled in its project could not be read"
            )
        if not service or works(credential, context.clock) is False:
            continue
        if since := credential.attributes.get(REFUSED_SINCE, ""):
            yield RULE.finding(
                credential.id,
                f"{credential_name(credential)} names no service that it is for, and {plain(service, 60)} is enabled in"
                f" its project; the provider says that since {plain(since, 60)} it refuses keys without any"
                " restriction, and before that whoever had the key could use it",
                severity="medium",
                related=(credential.holder,),
            )
            continue
        callers = credential.attributes.get("restricted_to", "")
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)} names no service that it is for, and {plain(service, 60)} is enabled in its"
            " project, so it opens that too",
            f"only {callers} callers may use it, which a caller can pretend to be"
            if callers
            else "whoever has it may use it, from anywhere",
            severity="high" if callers else None,
            related=(credential.holder,),
        )
    yield from hidden_credentials(context, RULE)


RULE = Rule(
    id="open_llm_key",
    title="Key that opens an AI service by accident",
    severity="critical",
    why=(
        "Keys for maps and other public services stand in web pages by design. Once an AI service is enabled beside"
        " them they open it too: its bill, the files that were uploaded to it, and what is cached there. Google refuses"
        " keys without any restriction there since June 2026; those that only say who may call may still pass."
    ),
    remediation=(
        "Restrict the key to the services that it is for; give the AI service a key of its own that is bound to a"
        " service account, and rotate the old one if it was ever public."
    ),
    references=(
        "https://ai.google.dev/gemini-api/docs/api-key",
        "https://cloud.google.com/docs/authentication/api-keys#securing",
    ),
    controls=controls.join(controls.OVER_PRIVILEGED, controls.MODEL_ABUSE),
    risk="Keys that stand in public pages open a paid AI service with the company's data in it: {count} of them.",
    check=check,
)
