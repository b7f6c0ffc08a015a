"""The scanner's own least privilege, drawn from the calls that the connector declares."""

from __future__ import annotations

import json
from collections.abc import Iterable

from nhiscan.connector import Operation
from nhiscan.errors import UsageError

FORMS = ("json", "gcloud")


def permission_policy(operations: Iterable[Operation], form: str) -> str:
    """What the scanner must be granted, in the given form. Raises UsageError for one that is not known.

    "json": a custom role in the form that `gcloud iam roles create --file` takes, to be made in the organization and
    bound there. "gcloud": the permissions with commas between, for `--permissions`.
    """
    names = sorted(
        {name for operation in operations for part in operation.permission.split(",") if (name := part.strip())}
    )
    match form:
        case "json":
            role = {
                "title": "nhiscan reader",
                "description": "What nhiscan reads of Google Cloud: names, settings and dates, never a secret's value",
                "stage": "GA",
                "includedPermissions": names,
            }
            return json.dumps(role, indent=2)
        case "gcloud":
            return ",".join(names)
        case _:
            raise UsageError(f"There is no policy in the form {form!r}; there are {', '.join(FORMS)}.")
