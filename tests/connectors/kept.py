"""A sink of exports that keeps what it is told."""

from __future__ import annotations

from nhiscan.connector import JSON, Operation, Params, Shard


class Kept:
    """Keeps what an export tells."""

    def __init__(self) -> None:
        self.pages: list[tuple[Shard, str, JSON]] = []
        self.lacking: list[tuple[Shard, str, str]] = []

    def add(self, shard: Shard, operation: Operation, body: JSON, params: Params | None = None) -> None:
        """See `nhiscan.connector.ExportSink`."""
        self.pages.append((shard, operation.name, body))

    def missing(self, shard: Shard, operation: Operation, detail: str) -> None:
        """See `nhiscan.connector.ExportSink`."""
        self.lacking.append((shard, operation.name, detail))
