"""ScanResult: everything that a report may say. Published as result.json; its JSON Schema is `nhiscan schema`.

A report computes nothing from it but layout. A change of meaning raises SCHEMA_VERSION.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from nhiscan.model import Capability, GapReason

SCHEMA_VERSION = "1.0"

IdentityClass: TypeAlias = Literal["human", "legacy_service", "ai_persona", "unknown"]
Severity: TypeAlias = Literal["critical", "high", "medium", "low", "info"]
Confidence: TypeAlias = Literal["high", "medium", "low"]
AdminVerdict: TypeAlias = Literal["is", "can_become", "conditional", "latent", "no", "unknown"]
LastUse: TypeAlias = Literal["used", "never", "unknown"]
Tier: TypeAlias = Literal["authoritative", "structural", "usage", "capability", "lexical"]

ROSTER = 1000
"""Agents that the census lists one by one."""

SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")
"""Worst first."""


class Result(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of everything in a result."""


class EvidenceItem(Result, frozen=True, kw_only=True):
    """One reason for or against a class."""

    signal: str
    """Key of the classification table, "has-mfa-device"."""
    class_: IdentityClass = msgspec.field(name="class")
    """The class that it speaks for or against."""
    weight: float
    """Strength from 0 to 1; negative when it speaks against."""
    tier: Tier
    detail: str
    """A sentence."""
    source: str = ""


class OwnerItem(Result, frozen=True, kw_only=True):
    """Who answers for it, and how we know."""

    owner: str
    kind: str
    source: str
    exists: bool | None = None
    """False when the owner is known to have left; None when that cannot be told."""


class CapabilityItem(Result, frozen=True, kw_only=True):
    """What an identity can do, on what, and why."""

    capability: Capability
    resource: str
    answer: Literal["allowed", "conditional", "unknown"]
    conditions: list[str] = []
    reason: str = ""


class UsageItem(Result, frozen=True, kw_only=True):
    """What an identity used of what it was granted, by the provider's own data."""

    granted: int
    """Services that its policies grant."""
    used: int
    """Those of them that it used since `since`."""
    unused: list[str]
    """The others, by the provider's prefix."""
    since: datetime | None
    """How far back the provider's memory goes; None: not told."""


class UnknownItem(Result, frozen=True, kw_only=True):
    """A rule that could not be judged for this identity."""

    rule: str
    why: str


class IdentityResult(Result, frozen=True, kw_only=True):
    """One identity, judged."""

    id: str
    provider: str
    kind: str
    name: str
    scope: str
    class_: IdentityClass = msgspec.field(name="class")
    confidence: float
    """0 to 1: how sure the class is."""
    evidence: list[EvidenceItem]
    leaning: IdentityClass | None = None
    """When the class is `unknown`: the leading class, if any."""
    settle: str = ""
    """When the class is `unknown`: what would settle it."""
    mixed: bool = False
    """Strong evidence for two classes at once: a person's identity used by automation, a role shared with an agent."""
    managed_by_provider: bool
    owners: list[OwnerItem]
    created_at: datetime | None
    last_used_at: datetime | None
    last_use: LastUse
    """`never` is a fact within the provider's window; `unknown` means that nobody told us."""
    enabled: bool | None = None
    mfa: bool | None = None
    """Whether a second factor is registered; None when not known or not applicable."""
    admin: AdminVerdict
    admin_reason: str = ""
    capabilities: list[CapabilityItem]
    data_scopes: list[str] = []
    """Resources whose data it can read or write, as its policies name them; "*" for all of its scope."""
    regions: list[str] = []
    """Regions beyond which its policies do not let it act; empty: it is not known to be confined."""
    usage: UsageItem | None = None
    """None when no usage data were read."""
    risk_score: int
    """0 to 100; what it is made of stands in docs/risk-score.md."""
    unknowns: list[UnknownItem] = []
    description: str = ""
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class CredentialResult(Result, frozen=True, kw_only=True):
    """One credential. Never its value."""

    id: str
    provider: str
    kind: str
    holder: str
    scope: str
    name: str
    status: str | None
    created_at: datetime | None
    rotated_at: datetime | None
    expires_at: datetime | None
    lifetime: str
    long_lived: bool
    service: str
    ai_provider: str
    last_used_at: datetime | None
    last_use: LastUse
    last_use_detail: str = ""


class WorkloadResult(Result, frozen=True, kw_only=True):
    """One workload and the identities that it runs as."""

    id: str
    provider: str
    kind: str
    name: str
    scope: str
    region: str
    agent: bool
    ai_platform: str
    model: str
    public: bool | None
    runs_as: list[str]
    owners: list[OwnerItem]
    created_at: datetime | None
    variables: list[str] = []
    tags: dict[str, str] = {}
    attributes: dict[str, str] = {}


class SecretResult(Result, frozen=True, kw_only=True):
    """One entry of a secret store, or one secret value that was seen in the open (`sightings` > 0)."""

    id: str
    provider: str
    kind: str
    name: str
    scope: str
    region: str
    ai_provider: str
    created_at: datetime | None
    rotated_at: datetime | None
    last_used_at: datetime | None = None
    last_use: LastUse = "unknown"
    in_clear: bool = False
    """Whether the value stands in the open: in a setting, or in a store that does not encrypt it."""
    seen_in: list[str] = []
    """Ids of the records in which a value with this fingerprint stood."""
    last4: str = ""


class NodeResult(Result, frozen=True, kw_only=True):
    """An end of an edge that is none of the above: a group, an issuer, an outside identity, an owner, a model."""

    id: str
    type: str
    name: str
    provider: str = ""


class EdgeResult(Result, frozen=True, kw_only=True):
    """A fact or a derived power between two nodes."""

    source: str
    target: str
    kind: str
    reason: str
    answer: str = "allowed"
    """allowed | conditional | latent | unknown for powers; allowed for facts."""
    conditions: list[str] = []
    fix: str = ""


class FindingResult(Result, frozen=True, kw_only=True):
    """Something that is wrong."""

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    subject: str
    """Id of what it is about."""
    evidence: list[str]
    """Sentences."""
    controls: list[str]
    """Framework and control: "OWASP NHI7:2025"."""
    remediation: str
    fingerprint: str
    """The same for the same problem in every scan."""
    related: list[str] = []
    """Ids of other records that it involves."""


class GapResult(Result, frozen=True, kw_only=True):
    """Something that could not be looked at."""

    connector: str
    scope: str
    region: str
    operation: str
    reason: GapReason
    permission: str
    hides: str
    detail: str = ""
    subjects: list[str] = []


class SuppressionResult(Result, frozen=True, kw_only=True):
    """A finding that the configuration silences, with its reason and its end."""

    rule: str
    subject: str
    fingerprint: str
    reason: str
    expires: str
    expired: bool
    """True when it has run out: the finding stands again."""
    matched: int
    """How many findings it silences."""


class CheckResult(Result, frozen=True, kw_only=True):
    """How one rule fared over the whole estate."""

    rule: str
    title: str
    severity: Severity
    why: str
    remediation: str
    references: list[str]
    controls: list[str]
    examined: int
    found: int
    unknown: int
    failed: str = ""
    """What was raised, when the rule itself failed; then all its subjects count as unknown."""


class ScopeResult(Result, frozen=True, kw_only=True):
    """A scope that was scanned, and how much of it answered."""

    id: str
    provider: str
    kind: str
    name: str
    parent: str | None
    environment: str | None
    asked: int
    answered: int
    scanned: bool = True
    """Whether it was scanned by itself; then nothing more had to be asked where `asked` is 0, for a sweep of what it
    lies in had told of it."""


class ConnectorResult(Result, frozen=True, kw_only=True):
    """A connector that took part."""

    name: str
    title: str
    status: Literal["complete", "incomplete", "failed"]
    detail: str = ""


class Coverage(Result, frozen=True, kw_only=True):
    """How much of what was asked was answered. Answers of different weight count alike; the gaps say which."""

    asked: int
    answered: int
    share: float
    """answered / asked, 0 to 1; 0 when nothing was asked."""
    complete: bool
    """No gap at all, except in operations that are optional."""


class BrokenPlugin(Result, frozen=True, kw_only=True):
    """An extension that did not load."""

    group: str
    name: str
    error: str


class ScanInfo(Result, frozen=True, kw_only=True):
    """When, with what, and how completely."""

    started: datetime
    finished: datetime
    clock: datetime
    """The moment that ages are counted to."""
    nhiscan_version: str
    connectors: list[ConnectorResult]
    scopes: list[ScopeResult]
    coverage: Coverage
    broken_plugins: list[BrokenPlugin] = []


class Risk(Result, frozen=True, kw_only=True):
    """One of the risks that matter most, in plain words."""

    title: str
    severity: Severity
    count: int
    """How many findings it stands for."""
    sentence: str
    """What it means for the company."""
    action: str
    rule: str
    subjects: list[str]
    """The worst few."""


class Share(Result, frozen=True, kw_only=True):
    """A part of a whole, with those that could not be judged kept apart."""

    count: int
    of: int
    unknown: int = 0


class PlatformCensus(Result, frozen=True, kw_only=True):
    """The agents of one platform, and how they stand."""

    platform: str
    """Product, or the kind of workload where an agent was found by its evidence: "Bedrock AgentCore"."""
    agents: int
    owned: Share
    administrators: Share
    """Agents that act as an administrator, or as one who can become it."""
    standing: Share
    """Agents that act with a long-lived credential, or with a secret that stands in the open in their settings."""
    public: Share
    """Agents that answer callers from the internet without authorisation."""


class KeyPlace(Result, frozen=True, kw_only=True):
    """Keys of one LLM provider in one kind of place."""

    provider: str
    place: str
    """Kind of the record that holds them: "lambda-function", "secretsmanager-secret", "service-specific"."""
    in_clear: bool
    """Whether the values stand in the open there."""
    keys: int
    """Different keys, as far as they can be told apart; entries of a store count as one each."""
    shared: int
    """Those of them that more than one workload uses."""


class AgentItem(Result, frozen=True, kw_only=True):
    """One agent, as the census counts it."""

    id: str
    """Of the workload."""
    name: str
    platform: str
    model: str
    scope: str
    acts_as: list[str]
    """Ids of the identities that its code acts as."""
    owners: list[str]
    """Its own and those of whom it acts as, without those known to have left."""
    admin: AdminVerdict
    """The gravest of the verdicts on whom it acts as; `unknown` where that was not seen."""
    standing: bool
    """Whether it acts with a long-lived credential, or a secret stands in the open in its settings."""
    public: bool | None


class AiCensus(Result, frozen=True, kw_only=True):
    """Who the AI agents are, in figures."""

    agents: int
    """Workloads that an agent platform runs, and those that run as an AI persona."""
    personas: int
    """Identities of the class `ai_persona`."""
    personas_without_agent: int
    """Those of them that nothing seen runs as."""
    platforms: list[PlatformCensus]
    """Most agents first."""
    models: dict[str, int]
    """Agents by the model that they are set up with; most first, those that do not say left out."""
    owners: dict[str, int]
    """Agents by owner: the ten who have most."""
    keys: list[KeyPlace]
    """In the open first."""
    roster: list[AgentItem]
    """The agents one by one, gravest first; at most `ROSTER`."""
    unseen: list[str]
    """Ids of scopes in which agents could not be listed, or not all: the figures may be too low."""


class Summary(Result, frozen=True, kw_only=True):
    """The figures of the executive page."""

    classes: dict[str, int]
    """Identities by class."""
    providers: dict[str, int]
    scopes: int
    managed_by_provider: int
    owned: Share
    """Non-human identities, not the provider's own, that have an owner."""
    long_lived: Share
    """Active credentials of non-human identities that are long-lived secrets."""
    administrators: Share
    can_become_administrator: Share
    stale: Share
    ai: AiCensus
    findings: dict[str, int]
    """Findings by severity."""
    risks: list[Risk]
    """At most ten, worst first."""


class ScanResult(Result, frozen=True, kw_only=True):
    """The whole of a scan, as reports see it and as result.json holds it."""

    schema_version: str
    scan: ScanInfo
    summary: Summary
    identities: list[IdentityResult]
    credentials: list[CredentialResult]
    workloads: list[WorkloadResult]
    secrets: list[SecretResult]
    nodes: list[NodeResult]
    edges: list[EdgeResult]
    findings: list[FindingResult]
    gaps: list[GapResult]
    suppressions: list[SuppressionResult]
    checks: list[CheckResult]
