"""Faults to order, as the emulators that speak HTTP themselves keep them."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

C = TypeVar("C")


@dataclass
class Fault(ABC, Generic[C]):
    """One fault and the calls that it befalls."""

    effect: str
    """What happens; "slow" lets the call through, later."""
    path: str = "*"
    """Pattern of paths; it may hold `*` and `?`."""
    after: int = 0
    """Calls that fit and are let through first."""
    times: int | None = None
    """Calls that it befalls; None for ever."""
    status: int = 500
    seconds: float = 0.0

    @abstractmethod
    def fits(self, call: C) -> bool:
        """Whether the call is one of those that it befalls, times aside."""


F = TypeVar("F", bound=Fault[Any])


class FaultList(Generic[F]):
    """The faults in force. The first that fits a call befalls it; slowness adds up. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: list[F] = []
        self._lock = threading.Lock()

    def put(self, fault: F) -> F:
        """Put a fault in force."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def met(self, call: object) -> F | None:
        """The fault that befalls a call, after any slowness; None when it is to be answered."""
        pause, found = 0.0, None
        with self._lock:
            for fault in self._faults:
                if not fault.fits(call) or fault.times == 0:
                    continue
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.effect == "slow":
                    pause += fault.seconds
                    continue
                if fault.times is not None:
                    fault.times -= 1
                found = fault
                break
        if pause:
            time.sleep(pause)
        return found
