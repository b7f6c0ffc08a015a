"""API Gateway keys over a socket: their names, stages and age; never their values."""

from __future__ import annotations

from pathlib import Path

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.apigateway import KEYS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.ids import stable_secret
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_secrets import Connections
from tests.connectors.aws.answers import REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
VALUE = stable_secret(40, "a key of API Gateway")


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_a_key(aws: Aws, tmp_path: Path) -> None:
    arn = Connections(aws.account, REGION).api_key(
        "openai-proxy-key",
        VALUE,
        description="for the partner",
        stageKeys=["a1b2c3/prod", "a1b2c3/test"],
        tags={"Team": "payments", "value": "x"},
        enabled=False,
    )
    inventory = gather(aws, tmp_path)
    key = inventory.secrets[arn]
    assert arn.startswith(f"arn:aws:apigateway:{REGION}::/apikeys/")
    assert (key.kind, key.name, key.region, key.scope) == ("apigateway-key", "openai-proxy-key", REGION, SCOPE)
    assert (key.created_at, key.rotated_at, key.rotation, key.activity) == (ago(400), None, False, None)
    assert key.ai_provider == ""  # it opens an API of the customer's own
    assert key.tags["Team"] == "payments"
    assert key.attributes == {
        "enabled": "false",
        "stages": "a1b2c3/prod, a1b2c3/test",
        "changed_at": ago(300).isoformat().replace("+00:00", "Z"),
    }
    assert not inventory.gaps
    assert VALUE.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert all("includeValues" not in call.params for call in aws.calls.of("apigateway"))


def test_a_key_that_moto_keeps(aws: Aws, tmp_path: Path) -> None:
    made = aws.client("apigateway", REGION).create_api_key(name="partner", value=VALUE, enabled=True)
    inventory = gather(aws, tmp_path)
    (key,) = inventory.secrets.values()
    assert (key.name, key.attributes["enabled"]) == ("partner", "true")
    assert key.id.endswith(f"/apikeys/{made['id']}")


def test_pages(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    for number in range(60):
        connections.api_key(f"key-{number}", VALUE)
    assert len(gather(aws, tmp_path).secrets) == 60
    assert aws.calls.count("apigateway") == 1  # 25 a page if we had not asked for more
    connections.state.page = 25
    assert len(collected(SERVICE, tmp_path / "again", endpoint=aws.endpoint, region=REGION).secrets) == 60
    assert aws.calls.count("apigateway") == 4


def test_a_value_that_comes_unasked_is_dropped(aws: Aws, tmp_path: Path) -> None:
    connections = Connections(aws.account, REGION)
    connections.state.leaks = True
    arn = connections.api_key("partner", VALUE)
    assert arn in gather(aws, tmp_path).secrets
    assert VALUE.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_keys_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("apigateway") == 1


def test_a_refused_list_hides_secrets(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("apigateway")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in inventory.gaps] == ["apigateway:GET"]
    assert not inventory.knows(SCOPE, "secrets")


def test_damaged_keys_are_told_and_hide_no_others() -> None:
    page = {"items": [None, {"name": "x"}, {"id": "k1", "stageKeys": "prod", "tags": 4, "enabled": "yes"}]}
    inventory = parse(REGION_SHARD, [answer(KEYS, page)])
    (key,) = inventory.secrets.values()
    assert (key.name, key.attributes) == ("k1", {})
    assert sorted(gap.subjects for gap in inventory.gaps) == [(), (key.id,)]
