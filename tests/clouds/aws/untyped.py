"""moto's modules without their types: to a type checker its records are abstract, and half of its names private."""

from __future__ import annotations

import importlib
from typing import Any


def moto_module(name: str) -> Any:
    """The module `moto.<name>`. It is imported when it is asked for: all of moto takes seconds."""
    return importlib.import_module(f"moto.{name}")
