"""Calls of one shard against the emulator, without a whole scan, and with a clock that does not make a test wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from nhiscan.connector import Shard
from nhiscan_connectors.azure import AzureConnector
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.azure.session import Sessions
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.state import TENANT_ID
from tests.connectors.asking import AskingShard
from tests.connectors.azure.scanning import CLOCK

SHARD = Shard(connector="azure", scope=f"azure:{TENANT_ID}", part="tenant", options={"tenant": TENANT_ID})


class Asking(AskingShard[Calls]):
    """See `AskingShard`."""

    def __init__(self, azure: Azure, directory: Path, shard: Shard = SHARD, **settings: Any) -> None:
        self.sessions = Sessions({**azure.settings, **azure.secrets, **settings}, self.sleep, lambda: self.now)
        super().__init__(directory, AzureConnector(), azure.settings, shard, CLOCK)

    def made(self) -> Calls:
        """See `AskingShard.made`."""
        return Calls(self.sessions, self.shard, self.sink)


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
