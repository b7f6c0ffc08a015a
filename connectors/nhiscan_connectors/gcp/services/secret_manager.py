"""Secret Manager: secrets by name and date, never a value.

A secret's value is as old as its newest version that is enabled. A rotation is a schedule by which Google tells
somebody to rotate; whether anybody does, the dates of versions show.

Attributes of a secret: "versions", "versions_enabled", "expires", "rotation_period", "next_rotation", "replication"
(automatic, or locations with commas), "customer_key" (it is encrypted with a key of the customer's), "aliases",
"annotations" (names only), "topics". `region` is empty for a secret that belongs to no single region.

Calls in a project that is not swept: one, and two for each secret.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from nhiscan.connector import Shard
from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Gap, Secret
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of, refusal
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, ask, labels_of, location_in, sweep
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.service import Answers, Service

ENTRY = "secretmanager.googleapis.com/Secret"
VERSION = "secretmanager.googleapis.com/SecretVersion"
SWEEP = sweep("secrets", ENTRY, VERSION, hides="which secrets Secret Manager holds", blinds=("secrets",))
LIST = rest(
    "secretmanager:projects.secrets.list",
    "v1/projects/{number}/secrets",
    size=1000,
    permission="secretmanager.secrets.list",
    purpose="lists a project's secrets without their values, where Cloud Asset Inventory may not be read",
    hides="which secrets the project has",
    blinds=("secrets",),
)
VERSIONS = rest(
    "secretmanager:projects.secrets.versions.list",
    "v1/projects/{number}/secrets/{secret}/versions",
    size=1000,
    permission="secretmanager.versions.list",
    purpose="tells when the values of a secret were made, where Cloud Asset Inventory may not be read",
    hides="how old the secret's value is",
    blinds=("secrets",),
)
POLICY = rest(
    "secretmanager:projects.secrets.getIamPolicy",
    "v1/projects/{number}/secrets/{secret}:getIamPolicy",
    query=(("options.requestedPolicyVersion", "3"),),
    permission="secretmanager.secrets.getIamPolicy",
    purpose="tells who may read a secret, where Cloud Asset Inventory may not be read",
    hides="who may read the secret",
    blinds=("policies",),
)
_SECRETS = Listing(type=ENTRY, operation=LIST, key="secrets", service="secretmanager")
_VERSIONS = Listing(type=VERSION, operation=VERSIONS, key="versions", service="secretmanager")
_SAME = timedelta(minutes=1)
"""A version that was made within this time of its secret was made with it."""


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and two calls a secret."""
    place = calls.place
    if place.part == "estate":
        ask(calls, SWEEP)
    elif not place.swept and place.enabled("secretmanager"):
        told = (text(table(item).get("name")) for item in calls.items(LIST, "secrets"))
        names = sorted({name.rpartition("/")[2] for name in told if name})
        calls.each(lambda name: calls.ask(VERSIONS, POLICY, secret=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Secrets, with the dates of their versions and who may read them."""
    reading = Reading(shard, answers)
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for asset in reading.assets(SWEEP, VERSION, _VERSIONS):
        versions[asset.name.rpartition("/versions/")[0]].append(asset.data)
    for asset in reading.assets(SWEEP, ENTRY, _SECRETS):
        yield _secret(reading, asset, versions.get(asset.name, []))
    for name, bodies in reading.by_param(POLICY, "secret").items():
        id = _id(reading, name)
        for body in bodies:
            yield from holders(reading, POLICY, body, id, subject=id)
    yield from _refusals(reading)
    if LIST in answers:
        yield gap_of(
            shard,
            SWEEP,
            "unsupported",
            "Cloud Asset Inventory may not be read, so secrets were asked for project by project",
            hides="which secrets are kept in a single region",
            blinds=(),
        )
    yield from reading.gaps()


def _secret(reading: Reading, asset: Asset, versions: list[dict[str, Any]]) -> Secret:
    data = asset.data
    created = moment(data.get("createTime"))
    enabled = [version for version in versions if text(version.get("state")) == "ENABLED"]
    newest = max((at for version in enabled if (at := moment(version.get("createTime")))), default=None)
    rotation, labels, notes = table(data.get("rotation")), labels_of(data), table(data.get("annotations"))
    automatic = table(table(data.get("replication")).get("automatic"))
    replicas = [table(one) for one in _listed(table(table(data.get("replication")).get("userManaged")), "replicas")]
    words = [asset.short, *labels, *labels.values(), *notes, *(text(value) for value in notes.values())]
    keyed = [data, automatic, *replicas]
    facts = {
        "versions": str(len(versions)) if versions else "",
        "versions_enabled": str(len(enabled)) if versions else "",
        "expires": text(data.get("expireTime")),
        "rotation_period": text(rotation.get("rotationPeriod")),
        "next_rotation": text(rotation.get("nextRotationTime")),
        "replication": ",".join(text(one.get("location")) for one in replicas) or "automatic",
        "customer_key": "true" if any(one.get("customerManagedEncryption") for one in keyed) else "",
        "aliases": ",".join(sorted(table(data.get("versionAliases"))))[:500],
        "annotations": ",".join(sorted(notes))[:500],
        "topics": ",".join(text(table(one).get("name")) for one in _listed(data, "topics"))[:500],
    }
    return Secret(
        id=asset.name,
        provider="gcp",
        kind="google-secret-manager-secret",
        name=asset.short,
        scope=reading.scope(asset),
        region=location_in(asset.name),
        encrypted=True,
        ai_provider=llm_name(" ".join(words)),
        created_at=created,
        rotated_at=newest if newest and (created is None or newest - created > _SAME) else None,
        rotation=bool(rotation.get("rotationPeriod") or rotation.get("nextRotationTime")),
        tags=labels,
        attributes={key: value for key, value in facts.items() if value},
    )


def _refusals(reading: Reading) -> Iterator[Gap]:
    """What was refused of one secret leaves nothing unknown of others."""
    for operation in (VERSIONS, POLICY):
        for item in reading.answers.of(operation):
            if item.problem is not None:
                yield refusal(reading.shard, operation, item, _id(reading, str(item.params.get("secret"))))


def _id(reading: Reading, name: str) -> str:
    return f"//secretmanager.googleapis.com/projects/{reading.place.project}/secrets/{name}"


def _listed(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


SERVICE = Service(
    name="secret-manager",
    part="any",
    operations=(SWEEP, LIST, VERSIONS, POLICY, CONTAINERS),
    collect=collect,
    parse=parse,
    never=(
        "secretmanager:projects.secrets.versions.access",
        "secretmanager:projects.locations.secrets.versions.access",
    ),
)
