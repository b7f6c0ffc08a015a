"""CSV for spreadsheets: one file of identities, one of findings, one of what could not be looked at.

RFC 4180: comma, CRLF, every cell in quotes, UTF-8 without a byte order mark. A list in a cell is joined by "; ".
What is not known is the word "unknown", but for moments: there the cell is empty, and `last_use` tells why.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from nhiscan.result import (
    SEVERITIES,
    CredentialResult,
    FindingResult,
    GapResult,
    IdentityResult,
    ScanResult,
    ScopeResult,
)

ROWS_AT_A_TIME: Final = 500

LONGEST_CELL: Final = 32_000
"""Characters; spreadsheets take 32,767 and spill or drop what is over."""

_DANGEROUS: Final = frozenset("=+-@|%")
"""What a spreadsheet may take for the beginning of a formula."""

Cell: TypeAlias = str | int | float | bool | datetime | None


def cell(value: Cell) -> str:
    """One value as text that no spreadsheet takes for a formula.

    Control characters, marks of direction and line ends become spaces. A text whose first visible character could
    begin a formula, in any width (＝ is taken for = by some), is preceded by an apostrophe.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case str():
            return _harmless(value)
        case _:
            return str(value)


def _harmless(text: str) -> str:
    begun = text[:1] in ("\t", "\r", "\n")
    if len(text) > LONGEST_CELL:
        text = text[:LONGEST_CELL] + "…"
    if not text.isprintable():
        text = "".join(char if char.isprintable() else " " for char in text)
    first = next((char for char in text if not _invisible(char)), "")
    if begun or (first and not _DANGEROUS.isdisjoint(unicodedata.normalize("NFKC", first))) or first in _LOOK_ALIKES:
        return f"'{text}"
    return text


_LOOK_ALIKES: Final = frozenset("−‐‑‒–—")
"""Dashes that a spreadsheet may correct to a minus."""


def _invisible(char: str) -> bool:
    """White space, or one of the letters that are blank: Hangul fillers, the empty Braille pattern."""
    return char.isspace() or char in "\u115f\u1160\u3164\uffa0\u2800" or unicodedata.category(char) in ("Mn", "Me")


def _joined(items: Iterable[str]) -> str:
    return "; ".join(items)


def _known(value: bool | None) -> bool | str:
    return "unknown" if value is None else value


def _written(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """The text of a file, some rows at a time."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([cell(value) for value in row])
        if number % ROWS_AT_A_TIME == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


class CsvReport:
    """Identities, one a row."""

    name = "csv"
    suffix = ".csv"
    title = "Identities, one a row, for spreadsheets"

    HEADER = (
        "id",
        "provider",
        "kind",
        "name",
        "scope",
        "scope_name",
        "environment",
        "scope_asked",
        "scope_answered",
        "class",
        "confidence",
        "leaning",
        "mixed",
        "settle",
        "managed_by_provider",
        "enabled",
        "second_factor",
        "owners",
        "owners_left",
        "created_at",
        "last_use",
        "last_used_at",
        "admin",
        "admin_reason",
        "capabilities",
        "active_credentials",
        "long_lived_credentials",
        "credentials_of_unknown_state",
        "critical",
        "high",
        "medium",
        "low",
        "info",
        "risk_score",
        "not_judged",
        "evidence",
        "description",
        "tags",
    )

    def render(self, result: ScanResult) -> Iterator[str]:
        """See `Report.render`."""
        yield from _written(self.HEADER, _identities(result))


def _identities(result: ScanResult) -> Iterator[list[Cell]]:
    scopes = {scope.id: scope for scope in result.scan.scopes}
    held: dict[str, list[CredentialResult]] = defaultdict(list)
    for credential in result.credentials:
        held[credential.holder].append(credential)
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for finding in result.findings:
        found[finding.subject][finding.severity] += 1
    for identity in result.identities:
        credentials = held[identity.id]
        severities: Counter[str] = Counter()
        for subject in (identity.id, *(credential.id for credential in credentials)):
            severities.update(found.get(subject, {}))
        yield _identity(identity, scopes.get(identity.scope), credentials, severities)


def _identity(
    identity: IdentityResult,
    scope: ScopeResult | None,
    credentials: Sequence[CredentialResult],
    severities: Counter[str],
) -> list[Cell]:
    active = [credential for credential in credentials if credential.status == "active"]
    return [
        identity.id,
        identity.provider,
        identity.kind,
        identity.name,
        identity.scope,
        scope.name if scope else "",
        scope.environment if scope else None,
        scope.asked if scope else "unknown",
        scope.answered if scope else "unknown",
        identity.class_,
        identity.confidence,
        identity.leaning,
        identity.mixed,
        identity.settle,
        identity.managed_by_provider,
        identity.enabled,
        _known(identity.mfa),
        _joined(f"{owner.owner} ({owner.kind}, {owner.source})" for owner in identity.owners),
        _joined(owner.owner for owner in identity.owners if owner.exists is False),
        identity.created_at,
        identity.last_use,
        identity.last_used_at,
        identity.admin,
        identity.admin_reason,
        _joined(f"{item.capability} on {item.resource} ({item.answer})" for item in identity.capabilities),
        len(active),
        sum(credential.long_lived for credential in active),
        sum(credential.status is None for credential in credentials),
        *(severities[severity] for severity in SEVERITIES),
        identity.risk_score,
        _joined(f"{item.rule}: {item.why}" for item in identity.unknowns),
        _joined(f"{item.detail} ({item.class_} {item.weight:+.2f})" for item in identity.evidence),
        identity.description,
        _joined(f"{key}={value}" for key, value in sorted(identity.tags.items())),
    ]


class FindingsCsvReport:
    """Findings, one a row."""

    name = "csv-findings"
    suffix = ".findings.csv"
    title = "Findings, one a row, for spreadsheets and ticket systems"

    HEADER = (
        "fingerprint",
        "severity",
        "confidence",
        "rule",
        "title",
        "subject",
        "subject_name",
        "holder",
        "scope",
        "evidence",
        "remediation",
        "controls",
        "related",
    )

    def render(self, result: ScanResult) -> Iterator[str]:
        """See `Report.render`."""
        yield from _written(self.HEADER, _findings(result))


def _findings(result: ScanResult) -> Iterator[list[Cell]]:
    holders = {credential.id: credential.holder for credential in result.credentials}
    places: dict[str, tuple[str, str]] = {scope.id: (scope.name, scope.id) for scope in result.scan.scopes}
    places |= {node.id: (node.name, "") for node in result.nodes}
    for records in (result.secrets, result.workloads, result.credentials, result.identities):
        places.update((record.id, (record.name, record.scope)) for record in records)
    for finding in result.findings:
        yield _finding(finding, *places.get(finding.subject, ("", "")), holders.get(finding.subject, ""))


def _finding(finding: FindingResult, name: str, scope: str, holder: str) -> list[Cell]:
    return [
        finding.fingerprint,
        finding.severity,
        finding.confidence,
        finding.rule,
        finding.title,
        finding.subject,
        name,
        holder,
        scope,
        _joined(finding.evidence),
        finding.remediation,
        _joined(finding.controls),
        _joined(finding.related),
    ]


class GapsCsvReport:
    """What could not be looked at, one question a row; rules that failed and extensions that did not load as well."""

    name = "csv-gaps"
    suffix = ".gaps.csv"
    title = "What could not be looked at, one a row, for spreadsheets"

    HEADER = (
        "connector",
        "scope",
        "scope_name",
        "region",
        "operation",
        "reason",
        "permission",
        "hides",
        "detail",
        "subjects",
    )

    def render(self, result: ScanResult) -> Iterator[str]:
        """See `Report.render`."""
        yield from _written(self.HEADER, _gaps(result))


def _gaps(result: ScanResult) -> Iterator[list[Cell]]:
    names = {scope.id: scope.name for scope in result.scan.scopes}
    for gap in result.gaps:
        yield _gap(gap, names.get(gap.scope, ""))
    for check in result.checks:
        if check.failed:
            hides = f"every judgement of the rule {check.rule}"
            yield ["", "", "", "", f"rule {check.rule}", "failed", "", hides, check.failed, ""]
    for plugin in result.scan.broken_plugins:
        yield ["", "", "", "", f"{plugin.group} {plugin.name}", "failed", "", "all that it does", plugin.error, ""]


def _gap(gap: GapResult, scope_name: str) -> list[Cell]:
    return [
        gap.connector,
        gap.scope,
        scope_name,
        gap.region,
        gap.operation,
        gap.reason,
        gap.permission,
        gap.hides,
        gap.detail,
        _joined(gap.subjects),
    ]
