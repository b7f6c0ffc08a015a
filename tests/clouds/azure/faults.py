"""Faults to order: refusals, missing licences, throttling, pages of HTML, slowness and lost connections."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tests.clouds import faults
from tests.clouds.azure.answers import ApiError, Plane, denied, error_reply, not_found, throttled, unlicensed
from tests.clouds.azure.calls import Call
from tests.clouds.azure.https import Reply
from tests.clouds.loopback import DroppedError

Effect = Literal["deny", "unlicensed", "throttle", "absent", "error", "html", "slow", "drop"]


@dataclass
class Fault(faults.Fault[Call]):
    """One fault. Its path has no version: "/users", "*/roleAssignments". Case does not matter."""

    plane: str = "*"
    method: str = "*"
    retry_after: str = "0"
    """Text of Retry-After; empty for none."""
    code: str = "InternalServerError"
    message: str = "An internal server error occurred."

    def fits(self, call: Call) -> bool:
        """See `faults.Fault.fits`."""
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


class Faults(faults.FaultList[Fault]):
    """See `FaultList`."""

    def add(self, effect: Effect, path: str = "*", **details: object) -> Fault:
        """Order a fault: `faults.add("deny", "/users")`."""
        return self.put(Fault(effect, path, **details))  # type: ignore[arg-type]

    def befall(self, call: Call, plane: Plane) -> Reply | None:
        """The answer of the first fault that the call meets; None when it meets none."""
        found = self.met(call)
        return found.reply(call, plane) if found is not None else None
