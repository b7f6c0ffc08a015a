"""API Gateway keys: what callers of the customer's own REST APIs send along, in usage plans and as a poor man's login.

Calls: one list for each 500 keys of a region, which is never asked to include the values. HTTP and WebSocket APIs have
no keys.

A key never changes its value: it is as old as it is, and AWS does not tell when it was last used. It opens the
customer's own API, so it belongs to no LLM provider whatever its name says.

Attributes: enabled, stages (API id and stage that it opens), customer_id (customer of AWS Marketplace that it was
given to), changed_at (of its settings).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Secret
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Place, Reading, call, named_on_the_way, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment

KEYS = call(
    "apigateway:GetApiKeys",
    "lists the keys that callers of REST APIs send; never their values",
    "which keys open the REST APIs of the account",
    permission="apigateway:GET",
    blinds=("secrets",),
    drop=("value",),
)

_LARGEST = 500


def collect(calls: Calls) -> None:
    """One list. Its pages have 25 keys unless more are asked for."""
    for _ in calls.pages(KEYS, limit=_LARGEST):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One secret a key."""
    reading = Reading(shard, answers)
    for item in reading.items(KEYS, "items", "id"):
        yield _key(reading, item)
    yield from reading.sightings(KEYS, _place(reading))
    yield from reading.gaps()


def _key(reading: Reading, item: dict[str, Any]) -> Secret:
    id, enabled, changed = _id(reading, item["id"]), item.get("enabled"), moment(item.get("lastUpdatedDate"))
    facts = {
        "enabled": str(enabled).lower() if isinstance(enabled, bool) else "",
        "stages": ", ".join(reading.texts(KEYS, item, "stageKeys", id)),
        "customer_id": text(item.get("customerId")),
        "changed_at": changed.isoformat().replace("+00:00", "Z") if changed else "",
    }
    return Secret(
        id=id,
        provider="aws",
        kind="apigateway-key",
        name=text(item.get("name")) or item["id"],
        scope=reading.scope,
        region=reading.region,
        created_at=moment(item.get("createdDate")),
        rotation=False,
        description=text(item.get("description")),
        tags=tags_of(item.get("tags")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _id(reading: Reading, id: str) -> str:
    """ARN of a key: those of API Gateway name no account."""
    return f"arn:{reading.partition}:apigateway:{reading.region}::/apikeys/{id}"


def _place(reading: Reading) -> Place:
    by_id = named_on_the_way("id", {"name": "name", "description": "description", "tags": "tags"})

    def place(item: Any, path: list[str | int]) -> tuple[str, str]:
        id, where = by_id(item, path)
        return (_id(reading, id) if id else "", where)

    return place


SERVICE = Service(name="apigateway-keys", part="region", operations=(KEYS,), collect=collect, parse=parse)
