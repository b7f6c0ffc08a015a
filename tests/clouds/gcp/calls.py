"""Calls that the emulator answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from tests.clouds import calls


@dataclass(frozen=True)
class Call:
    """One call, over HTTP or gRPC."""

    service: str
    """Host without its domain: "cloudasset", "us-central1-aiplatform". Calls over gRPC are of "iam"."""
    method: str
    """Of HTTP; "RPC" for gRPC."""
    path: str
    """Version and path: "v1/organizations/1/assets". Of gRPC: method and what it is about, "ListServiceAccounts/p"."""
    query: dict[str, list[str]] = field(default_factory=dict)
    body: Any = None
    status: int = 0

    def __str__(self) -> str:
        return f"{self.method} {self.service} {self.path}"


class CallLog(calls.CallLog[Call]):
    """Every call, in order."""

    def of(self, path: str, service: str = "*") -> list[Call]:
        """Calls whose path and service fit these patterns."""
        return [call for call in self if fnmatchcase(call.path, path) and fnmatchcase(call.service, service)]

    def count(self, path: str, service: str = "*") -> int:
        """How many calls fit."""
        return len(self.of(path, service))
