"""A trust that lets in everyone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.governance import controls
from nhiscan.judging import power_of
from nhiscan.model import GuardKind, Identity, Trust
from nhiscan.result import Severity
from nhiscan.rule import Outcome, Rule, RuleContext, Unknown
from nhiscan.trusts import confining, idle_guards, keys_of, place_of, trusting_identities
from nhiscan.wording import identity_name

_FENCES: Final[tuple[GuardKind, ...]] = ("organization", "account", "principal", "source-account", "source-arn")
"""Conditions that say who it must be, so that everyone is not everyone."""


def check(context: RuleContext) -> Iterator[Outcome]:
    """Judge each entry that names everyone by the conditions that are left to keep somebody out."""
    for identity in context.examine(trusting_identities(context, RULE)):
        if isinstance(identity, Unknown):
            yield identity
            continue
        for trust in context.inventory.trusts_of(identity.id):
            if trust.kind == "everyone":
                yield from _judge(context, identity, trust)
            elif trust.kind == "unknown":
                yield RULE.unknown(identity.id, f"whom an entry of its trust{place_of(trust)} lets in is not known")


def _judge(context: RuleContext, identity: Identity, trust: Trust) -> Iterator[Outcome]:
    if confining(trust, *_FENCES):
        return
    left = confining(trust)
    severity: Severity = "critical"
    if any(guard.kind == "other" for guard in left):
        yield RULE.unknown(
            identity.id, f"everyone is trusted{place_of(trust)}, and what {keys_of(left)} keeps out is not known"
        )
        return
    if any(guard.kind == "network" for guard in left):
        severity = "medium"
    elif left:
        # A value that can be guessed, told or set by whoever asks: it slows somebody down, and names nobody.
        severity = "high"
    weak = (f"only {keys_of(left)} limits it, which does not say who it must be",) if left else ()
    yield RULE.finding(
        identity.id,
        f"{identity_name(identity)} may be taken on by everyone{place_of(trust)}",
        *weak,
        *idle_guards(trust),
        *power_of(context, identity),
        key=tuple(sorted({guard.key for guard in left})),
        severity=severity,
    )


RULE = Rule(
    id="trust_everyone",
    title="Identity that everyone may take on",
    severity="critical",
    why=(
        "Anybody in the world with an account of the provider can become this identity, from outside, without stealing"
        " anything. Such identities are found by trying names."
    ),
    remediation=(
        "Name the principals that need it; where there are too many to name, add a condition on the organization or the"
        " account that they belong to."
    ),
    references=(
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/what-is-access-analyzer.html",
    ),
    controls=controls.PUBLIC_TRUST,
    risk="Identities are open to anybody in the world: {count} of them.",
    check=check,
)
