"""An identity that administers its scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.model import Identity
from nhiscan.result import Confidence, IdentityClass, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, plain

SEVERITIES: Final[Mapping[IdentityClass, Severity]] = {
    "ai_persona": "critical",
    "legacy_service": "high",
    "unknown": "high",
    "human": "low",
}
"""An agent does what strangers write to it; a person at least may be asked."""

_MOST_REASONS: Final = 3


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity that acts by itself. A door for people is judged by who may go through it."""
    for identity in context.examine(identity for identity in judged_identities(context) if not identity.human_access):
        admin = context.admin(identity.id)
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif admin == "is":
            class_ = context.class_of(identity.id)
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} {_WORDS[class_]} and administers its account or project",
                *_reasons(context, identity),
                severity=SEVERITIES[class_],
                confidence=_confidence(class_),
            )


_WORDS: Final[Mapping[IdentityClass, str]] = {
    "ai_persona": "belongs to an AI agent",
    "legacy_service": "belongs to a service",
    "unknown": "belongs to nobody knows whom or what",
    "human": "is a person's",
}


def _confidence(class_: IdentityClass) -> Confidence | None:
    return "medium" if class_ == "unknown" else None


def _reasons(context: RuleContext, identity: Identity) -> list[str]:
    grants = context.inventory.grants_of(identity.id)
    found = {
        plain(g.reason, 400) for g in grants if g.capability == "administer" and g.answer == "allowed" and g.reason
    }
    return sorted(found)[:_MOST_REASONS]


RULE = Rule(
    id="administrator_identity",
    title="Identity with administrator rights",
    severity="high",
    why=(
        "Whoever gets hold of it owns the account: data, backups, logs and every other identity."
        " Hardly any program needs that, and an AI agent can be talked into using it."
    ),
    remediation=(
        "Give it only the actions that its logs show it to use, on the resources it uses them on; move rare tasks to a"
        " role that is taken on for the task."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege",
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
    ),
    controls=controls.OVER_PRIVILEGED,
    risk="Identities can do anything in their account, so losing one of them is losing the account: {count} of them.",
    check=check,
)
