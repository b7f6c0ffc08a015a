"""How workloads are asked for: in one sweep, or project by project where that is not open."""

from __future__ import annotations

import re
from typing import Any, Final, TypeAlias

import msgspec

from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import CONTAINERS, PROJECT, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.vertex.locations import ask_everywhere, ask_one, projects_using

REGIONS: Final = rest(
    "compute:regions.list",
    "compute/v1/projects/{project}/regions",
    query=(("maxResults", "500"),),
    permission="compute.regions.list",
    purpose="lists the regions in which there may be clusters and environments, for services that do not tell",
    hides="in which regions there are Dataproc clusters and Composer environments, and so all of them",
    blinds=("workloads",),
)
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


def workloads_of(what: str, *types: str, drop: tuple[str, ...] = ()) -> Api:
    """The sweep of some kind of workloads. Where it is refused, `gather` asks the projects one by one."""
    hides = f"which {what.replace('-', ' ')} there are, by Cloud Asset Inventory: each project is then asked by itself"
    return msgspec.structs.replace(sweep(what, *types, hides=hides, blinds=(), drop=drop), optional=True)


Bodies: TypeAlias = dict[str, list[dict[str, Any]]]
"""Answers of lists, by the name of the operation."""


def gather(calls: Calls, swept: Api | None, service: str, *lists: Api, where: Api | None = None) -> Bodies:
    """Ask for everything of a service: one sweep, and each project's own lists where there is none, or it is refused.

    `swept` is None for what Cloud Asset Inventory does not know. `where`: the list of the service's locations, for
    lists of one location; `REGIONS` for services that have no such list. Gives what the lists of projects told.
    """
    place = calls.place
    if place.part == "project":
        if place.enabled(service) and (swept is None or not place.swept):
            return _told(calls, lists, where)
    elif place.swept and swept is not None:
        calls.ask(swept)
        if calls.sink.refusal(swept):
            found: Bodies = {}
            ids = _ids(calls)
            for number in projects_using(calls, service):
                for name, bodies in _told(calls, lists, where, project=ids.get(number, number), number=number).items():
                    found.setdefault(name, []).extend(bodies)
            return found
    return {}


def _ids(calls: Calls) -> dict[str, str]:
    """Ids of the projects of an estate by their numbers, as planning found them."""
    found = {}
    for item in calls.listed(CONTAINERS, "results"):
        told = table(item)
        if text(told.get("assetType")) == PROJECT:
            id = text(table(told.get("additionalAttributes")).get("projectId"))
            found[text(told.get("project")).removeprefix("projects/")] = id or text(told.get("name")).rpartition("/")[2]
    return found


def entries(bodies: Bodies, operation: Api, key: str) -> list[dict[str, Any]]:
    """Objects of the list `key` in what `gather` gave."""
    return [item for body in bodies.get(operation.name, ()) for item in objects(body.get(key))]


def objects(value: object) -> list[dict[str, Any]]:
    """The objects of a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _told(calls: Calls, lists: tuple[Api, ...], where: Api | None, **params: str) -> Bodies:
    def read(operation: Api) -> list[dict[str, Any]]:
        if where is None:
            return list(calls.pages(operation, **params))
        if where is REGIONS:
            return _in_regions(calls, operation, **params)
        return [body for told in ask_everywhere(calls, where, operation, host=None, **params).values() for body in told]

    return {one.name: bodies for one, bodies in zip(lists, calls.each(read, lists), strict=True)}


def _in_regions(calls: Calls, operation: Api, **params: str) -> list[dict[str, Any]]:
    told = {text(table(item).get("name")) for item in calls.listed(REGIONS, "items", **params)}
    regions = sorted(one for one in told if _REGION.fullmatch(one))
    if not regions:
        return []
    found, refused = ask_one(calls, operation, location=regions[0], **params)
    if refused == "denied":  # permissions are given for projects: the other regions would refuse it too
        return found
    for bodies, _ in calls.each(lambda region: ask_one(calls, operation, location=region, **params), regions[1:]):
        found += bodies
    return found
