"""A log of calls, as every emulator keeps one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

C = TypeVar("C")


class CallLog(Generic[C]):
    """Calls in the order in which they came. Safe to use from any thread."""

    def __init__(self) -> None:
        self._calls: list[C] = []
        self._hooks: list[Callable[[int, C], None]] = []
        self._lock = threading.Lock()

    def add(self, call: C) -> None:
        """Log a call and run the hooks, in the thread that will answer it."""
        with self._lock:
            self._calls.append(call)
            number, hooks = len(self._calls), tuple(self._hooks)
        for hook in hooks:
            hook(number, call)

    def on_call(self, hook: Callable[[int, C], None]) -> None:
        """Run `hook(number, call)` before each call is answered; numbers begin at 1."""
        with self._lock:
            self._hooks.append(hook)

    def clear(self) -> None:
        """Forget all calls and hooks."""
        with self._lock:
            self._calls.clear()
            self._hooks.clear()

    def __iter__(self) -> Iterator[C]:
        with self._lock:
            calls = tuple(self._calls)
        return iter(calls)

    def __len__(self) -> int:
        return len(self._calls)
