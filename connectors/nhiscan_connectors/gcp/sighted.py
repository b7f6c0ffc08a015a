"""Where in an entry of an answer a secret value stood."""

from __future__ import annotations

from collections.abc import Container

from nhiscan.connector import JSON
from nhiscan_connectors.common.fields import text


def where_in(entry: JSON, path: list[str | int], variables: Container[str | int] = ()) -> str:
    """The variable, or the field; empty where the path leads nowhere.

    `path` leads from the entry to the value. `variables`: fields that hold variables by their names.
    """
    here, field = entry, ""
    for number, step in enumerate(path):
        if step in variables and number + 1 < len(path):
            return f"environment variable {path[number + 1]}"
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        field = step if isinstance(step, str) else field
        if isinstance(here, dict) and text(here.get("name")) and "value" in here:
            return f"environment variable {text(here.get('name'))}"
    return f"field {field}" if field else ""
