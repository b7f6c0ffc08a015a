"""Judge: access, classes, findings and scores, from an inventory to a ScanResult. Pure: same input, same result."""

from __future__ import annotations

import fnmatch
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from nhiscan.access.reach import admin_verdicts
from nhiscan.build import build
from nhiscan.classify import Verdict, classify
from nhiscan.classify.workloads import workload_signals
from nhiscan.config import Config, Suppression, listings_of, thresholds_of
from nhiscan.connector import Connector
from nhiscan.governance.ownership import ownerships
from nhiscan.graph import IdentityGraph
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Aspect, Gap
from nhiscan.result import SEVERITIES, AdminVerdict, CheckResult, SuppressionResult
from nhiscan.rule import Finding, Rule, RuleContext, Unknown

log = logging.getLogger(__name__)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was concluded, before it is put into words for a report."""

    graph: IdentityGraph
    verdicts: dict[str, Verdict]
    admins: dict[str, tuple[AdminVerdict, str]]
    findings: list[Finding]
    """Worst first; without those that are suppressed."""
    unknowns: dict[str, list[Unknown]]
    """By subject."""
    checks: list[CheckResult]
    suppressions: list[SuppressionResult]


def derive(inventory: Inventory, connectors: Mapping[str, Connector]) -> None:
    """Add what shows only over all shards: joins, the grants and powers that policies give, signals of workloads.

    A connector that raises makes what it would have told unknown.
    """
    for name, connector in sorted(connectors.items()):
        hides = "which workloads, secrets and agents belong together"
        blinds: tuple[Aspect, ...] = ("workloads", "agents", "secrets")
        _add_derived(inventory, name, "join", connector.join, hides, blinds)
    for name, connector in sorted(connectors.items()):
        _add_derived(
            inventory, name, "access", connector.access, "what its identities can do and become", ("policies",)
        )
    for signal in list(workload_signals(inventory)):
        inventory.add(signal)


def _add_derived(
    inventory: Inventory,
    name: str,
    operation: str,
    function: Callable[[Inventory], Iterable[AnyRecord]],
    hides: str,
    blinds: tuple[Aspect, ...],
) -> None:
    """Add what a connector derives. One that raises must not look like one that found nothing."""
    derived: list[AnyRecord]
    try:
        derived = list(function(inventory))
    except Exception as error:
        log.exception("%s of %s failed", operation, name)
        # A provider of which no scope was read is blind as a whole, under its own name.
        scopes = [scope.id for scope in inventory.scopes.values() if scope.provider == name] or [name]
        what = "evaluator" if operation == "access" else operation
        derived = [
            Gap(
                connector=name,
                scope=scope,
                operation=operation,
                reason="failed",
                hides=hides,
                detail=f"the {what} raised {type(error).__name__}: {error}",
                blinds=blinds,
            )
            for scope in scopes
        ]
    for record in derived:
        inventory.add(record)


def judge(
    inventory: Inventory,
    graph: IdentityGraph,
    rules: Mapping[str, Rule],
    config: Config,
    clock: datetime,
) -> Judged:
    """Classify every identity and run every rule that is enabled."""
    admins = admin_verdicts(inventory)
    verdicts = {
        identity.id: classify(identity, inventory.signals_of(identity.id), config.classify)
        for identity in inventory.identities.values()
    }
    findings: list[Finding] = []
    unknowns: dict[str, list[Unknown]] = defaultdict(list)
    checks: list[CheckResult] = []
    for rule in sorted(rules.values(), key=lambda rule: rule.id):
        if config.rules.get(rule.id, {}).get("enabled", True) is False:
            continue
        context = RuleContext(
            inventory=inventory,
            graph=graph,
            verdicts=verdicts,
            admins={id: verdict for id, (verdict, _) in admins.items()},
            clock=clock,
            thresholds=thresholds_of(rule, config),
            listings=listings_of(rule, config),
        )
        found, unknown, failed = _run(rule, context)
        findings += found
        for item in unknown:
            unknowns[item.subject].append(item)
        checks.append(_checked(rule, context.examined, found, unknown, failed))
        if failed:
            inventory.add(
                Gap(
                    connector="nhiscan",
                    scope="nhiscan",
                    operation=f"rule:{rule.id}",
                    reason="failed",
                    hides=f"whether anything has this fault: {rule.title}",
                    detail=failed,
                )
            )
    findings.sort(key=lambda f: (SEVERITIES.index(f.severity), f.rule, f.subject, f.fingerprint))
    kept, suppressions = _suppress(findings, config.suppress, clock)
    return Judged(
        graph=graph,
        verdicts=verdicts,
        admins=admins,
        findings=kept,
        unknowns=dict(unknowns),
        checks=checks,
        suppressions=suppressions,
    )


def prepare(inventory: Inventory, connectors: Mapping[str, Connector], config: Config) -> IdentityGraph:
    """Derive joins, access and owners, then build the graph."""
    derive(inventory, connectors)
    for ownership in list(ownerships(inventory, config.owners.tags)):
        inventory.add(ownership)
    return build(inventory)


def _run(rule: Rule, context: RuleContext) -> tuple[list[Finding], list[Unknown], str]:
    """The outcomes of a rule. One that raises keeps nothing: half a rule's findings would look like all of them."""
    found: list[Finding] = []
    unknown: list[Unknown] = []
    try:
        for outcome in rule.check(context):
            if isinstance(outcome, Finding):
                found.append(outcome)
            else:
                unknown.append(outcome)
    except Exception as error:  # the rule's subjects become unknown; the scan goes on
        log.exception("rule %s failed", rule.id)
        why = f"the rule raised {type(error).__name__}: {error}"
        return [], [rule.unknown(id, why) for id in context.inventory.identities], why
    unique = {finding.fingerprint: finding for finding in found}
    return list(unique.values()), unknown, ""


def _checked(rule: Rule, examined: int, found: list[Finding], unknown: list[Unknown], failed: str) -> CheckResult:
    return CheckResult(
        rule=rule.id,
        title=rule.title,
        severity=rule.severity,
        why=rule.why,
        remediation=rule.remediation,
        references=list(rule.references),
        controls=rule.control_names,
        examined=examined,
        found=len(found),
        unknown=len(unknown),
        failed=failed,
    )


def _suppress(
    findings: list[Finding], suppressions: list[Suppression], clock: datetime
) -> tuple[list[Finding], list[SuppressionResult]]:
    """Take out what is suppressed. A suppression that has run out silences nothing, and is said."""
    silenced: set[str] = set()
    told: list[SuppressionResult] = []
    for suppression in suppressions:
        expired = suppression.expires < clock.date()
        matching = [finding for finding in findings if _matches(suppression, finding)]
        if not expired:
            silenced.update(finding.fingerprint for finding in matching)
        told.append(
            SuppressionResult(
                rule=suppression.rule,
                subject=suppression.subject,
                fingerprint=suppression.fingerprint,
                reason=suppression.reason,
                expires=suppression.expires.isoformat(),
                expired=expired,
                matched=0 if expired else len(matching),
            )
        )
    return [finding for finding in findings if finding.fingerprint not in silenced], told


def _matches(suppression: Suppression, finding: Finding) -> bool:
    return (
        (not suppression.rule or suppression.rule == finding.rule)
        and (not suppression.fingerprint or suppression.fingerprint == finding.fingerprint)
        and (not suppression.subject or fnmatch.fnmatchcase(finding.subject, suppression.subject))
    )
