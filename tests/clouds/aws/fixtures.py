"""The fixture `aws`: one server for a worker, an empty AWS for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from tests.clouds.aws.calls import CallLog
from tests.clouds.aws.emulator import Emulator
from tests.clouds.aws.estates import client_environment
from tests.clouds.aws.faults import Faults
from tests.clouds.aws.seed import Account, Seed
from tests.clouds.aws.server import AwsServer


@dataclass
class Aws:
    """An AWS of a test's own."""

    server: AwsServer
    env: dict[str, str]
    """Environment of a client: endpoint, region and the credentials of a session in `account`."""
    account: Account = field(init=False)
    """The account that the credentials belong to, 123456789012."""
    seed: Seed = field(init=False)

    def __post_init__(self) -> None:
        self.seed = Seed(self.emulator)
        self.account = self.seed.account()

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

    @cached_property
    def _session(self) -> Any:
        from boto3.session import Session

        return Session()

    def client(self, service: str, region: str = "us-east-1", session: dict[str, str] | None = None) -> Any:
        """A boto3 client that does not retry, with the test's credentials or those of another `Account.session`."""
        from botocore.config import Config

        keys = {**self.env, **(session or {})}
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=keys.get("AWS_SESSION_TOKEN"),
            config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
        )


@pytest.fixture(scope="session")
def aws_server() -> Iterator[AwsServer]:
    """The server of this worker."""
    with AwsServer() as server:
        yield server


@pytest.fixture
def aws(aws_server: AwsServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    """An empty AWS, and an environment in which every SDK talks to it and to nothing else."""
    emulator = aws_server.emulator
    emulator.reset()
    session = Seed(emulator).account().session()
    env = {**client_environment(), **session, "AWS_ENDPOINT_URL": aws_server.endpoint}
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    yield Aws(aws_server, env)
    emulator.check()
    emulator.reset()
