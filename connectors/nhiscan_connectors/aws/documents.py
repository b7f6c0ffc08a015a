"""Policy documents as AWS, its CLI and its exports hand them out: objects, JSON text, or URL-encoded JSON text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

_UNUSABLE = (msgspec.MsgspecError, RecursionError, ValueError, OverflowError, TypeError)
"""What decoding and encoding raise on texts that are no JSON, on nesting without end, and on numbers without end."""


def document_text(value: Any) -> tuple[str | None, str]:
    """The JSON text of a document, and what is wrong with it when there is none.

    Equal documents have equal texts, however they were written.
    """
    if value is None:
        return None, "was not returned"
    if isinstance(value, dict):
        try:
            return msgspec.json.encode(value).decode(), ""
        except _UNUSABLE as error:
            return None, f"cannot be written as JSON: {error}"
    if not isinstance(value, str):
        return None, f"is {type(value).__name__}, not a document"
    text = value if value.lstrip().startswith("{") else unquote(value)
    try:
        parsed = msgspec.json.decode(text)
        written = msgspec.json.encode(parsed).decode()
    except _UNUSABLE as error:
        return None, f"is not JSON: {error}"
    return (written, "") if isinstance(parsed, dict) else (None, "is JSON, but not an object")


def statements(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Statements of a document with their number from 1; one that is not an object is the evaluator's to refuse."""
    body = msgspec.json.decode(text).get("Statement", [])
    for number, statement in enumerate(body if isinstance(body, list) else [body], start=1):
        if isinstance(statement, dict):
            yield number, statement


def listed(value: Any) -> list[str]:
    """A string or a list of them, as a list; anything else is nothing."""
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def values_of(value: Any) -> tuple[str, ...]:
    """Values of a condition as AWS compares them: as text."""
    items = value if isinstance(value, list) else [value]
    return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in items)
