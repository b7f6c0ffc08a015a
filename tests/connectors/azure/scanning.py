"""Whole scans of the emulated tenant, over a socket and with the real SDKs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nhiscan import engine
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import Parsed, parse
from nhiscan_connectors.azure import AzureConnector
from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure.declared import undeclared

CLOCK = datetime(2026, 11, 24, 9, tzinfo=UTC)


def scanned(azure: Azure, directory: Path, **settings: Any) -> Parsed:
    """Collect the tenant into `directory` and parse it. `settings` are added to those that lead to the emulator.

    Every call of the scan must stand in an operation of the connector.
    """
    connectors = {"azure": AzureConnector()}
    asked = {**azure.settings, **settings}
    bundle = engine.begin(directory, {"azure": asked}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    assert undeclared(azure.calls) == []
    return parse(open_bundle(directory), connectors)


def inventory_of(azure: Azure, directory: Path, **settings: Any) -> Inventory:
    """The records of a scan."""
    return scanned(azure, directory, **settings).inventory
