"""A trust in somebody else's account that does not make sure for whom that account acts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from nhiscan.governance import controls
from nhiscan.judging import power_of
from nhiscan.model import GuardKind, Identity, Trust
from nhiscan.result import Confidence, Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.trusts import (
    confining,
    idle_guards,
    organization_of,
    place_of,
    scope_of_principal,
    trusting_identities,
)
from nhiscan.wording import identity_name, plain

_ENOUGH: Final[tuple[GuardKind, ...]] = ("external-id", "organization", "mfa")
"""Conditions that a deputy cannot be talked past: a service that acts for others has no second factor either."""


class _Outsider(msgspec.Struct, frozen=True, kw_only=True):
    """How sure it is that the trusted account is somebody else's."""

    sentence: str
    severity: Severity
    confidence: Confidence


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each trusted account or principal that is not of the identity's own account and organization."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            if not _has_external_ids(identity, trust):
                continue
            if trust.kind in ("account", "principal") and not confining(trust, *_ENOUGH):
                yield from _judge(context, identity, trust)


def _has_external_ids(identity: Identity, trust: Trust) -> bool:
    """Whether both are of one provider: over providers a trust goes by signed tokens, where no deputy is confused."""
    provider = trust.principal.partition(":")[0]
    provider = "aws" if provider == "arn" else provider
    return provider == identity.provider


def _judge(context: RuleContext, identity: Identity, trust: Trust) -> Iterator[Outcome]:
    outsider = _outsider(context, identity, trust)
    if outsider is not None:
        yield RULE.finding(
            identity.id,
            f"{identity_name(identity)} trusts {plain(trust.principal)}{place_of(trust)} without an external id",
            outsider.sentence,
            *idle_guards(trust),
            *power_of(context, identity),
            key=(trust.principal,),
            severity=outsider.severity,
            confidence=outsider.confidence,
            related=(trust.principal,),
        )


def _outsider(context: RuleContext, identity: Identity, trust: Trust) -> _Outsider | None:
    """What is known of the trusted account; None when it is the same account or organization."""
    inventory = context.inventory
    there = scope_of_principal(inventory, trust)
    if there == identity.scope:
        return None
    ours = organization_of(inventory, identity.scope)
    if there is not None:
        theirs = organization_of(inventory, there)
        if ours is not None and theirs is not None and ours.id == theirs.id:
            return None
        name = inventory.scopes[there].name if there in inventory.scopes else there
        return _Outsider(
            sentence=f"the trusted account {plain(name)} was scanned too, and is of no organization that both share",
            severity="low",
            confidence="medium",
        )
    if ours is not None and context.knows(identity, "organization"):
        return _Outsider(
            sentence=f"the trusted account is not one of the organization {plain(ours.name)}",
            severity="high",
            confidence="high",
        )
    return _Outsider(
        sentence="the trusted account was not scanned, and the accounts of the own organization are not known",
        severity="medium",
        confidence="low",
    )


RULE = Rule(
    id="trust_account_without_external_id",
    title="Trust in an outside account without an external id",
    severity="high",
    why=(
        "A vendor that works for many customers can be told by one of them to use the identity of another."
        " Only an external id that the vendor sets for each customer stops that, and without it nobody notices."
    ),
    remediation=(
        "Ask the vendor for the external id that it uses for you and require it in the trust; remove the trust when the"
        " account belongs to nobody you know."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
    ),
    controls=controls.join(controls.THIRD_PARTY, controls.WEAK_TRUST),
    risk="Doors are open to other companies' accounts without a check for whom they act: {count} of them.",
    check=check,
)
