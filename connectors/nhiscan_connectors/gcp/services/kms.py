"""Cloud KMS: keys by name and date; who may decrypt with them, policies tell.

Known from Cloud Asset Inventory alone: without it each project would take a call for each location and key ring.
A key is a resource "google-kms-key"; attributes: "purpose" (encrypt_decrypt, asymmetric_sign, ...), "protection"
(software, hsm, external), "algorithm", "rotation_seconds", "next_rotation", "primary_state".
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Reading, ask, labels_of, location_in, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.service import Answers, Service

KEY = "cloudkms.googleapis.com/CryptoKey"
SWEEP = sweep("kms-keys", KEY, hides="which keys Cloud KMS holds", blinds=())


def collect(calls: Calls) -> None:
    """One sweep."""
    ask(calls, SWEEP)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Keys."""
    reading = Reading(shard, answers)
    for asset in reading.assets(SWEEP, KEY):
        yield _key(reading, asset)
    place = reading.place
    if place.part == "project" and not place.swept and "cloudkms" in place.services:
        yield gap_of(shard, SWEEP, "unsupported", "keys are read from Cloud Asset Inventory, which may not be read")
    yield from reading.gaps()


def _key(reading: Reading, asset: Asset) -> Resource:
    data = asset.data
    template = table(data.get("versionTemplate"))
    facts = {
        "purpose": text(data.get("purpose")).lower(),
        "protection": text(template.get("protectionLevel")).lower(),
        "algorithm": text(template.get("algorithm")),
        "rotation_seconds": text(data.get("rotationPeriod")).removesuffix("s"),
        "next_rotation": text(data.get("nextRotationTime")),
        "primary_state": text(table(data.get("primary")).get("state")),
    }
    return Resource(
        id=asset.name,
        provider="gcp",
        kind="google-kms-key",
        name=asset.short,
        scope=reading.scope(asset),
        region=location_in(asset.name),
        created_at=moment(data.get("createTime")),
        tags=labels_of(data),
        attributes={key: value for key, value in facts.items() if value},
    )


SERVICE = Service(
    name="kms",
    part="any",
    operations=(SWEEP, CONTAINERS),
    collect=collect,
    parse=parse,
    never=("cloudkms:cryptoKeys.decrypt",),
)
