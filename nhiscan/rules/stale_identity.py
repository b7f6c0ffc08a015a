"""An identity that exists, may act, and has not acted for a long time."""

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
    """Judge each identity by its last use; one that was never used is left to `never_used_identity`."""
    limit = context.days("unused_days")
    for identity in context.examine(i for i in judged_identities(context) if not is_outside(i)):
        use = use_of_identity(context.inventory, identity, context.clock)
        if use.used_at is not None and context.clock - use.used_at <= limit:
            continue
        if use.doubts:
            yield RULE.unknown(identity.id, "; ".join(use.doubts))
        elif use.never or use.idle_since is None:
            continue
        elif context.clock - use.idle_since > limit:
            yield RULE.finding(
                identity.id,
                how_idle(identity_name(identity), use, context.clock),
                *power_of(context, identity),
                severity=_severity(context, identity),
            )
        elif use.used_at is None:
            yield RULE.unknown(identity.id, "the provider remembers use for a shorter time than the rule asks about")


def _severity(context: RuleContext, identity: Identity) -> Severity | None:
    """A door for people opens for nobody by itself, so an unused one weighs less."""
    if identity.human_access:
        return "low"
    return "high" if is_powerful(context, identity.id) else None


RULE = Rule(
    id="stale_identity",
    title="Identity not used for a long time",
    severity="medium",
    why=(
        "What it was made for is over, and all that it may do is still there for whoever takes it over."
        " Nobody looks at what an idle identity does."
    ),
    remediation=(
        "Ask its owner; if it is not needed, switch it off or take its permissions away, wait for a business cycle,"
        " then delete it."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#remove-credentials",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.STALE,
    thresholds=(
        Threshold(
            name="unused_days", default=90, unit="days", meaning="Time without use after which an identity is stale"
        ),
    ),
    risk="Identities are no longer used and still have their access: {count} of them.",
    check=check,
)
