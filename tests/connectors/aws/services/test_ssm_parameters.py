"""Parameter Store over a socket: which parameters are secrets, which of them stand in clear text, who changed them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.ssm_parameters import PARAMETERS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_secrets import Stores
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
BASE = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter"
# Made up; in two parts, so that no scanner of secrets takes it for one.
GROQ_KEY = "gsk_" + "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3Ab4Cd5Ef6Gh7Ij8"[:52]


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def test_a_key_in_clear_text(aws: Aws, tmp_path: Path) -> None:
    arn = Stores(aws.account, REGION).parameter("/app/OPENAI_API_KEY", "String", version=3, changed=ago(40))
    inventory = gather(aws, tmp_path)
    parameter = inventory.secrets[arn]
    assert arn == f"{BASE}/app/OPENAI_API_KEY"
    assert (parameter.kind, parameter.name, parameter.region) == ("ssm-parameter", "/app/OPENAI_API_KEY", REGION)
    assert (parameter.encrypted, parameter.ai_provider, parameter.rotation) == (False, "openai", False)
    # The third version: when the parameter itself was created, nobody tells.
    assert (parameter.created_at, parameter.rotated_at) == (None, ago(40))
    assert parameter.owner_hint == f"arn:aws:iam::{ACCOUNT}:user/deploy"
    assert parameter.activity is None
    assert parameter.attributes == {
        "type": "String",
        "ai_evidence": "name",
        "version": "3",
        "modified_by": f"arn:aws:iam::{ACCOUNT}:user/deploy",
        "tier": "Standard",
    }
    (link,) = inventory.links_from(arn)
    assert (link.kind, link.target) == ("holds_key_of", "llm:openai")
    assert link.reason == "parameter /app/OPENAI_API_KEY seems to hold a key of OpenAI in clear text, by its name"
    assert not inventory.gaps


def test_an_encrypted_one(aws: Aws, tmp_path: Path) -> None:
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/Admin/ada@example.com"
    expiring = '{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2027-01-31T12:00:00Z"}}'
    arn = Stores(aws.account, REGION).parameter(
        "/prod/anthropic",
        KeyId="alias/team",
        LastModifiedUser=session,
        Policies=[{"PolicyText": expiring, "PolicyType": "Expiration", "PolicyStatus": "Pending"}],
    )
    parameter = gather(aws, tmp_path).secrets[arn]
    assert (parameter.encrypted, parameter.ai_provider) == (True, "anthropic")
    assert (parameter.created_at, parameter.rotated_at) == (ago(100), None)
    assert parameter.owner_hint == "ada@example.com"
    assert parameter.attributes["modified_by"] == session
    assert parameter.attributes["kms_key"] == "alias/team"
    assert parameter.attributes["expires_at"] == "2027-01-31T12:00:00Z"


@pytest.mark.parametrize(
    ("name", "type", "is_secret"),
    [
        ("/prod/db/password", "String", True),
        ("github-tokens", "StringList", False),
        ("github-token", "StringList", True),
        ("/prod/endpoint", "SecureString", True),
        ("/prod/endpoint", "String", False),
        ("OPENAI_API_KEY_ARN", "String", False),
        ("OPENAI_SECRET_NAME", "String", False),
        ("/app/openai/model", "String", False),
        ("/aws/service/ami/api_key", "String", False),
    ],
)
def test_which_parameters_are_secrets(name: str, type: str, is_secret: bool) -> None:
    item = {"Name": name, "Type": type}
    inventory = parse(REGION_SHARD, [answer(PARAMETERS, {"Parameters": [item]})])
    assert [secret.name for secret in inventory.secrets.values()] == ([name] if is_secret else [])


@pytest.mark.parametrize(
    ("fields", "id"),
    [
        ({"Name": "/a/token"}, f"{BASE}/a/token"),
        ({"Name": "token"}, f"{BASE}/token"),
        ({"Name": "/a/token", "ARN": f"{BASE}//a/token"}, f"{BASE}/a/token"),
        ({"Name": "/a/token", "ARN": "no ARN"}, f"{BASE}/a/token"),
        ({"Name": "/a/token", "ARN": 7}, f"{BASE}/a/token"),
    ],
)
def test_ids_have_one_slash(fields: dict[str, str], id: str) -> None:
    inventory = parse(REGION_SHARD, [answer(PARAMETERS, {"Parameters": [{"Type": "String", **fields}]})])
    assert list(inventory.secrets) == [id]


def test_a_parameter_that_another_account_shares() -> None:
    arn = f"arn:aws:ssm:{REGION}:999999999999:parameter/shared/api-token"
    item = {"Name": arn, "ARN": arn, "Type": "SecureString"}
    inventory = parse(REGION_SHARD, [answer(PARAMETERS, {"Parameters": [item]})])
    shared = inventory.secrets[arn]
    assert (shared.name, shared.attributes["shared_from"]) == ("/shared/api-token", "999999999999")


def test_pages_and_moto(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("ssm", REGION)
    for number in range(23):
        client.put_parameter(Name=f"/app/{number}/token", Value="made-up-value-of-no-use", Type="SecureString")
    inventory = gather(aws, tmp_path)
    assert len(inventory.secrets) == 23
    assert aws.calls.count("ssm", "DescribeParameters") == 3  # moto's pages have ten
    assert {secret.owner_hint for secret in inventory.secrets.values()} == {""}


def test_pages_of_the_largest_size(aws: Aws, tmp_path: Path) -> None:
    stores = Stores(aws.account, REGION)
    for number in range(101):
        stores.parameter(f"/app/{number}/token")
    assert len(gather(aws, tmp_path).secrets) == 101
    assert aws.calls.count("ssm") == 3  # fifty a page


def test_a_region_without_parameters_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.secrets
    assert not inventory.gaps
    assert aws.calls.count("ssm") == 1


def test_a_refused_list_hides_secrets(aws: Aws, tmp_path: Path) -> None:
    Stores(aws.account, REGION).parameter("/a/token")
    aws.faults.deny("ssm", "DescribeParameters")
    inventory = gather(aws, tmp_path)
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "ssm:DescribeParameters")
    assert not inventory.knows(SCOPE, "secrets")


def test_a_key_in_a_description_is_dropped_and_told(aws: Aws, tmp_path: Path) -> None:
    arn = Stores(aws.account, REGION).parameter("/a/token", Description=f"groq: {GROQ_KEY}")
    inventory = gather(aws, tmp_path)
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("groq", "description")
    assert GROQ_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_damaged_entries_are_told_and_hide_no_others() -> None:
    well = {
        "Name": "/a/token",
        "Type": 3,
        "Version": "x",
        "Policies": [{"PolicyType": "Expiration", "PolicyText": "{"}, 5],
    }
    inventory = parse(REGION_SHARD, [answer(PARAMETERS, {"Parameters": [{}, "x", well]})])
    (secret,) = inventory.secrets.values()
    assert secret.encrypted is None  # its type is not known
    details = " ".join(gap.detail for gap in inventory.gaps)
    assert "Parameters[0] has no Name" in details
    assert "Policies[1] is a number" in details
