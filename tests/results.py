"""Results made by hand, for tests of what is done with a result."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from nhiscan.census import take_census
from nhiscan.result import (
    SCHEMA_VERSION,
    Coverage,
    CredentialResult,
    EdgeResult,
    FindingResult,
    IdentityResult,
    NodeResult,
    ScanInfo,
    ScanResult,
    ScopeResult,
    SecretResult,
    WorkloadResult,
)
from nhiscan.summary import summarise

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)


def identity(id: str, **fields: Any) -> IdentityResult:
    """A role that nothing is known of, but for `fields`."""
    base: dict[str, Any] = {
        "id": id,
        "provider": "aws",
        "kind": "iam-role",
        "name": id,
        "scope": "aws:1",
        "class_": "legacy_service",
        "confidence": 0.9,
        "evidence": [],
        "managed_by_provider": False,
        "owners": [],
        "created_at": None,
        "last_used_at": None,
        "last_use": "never",
        "admin": "no",
        "capabilities": [],
        "risk_score": 0,
    }
    return IdentityResult(**base | fields)


def credential(id: str, holder: str, **fields: Any) -> CredentialResult:
    """An active, long-lived access key."""
    base: dict[str, Any] = {
        "id": id,
        "provider": "aws",
        "kind": "access-key",
        "holder": holder,
        "scope": "aws:1",
        "name": "",
        "status": "active",
        "created_at": None,
        "rotated_at": None,
        "expires_at": None,
        "lifetime": "unknown",
        "long_lived": True,
        "service": "",
        "ai_provider": "",
        "last_used_at": None,
        "last_use": "unknown",
    }
    return CredentialResult(**base | fields)


def workload(id: str, runs_as: Sequence[str] = (), **fields: Any) -> WorkloadResult:
    """A function."""
    base: dict[str, Any] = {
        "id": id,
        "provider": "aws",
        "kind": "lambda-function",
        "name": id,
        "scope": "aws:1",
        "region": "eu-west-1",
        "agent": False,
        "ai_platform": "",
        "model": "",
        "public": None,
        "runs_as": list(runs_as),
        "owners": [],
        "created_at": None,
    }
    return WorkloadResult(**base | fields)


def secret(id: str, **fields: Any) -> SecretResult:
    """An entry of a secret store."""
    base: dict[str, Any] = {
        "id": id,
        "provider": "aws",
        "kind": "secrets-manager-secret",
        "name": id,
        "scope": "aws:1",
        "region": "eu-west-1",
        "ai_provider": "",
        "created_at": None,
        "rotated_at": None,
    }
    return SecretResult(**base | fields)


def edge(source: str, target: str, kind: str, **fields: Any) -> EdgeResult:
    """An edge whose reason names its ends."""
    return EdgeResult(
        **{"source": source, "target": target, "kind": kind, "reason": f"{source} {kind} {target}"} | fields
    )


def finding(rule: str, subject: str, **fields: Any) -> FindingResult:
    """A high finding."""
    base: dict[str, Any] = {
        "rule": rule,
        "title": f"Title of {rule}",
        "severity": "high",
        "confidence": "high",
        "subject": subject,
        "evidence": [f"evidence of {rule}"],
        "controls": [],
        "remediation": f"mend {rule}",
        "fingerprint": f"{rule}-{subject}",
    }
    return FindingResult(**base | fields)


def scope(id: str, **fields: Any) -> ScopeResult:
    """An account that answered."""
    base: dict[str, Any] = {
        "id": id,
        "provider": "aws",
        "kind": "account",
        "name": f"name of {id}",
        "parent": None,
        "environment": None,
        "asked": 1,
        "answered": 1,
    }
    return ScopeResult(**base | fields)


def result(
    *,
    identities: Sequence[IdentityResult] = (),
    credentials: Sequence[CredentialResult] = (),
    workloads: Sequence[WorkloadResult] = (),
    secrets: Sequence[SecretResult] = (),
    nodes: Sequence[NodeResult] = (),
    edges: Sequence[EdgeResult] = (),
    findings: Sequence[FindingResult] = (),
    **more: Any,
) -> ScanResult:
    """A scan of one account that found these."""
    scopes = [scope("aws:1")]
    return ScanResult(
        schema_version=SCHEMA_VERSION,
        scan=ScanInfo(
            started=CLOCK,
            finished=CLOCK,
            clock=CLOCK,
            nhiscan_version="0",
            connectors=[],
            scopes=scopes,
            coverage=Coverage(asked=1, answered=1, share=1.0, complete=True),
        ),
        summary=summarise(
            identities,
            credentials,
            findings,
            scopes,
            {},
            take_census(identities, credentials, workloads, secrets, edges),
        ),
        identities=list(identities),
        credentials=list(credentials),
        workloads=list(workloads),
        secrets=list(secrets),
        nodes=list(nodes),
        edges=list(edges),
        findings=list(findings),
        gaps=more.get("gaps", []),
        suppressions=[],
        checks=more.get("checks", []),
    )
