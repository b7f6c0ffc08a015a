"""Faults to order: refusals, throttling, regions that are not enabled, pages of HTML, slowness and lost connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

from tests.clouds.aws.answers import Answer, ServiceError, denied, error_answer, html_answer, not_opted_in, throttled
from tests.clouds.aws.calls import Call
from tests.clouds.loopback import DroppedError

Effect = Literal["deny", "throttle", "region", "html", "slow", "error", "drop"]

GLOBAL = frozenset({"iam", "organizations", "sts", "route53", "cloudfront"})
"""Services that answer for all regions from one place, whatever region a call was signed for."""


@dataclass
class Fault:
    """One fault and the calls that it befalls. Patterns may hold `*` and `?`."""

    effect: Effect
    service: str = "*"
    operation: str = "*"
    account: str = "*"
    region: str = "*"
    params: Mapping[str, str] = field(default_factory=dict)
    """Parameters that a call must have, as patterns of their text."""
    after: int = 0
    """Calls that fit and are let through first."""
    times: int | None = None
    """Calls that it befalls; None for ever."""
    code: str = ""
    message: str = ""
    status: int = 0
    seconds: float = 0.0

    def fits(self, call: Call) -> bool:
        """Whether the call is one of those that it befalls, times aside."""
        if self.effect == "region" and call.service in GLOBAL:
            return False
        return (
            fnmatchcase(call.service, self.service)
            and fnmatchcase(call.operation, self.operation)
            and fnmatchcase(call.account, self.account)
            and fnmatchcase(call.region, self.region)
            and all(fnmatchcase(str(call.params.get(name, "")), value) for name, value in self.params.items())
        )

    def answer(self, call: Call, principal: str) -> Answer:
        """The answer that the call gets."""
        error: ServiceError
        match self.effect:
            case "deny":
                error = denied(call.target, principal)
            case "throttle":
                error = throttled(call.target)
            case "region":
                error = not_opted_in(call.target)
            case "error":
                error = ServiceError(self.code, self.message, self.status or 400)
            case "html":
                return html_answer(self.status or 500)
            case _:
                raise DroppedError(call.name)
        return error_answer(call.target, error.code, error.message, error.status)


class Faults:
    """The faults in force. The first that fits a call befalls it; slowness adds up. Safe to use from any thread."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force."""
        with self._lock:
            self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Lift a fault."""
        with self._lock:
            self._faults.remove(fault)

    def clear(self) -> None:
        """Lift all faults."""
        with self._lock:
            self._faults.clear()

    def deny(self, service: str, operation: str = "*", **where: Any) -> Fault:
        """Refuse calls with the access error of the service's protocol."""
        return self.add(Fault("deny", service, operation, **where))

    def throttle(self, service: str, operation: str = "*", times: int | None = None, **where: Any) -> Fault:
        """Throttle the next `times` calls, or all."""
        return self.add(Fault("throttle", service, operation, times=times, **where))

    def disable_region(self, region: str, account: str = "*") -> Fault:
        """Make a region one that the account has not opted into."""
        return self.add(Fault("region", region=region, account=account))

    def html(self, service: str, operation: str = "*", status: int = 500, **where: Any) -> Fault:
        """Answer with a web page, as a proxy does, or moto for what it does not know."""
        return self.add(Fault("html", service, operation, status=status, **where))

    def slow(self, seconds: float, service: str = "*", operation: str = "*", **where: Any) -> Fault:
        """Answer `seconds` later."""
        return self.add(Fault("slow", service, operation, seconds=seconds, **where))

    def error(
        self, service: str, operation: str, code: str, message: str = "", status: int = 400, **where: Any
    ) -> Fault:
        """Answer with an error of the service."""
        return self.add(Fault("error", service, operation, code=code, message=message, status=status, **where))

    def drop(self, service: str, operation: str = "*", times: int | None = None, **where: Any) -> Fault:
        """Cut the connection instead of answering."""
        return self.add(Fault("drop", service, operation, times=times, **where))

    def befall(self, call: Call, principal: str) -> Answer | None:
        """The answer of the fault that befalls a call, after any slowness; None when it is to be answered."""
        if not self._faults:
            return None
        struck, pause = self._strike(call)
        if pause:
            time.sleep(pause)
        return struck.answer(call, principal) if struck else None

    def _strike(self, call: Call) -> tuple[Fault | None, float]:
        pause = 0.0
        with self._lock:
            for fault in self._faults:
                if fault.times == 0 or not fault.fits(call):
                    continue
                if fault.after:
                    fault.after -= 1
                    continue
                if fault.times is not None:
                    fault.times -= 1
                if fault.effect != "slow":
                    return fault, pause
                pause += fault.seconds
        return None, pause
