"""Somebody who can sign in with a password and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, is_root, operates_ai, power_of, signs_in
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge everyone who can sign in with a password, a root user among them.

    Whoever runs or guards AI without being an administrator is the finding of `ai_operator_without_mfa`.
    """
    for identity in context.inventory.identities.values():
        if identity.managed_by_provider or identity.human_access or identity.enabled is False:
            continue
        open_ = signs_in(context, identity)
        if open_ is False or (operates_ai(context, identity.id) and not is_root(identity)):
            continue
        context.examined += 1
        factor = context.inventory.has_factor(identity)
        if factor:
            continue
        if open_ is None:
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
