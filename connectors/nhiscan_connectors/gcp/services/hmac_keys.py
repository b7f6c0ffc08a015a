"""HMAC keys of Cloud Storage: long-lived keys that act as a service account. Never the secret itself.

Cloud Asset Inventory does not know them. Keys of people are not told by any list. They open Cloud Storage only, in the
way that S3 is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Credential
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.service import Answers, Service

LIST = rest(
    "storage:projects.hmacKeys.list",
    "storage/v1/projects/{project}/hmacKeys",
    query=(("maxResults", "250"),),
    permission="storage.hmacKeys.list",
    purpose="lists a project's HMAC keys without their secrets",
    hides="which HMAC keys the project's service accounts have",
    blinds=("credentials",),
    drop=("secret",),
    there=True,
)
_SERVICES = ("storage", "storage-api", "storage-component")
"""Any of these opens Cloud Storage."""


def collect(calls: Calls) -> None:
    """One list a project that uses Cloud Storage."""
    if any(calls.place.enabled(one) for one in _SERVICES):
        calls.ask(LIST)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Keys as credentials of their service accounts."""
    reading = Reading(shard, answers)
    for item in reading.items(LIST, "items", "accessId", "serviceAccountEmail"):
        state = text(item.get("state"))
        if state != "DELETED":
            yield _key(reading, item, state)
    yield from reading.gaps()


def _key(reading: Reading, item: dict[str, Any], state: str) -> Credential:
    project = reading.projects.id_of(text(item.get("projectId")) or reading.place.project)
    return Credential(
        id=f"//storage.googleapis.com/projects/{project}/hmacKeys/{item['accessId']}",
        provider="gcp",
        kind="google-hmac-key",
        holder=service_account_id(item["serviceAccountEmail"]),
        scope=reading.projects.scope(project),
        name=item["accessId"],
        status={"ACTIVE": "active", "INACTIVE": "inactive"}.get(state),  # type: ignore[arg-type]
        created_at=moment(item.get("timeCreated")),
        lifetime="never_expires",
        long_lived=True,
        service="storage.googleapis.com",
    )


SERVICE = Service(name="hmac-keys", part="project", operations=(LIST,), collect=collect, parse=parse)
