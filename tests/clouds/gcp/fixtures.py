"""The fixture `gcp`: one pair of servers for a worker, an empty organization for each test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.clouds.environment import bare
from tests.clouds.gcp.calls import CallLog
from tests.clouds.gcp.emulator import Emulator
from tests.clouds.gcp.faults import Faults
from tests.clouds.gcp.seed import Company
from tests.clouds.gcp.server import GcpServer


@dataclass
class Gcp:
    """An organization of a test's own."""

    server: GcpServer
    company: Company = field(init=False)

    def __post_init__(self) -> None:
        self.company = Company(self.emulator.state)

    @property
    def emulator(self) -> Emulator:
        """The emulator itself."""
        return self.server.emulator

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
        """Settings of GcpConnector."""
        return dict(self.server.settings)


@pytest.fixture(scope="session")
def gcp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GcpServer]:
    """The servers of this worker."""
    with GcpServer(tmp_path_factory.mktemp("google")) as server:
        yield server


@pytest.fixture
def gcp(gcp_server: GcpServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gcp]:
    """An empty organization, and an environment in which no credentials of this machine are found."""
    emulator = gcp_server.emulator
    emulator.reset()
    bare(monkeypatch, "GOOGLE_", "GCE_", "CLOUDSDK_")
    yield Gcp(gcp_server)
    emulator.check()
    emulator.reset()
