"""The log of calls: what was asked, in whose name, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from tests.clouds import calls
from tests.clouds.aws.routing import Target, parsed_params


class Call:
    """One call. Its parameters are parsed when somebody asks for them, for most calls are only counted."""

    def __init__(self, target: Target, account: str, environ: Mapping[str, Any], body: bytes) -> None:
        self.target = target
        self.account = account
        self.region = target.region
        self.service = target.service
        self.operation = target.operation
        self.status = 0
        """HTTP status of the answer; 0 while there is none."""
        self.source = ""
        """Who answered: "overlay", "moto" or "fault"."""
        self._environ = {key: value for key, value in environ.items() if isinstance(value, str)}
        self._body = body

    @property
    def name(self) -> str:
        """ "<service>:<operation>", as nhiscan's operations are named."""
        return f"{self.service}:{self.operation}"

    @cached_property
    def params(self) -> dict[str, Any]:
        """Parameters of the call, by their names in the SDK's model."""
        return parsed_params(self.target, self._environ, self._body)

    def to_json(self) -> dict[str, Any]:
        """The call as the control path shows it."""
        return {
            "account": self.account,
            "region": self.region,
            "service": self.service,
            "operation": self.operation,
            "params": self.params,
            "status": self.status,
            "source": self.source,
        }

    def __repr__(self) -> str:
        return f"<{self.name} {self.account} {self.region} {self.status}>"


class CallLog(calls.CallLog[Call]):
    """Every call, and which were which."""

    def of(self, service: str = "", operation: str = "", account: str = "", region: str = "") -> list[Call]:
        """Calls that fit everything that is given."""
        return [
            call
            for call in self
            if service in ("", call.service)
            and operation in ("", call.operation)
            and account in ("", call.account)
            and region in ("", call.region)
        ]

    def count(self, service: str = "", operation: str = "", account: str = "", region: str = "") -> int:
        """How many calls fit everything that is given."""
        return len(self.of(service, operation, account, region))

    def names(self) -> Counter[str]:
        """How often each "<service>:<operation>" was called."""
        return Counter(call.name for call in self)
