"""A key to an AI service that never runs out."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, judged_credentials, power_of
from nhiscan.llm import llm_title
from nhiscan.model import Credential
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.rules.open_llm_key import OPEN_TO
from nhiscan.usage import works
from nhiscan.wording import credential_name, day


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each working key that opens an AI service by its expiry. A key that names none never expires."""
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        # One that opens the service by accident is told by `open_llm_key`.
        if not credential.ai_provider or working is False or credential.attributes.get(OPEN_TO):
            continue
        endless = _endless(context, credential)
        if endless is None:
            yield RULE.unknown(credential.id, "when it expires could not be read")
        elif endless and working is None:
            yield RULE.unknown(credential.id, "it never expires, and whether it still works could not be read")
        elif endless:
            yield RULE.finding(
                credential.id,
                f"{credential_name(credential)} opens {llm_title(credential.ai_provider)} and {endless}",
                *power_of(context, holder),
                related=(credential.holder,),
            )
    yield from hidden_credentials(context, RULE)


def _endless(context: RuleContext, credential: Credential) -> str | None:
    """Why a key has no end that anybody will see; empty when it has one, None when nobody told us."""
    if credential.expires_at is not None:
        if credential.expires_at - context.clock > context.days("endless_days"):
            return f"expires on {day(credential.expires_at)}, which is as good as never"
        return ""
    return "never expires" if credential.lifetime == "never_expires" else None


RULE = Rule(
    id="never_expiring_ai_key",
    title="Key to an AI service that never expires",
    severity="high",
    why=(
        "Keys to AI services are what thieves look for, because they can sell the use of models at the company's cost."
        " One that never expires pays them until somebody reads the bill."
    ),
    remediation=(
        "Delete the key and let the program use the session of a role or a short-lived key; where a standing key cannot"
        " be avoided, make one with an expiry of at most 90 days and forbid others by policy."
    ),
    references=(
        "https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_bedrock.html",
    ),
    controls=controls.join(controls.LONG_LIVED, controls.MODEL_ABUSE),
    thresholds=(
        Threshold(
            name="endless_days",
            default=10_000,
            unit="days",
            meaning="Time to the expiry from which on a key counts as one that never expires",
        ),
    ),
    risk=(
        "Keys to AI services never expire, so a stolen one runs up bills and gives access to models until"
        " somebody notices: {count} of them."
    ),
    check=check,
)
