"""Somebody who runs, guards or owns AI and signs in with a factor that a forged page can take."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from nhiscan.agents import belongs_to_agent
from nhiscan.governance import controls
from nhiscan.judging import is_powerful, is_root, operates_ai, power_of, signs_in
from nhiscan.model import Factor, Identity
from nhiscan.powers import WORDS
from nhiscan.rule import Outcome, Rule, RuleContext
from nhiscan.wording import identity_name, listed

_WORDS: Final[Mapping[str, str]] = {
    "totp": "codes of an app",
    "hardware": "codes of a device",
    "push": "prompts on a phone",
    "sms": "codes by message or call",
}


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge the second factors of everyone who may call models or weaken what limits them, and of owners of agents.

    Whoever has no second factor at all is told by `ai_operator_without_mfa` and `person_without_mfa`.
    """
    owned = _owned(context)
    for identity in context.inventory.identities.values():
        if identity.managed_by_provider or identity.human_access or identity.enabled is False or is_root(identity):
            continue
        if belongs_to_agent(context, identity.id) or signs_in(context, identity) is False:
            continue
        context.examined += 1
        if context.inventory.has_factor(identity) is not False:
            yield from _judge(context, identity, owned.get(identity.id, []))


def _judge(context: RuleContext, identity: Identity, agents: list[str]) -> Iterator[Outcome]:
    does = [*(WORDS[capability] for capability in operates_ai(context, identity.id))]
    factors = context.inventory.factors_of(identity.id)
    if any(factor.phishing_resistant for factor in factors):
        return
    if not does and not agents:
        grants = context.inventory.grants_of(identity.id)
        unread = not context.knows(identity, "policies") or any(grant.answer == "unknown" for grant in grants)
        if unread and not is_powerful(context, identity.id):
            yield RULE.unknown(identity.id, "whether it may run or guard AI could not be read")
    elif not factors or any(factor.phishing_resistant is None for factor in factors):
        yield RULE.unknown(identity.id, "it operates AI, and whether its second factor withstands phishing is not told")
    elif signs_in(context, identity) is None:
        yield RULE.unknown(identity.id, "it operates AI, and whether it has a password that works could not be read")
    else:
        names = listed((context.graph.name_of(agent) for agent in agents), 3)
        parts = [
            *([f"may {listed(does)}"] if does else []),
            *([f"answers for {_agents(len(agents))} {names}"] if agents else []),
        ]
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} {' and '.join(parts)}",
            f"its only second factors can be taken by a forged page: {_kinds(factors)}",
            *power_of(context, identity),
            severity="high" if is_powerful(context, identity.id) else None,
        )


def _owned(context: RuleContext) -> Mapping[str, list[str]]:
    """Agents and identities of agents by who answers for them, where that is an identity of the estate."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for ownership in context.inventory.ownerships:
        if ownership.owner in context.inventory.identities:
            workload = context.inventory.workloads.get(ownership.subject)
            if workload is not None and workload.agent:
                found[ownership.owner].add(workload.id)
            elif ownership.subject in context.inventory.identities and belongs_to_agent(context, ownership.subject):
                found[ownership.owner].add(ownership.subject)
    return {owner: sorted(subjects) for owner, subjects in found.items()}


def _agents(number: int) -> str:
    return "the AI agent" if number == 1 else f"{number} AI agents:"


def _kinds(factors: list[Factor]) -> str:
    return listed(sorted({_WORDS.get(factor.kind, factor.kind) for factor in factors}))


RULE = Rule(
    id="ai_operator_with_phishable_factor",
    title="Person who operates AI without a factor that withstands phishing",
    severity="low",
    why=(
        "A forged sign-in page passes a code or a prompt on within seconds, and its owner then runs models, takes away"
        " guardrails or gives an agent new secrets in the person's name."
    ),
    remediation=(
        "Have a passkey, a security key or a certificate registered, and demand that strength by policy from everyone"
        " who operates AI; then remove the weaker ways to sign in."
    ),
    references=(
        "https://pages.nist.gov/800-63-4/sp800-63b.html",
        "https://learn.microsoft.com/en-us/entra/identity/authentication/concept-authentication-strengths",
    ),
    controls=controls.join(controls.WEAK_FACTOR, controls.MODEL_ABUSE),
    risk=(
        "People who run AI, set its limits or answer for agents could be impersonated by way of a forged sign-in page:"
        " {count} of them."
    ),
    check=check,
)
