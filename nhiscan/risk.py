"""The risk score: how much there is to lose through one identity, and how easily, from 0 to 100.

Reasons add up with diminishing returns, as probabilities do: each takes its share of the doubt that is left. One more
reason, or a worse one, never lowers the score. docs/risk-score.md explains the figures to the people who are asked
about them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import msgspec

from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Trust
from nhiscan.result import AdminVerdict, Confidence, IdentityClass, Severity

SEVERITY_WEIGHT: Final[Mapping[Severity, float]] = {
    "critical": 0.60,
    "high": 0.35,
    "medium": 0.15,
    "low": 0.05,
    "info": 0.0,
}
"""Share of the remaining doubt that a certain finding takes."""

CONFIDENCE_FACTOR: Final[Mapping[Confidence, float]] = {"high": 1.0, "medium": 0.7, "low": 0.4}

REPEAT_FACTOR: Final = 0.5
"""Each further finding of one rule counts half of the one before: ten old keys are not ten times one old key."""

ADMIN_WEIGHT: Final[Mapping[AdminVerdict, float]] = {
    "is": 0.20,
    "can_become": 0.15,
    "conditional": 0.08,
    "unknown": 0.05,
    "latent": 0.03,
    "no": 0.0,
}
"""What power alone is worth, with nothing wrong at all. Not knowing is never as good as knowing that there is none."""

ADMIN_PRESSURE: Final[Mapping[AdminVerdict, float]] = {
    "is": 0.60,
    "can_become": 0.50,
    "conditional": 0.25,
    "unknown": 0.15,
    "latent": 0.10,
    "no": 0.0,
}
"""How much worse every finding becomes by what the identity could do."""

CLASS_PRESSURE: Final[Mapping[IdentityClass, float]] = {
    "ai_persona": 0.20,
    "unknown": 0.10,
    "legacy_service": 0.0,
    "human": 0.0,
}
"""An AI persona acts on what strangers write to it; of an unknown identity nobody can say that it does not."""

PUBLIC_WEIGHT: Final = 0.10
OUTSIDE_WEIGHT: Final = 0.08
STANDING_WEIGHT: Final = 0.05
UNKNOWN_SHARE: Final = 0.5
"""Part of a weight that counts while nobody could say whether it applies."""


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """Who can get at the identity. None where that could not be told."""

    public: bool | None = False
    """Something that runs as it answers callers from the internet."""
    outside: bool | None = False
    """Somebody outside the scanned estate may take it on."""
    standing_secret: bool | None = False
    """It holds an active secret that works until someone revokes it."""


NO_EXPOSURE: Final = Exposure()


class Faulted(Protocol):
    """What the score reads of a finding; both `rule.Finding` and `result.FindingResult` have it."""

    @property
    def rule(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def confidence(self) -> Confidence: ...


def risk_score(
    findings: Iterable[Faulted],
    admin: AdminVerdict,
    class_: IdentityClass,
    exposure: Exposure = NO_EXPOSURE,
) -> int:
    """The score of an identity, 0 to 100, from the findings on it and on what belongs to it.

    The order of findings does not matter.
    """
    doubt = 1.0
    for weight in sorted(_weights(findings)):
        doubt *= 1.0 - weight
    doubt = math.pow(doubt, 1.0 + ADMIN_PRESSURE[admin] + CLASS_PRESSURE[class_])
    doubt *= 1.0 - ADMIN_WEIGHT[admin]
    doubt *= 1.0 - PUBLIC_WEIGHT * _share(exposure.public)
    doubt *= 1.0 - OUTSIDE_WEIGHT * _share(exposure.outside)
    doubt *= 1.0 - STANDING_WEIGHT * _share(exposure.standing_secret)
    return round(100.0 * (1.0 - doubt))


def exposure_of(inventory: Inventory, identity: Identity) -> Exposure:
    """Who can get at an identity, as far as the records tell. Cost grows with what belongs to the identity only."""
    known = inventory.knows
    workloads = [inventory.workloads.get(run.workload) for run in inventory.workloads_running_as(identity.id)]
    outside = [_is_outside(inventory, identity, trust) for trust in inventory.trusts_of(identity.id)]
    secrets = [
        credential.status != "inactive" and credential.status != "expired" and credential.long_lived
        for credential in inventory.credentials_of(identity.id)
    ]
    return Exposure(
        public=_any((w.public if w else None for w in workloads), known(identity.scope, "workloads", identity.id)),
        outside=_any(outside, known(identity.scope, "trust", identity.id)),
        standing_secret=_any(secrets, known(identity.scope, "credentials", identity.id)),
    )


def _any(facts: Iterable[bool | None], known: bool) -> bool | None:
    """True when one is; None when none is but one might be, or when the list may be short; else False."""
    facts = list(facts)
    if any(fact is True for fact in facts):
        return True
    return False if known and None not in facts else None


def _is_outside(inventory: Inventory, identity: Identity, trust: Trust) -> bool | None:
    """Whether a trust lets in somebody who is not of the scanned estate. The company's own sign-on is inside."""
    match trust.kind:
        case "everyone":
            return True
        case "service" | "saml" | "deleted":
            return False
        case "account":
            return trust.principal != identity.scope and trust.principal not in inventory.scopes
        case "principal" | "oidc":
            return trust.principal not in inventory.identities
        case "unknown":
            return None


def finding_weight(finding: Faulted) -> float:
    """How bad a finding is by itself: its severity, by how sure it is."""
    return SEVERITY_WEIGHT[finding.severity] * CONFIDENCE_FACTOR[finding.confidence]


def _weights(findings: Iterable[Faulted]) -> list[float]:
    """What each finding counts: of one rule the worst in full, each further one half of the place before."""
    by_rule: dict[str, list[float]] = defaultdict(list)
    for finding in findings:
        by_rule[finding.rule].append(finding_weight(finding))
    return [
        weight * REPEAT_FACTOR**place
        for weights in by_rule.values()
        for place, weight in enumerate(sorted(weights, reverse=True))
    ]


def _share(fact: bool | None) -> float:
    if fact is None:
        return UNKNOWN_SHARE
    return 1.0 if fact else 0.0
