"""The log of calls: what was asked, and what came of it."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

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


Hook = Callable[[int, Call], None]


class CallLog:
    """Calls in the order in which they came. Safe to use from any thread."""

    def __init__(self) -> None:
        self._calls: list[Call] = []
        self._hooks: list[Hook] = []
        self._lock = threading.Lock()

    def add(self, call: Call) -> None:
        """Log a call and run the hooks, in the thread that will answer it."""
        with self._lock:
            self._calls.append(call)
            number, hooks = len(self._calls), tuple(self._hooks)
        for hook in hooks:
            hook(number, call)

    def on_call(self, hook: Hook) -> None:
        """Run `hook(number, call)` before each call is answered; numbers begin at 1."""
        with self._lock:
            self._hooks.append(hook)

    def clear(self) -> None:
        """Forget all calls and hooks."""
        with self._lock:
            self._calls.clear()
            self._hooks.clear()

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

    def __iter__(self) -> Iterator[Call]:
        with self._lock:
            calls = tuple(self._calls)
        return iter(calls)

    def __len__(self) -> int:
        return len(self._calls)
