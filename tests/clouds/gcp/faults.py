"""Faults to order: refusals, services that are off, quotas, pages of HTML, slowness and lost connections."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

from tests.clouds import faults
from tests.clouds.gcp.answers import ApiError, denied, exhausted, not_found, service_off
from tests.clouds.gcp.calls import Call
from tests.clouds.loopback import DroppedError

Effect = Literal["deny", "off", "quota", "absent", "error", "html", "slow", "drop"]


class HtmlError(Exception):
    """The answer is a page of HTML, as a proxy gives it."""


@dataclass
class Fault(faults.Fault[Call]):
    """One fault. Its path is "v1/projects/pay-prod/secrets"; over gRPC "ListServiceAccounts/projects/pay-prod"."""

    service: str = "*"
    retry: str = "0.001s"
    """What RetryInfo says; empty for none."""

    def fits(self, call: Call) -> bool:
        """See `faults.Fault.fits`."""
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


class Faults(faults.FaultList[Fault]):
    """See `FaultList`."""

    def add(self, effect: Effect, path: str = "*", **details: object) -> Fault:
        """Order a fault: `faults.add("deny", "*:searchAllResources")`."""
        return self.put(Fault(effect, path, **details))  # type: ignore[arg-type]

    def befall(self, call: Call) -> None:
        """Raise what the call meets, if it meets anything."""
        found = self.met(call)
        if found is not None:
            raise found.error(call)
