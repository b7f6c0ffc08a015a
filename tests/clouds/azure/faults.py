"""Faults to order: refusals, missing licences, throttling, pages of HTML, slowness and lost connections."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tests.clouds.azure.answers import ApiError, Plane, denied, error_reply, not_found, throttled, unlicensed
from tests.clouds.azure.calls import Call
from tests.clouds.azure.https import Reply
from tests.clouds.loopback import DroppedError

Effect = Literal["deny", "unlicensed", "throttle", "absent", "error", "html", "slow", "drop"]


@dataclass
class Fault:
    """One fault and the calls that it befalls. Patterns may hold `*` and `?`; case does not matter."""

    effect: Effect
    path: str = "*"
    """Path without the version: "/users", "*/roleAssignments"."""
    plane: str = "*"
    method: str = "*"
    after: int = 0
    """Calls that fit and are let through first."""
    times: int | None = None
    """Calls that it befalls; None for ever."""
    retry_after: str = "0"
    """Text of Retry-After; empty for none."""
    status: int = 500
    code: str = "InternalServerError"
    message: str = "An internal server error occurred."
    seconds: float = 0.0

    def fits(self, call: Call) -> bool:
        """Whether the call is one of those that it befalls, times aside."""
        return (
            fnmatchcase(call.path.lower(), self.path.lower())
            and fnmatchcase(call.plane, self.plane)
            and fnmatchcase(call.method, self.method)
        )

    def reply(self, call: Call, plane: Plane) -> Reply:
        """The answer that the call gets."""
        error: ApiError
        match self.effect:
            case "deny":
                error = denied(plane, call.path)
            case "unlicensed":
                error = unlicensed(plane, call.path)
            case "throttle":
                error = throttled(self.retry_after)
            case "absent":
                error = not_found(plane, call.path)
            case "html":
                return Reply(self.status, b"<html><body>gateway</body></html>", {"Content-Type": "text/html"})
            case "drop":
                raise DroppedError(call.path)
            case _:
                error = ApiError(self.status, self.code, self.message)
        return error_reply(plane, error)


class Faults:
    """The faults in force. The first that fits a call befalls it; slowness adds up. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, effect: Effect, path: str = "*", **details: object) -> Fault:
        """Order a fault: `faults.add("deny", "/users")`."""
        fault = Fault(effect, path, **details)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def befall(self, call: Call, plane: Plane) -> Reply | None:
        """The answer of the first fault that the call meets; None when it meets none."""
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
        return found.reply(call, plane) if found is not None else None
