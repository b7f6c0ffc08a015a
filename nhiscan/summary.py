"""The summary: the figures of the executive page, and the risks that matter most in plain words."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, get_args

import msgspec

from nhiscan.result import (
    SEVERITIES,
    AiCensus,
    CredentialResult,
    FindingResult,
    IdentityClass,
    IdentityResult,
    Risk,
    ScopeResult,
    Severity,
    Share,
    Summary,
)
from nhiscan.risk import CONFIDENCE_FACTOR
from nhiscan.rule import Rule

MOST_RISKS: Final = 10
MOST_SUBJECTS: Final = 5

RANK_WEIGHT: Final[Mapping[Severity, float]] = {"critical": 100.0, "high": 30.0, "medium": 8.0, "low": 2.0, "info": 0.0}
"""What one finding brings its risk in the ranking; docs/risk-score.md tells how the ranking is made."""

CLASS_FACTOR: Final[Mapping[IdentityClass, float]] = {
    "ai_persona": 1.25,
    "unknown": 1.1,
    "legacy_service": 1.0,
    "human": 1.0,
}

STALE_RULES: Final = ("stale_", "unused_", "never_used_")
"""How the ids of rules begin that find identities which nobody uses."""
OWNER_RULES: Final = ("owner", "unowned")
"""What stands in the ids of rules that ask for an owner."""


def summarise(
    identities: Sequence[IdentityResult],
    credentials: Sequence[CredentialResult],
    findings: Sequence[FindingResult],
    scopes: Sequence[ScopeResult],
    rules: Mapping[str, Rule],
    ai: AiCensus,
) -> Summary:
    """Count, and rank the risks. The order of the lists does not matter.

    Every share is of what is not known to be a person's and not the provider's own, so an identity of unknown class
    counts as non-human until it is known. A share's `of` is the whole, with `unknown` as a part of it.
    """
    classes: Counter[str] = Counter(identity.class_ for identity in identities)
    severities: Counter[str] = Counter(finding.severity for finding in findings)
    nonhuman = [i for i in identities if i.class_ != "human" and not i.managed_by_provider]
    stale = {f.subject for f in findings if f.rule.startswith(STALE_RULES)}
    return Summary(
        classes={class_: classes[class_] for class_ in get_args(IdentityClass)},
        providers=dict(sorted(Counter(identity.provider for identity in identities).items())),
        scopes=len({scope.id for scope in scopes}),
        managed_by_provider=sum(identity.managed_by_provider for identity in identities),
        owned=_share(nonhuman, _is_owned),
        long_lived=_long_lived(credentials, {identity.id for identity in nonhuman}),
        administrators=_share(nonhuman, _is_administrator),
        can_become_administrator=_share(nonhuman, _can_become_administrator),
        stale=_share(nonhuman, lambda identity: _is_stale(identity, stale)),
        ai=ai,
        findings={severity: severities[severity] for severity in SEVERITIES},
        risks=_risks(identities, credentials, findings, rules),
    )


def _share(identities: Iterable[IdentityResult], judge: Callable[[IdentityResult], bool | None]) -> Share:
    judged = Counter(judge(identity) for identity in identities)
    return Share(count=judged[True], of=judged.total(), unknown=judged[None])


def _is_owned(identity: IdentityResult) -> bool | None:
    """An owner who is known to have left is none."""
    if any(owner.exists is not False for owner in identity.owners):
        return True
    if any(word in item.rule for item in identity.unknowns for word in OWNER_RULES):
        return None
    return False


def _is_administrator(identity: IdentityResult) -> bool | None:
    return None if identity.admin == "unknown" else identity.admin == "is"


def _can_become_administrator(identity: IdentityResult) -> bool | None:
    """Those that are not one yet. What hangs on a condition that could not be read out counts as unknown."""
    match identity.admin:
        case "can_become":
            return True
        case "unknown" | "conditional":
            return None
        case "is" | "latent" | "no":
            return False


def _is_stale(identity: IdentityResult, stale: set[str]) -> bool | None:
    if identity.id in stale:
        return True
    unjudged = any(item.rule.startswith(STALE_RULES) for item in identity.unknowns)
    return None if unjudged or identity.last_use == "unknown" else False


def _long_lived(credentials: Iterable[CredentialResult], holders: set[str]) -> Share:
    """Of the credentials that work; one whose state nobody told is unknown, not fine."""
    judged = Counter(
        None if credential.status is None else credential.long_lived
        for credential in credentials
        if credential.holder in holders and credential.status in ("active", None)
    )
    return Share(count=judged[True], of=judged.total(), unknown=judged[None])


class _Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """A finding with what ranks it."""

    finding: FindingResult
    weight: float


def _risks(
    identities: Iterable[IdentityResult],
    credentials: Iterable[CredentialResult],
    findings: Iterable[FindingResult],
    rules: Mapping[str, Rule],
) -> list[Risk]:
    """The findings of each rule as one risk, worst first."""
    classes: dict[str, IdentityClass] = {identity.id: identity.class_ for identity in identities}
    for credential in credentials:
        classes.setdefault(credential.id, classes.get(credential.holder, "unknown"))
    groups: dict[str, list[_Ranked]] = defaultdict(list)
    for finding in findings:
        if RANK_WEIGHT[finding.severity] > 0:
            factor = CLASS_FACTOR[classes.get(finding.subject, "legacy_service")]
            weight = RANK_WEIGHT[finding.severity] * CONFIDENCE_FACTOR[finding.confidence] * factor
            groups[finding.rule].append(_Ranked(finding=finding, weight=weight))
    scored = sorted((_worst(group), -_rank(group), rule) for rule, group in groups.items())
    return [_risk(rule, groups[rule], rules.get(rule)) for _, _, rule in scored[:MOST_RISKS]]


def _worst(group: Sequence[_Ranked]) -> int:
    """Place of a group's worst severity: a reader expects nothing critical below what is not."""
    return min(SEVERITIES.index(item.finding.severity) for item in group)


def _rank(group: Sequence[_Ranked]) -> float:
    """How much a risk matters: its worst finding in full, and all of them by the logarithm of their number.

    So one open door outranks many squeaking hinges, and a hundred of one fault outrank ten of another alike.
    """
    weights = sorted(item.weight for item in group)
    mean = math.fsum(weights) / len(weights)
    # Rounded, so that the order of equal risks is that of their names and not of a last binary digit.
    return round(weights[-1] + mean * math.log2(len(weights)), 6)


def _risk(id: str, group: Sequence[_Ranked], rule: Rule | None) -> Risk:
    worst_first = sorted(
        group,
        key=lambda item: (SEVERITIES.index(item.finding.severity), -item.weight, item.finding.subject),
    )
    first = worst_first[0].finding
    subjects = list(dict.fromkeys(item.finding.subject for item in worst_first))
    sentence = (rule.risk or rule.why) if rule else first.title
    return Risk(
        title=rule.title if rule else first.title,
        severity=first.severity,
        count=len(group),
        # Not str.format: a brace that somebody wrote into a sentence is only a brace.
        sentence=sentence.replace("{count}", str(len(group))),
        action=rule.remediation if rule else first.remediation,
        rule=id,
        subjects=subjects[:MOST_SUBJECTS],
    )
