"""Clients: which region has a service, and when clients are let go."""

from __future__ import annotations

import socket

import pytest

from nhiscan.connector import AbsentError, Shard
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.services.lambda_functions import FUNCTIONS
from nhiscan_connectors.aws.session import Sessions
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import REGION_SHARD

NO_SUCH_NAME = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class Resolver:
    """A resolver that knows every host but one service's, and counts."""

    def __init__(self, service: str, error: OSError = NO_SUCH_NAME, *, dead: bool = False) -> None:
        self.service = service
        self.error = error
        self.dead = dead
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> object:
        self.asked.append(host)
        if self.dead or host.startswith(self.service):
            raise self.error
        return []


@pytest.fixture
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "made-up")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "made-up")


@pytest.mark.usefixtures("no_endpoint")
def test_a_service_without_a_name_in_a_region_that_has_others_is_absent() -> None:
    resolver = Resolver("bedrock-agentcore")
    sessions = Sessions({}, resolve=resolver)
    service = "bedrock-agentcore-control"
    assert not sessions.offered(REGION_SHARD, service, "eu-west-3")
    assert resolver.asked == [f"{service}.eu-west-3.amazonaws.com", "sts.eu-west-3.amazonaws.com"]
    assert not sessions.offered(REGION_SHARD, service, "eu-west-3")
    assert len(resolver.asked) == 2  # asked once a region
    assert sessions.offered(REGION_SHARD, "lambda", "eu-west-3")


@pytest.mark.usefixtures("no_endpoint")
def test_the_host_that_a_call_goes_to_counts() -> None:
    sessions = Sessions({}, resolve=Resolver("aidevops"))
    assert not sessions.offered(REGION_SHARD, "devops-agent", "eu-west-3")
    assert sessions.offered(REGION_SHARD, "devops-agent", "eu-west-3", "cp.")


@pytest.mark.usefixtures("no_endpoint")
@pytest.mark.parametrize(
    "resolver",
    [
        Resolver("lambda", dead=True),
        Resolver("lambda", socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")),
        Resolver("lambda", OSError("no network")),
    ],
)
def test_a_resolver_out_of_order_is_not_absence(resolver: Resolver) -> None:
    assert Sessions({}, resolve=resolver).offered(REGION_SHARD, "lambda", "eu-west-3")


@pytest.mark.usefixtures("no_endpoint")
def test_behind_an_endpoint_everything_is_asked() -> None:
    resolver = Resolver("lambda")
    assert Sessions({"endpoint_url": "http://localhost:1"}, resolve=resolver).offered(REGION_SHARD, "lambda", "x-1")
    assert not resolver.asked


def test_clients_are_let_go_with_their_shard(aws: Aws) -> None:
    sessions = Sessions({"endpoint_url": aws.endpoint})
    other = Shard(connector="aws", scope=REGION_SHARD.scope, region="eu-west-2", part="region")
    first = sessions.client(REGION_SHARD, "lambda", "eu-west-1")
    kept = sessions.client(other, "lambda", "eu-west-2")
    assert sessions.client(REGION_SHARD, "lambda", "eu-west-1") is first
    sessions.release(REGION_SHARD)
    assert sessions.client(REGION_SHARD, "lambda", "eu-west-1") is not first
    assert sessions.client(other, "lambda", "eu-west-2") is kept


class Untouched:
    """A sink that gives what the call itself gives."""

    def pages(self, operation: object, fetch: object, params: object = None) -> object:
        return fetch


@pytest.mark.usefixtures("no_endpoint")
def test_a_call_to_a_region_without_the_service_is_absence_and_goes_nowhere() -> None:
    sessions = Sessions({}, resolve=Resolver("lambda"))
    shard = Shard(connector="aws", scope=REGION_SHARD.scope, region="eu-west-3", part="region")
    fetch = Calls(sessions, shard, Untouched()).pages(FUNCTIONS)  # type: ignore[arg-type]
    with pytest.raises(AbsentError):
        fetch(None)  # type: ignore[operator]
