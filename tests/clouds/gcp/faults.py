"""Faults to order: refusals, services that are off, quotas, pages of HTML, slowness and lost connections."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tests.clouds.gcp.answers import ApiError, denied, exhausted, not_found, service_off
from tests.clouds.gcp.calls import Call
from tests.clouds.loopback import DroppedError

Effect = Literal["deny", "off", "quota", "absent", "error", "html", "slow", "drop"]


class HtmlError(Exception):
    """The answer is a page of HTML, as a proxy gives it."""


@dataclass
class Fault:
    """One fault and the calls that it befalls. Patterns may hold `*` and `?`."""

    effect: Effect
    path: str = "*"
    """"v1/projects/pay-prod/secrets"; over gRPC "ListServiceAccounts/projects/pay-prod"."""
    service: str = "*"
    after: int = 0
    """Calls that fit and are let through first."""
    times: int | None = None
    """Calls that it befalls; None for ever."""
    retry: str = "0.001s"
    """What RetryInfo says; empty for none."""
    status: int = 500
    seconds: float = 0.0

    def fits(self, call: Call) -> bool:
        """Whether the call is one of those that it befalls, times aside."""
        return fnmatchcase(call.path, self.path) and fnmatchcase(call.service, self.service)

    def error(self, call: Call) -> Exception:
        """What the call gets."""
        match self.effect:
            case "deny":
                return denied("some.permission.get", f"{call.service}.googleapis.com/{call.path}")
            case "off":
                return service_off(call.service, "100")
            case "quota":
                return exhausted(self.retry)
            case "absent":
                return not_found(call.path)
            case "html":
                return HtmlError(call.path)
            case "drop":
                return DroppedError(call.path)
            case _:
                return ApiError(self.status, "Internal error encountered.")


class Faults:
    """The faults in force. The first that fits a call befalls it; slowness adds up. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, effect: Effect, path: str = "*", **details: object) -> Fault:
        """Order a fault: `faults.add("deny", "*:searchAllResources")`."""
        fault = Fault(effect, path, **details)  # type: ignore[arg-type]
        with self._lock:
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self._faults.clear()

    def befall(self, call: Call) -> None:
        """Raise what the call meets, if it meets anything."""
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
        if found is not None:
            raise found.error(call)
