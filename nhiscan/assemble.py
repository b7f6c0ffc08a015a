"""Assemble: everything that was found and concluded, put together as the ScanResult that reports render."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import get_args

import msgspec

from nhiscan import __version__
from nhiscan.census import take_census
from nhiscan.connector import Connector
from nhiscan.evidence import Manifest
from nhiscan.governance.ownership import owner_exists
from nhiscan.inventory import Inventory
from nhiscan.judge import Judged
from nhiscan.model import Activity, Aspect, Credential, Gap, Identity, Sighting, Workload
from nhiscan.parse import Parsed, is_limit
from nhiscan.plugins import Broken
from nhiscan.result import (
    SCHEMA_VERSION,
    BrokenPlugin,
    CapabilityItem,
    ConnectorResult,
    Coverage,
    CredentialResult,
    EdgeResult,
    FindingResult,
    GapResult,
    IdentityResult,
    LastUse,
    NodeResult,
    OwnerItem,
    ScanInfo,
    ScanResult,
    ScopeResult,
    SecretResult,
    UnknownItem,
    UsageItem,
    WorkloadResult,
)
from nhiscan.risk import exposure_of, risk_score
from nhiscan.rule import Finding, Rule
from nhiscan.summary import summarise


def assemble(
    parsed: Parsed,
    judged: Judged,
    manifest: Manifest,
    connectors: Mapping[str, Connector],
    rules: Mapping[str, Rule],
    broken: list[Broken],
    clock: datetime,
) -> ScanResult:
    """The whole result, every list in a fixed order."""
    inventory = parsed.inventory
    by_subject: dict[str, list[Finding]] = defaultdict(list)
    for finding in judged.findings:
        by_subject[finding.subject].append(finding)
    identities = [
        _identity(identity, inventory, judged, by_subject) for _, identity in sorted(inventory.identities.items())
    ]
    credentials = [_credential(credential) for _, credential in sorted(inventory.credentials.items())]
    findings = [_finding(finding, rules) for finding in judged.findings]
    gaps = sorted(
        map(_gap, inventory.gaps), key=lambda g: (g.connector, g.scope, g.region, g.operation, g.reason, g.detail)
    )
    scopes = _scopes(parsed)
    broken_plugins = [BrokenPlugin(group=b.group, name=b.name, error=b.error) for b in broken]
    workloads = [_workload(workload, inventory) for _, workload in sorted(inventory.workloads.items())]
    secrets = _secrets(inventory)
    edges = _edges(judged)
    unseen = {gap.scope for gap in inventory.gaps if "agents" in gap.blinds}
    return ScanResult(
        schema_version=SCHEMA_VERSION,
        scan=ScanInfo(
            started=manifest.started,
            finished=manifest.finished or manifest.started,
            clock=clock,
            nhiscan_version=__version__,
            connectors=[_connector(entry.name, connectors, inventory) for entry in manifest.connectors],
            scopes=scopes,
            coverage=_coverage(parsed, len(inventory.gaps), bool(broken_plugins)),
            broken_plugins=broken_plugins,
        ),
        summary=summarise(
            identities,
            credentials,
            findings,
            scopes,
            rules,
            take_census(identities, credentials, workloads, secrets, edges, unseen),
        ),
        identities=identities,
        credentials=credentials,
        workloads=workloads,
        secrets=secrets,
        nodes=_nodes(judged),
        edges=edges,
        findings=findings,
        gaps=gaps,
        suppressions=judged.suppressions,
        checks=judged.checks,
    )


def last_use(activity: Activity | None) -> LastUse:
    """Used, never used within the provider's window, or not known."""
    if activity is None:
        return "unknown"
    return "never" if activity.last_used_at is None else "used"


def _identity(
    identity: Identity, inventory: Inventory, judged: Judged, by_subject: Mapping[str, list[Finding]]
) -> IdentityResult:
    verdict = judged.verdicts[identity.id]
    admin, admin_reason = judged.admins.get(identity.id, ("unknown", "its access was not evaluated"))
    activity = _best_activity(identity, inventory)
    own = list(by_subject.get(identity.id, ()))
    unknowns = list(judged.unknowns.get(identity.id, ()))
    for credential in inventory.credentials_of(identity.id):
        own += by_subject.get(credential.id, ())
        unknowns += judged.unknowns.get(credential.id, ())
    return IdentityResult(
        id=identity.id,
        provider=identity.provider,
        kind=identity.kind,
        name=identity.name,
        scope=identity.scope,
        class_=verdict.class_,
        confidence=verdict.confidence,
        evidence=list(verdict.evidence),
        leaning=verdict.leaning,
        settle=verdict.settle,
        mixed=verdict.mixed,
        managed_by_provider=identity.managed_by_provider,
        owners=_owners(identity.id, inventory),
        created_at=identity.created_at,
        last_used_at=activity.last_used_at if activity else None,
        last_use=last_use(activity),
        enabled=identity.enabled,
        mfa=inventory.has_factor(identity) if inventory.knows(identity.scope, "mfa", identity.id) else None,
        admin=admin,
        admin_reason=admin_reason,
        capabilities=sorted(
            (
                CapabilityItem(
                    capability=grant.capability,
                    resource=grant.resource,
                    answer=grant.answer,
                    conditions=list(grant.conditions),
                    reason=grant.reason,
                )
                for grant in inventory.grants_of(identity.id)
            ),
            key=lambda c: (c.capability, c.resource, c.answer, c.reason),
        ),
        data_scopes=sorted({g.resource for g in inventory.grants_of(identity.id) if g.capability in _DATA}),
        regions=sorted({region for found in inventory.confinements_of(identity.id) for region in found.regions}),
        usage=_usage(identity, inventory),
        risk_score=risk_score(own, admin, verdict.class_, exposure_of(inventory, identity)),
        unknowns=[UnknownItem(rule=item.rule, why=item.why) for item in unknowns],
        description=identity.description,
        tags=identity.tags,
        attributes=identity.attributes,
    )


_DATA = ("read_data", "write_data")


def _usage(identity: Identity, inventory: Inventory) -> UsageItem | None:
    """Granted against used, a service at a time; None where the data were not read, or not all of them."""
    services = {use.service: use for use in inventory.usages_of(identity.id) if not use.action and use.granted}
    if not services or not inventory.knows(identity.scope, "usage", identity.id):
        return None
    unused = sorted(name for name, use in services.items() if use.last_used_at is None)
    since = min((use.observed_since for use in services.values() if use.observed_since), default=None)
    return UsageItem(granted=len(services), used=len(services) - len(unused), unused=unused, since=since)


def _best_activity(identity: Identity, inventory: Inventory) -> Activity | None:
    """Last use of an identity: its own, or the latest of its credentials'.

    Never used is said only when every credential is known never to have been: one unknown makes it unknown.
    """
    known = [identity.activity] if identity.activity else []
    credentials = inventory.credentials_of(identity.id)
    known += [c.activity for c in credentials if c.activity is not None]
    used = [activity for activity in known if activity.last_used_at is not None]
    if used:
        return max(used, key=lambda a: a.last_used_at or datetime.min)
    if any(c.activity is None for c in credentials) or not inventory.knows(identity.scope, "activity", identity.id):
        return None
    return known[0] if known else None


def _owners(subject: str, inventory: Inventory) -> list[OwnerItem]:
    return [
        OwnerItem(
            owner=_owner_name(o.owner, inventory), kind=o.kind, source=o.source, exists=owner_exists(inventory, o)
        )
        for o in inventory.ownerships_of(subject)
    ]


def _owner_name(owner: str, inventory: Inventory) -> str:
    """An owner as people know them: the address or the name of who is written by an id."""
    known = inventory.identities.get(owner)
    if known is not None:
        return known.email or known.name
    group = inventory.groups.get(owner)
    return group.name if group is not None else owner


def _credential(credential: Credential) -> CredentialResult:
    activity = credential.activity
    return CredentialResult(
        id=credential.id,
        provider=credential.provider,
        kind=credential.kind,
        holder=credential.holder,
        scope=credential.scope,
        name=credential.name,
        status=credential.status,
        created_at=credential.created_at,
        rotated_at=credential.rotated_at,
        expires_at=credential.expires_at,
        lifetime=credential.lifetime,
        long_lived=credential.long_lived,
        service=credential.service,
        ai_provider=credential.ai_provider,
        last_used_at=activity.last_used_at if activity else None,
        last_use=last_use(activity),
        last_use_detail=activity.detail if activity else "",
    )


def _workload(workload: Workload, inventory: Inventory) -> WorkloadResult:
    return WorkloadResult(
        id=workload.id,
        provider=workload.provider,
        kind=workload.kind,
        name=workload.name,
        scope=workload.scope,
        region=workload.region,
        agent=workload.agent,
        ai_platform=workload.ai_platform,
        model=workload.model,
        public=workload.public,
        runs_as=sorted({run.identity for run in inventory.identities_run_by(workload.id) if not run.by_platform}),
        owners=_owners(workload.id, inventory),
        created_at=workload.created_at,
        variables=list(workload.variables),
        tags=workload.tags,
        attributes=workload.attributes,
    )


def _secrets(inventory: Inventory) -> list[SecretResult]:
    entries = [
        SecretResult(
            id=secret.id,
            provider=secret.provider,
            kind=secret.kind,
            name=secret.name,
            scope=secret.scope,
            region=secret.region,
            ai_provider=secret.ai_provider,
            created_at=secret.created_at,
            rotated_at=secret.rotated_at,
            last_used_at=secret.activity.last_used_at if secret.activity else None,
            last_use=last_use(secret.activity),
            in_clear=secret.encrypted is False,
        )
        for secret in inventory.secrets.values()
    ]
    seen: dict[str, set[str]] = defaultdict(set)
    first: dict[str, Sighting] = {}
    for sighting in inventory.sightings:
        seen[sighting.fingerprint].add(sighting.subject)
        first.setdefault(sighting.fingerprint, sighting)
    entries += [
        SecretResult(
            id=f"sighting:{fingerprint}",
            provider=first[fingerprint].ai_provider,
            kind=first[fingerprint].detector,
            name=f"{first[fingerprint].detector} …{first[fingerprint].last4}",
            scope=first[fingerprint].scope,
            region="",
            ai_provider=first[fingerprint].ai_provider,
            created_at=None,
            rotated_at=None,
            in_clear=True,
            seen_in=sorted(subjects),
            last4=first[fingerprint].last4,
        )
        for fingerprint, subjects in seen.items()
    ]
    return sorted(entries, key=lambda s: s.id)


def _nodes(judged: Judged) -> list[NodeResult]:
    """The ends of edges that stand in no other list."""
    listed = {"identity", "credential", "workload"}
    return sorted(
        (
            NodeResult(id=id, type=data["type"], name=data["name"], provider=data["provider"])
            for id, data in judged.graph.graph.nodes(data=True)
            if data["type"] not in listed
        ),
        key=lambda node: node.id,
    )


def _edges(judged: Judged) -> list[EdgeResult]:
    return sorted(
        (
            EdgeResult(
                source=edge.source,
                target=edge.target,
                kind=edge.kind,
                reason=edge.reason,
                answer=edge.answer,
                conditions=list(edge.conditions),
                fix=edge.fix,
            )
            for edge in judged.graph.edges()
        ),
        key=lambda e: (e.source, e.kind, e.target, e.reason),
    )


def _finding(finding: Finding, rules: Mapping[str, Rule]) -> FindingResult:
    rule = rules[finding.rule]
    return FindingResult(
        rule=rule.id,
        title=rule.title,
        severity=finding.severity,
        confidence=finding.confidence,
        subject=finding.subject,
        evidence=list(finding.evidence),
        controls=rule.control_names,
        remediation=rule.remediation,
        fingerprint=finding.fingerprint,
        related=list(finding.related),
    )


def _gap(gap: Gap) -> GapResult:
    return GapResult(
        connector=gap.connector,
        scope=gap.scope,
        region=gap.region,
        operation=gap.operation,
        reason=gap.reason,
        permission=gap.permission,
        hides=gap.hides,
        detail=gap.detail,
        subjects=list(gap.subjects),
    )


def _connector(name: str, connectors: Mapping[str, Connector], inventory: Inventory) -> ConnectorResult:
    """How a connector fared. One that could not list identities in any scope has failed, whatever else it read.

    A provider may have several lists of identities; then all of them must have been refused.
    """
    optional = {operation.name for operation in connectors[name].operations if operation.optional}
    gaps = [
        gap for gap in inventory.gaps if gap.connector == name and gap.operation not in optional and not is_limit(gap)
    ]
    title = connectors[name].title
    if not gaps:
        return ConnectorResult(name=name, title=title, status="complete")
    seen = {identity.scope for identity in inventory.identities.values() if identity.provider == name}
    blind = {gap.scope: gap for gap in gaps if "identities" in gap.blinds}
    lists = {
        operation.name
        for operation in connectors[name].operations
        if "identities" in operation.blinds and len(operation.blinds) < len(get_args(Aspect))
    }
    refused = {gap.operation for gap in gaps if "identities" in gap.blinds}
    some_list_answered = refused < lists and bool(seen)
    if blind and not some_list_answered and not any(inventory.knows(scope, "identities") for scope in seen):
        reasons = Counter(f"{gap.operation}: {gap.detail or gap.reason}" for gap in blind.values())
        return ConnectorResult(name=name, title=title, status="failed", detail=reasons.most_common(1)[0][0])
    return ConnectorResult(
        name=name, title=title, status="incomplete", detail="1 gap" if len(gaps) == 1 else f"{len(gaps)} gaps"
    )


def _scopes(parsed: Parsed) -> list[ScopeResult]:
    scopes = parsed.inventory.scopes
    found = [
        ScopeResult(
            id=scope.id,
            provider=scope.provider,
            kind=scope.kind,
            name=scope.name,
            parent=scope.parent,
            environment=scope.environment,
            asked=parsed.tallies[scope.id].asked if scope.id in parsed.tallies else 0,
            answered=parsed.tallies[scope.id].answered if scope.id in parsed.tallies else 0,
            scanned=scope.id in parsed.tallies,
        )
        for scope in scopes.values()
    ]
    return sorted(found, key=lambda scope: scope.id)


def _coverage(parsed: Parsed, gaps: int, broken: bool) -> Coverage:
    asked = sum(tally.asked for tally in parsed.tallies.values())
    answered = sum(tally.answered for tally in parsed.tallies.values())
    return Coverage(
        asked=asked,
        answered=answered,
        share=round(answered / asked, 4) if asked else 0.0,
        complete=gaps == parsed.optional_gaps and not broken and asked > 0,
    )


def schema() -> bytes:
    """The JSON Schema of result.json."""
    text = msgspec.json.encode(msgspec.json.schema(ScanResult), order="deterministic")
    return msgspec.json.format(text) + b"\n"
