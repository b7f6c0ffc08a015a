"""Whether a call that was made is one that an operation declares."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.api import Api, Rpc
from tests.clouds.gcp.calls import Call

_FIELD = re.compile(r"\\\{(\\\+)?(\w+)\\\}")


def undeclared(calls: Iterable[Call], connector: GcpConnector) -> list[str]:
    """Calls that no operation of the connector explains: path, parameters and all."""
    return sorted({str(call) for call in calls if not any(_explains(one, call) for one in connector.operations)})


def _explains(operation: object, call: Call) -> bool:
    match operation:
        case Rpc():
            name = "".join(part.title() for part in operation.call.split("_"))
            return call.method == "RPC" and call.path.partition("/")[0] == name
        case Api():
            if call.method != operation.method or not _pattern(operation.service).fullmatch(call.service):
                return False
            if not _pattern(operation.path).fullmatch(call.path):
                return False
            asked = {key for key, _ in operation.query}
            return set(call.query) <= asked | {"pageToken"} and all(
                value in call.query.get(key, []) or "{" in value for key, value in operation.query
            )
        case _:
            return False


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(_FIELD.sub(lambda found: ".+" if found[1] else "[^/:]+", re.escape(template)))
