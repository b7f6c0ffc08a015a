"""The parts of Google Cloud that nhiscan reads: each module holds one `SERVICE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nhiscan_connectors.common.services import services_of

if TYPE_CHECKING:
    from nhiscan_connectors.gcp.service import Service


def find_services() -> tuple[Service, ...]:
    """Every `SERVICE` in this package, in the order of module names."""
    return tuple(services_of(__name__, __path__))
