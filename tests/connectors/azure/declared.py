"""Holds the calls that an emulator saw against the operations that the connector declares."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.connector import AzureConnector
from tests.clouds.azure.calls import Call


def operations() -> list[Api]:
    """Every operation of the connector."""
    return [operation for operation in AzureConnector().operations if isinstance(operation, Api)]


def undeclared(calls: Iterable[Call]) -> list[str]:
    """Calls that no operation declares, with plane, method, version and path. Tokens and batches are no operations."""
    known = [(operation, _pattern(operation)) for operation in operations()]
    return [
        f"{call} ({call.version})"
        for call in calls
        if call.plane != "token"
        and call.path != "/$batch"
        and not any(_is(call, operation) and pattern.fullmatch(call.path) for operation, pattern in known)
    ]


def _is(call: Call, operation: Api) -> bool:
    same = (call.plane, call.method) == (operation.plane, operation.method)
    return same and (call.version == operation.version or operation.plane == "data")


def _pattern(operation: Api) -> re.Pattern[str]:
    parts = re.split(r"(\{\+?\w+\})", operation.path)
    written = "".join(
        re.escape(part) if not part.startswith("{") else ".+" if part.startswith("{+") else "[^/]+" for part in parts
    )
    return re.compile(("/[^/]+" if operation.plane == "data" else "") + written, re.IGNORECASE)
