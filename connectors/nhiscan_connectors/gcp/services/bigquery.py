"""BigQuery: data sets and whom they let in.

A data set keeps who may read it among its own fields, in words that are older than roles: they become assignments of
the roles that they stand for. It is a resource "google-bigquery-dataset"; attributes: "public" (everyone,
authenticated), "authorized" (how many views, routines and data sets may read it for their readers), "customer_key".

Calls in a project that is not swept: one, and one for each data set.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Reading, ask, labels_of, sweep
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.names import AUTHENTICATED
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.storage import public_in

DATASET = "bigquery.googleapis.com/Dataset"
SWEEP = sweep("data-sets", DATASET, hides="which data sets there are, and who may read them", blinds=())
LIST = rest(
    "bigquery:datasets.list",
    "bigquery/v2/projects/{project}/datasets",
    query=(("all", "true"), ("maxResults", "1000")),
    permission="bigquery.datasets.get",
    purpose="lists a project's data sets, where Cloud Asset Inventory may not be read",
    hides="which data sets the project has, and who may read them",
)
GET = rest(
    "bigquery:datasets.get",
    "bigquery/v2/projects/{project}/datasets/{dataset}",
    permission="bigquery.datasets.get",
    purpose="tells who may read a data set, where Cloud Asset Inventory may not be read",
    hides="who may read the data set, and whether anybody may",
    blinds=("policies",),
)
_HOST: Final = "//bigquery.googleapis.com/"
_ROLES: Final = {
    "READER": "roles/bigquery.dataViewer",
    "WRITER": "roles/bigquery.dataEditor",
    "OWNER": "roles/bigquery.dataOwner",
}
_GROUPS: Final = {"projectOwners": "projectOwner", "projectWriters": "projectEditor", "projectReaders": "projectViewer"}
_OTHERS: Final = ("view", "routine", "dataset")


def collect(calls: Calls) -> None:
    """One sweep, or one list a project and one call a data set."""
    place = calls.place
    if place.part == "estate":
        ask(calls, SWEEP)
    elif not place.swept and place.enabled("bigquery"):
        told = [table(table(item).get("datasetReference")) for item in calls.items(LIST, "datasets")]
        names = sorted({name for one in told if (name := text(one.get("datasetId")))})
        calls.each(lambda name: calls.ask(GET, dataset=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Data sets, and whom they let in."""
    reading = Reading(shard, answers)
    for asset in reading.assets(SWEEP, DATASET):
        yield from _dataset(reading, SWEEP, asset)
    for name, bodies in reading.by_param(GET, "dataset").items():
        for body in bodies:
            yield from _dataset(reading, GET, _asset(reading, name, body))
    for item in answers.of(GET):
        if item.problem is not None:
            place = f"{_HOST}projects/{reading.place.project}/datasets/{item.params.get('dataset')}"
            yield refusal(shard, GET, item, place)
    for body in answers.bodies(LIST):
        if away := [text(one) for one in listed(table(body), "unreachable")]:
            reading.leave_out(LIST, f"{len(away)} places did not answer: {', '.join(sorted(away)[:5])[:200]}")
    yield from reading.gaps()


def _asset(reading: Reading, name: str, body: dict[str, Any]) -> Asset:
    return Asset(
        name=f"{_HOST}projects/{reading.place.project}/datasets/{name}",
        type=DATASET,
        data=body,
        project=reading.place.project,
        location=text(body.get("location")),
        source=GET.name,
    )


def _dataset(reading: Reading, operation: Operation, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    bindings: list[dict[str, Any]] = []
    authorized = 0
    for entry in reading.within(operation, data, "access", subject=asset.name):
        if any(kind in entry for kind in _OTHERS):
            authorized += 1
            continue
        role, member = _ROLES.get(text(entry.get("role")), text(entry.get("role"))), _member(entry, asset.project)
        if role.startswith(("roles/", "projects/", "organizations/")) and member:
            binding = {"role": role, "members": [member]}
            bindings.append(binding | ({"condition": entry["condition"]} if entry.get("condition") else {}))
        else:
            reading.leave_out(operation, f"an entry of {asset.name[:200]} names nobody or no role", asset.name)
    facts = {
        "public": public_in([{"bindings": bindings}]),
        "authorized": str(authorized) if authorized else "",
        "customer_key": "true" if table(data.get("defaultEncryptionConfiguration")).get("kmsKeyName") else "",
    }
    yield Resource(
        id=asset.name,
        provider="gcp",
        kind="google-bigquery-dataset",
        name=asset.short,
        scope=reading.scope(asset),
        region=asset.location.lower(),
        created_at=_since_epoch(data.get("creationTime")),
        tags=labels_of(data),
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from holders(reading, operation, {"bindings": bindings}, asset.name, subject=asset.name)


def _member(entry: dict[str, Any], project: str) -> str:
    """An entry's reader as a member of a policy; empty for one that names none."""
    if email := text(entry.get("userByEmail")):
        form = "serviceAccount" if email.lower().endswith(".gserviceaccount.com") else "user"
        return f"{form}:{email}"
    if group := text(entry.get("groupByEmail")):
        return f"group:{group}"
    if domain := text(entry.get("domain")):
        return f"domain:{domain}"
    special = text(entry.get("specialGroup"))
    if special in _GROUPS:
        return f"{_GROUPS[special]}:{project}"
    if special == AUTHENTICATED:
        return AUTHENTICATED
    return text(entry.get("iamMember"))


def _since_epoch(value: object) -> Any:
    """A time that BigQuery writes as a text of milliseconds."""
    written = str(value) if isinstance(value, (str, int)) else ""
    return moment(int(written) / 1000) if written.isdigit() and len(written) < 15 else moment(value)


SERVICE = Service(
    name="bigquery",
    part="any",
    operations=(SWEEP, LIST, GET, CONTAINERS),
    collect=collect,
    parse=parse,
    never=("bigquery:tabledata.list", "bigquery:jobs.getQueryResults"),
)
