"""Calls of one shard against the emulator, without a whole scan, and with a clock that does not make a test wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from nhiscan.connector import Evidence, Shard
from nhiscan.engine import manifest_of
from nhiscan.evidence import Bundle, create
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.azure.session import Sessions
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.state import TENANT_ID
from tests.connectors.azure.scanning import CLOCK

SHARD = Shard(connector="azure", scope=f"azure:{TENANT_ID}", part="tenant", options={"tenant": TENANT_ID})


class Asking:
    """Calls of one shard into a bundle, with a clock that does not make a test wait."""

    def __init__(self, azure: Azure, directory: Path, shard: Shard = SHARD, **settings: Any) -> None:
        self.waits: list[float] = []
        self.now = 0.0
        connectors = {"azure": AzureConnector()}
        self.bundle: Bundle = create(directory, manifest_of({"azure": azure.settings}, connectors, started=CLOCK))
        self.sessions = Sessions({**azure.settings, **azure.secrets, **settings}, self.sleep, lambda: self.now)
        self.shard = shard
        self.sink = BundleSink(self.bundle, shard, stop=Stop(), fan_out=1)
        self.calls = Calls(self.sessions, shard, self.sink)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def again(self) -> Asking:
        """The same, as a resumed scan finds it."""
        self.sink.close()
        self.sink = BundleSink(self.bundle, self.shard, stop=Stop(), fan_out=1)
        self.calls = Calls(self.sessions, self.shard, self.sink)
        return self

    def evidence(self) -> list[Evidence]:
        self.sink.close()
        return self.bundle.read(self.shard)[0]

    def problems(self) -> list[tuple[str, str | None, str]]:
        return [(item.operation, item.problem, item.code) for item in self.evidence() if item.problem]


Ask: TypeAlias = Callable[..., Asking]
"""Makes an `Asking`: `ask()`, `ask(client_secret="wrong")`, `ask(shard=...)`."""


@pytest.fixture
def ask(azure: Azure, tmp_path: Path) -> Iterator[Ask]:
    """Makes bundles to ask into, and closes them."""
    made: list[Asking] = []

    def make(shard: Shard = SHARD, **settings: Any) -> Asking:
        made.append(Asking(azure, tmp_path / f"asked-{len(made)}", shard, **settings))
        return made[-1]

    yield make
    for asking in made:
        asking.sink.close()


@pytest.fixture
def asking(ask: Ask) -> Asking:
    """Calls of the tenant."""
    return ask()


def names(calls: Calls) -> list[str]:
    """Names of all users."""
    return [item["displayName"] for item in calls.items(USERS)]
