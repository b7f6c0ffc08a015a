"""Somebody who can sign in with a password and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, is_root, power_of
from nhiscan.model import Identity
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.usage import works
from nhiscan.wording import identity_name

SIGN_INS: Final = frozenset({"interactive-sign-in", "recent-console-sign-in", "directory-person"})
"""Signals that say that somebody signs in with it, where the directory keeps its passwords to itself."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge everyone who can sign in with a password, a root user among them."""
    for identity in context.inventory.identities.values():
        if identity.managed_by_provider or identity.human_access or identity.enabled is False:
            continue
        signs_in = _signs_in(context, identity)
        if signs_in is False:
            continue
        context.examined += 1
        factor = context.inventory.has_factor(identity)
        if factor:
            continue
        if signs_in is None:
            yield RULE.unknown(identity.id, "whether it has a password that works could not be read")
        elif factor is None:
            yield RULE.unknown(identity.id, "whether a second factor is registered could not be read")
        else:
            yield RULE.finding(
                identity.id,
                f"{identity_name(identity)} can sign in with a password and has no second factor",
                *power_of(context, identity),
                severity="critical" if is_root(identity) or is_powerful(context, identity.id) else None,
            )


def _signs_in(context: RuleContext, identity: Identity) -> bool | None:
    """Whether it can sign in with a password; None when that could not be read.

    A root user can always be given a password by mail, so it counts unless the provider has switched it off.
    """
    if is_root(identity) or any(s.name in SIGN_INS for s in context.inventory.signals_of(identity.id)):
        return True
    passwords = [c for c in context.inventory.credentials_of(identity.id) if c.kind == "password"]
    states = [works(password, context.clock) for password in passwords]
    if True in states:
        return True
    return None if None in states or not context.knows(identity, "credentials") else False


RULE = Rule(
    id="person_without_mfa",
    title="Sign-in with a password alone",
    severity="high",
    why=(
        "A password can be guessed, bought or asked for by a forged page. Whoever has it signs in as the person and"
        " can make keys and agents that stay when the password is changed."
    ),
    remediation=(
        "Have a passkey or a hardware key registered, and refuse by policy what is asked without one; take the password"
        " away where nobody signs in."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
        "https://pages.nist.gov/800-63-4/sp800-63b.html",
    ),
    controls=controls.OPERATOR_MFA,
    risk="People could be impersonated with a stolen password alone: {count} of them.",
    check=check,
)
