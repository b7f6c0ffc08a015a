"""The fixture `azure`: one server for a worker, an empty tenant for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clouds.azure.calls import CallLog
from tests.clouds.azure.emulator import Emulator
from tests.clouds.azure.faults import Faults
from tests.clouds.azure.seed import Tenant
from tests.clouds.azure.server import AzureServer
from tests.clouds.azure.state import CLIENT_SECRET
from tests.clouds.environment import bare


@dataclass
class Azure:
    """A tenant of a test's own."""

    server: AzureServer
    tenant: Tenant = field(init=False)

    def __post_init__(self) -> None:
        self.tenant = Tenant(self.emulator.state)

    @property
    def emulator(self) -> Emulator:
        """The emulator itself."""
        return self.server.emulator

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return self.server.endpoint

    @property
    def faults(self) -> Faults:
        """Faults to order."""
        return self.emulator.faults

    @property
    def calls(self) -> CallLog:
        """Every call so far."""
        return self.emulator.calls

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of AzureConnector, but for the secret."""
        return dict(self.server.settings)

    @property
    def secrets(self) -> dict[str, Any]:
        """The secret settings, which no bundle holds."""
        return {"client_secret": CLIENT_SECRET}


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureServer]:
    """The server of this worker."""
    with AzureServer(tmp_path_factory.mktemp("authority")) as server:
        yield server


@pytest.fixture
def azure(azure_server: AzureServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Azure]:
    """An empty tenant, and an environment in which no credentials of this machine are found."""
    emulator = azure_server.emulator
    emulator.reset()
    bare(monkeypatch, "AZURE_", "MSI_", "IDENTITY_")
    yield Azure(azure_server)
    emulator.check()
    emulator.reset()
