"""The scanner's own least privilege, drawn from the calls that the connector declares."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nhiscan.connector import Operation
from nhiscan.errors import UsageError
from nhiscan_connectors.azure.api import Api, Plane

FORMS = ("graph", "json")


def permission_policy(operations: Iterable[Operation], form: str) -> str:
    """What the scanner must be granted, in the given form. Raises UsageError for one that is not known.

    "graph": application permissions of Microsoft Graph, one a line. "json": a custom role of Azure, which is assigned
    at the root management group or in each subscription.
    """
    declared = [operation for operation in operations if isinstance(operation, Api)]
    match form:
        case "graph":
            return "\n".join(_permissions(declared, "graph"))
        case "json":
            return json.dumps(_role(declared), indent=2)
        case _:
            raise UsageError(f"There is no policy in the form {form!r}; there are {', '.join(FORMS)}.")


def _permissions(operations: list[Api], *planes: Plane) -> list[str]:
    """Names of permissions. An operation that needs several names them with commas between."""
    return sorted(
        {
            name
            for operation in operations
            if operation.plane in planes
            for part in operation.permission.split(",")
            if (name := part.strip())
        }
    )


def _role(operations: list[Api]) -> dict[str, object]:
    """A role in the form that `az role definition create --role-definition` takes.

    It needs no NotActions: calls that give out keys are actions of their own, and are not in it.
    """
    return {
        "Name": "nhiscan reader",
        "IsCustom": True,
        "Description": "What nhiscan reads of Azure: names, settings and dates, never the value of a secret",
        "Actions": _permissions(operations, "arm"),
        "NotActions": [],
        "DataActions": _permissions(operations, "data"),
        "NotDataActions": [],
        "AssignableScopes": ["/providers/Microsoft.Management/managementGroups/<root management group>"],
    }
