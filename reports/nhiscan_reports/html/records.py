"""The records of a result under numbers, with what their pages and the graph show, in blocks that are opened singly."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from nhiscan.result import SEVERITIES, EdgeResult, FindingResult, IdentityResult, ScanResult
from nhiscan.summary import OWNER_RULES
from nhiscan_reports.html.pack import Piece, packed

MOST_IDENTITIES: Final = 50_000
"""Identities in one page, those of the highest risk; the page says how many were left out."""
MOST_FINDINGS: Final = 100_000
"""Findings in one page, the worst."""
MOST_EDGES: Final = 150
"""Edges of one record on each side; the page says how many there are."""
MOST_RELATED: Final = 100
"""Findings on one page that concern the record without being on it."""
BLOCK: Final = 150
"""Records in a block."""

_KINDS: Final = {
    kind: rank
    for rank, kind in enumerate(
        ("can_become", "assigned", "member_of", "runs_as", "trusted_by", "exposes", "reads_secret", "has_credential")
    )
}
"""Kinds of edges that matter most, where not all are shown."""


class Records:
    """Numbers for everything that the page may point at: identities first, in the order of their table."""

    def __init__(self, result: ScanResult) -> None:
        self.identities = _riskiest(result.identities)
        shown = {identity.id for identity in self.identities}
        hidden = {identity.id for identity in result.identities} - shown
        self.left_out = len(hidden)
        self.credentials = [c for c in result.credentials if c.holder not in hidden]
        self.workloads = [w for w in result.workloads if not w.runs_as or not hidden.issuperset(w.runs_as)]
        self.findings = result.findings[:MOST_FINDINGS]
        self.findings_left_out = len(result.findings) - len(self.findings)
        self._secrets = result.secrets
        self._nodes = result.nodes
        self._scopes = {scope.id: scope for scope in result.scan.scopes}
        self.number: dict[str, int] = {}
        for records in (self.identities, self.credentials, self.workloads, self._secrets, self._nodes):
            for record in records:
                self.number.setdefault(record.id, len(self.number))
        for scope in result.scan.scopes:
            self.number.setdefault(scope.id, len(self.number))
        self._out: dict[int, list[EdgeResult]] = defaultdict(list)
        self._into: dict[int, list[EdgeResult]] = defaultdict(list)
        self.others: list[str] = []
        for edge in result.edges:
            if edge.source not in hidden and edge.target not in hidden:
                self._out[self._end(edge.source)].append(edge)
                self._into[self._end(edge.target)].append(edge)
        self._held: dict[str, list[int]] = defaultdict(list)
        for credential in self.credentials:
            self._held[credential.holder].append(self.number[credential.id])
        self._found: dict[str, list[int]] = defaultdict(list)
        self._related: dict[str, list[int]] = defaultdict(list)
        for row, finding in enumerate(self.findings):
            self._found[finding.subject].append(row)
            for id in finding.related:
                self._related[id].append(row)
        self._place()

    def _end(self, id: str) -> int:
        """The number of an edge's end; one that no list of the result names gets one now."""
        if id not in self.number:
            self.number[id] = len(self.number)
            self.others.append(id)
        return self.number[id]

    def _place(self) -> None:
        """Give every record its block. A credential stands with its holder, for they are looked at together."""
        self._records: dict[int, tuple[str, Any]] = {}
        for type, records in (
            ("identity", self.identities),
            ("credential", self.credentials),
            ("workload", self.workloads),
            ("secret", self._secrets),
            ("node", self._nodes),
            ("scope", self._scopes.values()),
        ):
            for record in records:
                self._records.setdefault(self.number[record.id], (type, record))
        self.block: dict[int, int] = {number: number // BLOCK for number in range(len(self.identities))}
        rest = 0
        first = -(-len(self.identities) // BLOCK)
        for number in self.number.values():
            if number in self.block:
                continue
            type, record = self._records.get(number, ("other", None))
            holder = self.number.get(record.holder) if type == "credential" else None
            if holder is not None and holder < len(self.identities):
                self.block[number] = self.block[holder]
            else:
                self.block[number] = first + rest // BLOCK
                rest += 1
        self.blocks = first + -(-rest // BLOCK)

    def scope_name(self, id: str) -> str:
        """Name of a scope; its id where it has none."""
        scope = self._scopes.get(id)
        return scope.name if scope and scope.name else id

    def environment(self, id: str) -> str:
        """Environment of a scope; empty where nobody says."""
        scope = self._scopes.get(id)
        return (scope.environment or "") if scope else ""

    def findings_of(self, id: str) -> list[int]:
        """Rows of the findings on a record and on the credentials that it holds, worst first."""
        held = (self._records[number][1].id for number in self._held.get(id, ()))
        return sorted({row for subject in (id, *held) for row in self._found.get(subject, ())})

    def identity_table(self) -> dict[str, list[Any]]:
        """The table of identities, by column."""
        rows = [self._identity_row(identity) for identity in self.identities]
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    def _identity_row(self, identity: IdentityResult) -> dict[str, Any]:
        found = self.findings_of(identity.id)
        worst = min((SEVERITIES.index(self.findings[row].severity) for row in found), default=None)
        held = [self._records[number][1] for number in self._held.get(identity.id, ())]
        return {
            "id": identity.id,
            "name": identity.name,
            "kind": identity.kind,
            "provider": identity.provider,
            "scope": identity.scope,
            "scopeName": self.scope_name(identity.scope),
            "environment": self.environment(identity.scope),
            "class": identity.class_,
            "confidence": identity.confidence,
            "leaning": identity.leaning or "",
            "managed": identity.managed_by_provider,
            "owner": identity.owners[0].owner if identity.owners else "",
            "owners": len(identity.owners),
            "owned": _owned(identity),
            "lastUse": identity.last_use,
            "usedAt": identity.last_used_at.date().isoformat() if identity.last_used_at else "",
            "admin": identity.admin,
            "risk": identity.risk_score,
            "worst": "" if worst is None else SEVERITIES[worst],
            "findings": len(found),
            "longLived": sum(c.long_lived and c.status in ("active", None) for c in held),
            "unjudged": len(identity.unknowns),
        }

    def node_table(self) -> dict[str, list[Any]]:
        """Everything else that has a number, by column; its first row has the number after the last identity's."""
        table: dict[str, list[Any]] = {
            name: [] for name in ("id", "name", "type", "kind", "provider", "scopeName", "holder", "block")
        }
        for id, number in self.number.items():
            if number < len(self.identities):
                continue
            type, record = self._records.get(number, ("other", None))
            holder = self.number.get(record.holder, -1) if type == "credential" else -1
            row = (
                id,
                (record.name if record else "") or id,
                record.type if type == "node" else type,
                getattr(record, "kind", ""),
                getattr(record, "provider", ""),
                self.scope_name(record.scope) if hasattr(record, "scope") else "",
                holder,
                self.block[number],
            )
            for column, value in zip(table.values(), row, strict=True):
                column.append(value)
        return table

    def finding_table(self) -> dict[str, list[Any]]:
        """The table of findings, by column. A subject or related id without a number stands as text."""
        rows = [self._finding_row(finding) for finding in self.findings]
        return {name: [row[name] for row in rows] for name in rows[0]} if rows else {}

    def _finding_row(self, finding: FindingResult) -> dict[str, Any]:
        return {
            "rule": finding.rule,
            "title": finding.title,
            "severity": finding.severity,
            "confidence": finding.confidence,
            "subject": self.number.get(finding.subject, finding.subject),
            "evidence": finding.evidence,
            "controls": finding.controls,
            "remediation": finding.remediation,
            "fingerprint": finding.fingerprint,
            "related": [self.number.get(id, id) for id in finding.related],
        }

    def block_pieces(self) -> Iterator[Piece]:
        """What the pages of single records show, a block at a time: number -> entry."""
        members: dict[int, list[int]] = defaultdict(list)
        for number, block in self.block.items():
            members[block].append(number)
        ids = list(self.number)
        for block in range(self.blocks):
            yield packed(f"block/{block}", {str(number): self._entry(number, ids[number]) for number in members[block]})

    def _entry(self, number: int, id: str) -> Mapping[str, Any]:
        type, record = self._records.get(number, ("other", None))
        related = self._related.get(id, [])
        entry: dict[str, Any] = {
            "type": type,
            "record": record,
            "out": [self._edge(edge, edge.target) for edge in _weightiest(self._out.get(number, []))],
            "outs": len(self._out.get(number, ())),
            "in": [self._edge(edge, edge.source) for edge in _weightiest(self._into.get(number, []))],
            "ins": len(self._into.get(number, ())),
            "findings": self.findings_of(id),
            "related": related[:MOST_RELATED],
            "relateds": len(related),
        }
        if type == "identity":
            entry["credentials"] = self._held.get(id, [])
        return entry

    def _edge(self, edge: EdgeResult, other: str) -> list[Any]:
        """An edge as the script reads it; the one end is the record that it stands with."""
        return [self.number[other], edge.kind, edge.reason, edge.answer, edge.conditions, edge.fix]


def _riskiest(identities: list[IdentityResult]) -> list[IdentityResult]:
    if len(identities) <= MOST_IDENTITIES:
        return identities
    chosen = heapq.nsmallest(MOST_IDENTITIES, identities, key=lambda identity: (-identity.risk_score, identity.id))
    return sorted(chosen, key=lambda identity: identity.id)


def _weightiest(edges: Iterable[EdgeResult]) -> list[EdgeResult]:
    return heapq.nsmallest(MOST_EDGES, edges, key=lambda edge: _KINDS.get(edge.kind, len(_KINDS)))


def _owned(identity: IdentityResult) -> str:
    """As the figure of the summary counts it: an owner who has left is none; not known where a rule could not judge."""
    if any(owner.exists is not False for owner in identity.owners):
        return "yes"
    unjudged = any(word in item.rule for item in identity.unknowns for word in OWNER_RULES)
    return "unknown" if unjudged else "no"
