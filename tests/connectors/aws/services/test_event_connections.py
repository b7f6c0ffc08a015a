"""EventBridge connections over a socket: which LLM API they are for, the secret behind them, what goes in clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.event_connections import CONNECTION, CONNECTIONS, DESTINATIONS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.ids import stable_secret
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_secrets import Connections
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
TOKEN = stable_secret(40, "a token that is sent in clear")


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_a_connection_to_an_llm_api(aws: Aws, tmp_path: Path) -> None:
    arn, secret = Connections(aws.account, REGION).connection(
        "bot",
        endpoints=["https://api.openai.com/v1/chat/completions?x=1", "https://example.com/hook"],
        Description="asks the model",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "Authorization"}},
    )
    inventory = gather(aws, tmp_path)
    connection = inventory.secrets[arn]
    assert (connection.kind, connection.name, connection.region) == ("eventbridge-connection", "bot", REGION)
    assert (connection.ai_provider, connection.encrypted, connection.created_at) == ("openai", True, ago(90))
    assert connection.activity is None  # a key is authorized when it is set up, not when it is used
    assert connection.description == "asks the model"
    shown = {
        key: connection.attributes[key] for key in ("authorization", "state", "endpoints", "key_name", "ai_evidence")
    }
    assert shown == {
        "authorization": "API_KEY",
        "state": "AUTHORIZED",
        "endpoints": "api.openai.com, example.com",
        "key_name": "Authorization",
        "ai_evidence": "endpoint",
    }
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("stored_in", secret),
        ("holds_key_of", "llm:openai"),
    }
    assert not inventory.gaps


def test_an_oauth_connection(aws: Aws, tmp_path: Path) -> None:
    arn, _ = Connections(aws.account, REGION).connection(
        "crm",
        "OAUTH_CLIENT_CREDENTIALS",
        AuthParameters={
            "OAuthParameters": {
                "ClientParameters": {"ClientID": "client-1"},
                "AuthorizationEndpoint": "https://login.example.com/oauth/token",
                "HttpMethod": "POST",
            }
        },
    )
    connection = gather(aws, tmp_path).secrets[arn]
    assert connection.activity is not None
    assert connection.activity.last_used_at == ago(2)
    assert connection.attributes["authorization_endpoint"] == "login.example.com"
    assert connection.attributes["client_id"] == "client-1"
    assert connection.ai_provider == ""


@pytest.mark.parametrize(
    ("name", "endpoints", "provider", "evidence"),
    [
        ("anthropic", [], "anthropic", "name"),
        ("anthropic", ["https://api.anthropic.com/v1/messages"], "anthropic", "endpoint"),
        ("anthropic", ["https://example.com/"], "", ""),  # what it sends to says more than its name
        ("x", ["https://api.openai.com.evil.example/"], "", ""),
        ("x", ["https://api.openai.com@evil.example/"], "", ""),
        ("openai-endpoint-url", [], "", ""),
    ],
)
def test_whose_key_it_is(
    aws: Aws, tmp_path: Path, name: str, endpoints: list[str], provider: str, evidence: str
) -> None:
    arn, _ = Connections(aws.account, REGION).connection(name, endpoints=endpoints)
    connection = gather(aws, tmp_path).secrets[arn]
    assert (connection.ai_provider, connection.attributes.get("ai_evidence", "")) == (provider, evidence)


def test_a_token_that_is_sent_in_clear_is_dropped_and_told(aws: Aws, tmp_path: Path) -> None:
    sent = {
        "HeaderParameters": [
            {"Key": "x-api-key", "Value": TOKEN, "IsValueSecret": False},
            {"Key": "x-hidden", "IsValueSecret": True},
        ]
    }
    arn, _ = Connections(aws.account, REGION).connection("bot", AuthParameters={"InvocationHttpParameters": sent})
    inventory = gather(aws, tmp_path)
    (sighting,) = inventory.sightings_in(arn)
    assert sighting.where == "parameter x-api-key"
    assert inventory.secrets[arn].attributes["sent_in_clear"] == "x-api-key"
    assert TOKEN.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_what_moto_hands_out_with_a_connection_does_not_enter_the_bundle(aws: Aws, tmp_path: Path) -> None:
    """AWS promises not to give these back; the connector does not rely on it."""
    aws.client("events", REGION).create_connection(
        Name="bot",
        AuthorizationType="BASIC",
        AuthParameters={"BasicAuthParameters": {"Username": "ada", "Password": "correct horse"}},
    )
    inventory = gather(aws, tmp_path)
    (connection,) = inventory.secrets.values()
    assert connection.attributes["authorization"] == "BASIC"
    assert [link.kind for link in inventory.links_from(connection.id)] == ["stored_in"]
    assert b"correct horse" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_pages(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    connections.state.page = 2
    arns = [connections.connection(f"c{number}", endpoints=["https://api.groq.com/"])[0] for number in range(5)]
    inventory = gather(aws, tmp_path)
    assert {inventory.secrets[arn].ai_provider for arn in arns} == {"groq"}
    assert aws.calls.count("events", "ListConnections") == 3
    assert aws.calls.count("events", "ListApiDestinations") == 3
    assert aws.calls.count("events") == 11


def test_a_region_without_connections_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("events") == 1


def test_a_refused_list_hides_secrets(aws: Aws, tmp_path: Path) -> None:
    Connections(aws.account, REGION).connection("bot")
    aws.faults.deny("events", "ListConnections")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in inventory.gaps] == ["events:ListConnections"]
    assert not inventory.knows(SCOPE, "secrets")


def test_a_refused_detail_leaves_that_connection_unknown(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    (closed, _), (open_, _) = connections.connection("a"), connections.connection("b")
    aws.faults.deny("events", "DescribeConnection", params={"Name": "a"})
    inventory = gather(aws, tmp_path)
    assert set(inventory.secrets) == {closed, open_}
    (gap,) = inventory.gaps
    assert gap.subjects == (closed,)
    assert not inventory.links_from(closed)
    assert [link.kind for link in inventory.links_from(open_)] == ["stored_in"]


@pytest.mark.parametrize("value", [3, "x", [], {"InvocationHttpParameters": {"HeaderParameters": [4]}}])
def test_damaged_answers(value: Any) -> None:
    arn = f"arn:aws:events:eu-west-1:{ACCOUNT}:connection/a/1"
    listed = {"Connections": [7, {"Name": "b"}, {"Name": "a", "ConnectionArn": arn}]}
    found = [
        answer(CONNECTIONS, listed),
        answer(CONNECTION, {"Name": "a", "AuthParameters": value, "SecretArn": 3}, Name="a"),
        answer(DESTINATIONS, {"ApiDestinations": [value, {"ConnectionArn": arn, "InvocationEndpoint": "no url"}]}),
    ]
    inventory = parse(REGION_SHARD, found)
    assert list(inventory.secrets) == [arn]
    told = {gap.operation for gap in inventory.gaps}
    assert {"events:ListConnections", "events:ListApiDestinations"} <= told
