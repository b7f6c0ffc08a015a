"""The AWS services that nhiscan reads: each module holds one `SERVICE`."""

from __future__ import annotations

from nhiscan_connectors.aws.service import Service
from nhiscan_connectors.common.services import services_of


def find_services() -> tuple[Service, ...]:
    """Every `SERVICE` in this package, in the order of module names."""
    return tuple(services_of(__name__, __path__))
