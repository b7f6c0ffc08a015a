"""Files that the AWS command line exports: the common ones, CSV and base64 beside them, and JSON that holds objects."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nhiscan.errors import InputError
from nhiscan_connectors.common import export_files
from nhiscan_connectors.common.export_files import LARGEST, documents
from nhiscan_connectors.common.fields import kind_of


def texts(path: Path, limit: int = LARGEST) -> Iterator[tuple[str, str]]:
    """Texts of exported files, each with where it stands. Raises InputError for what cannot be read."""
    return export_files.texts(path, limit, frozenset({".csv", ".b64"}), "JSON and no CSV")


def bodies(place: str, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """JSON objects of a text with their place: one, a list of them, or one behind the other. Raises InputError."""
    number = 0
    for _, value in documents(place, text):
        for body in value if isinstance(value, list) else [value]:
            number += 1
            here = f"{place}: document {number}"
            if not isinstance(body, dict):
                raise InputError(f"{here} is {kind_of(body)}, not an object.")
            yield here, body
    if number == 0:
        raise InputError(f"{place} holds an empty list.", "Export it again; the command may have failed.")
