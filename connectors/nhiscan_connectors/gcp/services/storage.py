"""Cloud Storage: buckets, and whether anybody may read them.

A bucket is a resource "google-storage-bucket"; attributes: "public" (everyone, authenticated: whom its policy or, where
access is not uniform, its lists of access let in), "uniform_access", "public_access_prevention" (enforced, inherited),
"customer_key", "versioning", "retention_seconds", "storage_class". With prevention enforced nobody is public.
The organization may enforce it too, which a bucket that inherits does not tell: "public" is then what would be.

Calls in a project that is not swept: one, and one for each bucket.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, ask, labels_of, sweep
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import AUTHENTICATED
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.policies import SEARCH

BUCKET = "storage.googleapis.com/Bucket"
SWEEP = sweep("buckets", BUCKET, hides="which buckets there are, and which are public", blinds=())
LIST = rest(
    "storage:buckets.list",
    "storage/v1/b",
    query=(("project", "{project}"), ("maxResults", "1000")),
    permission="storage.buckets.list",
    purpose="lists a project's buckets, where Cloud Asset Inventory may not be read",
    hides="which buckets the project has, and which are public",
)
POLICY = rest(
    "storage:buckets.getIamPolicy",
    "storage/v1/b/{bucket}/iam",
    query=(("optionsRequestedPolicyVersion", "3"),),
    permission="storage.buckets.getIamPolicy",
    purpose="tells who may read a bucket, where Cloud Asset Inventory may not be read",
    hides="who may read the bucket, and whether anybody may",
    blinds=("policies",),
)
_HOST = "//storage.googleapis.com/"
_BUCKETS = Listing(type=BUCKET, operation=LIST, key="items", service="storage")
_OPEN = {"allUsers": "everyone", AUTHENTICATED: "authenticated"}


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and one call a bucket."""
    place = calls.place
    if place.part == "estate":
        ask(calls, SWEEP)
    elif not place.swept and (place.enabled("storage") or place.enabled("storage-api")):
        # A project may use buckets with either of two services enabled.
        names = sorted({name for item in calls.items(LIST, "items") if (name := text(table(item).get("name")))})
        calls.each(lambda name: calls.ask(POLICY, bucket=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Buckets, and who may read them."""
    reading = Reading(shard, answers)
    own = {f"{_HOST}{name}": bodies for name, bodies in reading.by_param(POLICY, "bucket").items()}
    opened = public_by_search(reading, _HOST) | {
        name: found for name, bodies in own.items() if (found := public_in(bodies))
    }
    for asset in reading.assets(SWEEP, BUCKET, _BUCKETS):
        yield _bucket(reading, asset, opened.get(asset.name, ""))
    for name, bodies in own.items():
        for body in bodies:
            yield from holders(reading, POLICY, body, name, subject=name)
    for item in answers.of(POLICY):
        if item.problem is not None:
            yield refusal(shard, POLICY, item, f"{_HOST}{item.params.get('bucket')}")
    yield from reading.gaps()


def _bucket(reading: Reading, asset: Asset, opened: str) -> Resource:
    data = asset.data
    access = table(data.get("iamConfiguration"))
    uniform = table(access.get("uniformBucketLevelAccess")).get("enabled") is True
    prevention = text(access.get("publicAccessPrevention"))
    if not uniform and opened != "everyone":
        opened = _by_lists(data) or opened
    retention = table(data.get("retentionPolicy")).get("retentionPeriod")
    facts = {
        "public": opened if prevention != "enforced" else "",
        "uniform_access": "true" if uniform else "false",
        "public_access_prevention": "inherited" if prevention in ("", "unspecified") else prevention,
        "customer_key": "true" if table(data.get("encryption")).get("defaultKmsKeyName") else "",
        "versioning": "true" if table(data.get("versioning")).get("enabled") is True else "",
        "retention_seconds": str(retention) if isinstance(retention, (str, int)) else "",
        "storage_class": text(data.get("storageClass")),
    }
    return Resource(
        id=asset.name,
        provider="gcp",
        kind="google-storage-bucket",
        name=asset.short,
        scope=reading.scope(asset),
        region=asset.location.lower(),
        created_at=moment(data.get("timeCreated")),
        tags=labels_of(data),
        attributes={key: value for key, value in facts.items() if value},
    )


def _by_lists(data: dict[str, Any]) -> str:
    """Whom lists of access let in; those of a bucket, and those that its new objects get."""
    entries = [one for key in ("acl", "defaultObjectAcl") if isinstance(data.get(key), list) for one in data[key]]
    return _widest(_OPEN.get(text(table(one).get("entity")), "") for one in entries)


def public_in(bodies: Iterable[dict[str, Any]]) -> str:
    """Whether policies let in everyone ("everyone"), or anybody with a Google account ("authenticated")."""
    return _widest(
        _OPEN[member]
        for body in bodies
        for binding in _listed(body, "bindings")
        for member in _listed(table(binding), "members")
        if isinstance(member, str) and member in _OPEN
    )


def public_by_search(reading: Reading, host: str) -> dict[str, str]:
    """Public resources of one host, by the search for policies, which the service of that name reads in full."""
    found: dict[str, str] = {}
    for row in (table(row) for body in reading.answers.bodies(SEARCH) for row in _listed(table(body), "results")):
        name = text(row.get("resource"))
        if name.startswith(host) and (whom := public_in([table(row.get("policy"))])):
            found[reading.resource(name)] = whom
    return found


def _widest(found: Iterable[str]) -> str:
    everybody = set(found)
    return next((one for one in ("everyone", "authenticated") if one in everybody), "")


def _listed(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


SERVICE = Service(
    name="storage",
    part="any",
    operations=(SWEEP, LIST, POLICY, SEARCH, CONTAINERS),
    collect=collect,
    parse=parse,
    never=("storage:objects.get", "storage:objects.list"),
)
