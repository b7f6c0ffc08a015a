"""Templates of paths, and the modules that register them, as the emulators that speak HTTP themselves have them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from typing import Final

FIELD: Final = re.compile(r"\{(\+?)(\w+)\}")
"""A field of a template: `{id}`, or `{+id}` for one that takes slashes."""


def pattern_of(template: str, segment: str) -> str:
    """The regular expression of a template. `segment`: what a field without slashes takes."""
    parts = FIELD.split(template)
    return "".join(
        re.escape(part) if n % 3 == 0 else "" if n % 3 == 1 else f"(?P<{part}>{'.+' if parts[n - 1] else segment})"
        for n, part in enumerate(parts)
    )


def load_modules(package: str) -> None:
    """Import every module of a package."""
    found = importlib.import_module(package)
    for module in sorted(module.name for module in pkgutil.iter_modules(found.__path__)):
        importlib.import_module(f"{package}.{module}")
