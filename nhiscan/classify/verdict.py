"""The verdict: all signals of one identity, added up to a class, a confidence, and the reasons for and against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, get_args

import msgspec

from nhiscan.classify.names import DEFAULT_CONFIG, ClassifyConfig, signals_from_names
from nhiscan.classify.table import TABLE, TIERS, SignalKind
from nhiscan.model import Identity, Signal
from nhiscan.result import EvidenceItem, IdentityClass, Tier

ENOUGH: Final = 0.5
"""A class below this is not given."""
MARGIN: Final = 0.15
"""A class that leads by less than this is not given."""
VETO: Final = 0.5
"""From this much evidence for a person on, words about AI no longer count."""
REFUTED: Final = 0.5
"""Authoritative evidence that takes more than this from a class has explained its other evidence away."""

_CLASSES: Final[tuple[IdentityClass, ...]] = ("human", "legacy_service", "ai_persona")
_TIER_ORDER: Final[dict[Tier, int]] = {tier: place for place, tier in enumerate(get_args(Tier))}
_MOST_DETAILS: Final = 3
_LONGEST_DETAIL: Final = 300

_WORDS: Final[dict[IdentityClass, str]] = {
    "human": "a person",
    "legacy_service": "a legacy service",
    "ai_persona": "an AI persona",
    "unknown": "unknown",
}

_SETTLES: Final[dict[IdentityClass, str]] = {
    "human": "a second factor, a recorded sign-in or an entry of the company's directory would settle it",
    "legacy_service": "the workload that runs as it, or a trust that names the service it is for, would settle it",
    "ai_persona": "an agent that runs as it, or a recorded call of an AI service, would settle it",
}


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What an identity is, how sure that is, and why."""

    subject: str
    class_: IdentityClass
    confidence: float
    """0 to 1: the score of the class; 0 when the class is `unknown`."""
    evidence: tuple[EvidenceItem, ...]
    """Every reason for (weight above 0), against (below 0), and without weight, strongest tier first."""
    leaning: IdentityClass | None = None
    """When the class is `unknown`: the one that leads; None when none does."""
    settle: str = ""
    """When the class is `unknown`: what would settle it, as a sentence."""
    mixed: bool = False
    """Strong evidence for two classes that does not explain itself: the identity is probably shared."""
    scores: tuple[tuple[IdentityClass, float], ...] = ()
    """What each class came to, 0 to 1, for people who check the sum."""


class _Heard(msgspec.Struct, frozen=True, kw_only=True):
    """All signals of one name: one fact, however often it was told."""

    kind: SignalKind
    detail: str
    source: str


def classify(identity: Identity, signals: Iterable[Signal], config: ClassifyConfig = DEFAULT_CONFIG) -> Verdict:
    """Weigh all that is known about an identity. The order of `signals` does not matter.

    Signals that the table does not know, or that are about something else, stay in the evidence with weight 0.
    """
    accepted: dict[str, list[Signal]] = defaultdict(list)
    evidence: list[EvidenceItem] = []
    refused: dict[tuple[str, str], list[Signal]] = defaultdict(list)
    for signal in signals:
        kind = TABLE.get(signal.name)
        if kind is None:
            refused[signal.name, "nhiscan knows no such signal"].append(signal)
        elif kind.internal:
            refused[signal.name, "only nhiscan itself may raise this signal"].append(signal)
        elif signal.subject != identity.id:
            refused[signal.name, "it is about something else"].append(signal)
        else:
            accepted[signal.name].append(signal)
    for signal in _from_record(identity, config):
        accepted[signal.name].append(signal)
    heard = [_merge(TABLE[name], told) for name, told in sorted(accepted.items())]
    sums = _Sums(heard)
    person = _noisy_or((sums.authority("human"), sums.support("human", lexical=False)))
    silent: frozenset[IdentityClass] = frozenset(("ai_persona",) if person >= VETO else ())
    for item in heard:
        evidence.extend(_evidence(item, silent))
    for (name, why), told in refused.items():
        evidence.append(_without_weight(name, why, told))
    evidence.sort(key=lambda e: (_TIER_ORDER[e.tier], -abs(e.weight), e.signal, e.class_, e.detail))
    scores = {class_: sums.score(class_, lexical=class_ not in silent) for class_ in _CLASSES}
    mixed = sum(sums.is_strong(class_) for class_ in _CLASSES) > 1
    return _judge(identity, scores, tuple(evidence), mixed)


def _judge(
    identity: Identity, scores: dict[IdentityClass, float], evidence: tuple[EvidenceItem, ...], mixed: bool
) -> Verdict:
    first, second, _ = sorted(_CLASSES, key=lambda c: (-scores[c], c))
    lead = scores[first] - scores[second]
    shown = tuple((class_, round(scores[class_], 4)) for class_ in _CLASSES)
    # The sums are rounded once, before they are compared, so that a last binary digit decides nothing.
    if round(scores[first], 9) >= ENOUGH and round(lead, 9) >= MARGIN:
        return Verdict(
            subject=identity.id,
            class_=first,
            confidence=round(scores[first], 4),
            evidence=evidence,
            mixed=mixed,
            scores=shown,
        )
    leaning = first if round(lead, 9) > 0 else None
    return Verdict(
        subject=identity.id,
        class_="unknown",
        confidence=0.0,
        evidence=evidence,
        leaning=leaning,
        settle=_settle(scores, first, second),
        mixed=mixed,
        scores=shown,
    )


def _settle(scores: dict[IdentityClass, float], first: IdentityClass, second: IdentityClass) -> str:
    """What to look for, as a sentence."""
    if scores[first] <= 0:
        return "Nothing that was read says who or what uses it: ask whoever made it, and enter the answer as known."
    if scores[first] >= ENOUGH:
        return (
            f"The evidence for {_WORDS[first]} ({scores[first]:.2f}) and for {_WORDS[second]} ({scores[second]:.2f}) is"
            f" about equally strong: if both use it, give each an identity of its own; otherwise {_SETTLES[first]}."
        )
    return (
        f"What speaks for {_WORDS[first]} comes to {scores[first]:.2f}, and {ENOUGH:.2f} is needed: {_SETTLES[first]};"
        f" so would an entry as known."
    )


def _from_record(identity: Identity, config: ClassifyConfig) -> Iterable[Signal]:
    """What the record itself and the configuration say, in the table's words."""
    if identity.managed_by_provider:
        yield Signal(
            subject=identity.id,
            name="managed-by-provider",
            detail="its provider made it and manages it",
        )
    if identity.human_access:
        yield Signal(subject=identity.id, name="door-for-people", detail="it is a way in for people")
    yield from signals_from_names(identity, config)


def _merge(kind: SignalKind, told: Sequence[Signal]) -> _Heard:
    details = sorted({signal.detail or kind.meaning for signal in told})
    sources = sorted({signal.source for signal in told if signal.source})
    return _Heard(kind=kind, detail=_listed(details, "; "), source=_listed(sources, ", "))


def _listed(items: Sequence[str], separator: str) -> str:
    """The first few, shortened, and how many more there are."""
    text = separator.join(item[:_LONGEST_DETAIL] for item in items[:_MOST_DETAILS])
    more = len(items) - _MOST_DETAILS
    return f"{text} (and {more} more)" if more > 0 else text


def _evidence(item: _Heard, silent: frozenset[IdentityClass]) -> Iterable[EvidenceItem]:
    for voice in item.kind.voices:
        unheard = item.kind.tier == "lexical" and voice.class_ in silent
        yield EvidenceItem(
            signal=item.kind.name,
            class_=voice.class_,
            weight=0.0 if unheard else voice.weight,
            tier=item.kind.tier,
            detail=f"{item.detail} (not counted: other evidence shows a person)" if unheard else item.detail,
            source=item.source,
        )


def _without_weight(name: str, why: str, told: Sequence[Signal]) -> EvidenceItem:
    details = sorted({signal.detail or signal.name for signal in told})
    return EvidenceItem(
        signal=name,
        class_="unknown",
        weight=0.0,
        tier="lexical",
        detail=f"{_listed(details, '; ')} (not counted: {why})",
        source=_listed(sorted({signal.source for signal in told if signal.source}), ", "),
    )


def _noisy_or(weights: Iterable[float]) -> float:
    """The probability that at least one of independent reasons holds; sorted, so that the sum has one value."""
    doubt = 1.0
    for weight in sorted(weights):
        doubt *= 1.0 - weight
    return 1.0 - doubt


class _Sums:
    """The loudest voice of each family, for and against each class, by tier."""

    def __init__(self, heard: Iterable[_Heard]) -> None:
        self._pro: dict[tuple[IdentityClass, Tier], dict[str, float]] = defaultdict(dict)
        self._contra: dict[tuple[IdentityClass, bool], dict[str, float]] = defaultdict(dict)
        """By class, and whether the evidence is authoritative."""
        for item in heard:
            kind = item.kind
            for voice in kind.voices:
                if voice.weight > 0:
                    families = self._pro[voice.class_, kind.tier]
                else:
                    families = self._contra[voice.class_, kind.tier == "authoritative"]
                families[kind.family] = max(abs(voice.weight), families.get(kind.family, 0.0))

    def support(self, class_: IdentityClass, *, lexical: bool) -> float:
        """What speaks for a class outside the authoritative tier; each tier adds no more than it is worth."""
        return _noisy_or(
            min(TIERS[tier].highest, _noisy_or(families.values()))
            for (about, tier), families in self._pro.items()
            if about == class_ and tier != "authoritative" and (lexical or tier != "lexical")
        )

    def authority(self, class_: IdentityClass) -> float:
        """What authoritative evidence says for a class."""
        return _noisy_or(self._pro.get((class_, "authoritative"), {}).values())

    def against(self, class_: IdentityClass, *, authoritative: bool) -> float:
        """What speaks against a class."""
        return _noisy_or(self._contra.get((class_, authoritative), {}).values())

    def score(self, class_: IdentityClass, *, lexical: bool) -> float:
        """Support less opposition. Only authoritative evidence can take anything from authoritative evidence.

        Nothing takes anything from a weight of 1: what the company knows decides.
        """
        if self.authority(class_) >= 1.0:
            return 1.0
        kept = 1.0 - self.against(class_, authoritative=True)
        support = self.support(class_, lexical=lexical) * (1.0 - self.against(class_, authoritative=False))
        return _noisy_or((self.authority(class_) * kept, support * kept))

    def is_strong(self, class_: IdentityClass) -> bool:
        """Whether the platform says the class, or the identity is built like it and no platform explains that away.

        For people it is enough that they were seen to sign in. That a service calls an AI model is no contradiction,
        so usage does not make the other classes strong.
        """
        if self.authority(class_) > 0:
            return True
        built = (class_, "structural") in self._pro or (class_ == "human" and (class_, "usage") in self._pro)
        return built and self.against(class_, authoritative=True) <= REFUTED
