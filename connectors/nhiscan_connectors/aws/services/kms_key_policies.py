"""KMS: the policies of customers' keys, without which nobody may use a key, not even in its own account.

Calls: one list of the region's keys; where there is any, one list of aliases, which tells the keys that AWS manages,
and one GetKeyPolicy for each of the other keys. Nothing is encrypted or decrypted.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.resource_policies import asked_policy
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text

KEYS = call(
    "kms:ListKeys",
    "lists keys",
    "which keys exist, and who their policies let use them",
    # Not "policies": what identities may do by their own policies is known all the same.
    blinds=(),
)
ALIASES = call(
    "kms:ListAliases",
    "lists names of keys, which tell those that AWS manages",
    "what keys are called; those that AWS manages are asked for their policies too",
    blinds=(),
)
POLICY = call(
    "kms:GetKeyPolicy",
    "reads the policy of a key",
    "who may use the key",
    blinds=("policies",),
)
_BY_AWS = "alias/aws/"


def collect(calls: Calls) -> None:
    """One list, and the rest where it is not empty."""
    keys = [id for item in calls.items(KEYS, "Keys") if isinstance(item, dict) and (id := text(item.get("KeyId")))]
    if not keys:
        return
    aliases = [item for item in calls.items(ALIASES, "Aliases") if isinstance(item, dict)]
    by_aws = {text(item.get("TargetKeyId")) for item in aliases if text(item.get("AliasName")).startswith(_BY_AWS)}
    calls.each(lambda id: calls.page(POLICY, KeyId=id, PolicyName="default"), [id for id in keys if id not in by_aws])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One policy a key of the customer."""
    reading = Reading(shard, answers)
    names: dict[str, str] = {}
    for item in reading.items(ALIASES, "Aliases", "AliasName"):
        names.setdefault(text(item.get("TargetKeyId")), item["AliasName"])
    found: dict[str, tuple[str, str]] = {}
    for item in reading.items(KEYS, "Keys", "KeyId", "KeyArn"):
        id, name = item["KeyId"], names.get(item["KeyId"], "")
        if not name.startswith(_BY_AWS):
            found[id] = (item["KeyArn"], f"key {name.removeprefix('alias/') or id}")
    yield from asked_policy(reading, POLICY, "KeyId", "Policy", found)
    yield from reading.gaps()


SERVICE = Service(
    name="kms-key-policies", part="region", operations=(KEYS, ALIASES, POLICY), collect=collect, parse=parse
)
