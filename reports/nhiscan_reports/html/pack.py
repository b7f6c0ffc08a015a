"""How data stands in the page: tables by column, compressed, in pieces that are opened one by one."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

ROWS: Final = 20_000
"""Rows of a table in one piece."""

_LEVEL: Final = 9
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_UNSAFE: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


class Piece(msgspec.Struct, frozen=True):
    """A part of the data, as it stands in the page."""

    name: str
    text: str
    """Base64 of a zlib stream of JSON in UTF-8."""


def packed(name: str, value: object) -> Piece:
    """One piece."""
    return Piece(name, base64.b64encode(zlib.compress(_ENCODER.encode(value), _LEVEL)).decode())


def columns(table: Mapping[str, Sequence[Any]], start: int = 0, end: int | None = None) -> dict[str, Any]:
    """Rows of a table by column. A column with few different values is {"d": the values, "i": which one}."""
    return {name: _column(values[start:end]) for name, values in table.items()}


def _column(values: Sequence[Any]) -> Any:
    places: dict[Any, int] = {}
    which: list[int] = []
    for value in values:
        key = tuple(value) if isinstance(value, list) else value
        # True and 1 are one key to a dict, and must not become one value.
        which.append(places.setdefault((type(value), key), len(places)))
        if 2 * len(places) > len(values):
            return values
    return {"d": [list(key) if kind is list else key for kind, key in places], "i": which}


def table_pieces(name: str, table: Mapping[str, Sequence[Any]]) -> Iterator[Piece]:
    """A table as pieces `name/0`, `name/1` ...; one piece at least."""
    length = max((len(values) for values in table.values()), default=0)
    for number, start in enumerate(range(0, max(length, 1), ROWS)):
        yield packed(f"{name}/{number}", columns(table, start, start + ROWS))


def for_script(value: object) -> str:
    """JSON that may stand in a script element of type application/json: nothing in it can end the element."""
    # In the order in which it was put together: the script lists words as they stand.
    return msgspec.json.encode(value).decode().translate(_UNSAFE)
