"""Somebody who runs or guards AI and signs in with a password alone."""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.governance import controls
from nhiscan.judging import is_powerful, is_root, operates_ai, signs_in
from nhiscan.model import Identity
from nhiscan.powers import WORDS
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge everyone who can sign in and may call models or weaken what limits them.

    Administrators, root users and everybody else are told by `person_without_mfa`.
    """
    for identity in context.inventory.identities.values():
        if identity.managed_by_provider or identity.human_access or identity.enabled is False or is_root(identity):
            continue
        open_ = signs_in(context, identity)
        if open_ is False:
            continue
        context.examined += 1
        if not context.inventory.has_factor(identity) and not is_powerful(context, identity.id):
            yield from _judge(context, identity, open_=open_)


def _judge(context: RuleContext, identity: Identity, *, open_: bool | None) -> Iterator[Outcome]:
    held = operates_ai(context, identity.id)
    if not held:
        grants = context.inventory.grants_of(identity.id)
        if not context.knows(identity, "policies") or any(grant.answer == "unknown" for grant in grants):
            yield RULE.unknown(identity.id, "whether it may run or guard AI could not be read")
    elif open_ is None:
        yield RULE.unknown(identity.id, "whether it has a password that works could not be read")
    elif context.inventory.has_factor(identity) is None:
        yield RULE.unknown(identity.id, "whether a second factor is registered could not be read")
    else:
        words = listed(WORDS[capability] for capability in held)
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} may {words}, can sign in with a password and has no second factor",
        )


RULE = Rule(
    id="ai_operator_without_mfa",
    title="Person who operates AI without a second factor",
    severity="high",
    why=(
        "With one stolen password a thief runs models at the company's cost, or takes away what keeps its agents in"
        " bounds, and all of it bears the person's name."
    ),
    remediation=(
        "Have a passkey or a hardware key registered, and refuse by policy what is asked without one, before all the"
        " change of guardrails and of logging."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html",
        "https://pages.nist.gov/800-63-4/sp800-63b.html",
    ),
    controls=controls.join(controls.OPERATOR_MFA, controls.MODEL_ABUSE),
    risk="People who run AI or set its limits could be impersonated with a stolen password alone: {count} of them.",
    check=check,
)
