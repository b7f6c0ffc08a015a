"""Calls of one shard against the emulator, without a whole scan, and with a clock that does not make a test wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.services.api_keys import LIST as KEYS
from nhiscan_connectors.gcp.session import Sessions
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW, ORGANIZATION_ID
from tests.connectors.asking import AskingShard

LAB = Place(part="project", root=f"organizations/{ORGANIZATION_ID}", project="lab")


class Asking(AskingShard[Calls]):
    """See `AskingShard`."""

    def __init__(self, gcp: Gcp, directory: Path, place: Place = LAB, **settings: Any) -> None:
        self.sessions = Sessions({**gcp.settings, **settings}, self.sleep, lambda: self.now)
        super().__init__(directory, GcpConnector(), gcp.settings, place.shard(), NOW)

    def made(self) -> Calls:
        """See `AskingShard.made`."""
        return Calls(self.sessions, self.shard, self.sink)


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
