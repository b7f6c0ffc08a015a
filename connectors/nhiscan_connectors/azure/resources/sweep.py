"""The sweep over a subscription: one question to Resource Graph finds every resource that nhiscan looks at.

A second question finds the other resources that have a managed identity. Calls in a subscription: two, one more for
each 1,000 resources found. Where Resource Graph does not answer: one list of all resources, then one list for each type
that is there and one for each web app's slots.

Services of a subscription share the answers: whichever comes first asks, the others wait for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from nhiscan_connectors.azure.api import arm, resource_graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.rows import Row, row_of
from nhiscan_connectors.azure.resources.types import LISTS, SITES, TYPES

_AMONG = ", ".join(f"'{name}'" for name in TYPES)
RESOURCES = resource_graph(
    "resources.query",
    f"resources | where type in~ ({_AMONG})"
    " | project id, name, type, kind, location, tags, identity, sku, properties | order by id asc",
    permission="Microsoft.ResourceGraph/resources/read",
    purpose="finds what runs, AI resources and stores of a subscription in one question",
    hides="nothing by itself: resources are then listed type by type, which takes more calls",
    optional=True,
)
HOSTS = resource_graph(
    "identities.query",
    "resources | where isnotempty(identity) | project id, name, type, kind, location, tags, identity | order by id asc",
    permission="Microsoft.ResourceGraph/resources/read",
    purpose="finds every other resource that has a managed identity",
    hides="nothing by itself: all resources are then listed, which takes more calls",
    optional=True,
)
EVERYTHING = arm(
    "Microsoft.Resources:resources.list",
    "/subscriptions/{subscription}/resources",
    "2021-04-01",
    permission="Microsoft.Resources/subscriptions/resources/read",
    purpose="lists all resources and their identities, where Resource Graph does not answer",
    hides="which resources have a managed identity",
    blinds=("workloads",),
)
SLOTS = arm(
    "Microsoft.Web:sites.slots.list",
    "/{+id}/slots",
    "2023-12-01",
    permission="Microsoft.Web/sites/slots/read",
    purpose="lists the slots of web apps, where Resource Graph does not answer",
    hides="which slots the web app has and what they run as",
    blinds=("workloads",),
)
OPERATIONS = (RESOURCES, HOSTS, EVERYTHING, *LISTS.values(), SLOTS)


@dataclass
class _Sweep:
    """What was found in one shard; None until somebody asked."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    rows: list[Row] | None = None


_lock = threading.Lock()
_sweeps: WeakKeyDictionary[Calls, _Sweep] = WeakKeyDictionary()


def swept(calls: Calls, *types: str) -> list[Row]:
    """Resources of the given types in the shard's subscription; of all types when none is given."""
    with _lock:
        sweep = _sweeps.setdefault(calls, _Sweep())
    with sweep.lock:
        if sweep.rows is None:
            sweep.rows = _ask(calls)
    return [row for row in sweep.rows if not types or row.type in types]


def _ask(calls: Calls) -> list[Row]:
    found: dict[str, Row] = {}
    _take(found, list(calls.items(RESOURCES, "data")))
    calls.ask(HOSTS)
    if calls.sink.refusal(RESOURCES) or calls.sink.refusal(HOSTS):
        _list(calls, found)
    return list(found.values())


def _list(calls: Calls, found: dict[str, Row]) -> None:
    """Everything once, for identities; then by type what Resource Graph did not tell."""
    everything = [row for item in calls.items(EVERYTHING) if (row := row_of(item))]
    if not calls.sink.refusal(RESOURCES):
        return
    present = set(LISTS) if calls.sink.refusal(EVERYTHING) else {row.type for row in everything}
    asked = [operation for kind, operation in LISTS.items() if kind in present]
    for items in calls.each(lambda operation: list(calls.items(operation)), asked):
        _take(found, items)
    sites = [row for row in found.values() if row.type == SITES_TYPE]
    for items in calls.each(lambda site: list(calls.items(SLOTS, id=site.id)), sites):
        _take(found, items)


SITES_TYPE = SITES.path.partition("/providers/")[2].lower()


def _take(found: dict[str, Row], items: list[Any]) -> None:
    for item in items:
        if row := row_of(item):
            found.setdefault(row.id, row)
