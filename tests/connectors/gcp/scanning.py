"""Whole scans of the emulated organization, over sockets and with the real libraries."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan import engine
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import Parsed, parse
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp import plan as planning
from nhiscan_connectors.gcp.service import Service
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW
from tests.connectors.gcp.declared import undeclared


def scanned(gcp: Gcp, directory: Path, connector: GcpConnector | None = None, **settings: Any) -> Parsed:
    """Collect the organization into `directory` and parse it. Every call must stand in an operation."""
    made = connector or GcpConnector()
    connectors = {"gcp": made}
    bundle = engine.begin(directory, {"gcp": {**gcp.settings, **settings}}, connectors, started=NOW)
    engine.collect(bundle, connectors, {})
    assert undeclared(gcp.calls, made) == []
    return parse(open_bundle(directory), connectors)


def inventory_of(gcp: Gcp, directory: Path, **settings: Any) -> Inventory:
    """The records of a whole scan."""
    return scanned(gcp, directory, **settings).inventory


def inventory_by(gcp: Gcp, directory: Path, *services: Service, joined: bool = False, **settings: Any) -> Inventory:
    """The records that some of the services make, so that a test hears of nothing else."""
    connector = GcpConnector()
    vars(connector)["services"] = services
    found = scanned(gcp, directory, connector, **settings).inventory
    if joined:
        for record in list(connector.join(found)):
            found.add(record)
    return found


__all__ = ["inventory_by", "inventory_of", "planning", "scanned"]
