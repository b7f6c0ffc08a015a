"""A credential that works and that nobody has used for a long time."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.model import Credential, Identity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import Use, born, how_idle, use_of, works
from nhiscan.wording import credential_name, since


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each credential by its last use; what was never used is left to `never_used_credential`."""
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        use = use_of(credential.activity, born(credential))
        if working is False:
            yield from _kept(context, credential, use)
        elif use is None:
            yield RULE.unknown(credential.id, "its last use could not be read")
        elif not use.never:
            yield from _idle(context, credential, holder, use, working)
    yield from hidden_credentials(context, RULE)


def _idle(
    context: RuleContext, credential: Credential, holder: Identity | None, use: Use, working: bool | None
) -> Iterator[Outcome]:
    assert use.idle_since is not None
    if context.clock - use.idle_since <= context.days("unused_days"):
        if use.used_at is None:
            yield RULE.unknown(credential.id, "the provider remembers use for a shorter time than the rule asks about")
    elif working is None:
        yield RULE.unknown(credential.id, "it was not used for long, and whether it still works could not be read")
    else:
        yield RULE.finding(
            credential.id,
            how_idle(credential_name(credential), use, context.clock),
            *power_of(context, holder),
            severity="high" if is_powerful(context, credential.holder) else None,
            related=(credential.holder,),
        )


def _kept(context: RuleContext, credential: Credential, use: Use | None) -> Iterator[Outcome]:
    """A credential that was switched off and never removed. An expired one cannot come back, so it is none."""
    made = born(credential)
    moments = [moment for moment in (made, use.used_at if use else None) if moment is not None]
    if credential.status != "inactive" or not moments:
        return
    if context.clock - max(moments) > context.days("kept_days"):
        yield RULE.finding(
            credential.id,
            f"{credential_name(credential)} is switched off and was kept; the last sign of life was"
            f" {since(max(moments), context.clock)}",
            key=("inactive",),
            severity="info",
            related=(credential.holder,),
        )


RULE = Rule(
    id="stale_credential",
    title="Credential not used for a long time",
    severity="medium",
    why=(
        "Nobody would miss the credential, so nobody would notice that somebody else has begun to use it."
        " Each one that is left lying about is a door without a watchman."
    ),
    remediation=(
        "Switch the credential off, wait for a business cycle to see whether anything breaks, then delete it."
        " Delete at once what is switched off already."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.STALE,
    thresholds=(
        Threshold(
            name="unused_days",
            default=90,
            unit="days",
            meaning="Time without use after which a working credential is stale; CIS asks for 45",
        ),
        Threshold(
            name="kept_days",
            default=90,
            unit="days",
            meaning="Time without a sign of life after which one that is switched off should be gone",
        ),
    ),
    risk="A thief could use keys and passwords unnoticed, because nobody else uses them any more: {count} of them.",
    check=check,
)
