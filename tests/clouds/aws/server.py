"""The emulator behind a socket: in a thread of this process, or as a process of its own.

`python -m tests.clouds.aws.server --port 0 --estate company` prints a line of JSON that names its address and the
environment for a client, and serves until a signal ends it.
"""

from __future__ import annotations

import json
import signal
import threading
from types import TracebackType

import click

from tests.clouds.aws.emulator import Emulator
from tests.clouds.aws.http import Server


class AwsServer:
    """An emulator that listens on a free port of the loopback interface, in threads of this process."""

    def __init__(self, emulator: Emulator | None = None, port: int = 0) -> None:
        self.emulator = emulator or Emulator()
        self._server = Server(self.emulator, port, self.emulator.defects.append)
        self.endpoint = self._server.endpoint

    def stop(self) -> None:
        """Stop listening and close every connection."""
        self._server.stop()

    def __enter__(self) -> AwsServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


@click.command()
@click.option("--port", default=0, show_default=True, help="Port to listen on; 0 takes a free one.")
@click.option("--estate", default="none", show_default=True, help="What to seed: none, company, bench or regional.")
@click.option("--users", default=1000, show_default=True, help="Users of the bench estate.")
@click.option("--roles", default=1000, show_default=True, help="Roles of the bench estate.")
@click.option("--policies", default=300, show_default=True, help="Policies of the bench estate.")
@click.option("--latency", default=0.0, show_default=True, help="Seconds that each call waits before it is answered.")
def main(port: int, estate: str, users: int, roles: int, policies: int, latency: float) -> None:
    """Serve the AWS emulator until a signal ends it."""
    from tests.clouds.aws.estates import seed_estate

    emulator = Emulator()
    environment = seed_estate(emulator, estate, users=users, roles=roles, policies=policies)
    if latency:
        emulator.faults.slow(latency)
    over = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: over.set())
    with AwsServer(emulator, port) as server:
        environment["AWS_ENDPOINT_URL"] = server.endpoint
        click.echo(json.dumps({"endpoint": server.endpoint, "env": environment}))
        over.wait()


if __name__ == "__main__":
    main()
