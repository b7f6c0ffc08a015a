"""Lists that a service gives for one location only: which locations there are, and how all of them are gone through.

The locations are listed once a project, however many services need them. Permissions are given for projects, so where
the first location refuses a list for want of one, the others are not asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

import msgspec

from nhiscan.connector import Page, ReadError
from nhiscan.model import Aspect, GapReason
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import SERVICES, Asset, Listing, Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.plan import projects_of

_LOCATION: Final = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
_NOT_THERE: Final = re.compile(
    r"\b(?:not|un)\s?-?(?:supported|available|offered)\b.*\b(?:region|location)"
    r"|\b(?:region|location)\b.*\b(?:not|un)\s?-?(?:supported|available|offered)\b",
    re.IGNORECASE | re.ASCII,
)


def locations(
    service: str, what: str, blinds: tuple[Aspect, ...], version: str = "v1", permission: str | None = None
) -> Api:
    """The list of the locations in which a service works. `what`: what its locations hold.

    `permission`: what it takes, where that is not the one of that name; empty where Google has none for it.
    """
    return rest(
        f"{service}:projects.locations.list",
        f"{version}/projects/{{number}}/locations",
        size=200,
        permission=f"{service}.locations.list" if permission is None else permission,
        purpose=f"lists the locations in which there may be {what}",
        hides=f"in which locations there are {what}, and so all of them",
        blinds=blinds,
    )


VERTEX: Final = locations("aiplatform", "agents and machine-learning jobs of a project", ("agents", "workloads"))


def locations_of(calls: Calls, operation: Api, **params: str) -> list[str]:
    """Ids of the locations of a service, in order."""
    found: set[str] = set()
    for item in calls.listed(operation, "locations", **params):
        told = table(item)
        id = text(told.get("locationId")) or text(told.get("name")).rpartition("/")[2]
        if _LOCATION.fullmatch(id):
            found.add(id)
    return sorted(found)


def vertex_host(location: str) -> str:
    """Host of Vertex AI for a location, without its domain: a region, a multi-region, or "global"."""
    if location == "global":
        return "aiplatform"
    return f"{location}-aiplatform" if "-" in location else f"aiplatform.{location}.rep"


def ask_everywhere(
    calls: Calls,
    where: Api,
    *operations: Api,
    host: Callable[[str], str] | None = None,
    **params: str,
) -> dict[str, list[dict[str, Any]]]:
    """Read lists of every location into the bundle; gives the bodies of all of them by location.

    `host`: what fills `{host}` of the operations; None: they have one host. `params`: further ones of every call, such
    as the number of a project in a shard that is not its own.
    """

    def of(place: str) -> dict[str, str]:
        return {**params, "location": place} | ({"host": host(place)} if host else {})

    places = locations_of(calls, where, **params)
    found: dict[str, list[dict[str, Any]]] = {place: [] for place in places}
    for operation in operations:
        if not places:
            break
        bodies, refused = ask_one(calls, operation, **of(places[0]))
        found[places[0]] += bodies
        if refused == "denied":
            continue

        def read(place: str, operation: Api = operation) -> list[dict[str, Any]]:
            return ask_one(calls, operation, **of(place))[0]

        for place, told in zip(places[1:], calls.each(read, places[1:]), strict=True):
            found[place] += told
    return found


def ask_one(calls: Calls, operation: Api, **params: str) -> tuple[list[dict[str, Any]], GapReason | None]:
    """Bodies of one list, and why it was refused; None where it was not, or was in an earlier run of this scan.

    A location that does not offer what is asked for has none of it: an answer, and no refusal.
    """
    fetch = calls.fetch(operation, params)
    refused: GapReason | None = None

    def told(token: str | None) -> Page:
        nonlocal refused
        try:
            return fetch(token)
        except ReadError as error:
            if error.reason == "unsupported" and _NOT_THERE.search(error.message):
                return Page(body={})
            refused = error.reason
            raise

    bodies = [body for body in calls.sink.pages(operation, told, params) if isinstance(body, dict)]
    return bodies, refused


def projects_using(calls: Calls, service: str) -> list[str]:
    """Numbers, or ids, of the projects of an estate in which a service is enabled, as planning found them."""
    found: set[str] = set()
    for item in calls.listed(SERVICES, "results"):
        told = table(item)
        if text(told.get("name")).endswith(f"/{service}.googleapis.com") and text(told.get("state")) in ("", "ENABLED"):
            found.add(text(told.get("project")).removeprefix("projects/"))
    if calls.sink.refusal(SERVICES):
        return projects_of(calls)
    return sorted(found - {""})


def placed(reading: Reading, swept: Api | None, type: str, *listings: Listing) -> list[Asset]:
    """Assets from a sweep and from lists, each with its project, in the shard of an estate too."""
    return [
        one if one.project else msgspec.structs.replace(one, project=reading.projects.project_in(one.name))
        for one in reading.assets(swept, type, *listings)
    ]


def number_of(reading: Reading, project: str) -> str:
    """Number of a project given by its id or number; the same again where nobody explains it."""
    return reading.projects.numbers.get(project, project)
