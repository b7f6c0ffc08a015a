"""Key policies over a socket: of the customer's keys only, and told as unknown where they were not read."""

from __future__ import annotations

import json
from pathlib import Path

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.kms_key_policies import ALIASES, KEYS, POLICY, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, document, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
OWN = document({"Effect": "Allow", "Principal": {"AWS": f"{IAM}:root"}, "Action": "kms:*", "Resource": "*"})


def gather(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def make(aws: Aws, alias: str) -> str:
    """A key of the customer; its ARN."""
    client = aws.client("kms", REGION)
    made = client.create_key(Policy=json.dumps(OWN))["KeyMetadata"]
    client.create_alias(AliasName=alias, TargetKeyId=made["KeyId"])
    return str(made["Arn"])


def test_policies_of_keys(aws: Aws, tmp_path: Path) -> None:
    arn = make(aws, "alias/payments")
    inventory = gather(aws, tmp_path)
    (use,) = inventory.policy_uses_of(arn)
    policy = inventory.policies[use.policy]
    assert (policy.name, policy.kind) == ("resource policy of key payments", "resource")
    assert json.loads(policy.document or "") == OWN
    assert not inventory.gaps
    assert aws.calls.count("kms", "GetKeyPolicy") == 1


def test_a_region_without_keys_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = gather(aws, tmp_path)
    assert not inventory.policies
    assert not inventory.gaps
    assert aws.calls.count("kms") == 1


def test_a_refused_policy_is_unknown(aws: Aws, tmp_path: Path) -> None:
    arn = make(aws, "alias/payments")
    aws.faults.deny("kms", "GetKeyPolicy")
    inventory = gather(aws, tmp_path)
    (gap,) = inventory.gaps
    assert (gap.subjects, gap.permission) == ((arn,), "kms:GetKeyPolicy")
    assert inventory.policies[f"{arn}/policy/resource"].attributes["unread"] == "it could not be read (denied)"
    assert not inventory.knows(SCOPE, "policies", arn)
    assert inventory.knows(SCOPE, "policies", f"{IAM}:role/app")


def test_a_refused_list_is_told(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("kms")
    inventory = gather(aws, tmp_path)
    assert [gap.permission for gap in inventory.gaps] == ["kms:ListKeys"]
    assert inventory.knows(SCOPE, "policies")


def test_keys_that_aws_manages_are_left_out_and_damage_is_told() -> None:
    base = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/"
    keys = [{"KeyId": id, "KeyArn": f"{base}{id}"} for id in ("own", "theirs")]
    aliases = [{"AliasName": "alias/aws/ssm", "TargetKeyId": "theirs"}, {"AliasName": "alias/aws/s3"}, 4]
    found = [
        answer(KEYS, {"Keys": [*keys, {"KeyId": "x"}]}),
        answer(ALIASES, {"Aliases": aliases}),
        answer(POLICY, {"Policy": json.dumps(OWN)}, KeyId="own"),
    ]
    inventory = parse(REGION_SHARD, found)
    assert list(inventory.policies) == [f"{base}own/policy/resource"]
    assert inventory.policies[f"{base}own/policy/resource"].name == "resource policy of key own"
    assert {gap.operation for gap in inventory.gaps} == {"kms:ListKeys", "kms:ListAliases"}
