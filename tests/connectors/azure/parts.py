"""Scans of the emulated tenant by some of the connector's services only, so that a test hears of nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nhiscan import engine
from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.parse import parse
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure import plan as planning
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.service import Service
from tests.clouds.azure.calls import Call
from tests.clouds.azure.fixtures import Azure
from tests.connectors.azure import declared
from tests.connectors.azure.scanning import CLOCK


def connector_of(*services: Service) -> AzureConnector:
    """The connector with these services and no others."""
    connector = AzureConnector()
    vars(connector)["services"] = services
    return connector


def inventory_by(
    azure: Azure, directory: Path, *services: Service, subscription: tuple[str, ...] = (), joined: bool = False
) -> Inventory:
    """The records that these services make of the tenant. Every call must be one that they declare."""
    connectors = {"azure": connector_of(*services)}
    asked = {**azure.settings, "subscription": subscription}
    bundle = engine.begin(directory, {"azure": asked}, connectors, started=CLOCK)
    engine.collect(bundle, connectors, {"azure": azure.secrets})
    assert _undeclared(azure.calls, services) == []
    found = parse(open_bundle(directory), connectors).inventory
    if joined:
        for record in list(connectors["azure"].join(found)):
            found.add(record)
    return found


def _undeclared(calls: Iterable[Call], services: tuple[Service, ...]) -> list[str]:
    known: list[Api] = [*planning.OPERATIONS, *(operation for service in services for operation in service.operations)]
    patterns = [(operation, declared._pattern(operation)) for operation in known]
    return [
        f"{call} ({call.version})"
        for call in calls
        if call.plane != "token"
        and call.path != "/$batch"
        and not any(
            declared._is(call, operation)
            and pattern.fullmatch(call.path)
            # The SDK makes some of these calls: what it asks for must be what is declared.
            and (operation.plane != "arm" or operation.method == "POST" or _options(call) == dict(operation.query))
            for operation, pattern in patterns
        )
    ]


def _options(call: Call) -> dict[str, str]:
    return {name: value for name, value in call.query.items() if name.lower() not in ("api-version", "$skiptoken")}
