"""Privileged Identity Management for Groups: who may activate memberships and ownerships, and who did, by group."""

from __future__ import annotations

import re
from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routing import Request, graph

_GROUP = "identityGovernance/privilegedAccess/group"
_FILTER = re.compile(r"(groupId|principalId) eq '([0-9a-fA-F-]{36})'")
_KNOWN = {"$filter", "$select", "$expand", "$skiptoken"}
_PAGE = 100


@graph("GET", f"/{_GROUP}/eligibilityScheduleInstances")
def eligible(request: Request) -> Any:
    """Who may join."""
    return _instances(request, f"{_GROUP}/eligibilityScheduleInstances")


@graph("GET", f"/{_GROUP}/assignmentScheduleInstances")
def active(request: Request) -> Any:
    """Who has joined, or was put in for a time or for good."""
    return _instances(request, f"{_GROUP}/assignmentScheduleInstances")


def _instances(request: Request, path: str) -> Any:
    """Those of the group or the principal that the filter names; without one the call is refused."""
    match = _FILTER.fullmatch(request.query.get("$filter", ""))
    if match is None:
        raise ApiError(400, "MissingParameters", "The required parameters groupId or principalId is missing.")
    if odd := sorted(set(request.query) - _KNOWN):
        raise ApiError(400, "Request_UnsupportedQuery", f"The emulator does not heed {', '.join(odd)} here.")
    table = request.state.table(path).values()
    found = [item for item in table if str(item.get(match[1])).lower() == match[2].lower()]
    start, size = int(request.query.get("$skiptoken", "0")), request.page_size or _PAGE
    body: dict[str, Any] = {"value": found[start : start + size]}
    if start + size < len(found):
        body["@odata.nextLink"] = request.link(str(start + size))
    return body
