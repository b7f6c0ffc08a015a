"""The parts of Entra and Azure that nhiscan reads: each module holds one `SERVICE`."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nhiscan_connectors.azure.service import Service


def find_services() -> tuple[Service, ...]:
    """Every `SERVICE` in this package, in the order of module names."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(importlib.import_module(f"{__name__}.{name}").SERVICE for name in names)
