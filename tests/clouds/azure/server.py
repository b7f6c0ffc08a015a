"""The emulator behind a socket: in threads of this process, or as a process of its own.

`python -m tests.clouds.azure.server` prints a line of JSON with the settings of AzureConnector that lead to it, and
serves until a signal ends it.
"""

from __future__ import annotations

import importlib
import json
import signal
import tempfile
import threading
from pathlib import Path
from types import TracebackType

import click

from tests.clouds.azure.authority import Authority
from tests.clouds.azure.emulator import DATA, Emulator
from tests.clouds.azure.https import HttpsServer
from tests.clouds.azure.seed import Tenant
from tests.clouds.azure.state import CLIENT_ID, CLIENT_SECRET


class AzureServer:
    """An emulator that listens on a free port of the loopback interface, in threads of this process."""

    def __init__(self, directory: Path, emulator: Emulator | None = None, port: int = 0) -> None:
        """`directory` is where the authority is written that clients must trust."""
        self.emulator = emulator or Emulator()
        authority = Authority(directory)
        self.ca = str(authority.ca)
        self._server = HttpsServer(self.emulator, authority.context, self.emulator.defects.append, port)
        self.endpoint = self.emulator.endpoint = self._server.endpoint

    @property
    def settings(self) -> dict[str, str]:
        """Settings of AzureConnector that lead here, but for the secret."""
        return {
            "tenant_id": self.emulator.state.tenant_id,
            "client_id": CLIENT_ID,
            "authority": self.endpoint,
            "arm_url": self.endpoint,
            "graph_url": self.endpoint,
            "data_url": self.endpoint + DATA,
            "ca_bundle": self.ca,
        }

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self._server.stop()

    def __enter__(self) -> AzureServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@click.command()
@click.option("--port", default=0, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--seed", default="", help="Function that fills a tenant: package.module:function.")
def main(port: int, seed: str) -> None:
    """Serve the Azure emulator until a signal ends it."""
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with tempfile.TemporaryDirectory() as directory, AzureServer(Path(directory), port=port) as server:
        tenant = Tenant(server.emulator.state)
        if seed:
            module, _, name = seed.partition(":")
            getattr(importlib.import_module(module), name)(tenant)
        click.echo(json.dumps({"settings": server.settings, "secrets": {"client_secret": CLIENT_SECRET}}))
        over.wait()


if __name__ == "__main__":
    main()
