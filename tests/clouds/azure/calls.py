"""The log of calls: what was asked, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from tests.clouds import calls
from tests.clouds.azure.answers import Plane


@dataclass
class Call:
    """One call. A call within a batch is logged too, behind its batch."""

    plane: Plane | str
    """graph, arm, data, or "token"."""
    method: str
    path: str
    """Without version and query: "/users"; data: "/<host>/path"."""
    version: str = ""
    query: dict[str, str] = field(default_factory=dict)
    body: object = None
    in_batch: bool = False
    status: int = 0
    """HTTP status of the answer; 0 while there is none."""

    def __str__(self) -> str:
        return f"{self.plane} {self.method} {self.path}"


class CallLog(calls.CallLog[Call]):
    """Every call, and which were which."""

    def of(self, path: str = "*", plane: str = "*", method: str = "*") -> list[Call]:
        """Calls whose path, plane and method fit the patterns, without regard to case."""
        return [
            call
            for call in self
            if fnmatchcase(call.path.lower(), path.lower())
            and fnmatchcase(call.plane, plane)
            and fnmatchcase(call.method, method)
        ]

    def count(self, path: str = "*", plane: str = "*", method: str = "*") -> int:
        """How many calls fit the patterns."""
        return len(self.of(path, plane, method))

    def paths(self) -> Counter[str]:
        """How often each "<plane> <method> <path>" was called."""
        return Counter(str(call) for call in self)
