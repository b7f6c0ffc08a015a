"""What a rule is: declared once, with one function that yields findings, and unknowns where it could not judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import msgspec

from nhiscan.model import Aspect
from nhiscan.result import AdminVerdict, Confidence, IdentityClass, Severity

if TYPE_CHECKING:
    from nhiscan.classify import Verdict
    from nhiscan.graph import IdentityGraph
    from nhiscan.inventory import Inventory
    from nhiscan.model import Identity, Ownership

Controls: TypeAlias = Mapping[str, tuple[str, ...]]
"""Framework -> control ids: {"OWASP NHI": ("NHI7:2025",), "NIST 800-53": ("IA-5(1)",)}."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is wrong with `subject`."""

    rule: str
    subject: str
    severity: Severity
    confidence: Confidence
    evidence: tuple[str, ...]
    """Sentences that a person can check."""
    fingerprint: str
    related: tuple[str, ...] = ()


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The rule could not judge `subject`: not clean, and not a finding."""

    rule: str
    subject: str
    why: str
    """What was missing: "the last use of its keys could not be read"."""


Outcome: TypeAlias = Finding | Unknown


class Threshold(msgspec.Struct, frozen=True, kw_only=True):
    """A number that a company may set in nhiscan.toml, under [rules.<rule id>]."""

    name: str
    default: int
    unit: str
    """ "days", "count"."""
    meaning: str


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list of words that a company may set in nhiscan.toml, under [rules.<rule id>]; empty by default."""

    name: str
    meaning: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A judgement. Findings, documentation and the control crosswalk are drawn from this declaration."""

    id: str
    """Name of the module that holds it: "stale_credential"."""
    title: str
    """What is wrong, as a noun phrase: "Credential not used for a long time"."""
    severity: Severity
    """How bad it usually is; a finding may say otherwise."""
    confidence: Confidence = "high"
    why: str
    """What an attacker or an accident makes of it, one or two sentences."""
    remediation: str
    """What to do, in the imperative."""
    references: tuple[str, ...] = ()
    """Pages of the provider or a standard."""
    controls: Controls
    thresholds: tuple[Threshold, ...] = ()
    listings: tuple[Listing, ...] = ()
    risk: str = ""
    """For IT leadership: one plain sentence of what it means for the company; "{count}" is filled in."""
    check: Callable[[RuleContext], Iterator[Outcome]]

    def finding(
        self,
        subject: str,
        *evidence: str,
        key: tuple[str, ...] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
        related: tuple[str, ...] = (),
    ) -> Finding:
        """A finding on `subject`. `key` are the further stable values that make it this finding and no other.

        Nothing that changes by itself (an age, a date of last use) may be in `key`: an unchanged estate must give
        an empty diff. Raises ValueError without evidence.
        """
        if not evidence:
            raise ValueError(f"rule {self.id}: a finding needs evidence")
        digest = hashlib.sha256("\x1f".join((self.id, subject, *key)).encode()).hexdigest()
        return Finding(
            rule=self.id,
            subject=subject,
            severity=severity or self.severity,
            confidence=confidence or self.confidence,
            evidence=evidence,
            fingerprint=digest[:32],
            related=related,
        )

    def unknown(self, subject: str, why: str) -> Unknown:
        """Say that `subject` could not be judged."""
        return Unknown(rule=self.id, subject=subject, why=why)

    @property
    def control_names(self) -> list[str]:
        """Framework and control in one string each, sorted."""
        return sorted(f"{framework} {control}" for framework, ids in self.controls.items() for control in ids)


T = TypeVar("T")


class RuleContext:
    """What a rule may look at: the judged inventory, the graph, the clock, and its own thresholds."""

    def __init__(
        self,
        *,
        inventory: Inventory,
        graph: IdentityGraph,
        verdicts: Mapping[str, Verdict],
        admins: Mapping[str, AdminVerdict],
        clock: datetime,
        thresholds: Mapping[str, int],
        listings: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.inventory = inventory
        self.graph = graph
        self.clock = clock
        self.examined = 0
        self._verdicts = verdicts
        self._admins = admins
        self._thresholds = thresholds
        self._listings = listings or {}

    def examine(self, subjects: Iterable[T]) -> Iterator[T]:
        """Iterate over subjects and count them: the denominator of the rule."""
        for subject in subjects:
            self.examined += 1
            yield subject

    def threshold(self, name: str) -> int:
        """A threshold of this rule, as configured."""
        return self._thresholds[name]

    def listing(self, name: str) -> tuple[str, ...]:
        """A list of this rule, as configured; empty when it is not."""
        return self._listings.get(name, ())

    def days(self, name: str) -> timedelta:
        """A threshold in days, as a duration."""
        return timedelta(days=self._thresholds[name])

    def age(self, moment: datetime | None) -> timedelta | None:
        """How long ago `moment` was at the scan's clock; None for None."""
        return None if moment is None else self.clock - moment

    def class_of(self, identity: str) -> IdentityClass:
        """The class that the identity was given."""
        verdict = self._verdicts.get(identity)
        return verdict.class_ if verdict else "unknown"

    def verdict(self, identity: str) -> Verdict | None:
        """The class with its evidence."""
        return self._verdicts.get(identity)

    def admin(self, identity: str) -> AdminVerdict:
        """Whether the identity administers its scope, or could."""
        return self._admins.get(identity, "unknown")

    def owners(self, subject: str) -> list[Ownership]:
        """Who answers for it."""
        return self.inventory.ownerships_of(subject)

    def knows(self, identity: Identity, aspect: Aspect) -> bool:
        """False when a gap hides this aspect of the identity or its scope."""
        return self.inventory.knows(identity.scope, aspect, identity.id)
