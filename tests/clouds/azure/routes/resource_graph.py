"""Azure Resource Graph: as much of its query language as an inventory needs; the rest is refused, never ignored.

`<table> | where <condition> [and <condition>] | project a, b.c, name = d.e | order by id asc`, with conditions of the
forms `type =~ 'x'`, `type == 'x'`, `type in~ ('x', 'y')`, `type startswith 'x'`, `isnotempty(identity)`. Tables:
`resources`, `resourcecontainers` (subscriptions and management groups), `authorizationresources` (role assignments and
definitions) and `managedservicesresources` (delegations to other tenants).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routes.rbac import containers
from tests.clouds.azure.routing import Request, arm
from tests.clouds.azure.state import Item, State

Condition = Callable[[Item], bool]

_NAME = r"[A-Za-z_][\w.]*"
_COMPARED = re.compile(rf"({_NAME})\s*(=~|==|startswith)\s*'([^']*)'", re.IGNORECASE)
_AMONG = re.compile(rf"({_NAME})\s+in~?\s*\(([^)]*)\)", re.IGNORECASE)
_THERE = re.compile(rf"isnotempty\(({_NAME})\)", re.IGNORECASE)
_COLUMN = re.compile(rf"(?:({_NAME})\s*=\s*)?({_NAME})")


@arm("POST", "/providers/Microsoft.ResourceGraph/resources")
def resources(request: Request) -> Any:
    """Rows of the subscriptions that are named, or of all."""
    query, options = str(request.body["query"]), request.body.get("options", {})
    table, *steps = (part.strip() for part in query.split("|"))
    rows = _rows(request.state, table.lower(), [str(id).lower() for id in request.body.get("subscriptions", ())])
    for step in steps:
        rows = _stepped(rows, step)
    start = int(options.get("$skipToken", "0"))
    size = min(int(options.get("$top", 1000)), request.page_size or 1000)
    page = rows[start : start + size]
    body: Item = {"totalRecords": len(rows), "count": len(page), "data": page, "facets": [], "resultTruncated": "false"}
    return {**body, "$skipToken": str(start + size)} if start + size < len(rows) else body


def _rows(state: State, table: str, subscriptions: list[str]) -> list[Item]:
    match table:
        case "resources":
            found = list(state.table("resources").values())
        case "resourcecontainers":
            found = containers(state)
        case "authorizationresources":
            found = [*state.table("roleAssignments").values(), *state.table("roleDefinitions").values()]
        case "managedservicesresources":
            found = list(state.table("registrationAssignments").values())
        case _:
            raise _odd(table)
    rows = [{"tenantId": state.tenant_id, **item, "type": str(item["type"]).lower(), **_place(item)} for item in found]
    wanted = set(subscriptions)
    return [row for row in rows if not wanted or row["subscriptionId"].lower() in ("", *wanted)]


def _place(item: Item) -> Item:
    parts = str(item["id"]).split("/")
    inside = dict(zip((part.lower() for part in parts[1::2]), parts[2::2], strict=False))
    return {
        "subscriptionId": inside.get("subscriptions", ""),
        "resourceGroup": inside.get("resourcegroups", "").lower(),
    }


def _stepped(rows: list[Item], step: str) -> list[Item]:
    word, _, rest = step.partition(" ")
    match word.lower():
        case "where":
            conditions = [_condition(part.strip()) for part in re.split(r"\s+and\s+", rest.strip())]
            return [row for row in rows if all(condition(row) for condition in conditions)]
        case "project":
            columns = [_column(part.strip()) for part in rest.split(",")]
            return [{name: _value(row, source) for name, source in columns} for row in rows]
        case "order" if re.fullmatch(r"by id( asc)?", rest.strip()):
            return sorted(rows, key=lambda row: str(row["id"]))
        case _:
            raise _odd(step)


def _condition(text: str) -> Condition:
    if match := _COMPARED.fullmatch(text):
        name, how, wanted = match[1], match[2].lower(), match[3]
        if how == "==":
            return lambda row: str(_value(row, name) or "") == wanted
        if how == "=~":
            return lambda row: str(_value(row, name) or "").lower() == wanted.lower()
        return lambda row: str(_value(row, name) or "").lower().startswith(wanted.lower())
    if match := _AMONG.fullmatch(text):
        among = {item.strip().strip("'").lower() for item in match[2].split(",")}
        field = match[1]
        return lambda row: str(_value(row, field) or "").lower() in among
    if match := _THERE.fullmatch(text):
        present = match[1]
        return lambda row: bool(_value(row, present))
    raise _odd(text)


def _column(text: str) -> tuple[str, str]:
    match = _COLUMN.fullmatch(text)
    if match is None:
        raise _odd(text)
    return match[1] or match[2].replace(".", "_"), match[2]


def _value(row: Item, name: str) -> Any:
    found: Any = row
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _odd(text: str) -> ApiError:
    return ApiError(400, "BadRequest", f"Query is invalid: the emulator does not know {text!r}.")
