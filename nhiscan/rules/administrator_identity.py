"""An identity that administers its scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan import climb
from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.judging import judged_identities
from nhiscan.model import Identity
from nhiscan.result import Confidence, IdentityClass, Severity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name

SEVERITIES: Final[Mapping[IdentityClass, Severity]] = {
    "legacy_service": "high",
    "unknown": "high",
    "human": "low",
}
"""A person at least may be asked."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge every identity that acts by itself. A door for people is judged by who may go through it.

    Identities of AI agents are the findings of `administrator_agent`.
    """
    for identity in context.examine(_judged(context)):
        admin = context.admin(identity.id)
        if admin == "unknown":
            yield RULE.unknown(identity.id, "its permissions could not be evaluated")
        elif admin == "is":
            class_ = context.class_of(identity.id)
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} {_WORDS[class_]} and is an administrator",
                *climb.reasons(context.inventory.grants_of(identity.id)),
                severity=SEVERITIES[class_],
                confidence=_confidence(class_),
            )


def _judged(context: RuleContext) -> Iterator[Identity]:
    for identity in judged_identities(context):
        if not identity.human_access and not belongs_to_agent(context, identity.id):
            yield identity


_WORDS: Final[Mapping[IdentityClass, str]] = {
    "legacy_service": "belongs to a service",
    "unknown": "belongs to nobody knows whom or what",
    "human": "is a person's",
}


def _confidence(class_: IdentityClass) -> Confidence | None:
    return "medium" if class_ == "unknown" else None


RULE = Rule(
    id="administrator_identity",
    title="Identity with administrator rights",
    severity="high",
    why=(
        "Whoever gets hold of it owns the account: data, backups, logs and every other identity."
        " Hardly any program needs that."
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
