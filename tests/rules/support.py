"""What tests of rules are built from: short words for records, an estate, and what a rule says about it.

    EXAMPLE = estate(user("ci"), access_key("ci", used=ago(200)))

    def test_an_idle_key_is_found() -> None:
        assert EXAMPLE.run(RULE).found == ["AKIA-ci"]

Each module `test_<rule id>` holds one `EXAMPLE`, in which its rule finds something; tests/rules/test_all_rules.py runs
them all. A builder takes the fields of its record by name, and gives the rest plain values: a year old, in `ACCOUNT`.
Nobody is an administrator, and everybody's class is unknown, unless the estate says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from nhiscan.build import build
from nhiscan.classify import Verdict
from nhiscan.inventory import Inventory
from nhiscan.model import (
    Activity,
    AnyRecord,
    Aspect,
    Assignment,
    CanBecome,
    Capability,
    Credential,
    Factor,
    FactorState,
    Gap,
    Grant,
    Guard,
    GuardKind,
    Identity,
    Link,
    Ownership,
    Policy,
    Resource,
    RunsAs,
    Scope,
    Secret,
    Sighting,
    Signal,
    Trust,
    Usage,
    Workload,
)
from nhiscan.result import AdminVerdict, IdentityClass
from nhiscan.rule import Finding, Rule, RuleContext, Unknown

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ACCOUNT = "aws:111122223333"
SISTER = "aws:444455556666"
"""Another account of the same organization, once `organization()` is in the estate."""
STRANGER = "aws:999900001111"
"""An account that nobody knows."""
GITHUB = "token.actions.githubusercontent.com"


def ago(days: float) -> datetime:
    """A moment so many days before the scan."""
    return NOW - timedelta(days=days)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule said about an estate."""

    findings: list[Finding]
    unknowns: list[Unknown]
    examined: int

    @property
    def found(self) -> list[str]:
        """Subjects of the findings."""
        return [finding.subject for finding in self.findings]

    @property
    def unknown(self) -> list[str]:
        """Subjects that could not be judged."""
        return [unknown.subject for unknown in self.unknowns]

    @property
    def clean(self) -> bool:
        """Nothing wrong, and nothing unknown."""
        return not self.findings and not self.unknowns

    @property
    def finding(self) -> Finding:
        """The only finding; fails when there are none or several, or unknowns beside it."""
        assert len(self.findings) == 1, self
        assert not self.unknowns, self
        return self.findings[0]

    @property
    def text(self) -> str:
        """All evidence and all reasons, a line each."""
        evidence = [sentence for finding in self.findings for sentence in finding.evidence]
        return "\n".join([*evidence, *(unknown.why for unknown in self.unknowns)])


class Estate(msgspec.Struct, frozen=True, kw_only=True):
    """Records, and what was concluded about the identities among them."""

    records: tuple[AnyRecord, ...]
    classes: Mapping[str, IdentityClass] = {}
    admins: Mapping[str, AdminVerdict] = {}
    mixed: frozenset[str] = frozenset()
    """Identities for which strong evidence speaks for two classes."""

    def context(
        self,
        rule: Rule,
        *,
        clock: datetime = NOW,
        listings: Mapping[str, tuple[str, ...]] | None = None,
        **thresholds: int,
    ) -> RuleContext:
        """What the rule sees. Thresholds are the rule's own unless they are given."""
        inventory = Inventory(self.records)
        verdicts = {id: verdict(id, class_, mixed=id in self.mixed) for id, class_ in self.classes.items()}
        admins: dict[str, AdminVerdict] = {**dict.fromkeys(inventory.identities, "no"), **self.admins}
        known = {threshold.name: threshold.default for threshold in rule.thresholds}
        assert thresholds.keys() <= known.keys()
        return RuleContext(
            inventory=inventory,
            graph=build(inventory),
            verdicts=verdicts,
            admins=admins,
            clock=clock,
            thresholds={**known, **thresholds},
            listings=listings,
        )

    def run(
        self,
        rule: Rule,
        *,
        clock: datetime = NOW,
        listings: Mapping[str, tuple[str, ...]] | None = None,
        **thresholds: int,
    ) -> Said:
        """Everything that the rule says."""
        assert (listings or {}).keys() <= {listing.name for listing in rule.listings}
        context = self.context(rule, clock=clock, listings=listings, **thresholds)
        outcomes = list(rule.check(context))
        return Said(
            findings=[outcome for outcome in outcomes if isinstance(outcome, Finding)],
            unknowns=[outcome for outcome in outcomes if isinstance(outcome, Unknown)],
            examined=context.examined,
        )


def estate(
    *records: AnyRecord,
    classes: Mapping[str, IdentityClass] | None = None,
    admins: Mapping[str, AdminVerdict] | None = None,
    mixed: frozenset[str] = frozenset(),
) -> Estate:
    """An estate of one account with these records in it."""
    return Estate(records=(account(), *records), classes=classes or {}, admins=admins or {}, mixed=mixed)


def verdict(subject: str, class_: IdentityClass, *, confidence: float = 0.9, mixed: bool = False) -> Verdict:
    """A class, as if it had been concluded."""
    return Verdict(subject=subject, class_=class_, confidence=confidence, evidence=(), mixed=mixed)


def account(id: str = ACCOUNT, **fields: Any) -> Scope:
    """An account. It belongs to the organization `aws:o-acme`, which is only known once `organization()` is there."""
    return Scope(**{"id": id, "provider": "aws", "kind": "account", "name": id, "parent": "aws:o-acme", **fields})


def organization(id: str = "aws:o-acme", **fields: Any) -> Scope:
    """The organization that accounts belong to."""
    return Scope(**{"id": id, "provider": "aws", "kind": "organization", "name": "acme", **fields})


def user(id: str, **fields: Any) -> Identity:
    """A user, a year old, of whose own use nothing is said: its credentials tell."""
    given = {"id": id, "provider": "aws", "kind": "iam-user", "name": id, "scope": ACCOUNT, "created_at": ago(365)}
    return Identity(**{**given, **fields})


def role(id: str, *, used: datetime | Literal["never"] | None = None, **fields: Any) -> Identity:
    """A role, a year old, last used at `used`; None when nobody knows."""
    return user(id, **{"kind": "iam-role", "activity": _activity(used), **fields})


def root(**fields: Any) -> Identity:
    """The first user of the account."""
    return user("root", **{"kind": "root-user", "attributes": {"root": "true"}, **fields})


def access_key(holder: str, *, used: datetime | Literal["never"] | None = "never", **fields: Any) -> Credential:
    """An active access key, a year old. `used` is its last use, "never" a fact, None not known."""
    given = {
        "id": f"AKIA-{holder}",
        "provider": "aws",
        "kind": "access-key",
        "holder": holder,
        "scope": ACCOUNT,
        "status": "active",
        "created_at": ago(365),
        "lifetime": "never_expires",
        "long_lived": True,
        "activity": _activity(used),
    }
    return Credential(**{**given, **fields})


def password(holder: str, *, used: datetime | Literal["never"] | None = "never", **fields: Any) -> Credential:
    """An active console password."""
    given = {"id": f"password-{holder}", "kind": "password", "long_lived": False, "lifetime": "unknown"}
    return access_key(holder, used=used, **{**given, **fields})


def ai_key(holder: str, *, used: datetime | Literal["never"] | None = "never", **fields: Any) -> Credential:
    """An active API key that opens an AI service and never expires."""
    given = {
        "id": f"ACCA-{holder}",
        "kind": "service-specific",
        "service": "bedrock.amazonaws.com",
        "ai_provider": "bedrock",
    }
    return access_key(holder, used=used, **{**given, **fields})


def client_secret(holder: str, *, ends: datetime | None, **fields: Any) -> Credential:
    """A secret of an application, a year old, that ends at `ends`; None when nobody told."""
    given = {
        "id": f"secret-{holder}",
        "kind": "client-secret",
        "name": "deploy",
        "status": None,
        "expires_at": ends,
        "lifetime": "unknown" if ends is None else "expires",
    }
    return access_key(holder, used=ago(1), **{**given, **fields})


def _activity(used: datetime | Literal["never"] | None) -> Activity | None:
    if used is None:
        return None
    return Activity() if used == "never" else Activity(last_used_at=used)


def seen_since(observed_since: datetime) -> Activity:
    """No use within a window that begins at `observed_since`, and nothing known of the time before."""
    return Activity(observed_since=observed_since)


def trust(identity: str, principal: str, kind: str, *guards: Guard, **fields: Any) -> Trust:
    """One entry of the trust of an identity."""
    return Trust(**{"identity": identity, "principal": principal, "kind": kind, "guards": guards, **fields})


def guard(
    kind: GuardKind,
    *values: str,
    key: str = "",
    operator: str = "StringEquals",
    confines: bool = True,
) -> Guard:
    """A condition of a trust."""
    return Guard(kind=kind, key=key or f"key:{kind}", operator=operator, values=values, confines=confines)


def subject(*patterns: str, operator: str = "StringLike", confines: bool = True, issuer: str = GITHUB) -> Guard:
    """A condition on the subject of an outside issuer."""
    return guard("subject", *patterns, key=f"{issuer}:sub", operator=operator, confines=confines)


def signal(subject: str, name: str, detail: str = "") -> Signal:
    """A fact for the classification."""
    return Signal(subject=subject, name=name, detail=detail)


def factor(identity: str, *, present: bool) -> FactorState:
    """Whether a second factor is registered."""
    return FactorState(identity=identity, present=present)


def method(identity: str, kind: Literal["totp", "passkey", "push", "sms", "unknown"], **fields: Any) -> Factor:
    """A second factor by its kind: only a passkey withstands phishing, and nobody knows what "unknown" does."""
    resists = None if kind == "unknown" else kind == "passkey"
    given = {"id": f"{identity}-{kind}", "identity": identity, "kind": kind, "phishing_resistant": resists}
    return Factor(**{**given, **fields})


def role_definition(id: str, **fields: Any) -> Policy:
    """A role that can be assigned in a scope."""
    return Policy(**{"id": id, "provider": "azure", "kind": "role-definition", "name": id, "scope": ACCOUNT, **fields})


def assigned(principal: str, role: str, scope: str = ACCOUNT, **fields: Any) -> Assignment:
    """A role that somebody holds in a scope, at all times unless it is said otherwise."""
    return Assignment(**{"principal": principal, "role": role, "scope": scope, **fields})


def owner(subject: str, name: str = "team-payments", **fields: Any) -> Ownership:
    """Somebody who answers for something."""
    return Ownership(**{"subject": subject, "owner": name, "source": "tag Owner", **fields})


def workload(id: str, runs_as: str = "", **fields: Any) -> tuple[AnyRecord, ...]:
    """A function, and that it runs as an identity."""
    given = {"id": id, "provider": "aws", "kind": "lambda-function", "name": id, "scope": ACCOUNT}
    it = Workload(**{**given, **fields})
    return (it, RunsAs(workload=id, identity=runs_as)) if runs_as else (it,)


def agent(id: str, runs_as: str = "", **fields: Any) -> tuple[AnyRecord, ...]:
    """An AI agent that answers nobody from the internet, and that it runs as an identity."""
    given = {
        "kind": "agent-runtime",
        "agent": True,
        "ai_platform": "Agent Platform",
        "public": False,
        "region": "eu-west-1",
        "created_at": ago(100),
    }
    return workload(id, runs_as, **{**given, **fields})


def link(source: str, target: str, kind: str) -> Link:
    """A relation."""
    return Link(source=source, target=target, kind=kind, reason=f"{source} {kind} {target}")


def secret(id: str, **fields: Any) -> Secret:
    """An encrypted entry of a secret store, a year old."""
    given = {"id": id, "provider": "aws", "kind": "secret", "name": id, "scope": ACCOUNT}
    return Secret(**{**given, "encrypted": True, "created_at": ago(365), **fields})


def sighting(subject: str, detector: str = "openai-project-key", **fields: Any) -> Sighting:
    """A secret value that stood in an environment variable."""
    given = {
        "detector": detector,
        "fingerprint": f"f-{detector}",
        "last4": "9xYz",
        "subject": subject,
        "where": "environment variable OPENAI_API_KEY",
        "scope": ACCOUNT,
    }
    return Sighting(**{**given, **fields})


def resource(id: str, kind: str, **attributes: str) -> Resource:
    """Something that is no identity, runs not and is no secret."""
    return Resource(id=id, provider="aws", kind=kind, name=id, scope=ACCOUNT, region="eu-west-1", attributes=attributes)


def usage(identity: str, service: str, *, used: datetime | None = None, **fields: Any) -> Usage:
    """One line of usage data, from a memory that goes back 400 days."""
    return Usage(
        **{"identity": identity, "service": service, "last_used_at": used, "observed_since": ago(400), **fields}
    )


def may(identity: str, capability: Capability, resource: str = "*", **fields: Any) -> Grant:
    """A capability of an identity."""
    given = {"answer": "allowed", "reason": f"{identity} may {capability} on {resource}"}
    return Grant(**{"identity": identity, "capability": capability, "resource": resource, **given, **fields})


def becomes(identity: str, target: str, **fields: Any) -> CanBecome:
    """A step that an identity can take."""
    given = {"method": "sts-assume-role", "answer": "allowed", "reason": f"{identity} can become {target}"}
    return CanBecome(**{"identity": identity, "target": target, **given, **fields})


def administers(identity: str, **fields: Any) -> Grant:
    """An identity's power over its account."""
    given = {
        "capability": "administer",
        "resource": "*",
        "answer": "allowed",
        "reason": f"{identity} may do everything (policy all, statement 1)",
    }
    return Grant(**{"identity": identity, **given, **fields})


def gap(*aspects: Aspect, scope: str = ACCOUNT, subjects: tuple[str, ...] = ()) -> Gap:
    """Something that could not be read, of the whole account or of some subjects in it."""
    return Gap(connector="aws", scope=scope, operation="test:Call", reason="denied", blinds=aspects, subjects=subjects)
