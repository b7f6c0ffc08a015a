"""An identity that was made and has not acted even once."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import is_outside, is_powerful, judged_identities, power_of
from nhiscan.model import Identity
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import how_idle, use_of_identity
from nhiscan.wording import identity_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity that was never used, once it is older than the grace time.

    Where the provider remembers use for a limited time, an identity older than that may have been used before:
    `stale_identity` speaks of those.
    """
    for identity in context.examine(i for i in judged_identities(context) if not is_outside(i)):
        use = use_of_identity(context.inventory, identity, context.clock)
        if use.used_at is not None:
            continue
        if use.doubts:
            yield RULE.unknown(identity.id, "; ".join(use.doubts))
        elif not use.never:
            continue
        elif use.idle_since is None:
            yield RULE.unknown(identity.id, "it was never used, and its age could not be read")
        elif context.clock - use.idle_since > context.days("grace_days"):
            yield RULE.finding(
                identity.id,
                how_idle(identity_name(identity), use, context.clock),
                *power_of(context, identity),
                severity=_severity(context, identity),
            )


def _severity(context: RuleContext, identity: Identity) -> Severity | None:
    if identity.human_access:
        return "info"
    return "high" if is_powerful(context, identity.id) else None


RULE = Rule(
    id="never_used_identity",
    title="Identity never used since it was made",
    severity="low",
    why=(
        "It was made for something that never came, or by somebody who should not have made it."
        " Either way its access serves nobody who has a right to it."
    ),
    remediation="Ask whoever made it what it is for; if there is no answer, delete it.",
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html",),
    controls=controls.STALE,
    thresholds=(
        Threshold(
            name="grace_days", default=30, unit="days", meaning="Age up to which an identity may be unused as yet"
        ),
    ),
    risk="Identities were never used at all and still have access: {count} of them.",
    check=check,
)
