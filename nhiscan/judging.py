"""Judging: what several rules ask alike: whom a rule is about, and how much hangs on an identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.model import Capability, Credential, Identity
from nhiscan.result import AdminVerdict
from nhiscan.rule import Rule, RuleContext, Unknown
from nhiscan.usage import works
from nhiscan.wording import identity_name

POWER: dict[AdminVerdict, str] = {
    "is": "is an administrator",
    "can_become": "can make itself an administrator",
    "conditional": "can make itself an administrator under a condition",
    "latent": "would be able to make itself an administrator if one more thing existed",
}

SIGN_INS: Final = frozenset({"interactive-sign-in", "recent-console-sign-in", "directory-person"})
"""Signals that say that somebody signs in with it, where the directory keeps its passwords to itself."""

OPERATES_AI: Final[tuple[Capability, ...]] = ("change_guardrails", "invoke_models")
"""Capabilities of those who run AI or set its limits."""


def is_root(identity: Identity) -> bool:
    """Whether it is the first user of an account, whom no policy limits."""
    return identity.attributes.get("root") == "true"


def is_outside(identity: Identity) -> bool:
    """Whether it lives where nobody looked, and is known only by what it may do here: its owner and use are theirs."""
    return identity.attributes.get("outside") == "true"


def judged_identities(context: RuleContext) -> Iterator[Identity]:
    """Identities that the company can do something about: not the provider's own, not switched off, not a root user.

    A root user has rules of its own: it should be idle and owned by nobody in particular.
    """
    for identity in context.inventory.identities.values():
        if not (identity.managed_by_provider or identity.enabled is False or is_root(identity)):
            yield identity


def judged_credentials(context: RuleContext) -> Iterator[tuple[Credential, Identity | None]]:
    """Credentials with their holder, without those that `judged_identities` leaves out.

    The holder is None when it was not listed; its credentials are judged all the same.
    """
    for credential in context.inventory.credentials.values():
        holder = context.inventory.identities.get(credential.holder)
        if holder is None or not (holder.managed_by_provider or holder.enabled is False or is_root(holder)):
            yield credential, holder


def hidden_credentials(context: RuleContext, rule: Rule) -> Iterator[Unknown]:
    """An unknown for each identity whose credentials could not be listed: they may be there and at fault."""
    for identity in judged_identities(context):
        if not identity.human_access and not context.knows(identity, "credentials"):
            context.examined += 1
            yield rule.unknown(identity.id, "its credentials could not be listed")


def is_endless_ai_key(credential: Credential) -> bool:
    """Whether it opens an AI service and never expires."""
    return bool(credential.ai_provider) and credential.expires_at is None and credential.lifetime == "never_expires"


def signs_in(context: RuleContext, identity: Identity) -> bool | None:
    """Whether somebody can sign in as it with a password; None when that could not be read.

    A root user can always be given a password by mail, so it counts unless the provider has switched it off.
    """
    if is_root(identity) or any(s.name in SIGN_INS for s in context.inventory.signals_of(identity.id)):
        return True
    passwords = [c for c in context.inventory.credentials_of(identity.id) if c.kind == "password"]
    states = [works(password, context.clock) for password in passwords]
    if True in states:
        return True
    return None if None in states or not context.knows(identity, "credentials") else False


def operates_ai(context: RuleContext, identity: str) -> list[Capability]:
    """What lets whoever signs in as it run or unguard AI, worst first; empty for an administrator, who can do all."""
    if is_powerful(context, identity):
        return []
    held = {g.capability for g in context.inventory.grants_of(identity) if g.answer in ("allowed", "conditional")}
    return [capability for capability in OPERATES_AI if capability in held]


def is_powerful(context: RuleContext, identity: str) -> bool:
    """Whether the identity is an administrator, or can make itself one without any condition."""
    return context.admin(identity) in ("is", "can_become")


def power_of(context: RuleContext, identity: Identity | None) -> tuple[str, ...]:
    """How powerful an identity is, as evidence; empty when it is not or nobody knows."""
    words = POWER.get(context.admin(identity.id)) if identity else None
    return (f"{identity_name(identity)} {words}",) if identity and words else ()
