"""A person who acts as something that is no person, or a program that acts as a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import judged_identities, power_of
from nhiscan.model import Credential, Identity
from nhiscan.result import Confidence, EvidenceItem, IdentityClass, Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Threshold
from nhiscan.usage import works
from nhiscan.wording import credential_name, identity_name, listed, plain, since

BY_PEOPLE: Final = frozenset({"session-name-is-email", "interactive-sign-in", "recent-console-sign-in"})
"""Signals that say that a person was at work."""

STRONG: Final = frozenset({"authoritative", "structural", "usage"})
"""Tiers of evidence that can speak for a class so strongly that two of them contradict each other."""

_WORDS: Final[Mapping[IdentityClass, str]] = {"ai_persona": "an AI agent", "legacy_service": "a service"}


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each identity by whether a person and a program were both seen to use it not long ago."""
    for identity in context.examine(i for i in judged_identities(context) if not i.human_access):
        outcomes = (
            list(_both_doors(context, identity))
            or list(_people_seen(context, identity))
            or list(_mixed(context, identity))
        )
        yield from outcomes
        if not outcomes and not context.knows(identity, "credentials"):
            yield RULE.unknown(identity.id, "its credentials could not be listed")


def _both_doors(context: RuleContext, identity: Identity) -> Iterator[Outcome]:
    """Its password and its keys are both in use."""
    working = [c for c in context.inventory.credentials_of(identity.id) if works(c, context.clock) is not False]
    passwords = [credential for credential in working if credential.kind == "password"]
    keys = [credential for credential in working if credential.kind != "password" and credential.secret]
    if not passwords or not keys:
        return
    typed, ran = _last_use(context, passwords), _last_use(context, keys)
    if typed and ran:
        severity, confidence = _weight(context, identity)
        names = sorted(credential_name(key) for key in keys if _used_lately(context, key))
        yield RULE.finding(
            identity.id,
            f"somebody signed in with the password of {identity_name(identity)} {since(typed, context.clock)}",
            f"a program used {listed(names)} {since(ran, context.clock)}",
            *power_of(context, identity),
            key=("password-and-keys",),
            severity=severity,
            confidence=confidence,
            related=tuple(sorted(credential.id for credential in working)),
        )
    elif (typed or _is_dark(passwords)) and (ran or _is_dark(keys)):
        yield RULE.unknown(identity.id, "whether its password and its keys are both in use could not be read")


def _weight(context: RuleContext, identity: Identity) -> tuple[Severity, Confidence]:
    """A person with keys of their own may simply work at a terminal."""
    verdict = context.verdict(identity.id)
    if verdict is not None and verdict.class_ == "human" and not verdict.mixed:
        return "low", "low"
    return "medium", "high"


def _people_seen(context: RuleContext, identity: Identity) -> Iterator[Outcome]:
    """The provider saw a person at work as something that is none."""
    if context.class_of(identity.id) not in ("legacy_service", "ai_persona"):
        return
    seen = sorted(
        {
            plain(signal.detail or signal.name, 300)
            for signal in context.inventory.signals_of(identity.id)
            if signal.name in BY_PEOPLE
        }
    )
    if seen:
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} is no person's, and a person used it",
            *seen[:3],
            *power_of(context, identity),
            key=("person-seen",),
        )


def _mixed(context: RuleContext, identity: Identity) -> Iterator[Outcome]:
    """Strong evidence says that it is a person's, and just as strong evidence that it is not.

    Evidence for a service and for an agent is no matter of people: `shared_execution_role` tells of both in one role.
    """
    verdict = context.verdict(identity.id)
    if verdict is None or not verdict.mixed:
        return
    strongest: dict[IdentityClass, EvidenceItem] = {}
    for item in verdict.evidence:
        known = strongest.get(item.class_)
        if item.weight > 0 and item.tier in STRONG and (known is None or item.weight > known.weight):
            strongest[item.class_] = item
    others = [strongest[class_] for class_ in ("ai_persona", "legacy_service") if class_ in strongest]
    if (person := strongest.get("human")) is None or not others:
        return
    yield RULE.finding(
        identity.id,
        f"the evidence says of {identity_name(identity)} both that it is a person's and that it is not",
        f"for a person: {plain(person.detail, 300)}",
        *(f"for {_WORDS[item.class_]}: {plain(item.detail, 300)}" for item in others),
        *power_of(context, identity),
        key=("mixed",),
        confidence="medium",
    )


def _last_use(context: RuleContext, credentials: list[Credential]) -> datetime | None:
    """The latest use within the time that counts as lately."""
    moments = [
        c.activity.last_used_at
        for c in credentials
        if c.activity is not None and c.activity.last_used_at is not None and _used_lately(context, c)
    ]
    return max(moments, default=None)


def _used_lately(context: RuleContext, credential: Credential) -> bool:
    age = context.age(credential.activity.last_used_at) if credential.activity else None
    return age is not None and age <= context.days("recent_days")


def _is_dark(credentials: list[Credential]) -> bool:
    return any(credential.activity is None for credential in credentials)


RULE = Rule(
    id="human_use_of_nonhuman",
    title="Person and program share an identity",
    severity="medium",
    why=(
        "When a person and a program act under one name, nobody can say afterwards who did what, and the person works"
        " with rights that were meant for the program, past every check that is made of people."
    ),
    remediation=(
        "Give the person an account of their own with a second factor, and the program an identity of its own; then"
        " take the password off the one and the keys off the other."
    ),
    references=(
        "https://owasp.org/www-project-non-human-identities-top-10/2025/top-10-2025/",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
    ),
    controls=controls.join(controls.HUMAN_USE, controls.SHARED),
    thresholds=(
        Threshold(name="recent_days", default=90, unit="days", meaning="Time within which a use counts as lately"),
    ),
    risk="People and programs work under one name, so it cannot be shown afterwards who did what: {count} of them.",
    check=check,
)
