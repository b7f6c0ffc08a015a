"""Outcome: the exit code that a result leads to."""

from __future__ import annotations

from nhiscan.errors import ExitCode
from nhiscan.result import SEVERITIES, ScanResult, Severity


def exit_code(result: ScanResult, fail_on: Severity | None, *, require_complete: bool) -> ExitCode:
    """What the shell is told. Incomplete wins over findings: the count of a scan that saw half says nothing."""
    if nothing_read(result) or (require_complete and not result.scan.coverage.complete):
        return ExitCode.INCOMPLETE
    if fail_on is not None:
        worst = SEVERITIES.index(fail_on)
        if any(SEVERITIES.index(finding.severity) <= worst for finding in result.findings):
            return ExitCode.FINDINGS
    return ExitCode.CLEAN


def nothing_read(result: ScanResult) -> bool:
    """Whether a connector that was asked could not list one identity, for it was not let in."""
    return any(connector.status == "failed" for connector in result.scan.connectors) or (
        not result.identities and not result.scan.coverage.complete
    )
