"""A credential that works and that was not used even once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, is_powerful, judged_credentials, power_of
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import born, how_idle, use_of, works
from nhiscan.wording import credential_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each credential that was never used by its age. A young one may still be on its way to its user."""
    for credential, holder in context.examine(judged_credentials(context)):
        working = works(credential, context.clock)
        use = use_of(credential.activity, born(credential))
        if working is False:
            continue
        if use is None:
            yield RULE.unknown(credential.id, "whether it was ever used could not be read")
        elif not use.never:
            continue
        elif use.idle_since is None:
            yield RULE.unknown(credential.id, "it was never used, and its age could not be read")
        elif (age := context.clock - use.idle_since) > context.days("grace_days"):
            if working is None:
                yield RULE.unknown(credential.id, "it was never used, and whether it works could not be read")
                continue
            yield RULE.finding(
                credential.id,
                how_idle(credential_name(credential), use, context.clock),
                *power_of(context, holder),
                severity=_severity(context, age, powerful=is_powerful(context, credential.holder)),
                related=(credential.holder,),
            )
    yield from hidden_credentials(context, RULE)


def _severity(context: RuleContext, age: timedelta, *, powerful: bool) -> Severity:
    """The longer it lies unused, the less likely that it will ever be needed, and the more places have a copy."""
    if age <= context.days("old_days"):
        return "medium" if powerful else "low"
    return "high" if powerful else "medium"


RULE = Rule(
    id="never_used_credential",
    title="Credential never used since it was made",
    severity="medium",
    why=(
        "A secret that was handed out and never used lies in a mail, a chat or a file, and does nothing there but wait"
        " for whoever finds it. Its first use will be no surprise to anybody."
    ),
    remediation="Ask whoever made it; if nobody has a use for it within the grace time, delete it.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html",),
    controls=controls.STALE,
    thresholds=(
        Threshold(
            name="grace_days", default=30, unit="days", meaning="Age up to which a credential may be unused as yet"
        ),
        Threshold(name="old_days", default=90, unit="days", meaning="Age from which on it weighs more"),
    ),
    risk="Keys and passwords were made and never used, so they can only do harm: {count} of them.",
    check=check,
)
