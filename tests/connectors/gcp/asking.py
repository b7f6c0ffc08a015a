"""Calls of one shard against the emulator, without a whole scan, and with a clock that does not make a test wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from nhiscan.connector import Evidence
from nhiscan.engine import manifest_of
from nhiscan.evidence import Bundle, create
from nhiscan.sink import BundleSink, Stop
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.services.api_keys import LIST as KEYS
from nhiscan_connectors.gcp.session import Sessions
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW, ORGANIZATION_ID

LAB = Place(part="project", root=f"organizations/{ORGANIZATION_ID}", project="lab")


class Asking:
    """Calls of one shard into a bundle, with a clock that does not make a test wait."""

    def __init__(self, gcp: Gcp, directory: Path, place: Place = LAB, **settings: Any) -> None:
        self.waits: list[float] = []
        self.now = 0.0
        connectors = {"gcp": GcpConnector()}
        self.bundle: Bundle = create(directory, manifest_of({"gcp": gcp.settings}, connectors, started=NOW))
        self.sessions = Sessions({**gcp.settings, **settings}, self.sleep, lambda: self.now)
        self.shard = place.shard()
        self.sink = BundleSink(self.bundle, self.shard, stop=Stop(), fan_out=1)
        self.calls = Calls(self.sessions, self.shard, self.sink)

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
"""Makes an `Asking`: `ask()`, `ask(credentials_file="...")`, `ask(place=...)`."""


@pytest.fixture
def ask(gcp: Gcp, tmp_path: Path) -> Iterator[Ask]:
    """Makes bundles to ask into, and closes them."""
    made: list[Asking] = []

    def make(place: Place = LAB, **settings: Any) -> Asking:
        made.append(Asking(gcp, tmp_path / f"asked-{len(made)}", place, **settings))
        return made[-1]

    yield make
    for asking in made:
        asking.sink.close()


@pytest.fixture
def asking(ask: Ask) -> Asking:
    """Calls of the project "lab"."""
    return ask()


def names(calls: Calls) -> list[str]:
    """Names of the project's API keys."""
    return [item["displayName"] for item in calls.items(KEYS, "keys")]
