"""A secret of a privileged program that runs out soon."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import hidden_credentials, judged_credentials
from nhiscan.model import Credential
from nhiscan.privilege import privilege
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import works
from nhiscan.wording import credential_name, day, identity_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each standing secret that works and has an end, when it opens something privileged.

    A secret without an end is told by `long_lived_credential`, `ai_persona_static_key` and `never_expiring_ai_key`,
    whoever holds it.
    """
    for credential, holder in context.examine(judged_credentials(context)):
        if not _may_end_soon(context, credential):
            continue
        if holder is None:
            yield RULE.unknown(credential.id, f"{_when(credential)}, and what it opens was not listed")
            continue
        held = privilege(context, holder)
        if held.unread:
            yield RULE.unknown(credential.id, f"{_when(credential)}, and how much it opens could not be read")
        elif held.evidence and credential.expires_at is None:
            yield RULE.unknown(credential.id, f"it opens something privileged, and {_when(credential)}")
        elif held.evidence:
            others = _successors(context, credential)
            yield RULE.finding(
                credential.id,
                f"{credential_name(credential)} of {identity_name(holder)} {_when(credential)}",
                *held.evidence,
                _what_then(others),
                severity="low" if others else None,
                related=(holder.id, *(other.id for other in others)),
            )
    yield from hidden_credentials(context, RULE)


def _may_end_soon(context: RuleContext, credential: Credential) -> bool:
    """Whether a standing secret of no person runs out soon, for all that is known."""
    if not credential.long_lived or context.class_of(credential.holder) == "human":
        return False
    if works(credential, context.clock) is False:
        return False
    if credential.expires_at is None:
        return credential.lifetime != "never_expires"
    return _ends_soon(context, credential)


def _when(credential: Credential) -> str:
    if credential.expires_at is None:
        return "when it ends could not be read"
    return f"ends on {day(credential.expires_at)}"


def _ends_soon(context: RuleContext, credential: Credential) -> bool:
    return credential.expires_at is not None and credential.expires_at - context.clock <= context.days("warn_days")


def _successors(context: RuleContext, credential: Credential) -> list[Credential]:
    """Other standing secrets of the holder that surely work beyond the end of this one and the time of warning."""
    return [
        other
        for other in context.inventory.credentials_of(credential.holder)
        if other.long_lived
        and not other.service
        and works(other, context.clock) is True
        and (other.lifetime == "never_expires" or other.expires_at is not None)
        and not _ends_soon(context, other)
    ]


def _what_then(others: list[Credential]) -> str:
    if not others:
        return "it has no other secret that works for longer"
    return f"{credential_name(others[0])} works for longer; whether the program uses it already is not told"


RULE = Rule(
    id="privileged_credential_ending",
    title="Secret of a privileged identity about to run out",
    severity="medium",
    why=(
        "When it ends, what runs with it stops. Under that pressure people make a new secret in a hurry, with no end,"
        " and send it around, and this one opens a great deal."
    ),
    remediation=(
        "Find out what uses it, and move that to a short-lived identity that its platform or a trusted issuer gives;"
        " failing that, make the next secret now, with an end of its own, and delete this one once it is idle."
    ),
    references=(
        "https://learn.microsoft.com/en-us/entra/workload-id/workload-identity-federation",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.EXPIRY,
    thresholds=(
        Threshold(
            name="warn_days", default=60, unit="days", meaning="Time before its end from which on a secret is told of"
        ),
    ),
    risk=(
        "Secrets of programs with great power run out within weeks, so those programs stop, or somebody replaces the"
        " secrets in a hurry: {count} of them."
    ),
    check=check,
)
