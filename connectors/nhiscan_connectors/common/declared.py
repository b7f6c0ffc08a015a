"""What operations of HTTP APIs are declared with, and paths that parameters fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Required, TypedDict
from urllib.parse import quote

from nhiscan.connector import JSON
from nhiscan.model import Aspect

_FIELD: Final = re.compile(r"\{(\+?)(\w+)\}")


class Told(TypedDict, total=False):
    """What every call is declared with, whichever API it goes to; see `Operation`."""

    permission: Required[str]
    purpose: Required[str]
    hides: Required[str]
    blinds: tuple[Aspect, ...]
    drop: tuple[str, ...]
    about: str
    below: bool
    optional: bool


def fields_of(path: str) -> tuple[str, ...]:
    """Names of the parameters that a path takes: `("parent",)` of "v1/{+parent}/assets"."""
    return tuple(match[2] for match in _FIELD.finditer(path))


def filled(path: str, values: Mapping[str, JSON]) -> str:
    """A path with its fields filled; `{+name}` takes slashes too. Raises ValueError for what would lead elsewhere."""

    def fill(match: re.Match[str]) -> str:
        value = str(values[match[2]])
        if match[1]:
            value = value.strip("/")
        if any(part in ("", ".", "..") for part in (value.split("/") if match[1] else (value,))):
            raise ValueError(f"{value[:80]!r} is not an id")
        return quote(value, safe="/" if match[1] else "")

    return _FIELD.sub(fill, path)
