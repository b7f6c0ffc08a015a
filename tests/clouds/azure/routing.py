"""Routes: which function answers which path. Each module under `routes` brings its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from tests.clouds.azure.answers import ApiError, Plane
from tests.clouds.azure.state import Item, State
from tests.clouds.templates import FIELD, load_modules, pattern_of

GRAPH_PAGE = 100
"""Items that Graph gives a page where nobody asks for another number."""


@dataclass
class Request:
    """One call, as a route sees it."""

    plane: Plane
    method: str
    path: str
    """Without the version, as it was sent."""
    version: str
    """"v1.0" or "beta"; the api-version of the others."""
    query: Mapping[str, str]
    body: Any
    state: State
    base: str
    """Address of the plane, for links: "https://127.0.0.1:40001"."""
    page_size: int | None = None
    """Most items a page, whatever the call asks for; None: as the API has it."""
    params: dict[str, str] = field(default_factory=dict)
    """Values of the fields of the route."""

    def link(self, token: str) -> str:
        """Address of the next page: this call, with a token."""
        query = {**self.query, "$skiptoken": token}
        text = "&".join(f"{quote(key, safe='$')}={quote(value, safe='')}" for key, value in query.items())
        prefix = f"/{self.version}" if self.plane == "graph" else ""
        return f"{self.base}{prefix}{self.path}?{text}"


Handler = Callable[[Request], Any]
"""Answers with JSON, or with a `Reply`; raises ApiError."""


@dataclass(frozen=True)
class Route:
    """A path of a plane and who answers it."""

    plane: Plane
    method: str
    template: str
    handler: Handler
    pattern: re.Pattern[str]
    weight: int
    """How exact it is: the more exact of two that fit answers. Two that fit one path are never equally exact."""


ROUTES: list[Route] = []


def graph(method: str, template: str) -> Callable[[Handler], Handler]:
    """The function answers a path of Graph, in both versions: `@graph("GET", "/users/{user}/owners")`."""
    return _register("graph", method, template)


def arm(method: str, template: str) -> Callable[[Handler], Handler]:
    """The function answers a path of Azure Resource Manager. `{+id}` takes slashes too; case does not matter."""
    return _register("arm", method, template)


def data(method: str, template: str) -> Callable[[Handler], Handler]:
    """The function answers a path of a resource's own host; `params["host"]` names the host."""
    return _register("data", method, "/{host}" + template)


def _register(plane: Plane, method: str, template: str) -> Callable[[Handler], Handler]:
    literal = FIELD.sub("", template)
    pattern = pattern_of(template, _SEGMENT)

    def register(handler: Handler) -> Handler:
        made = Route(plane, method, template, handler, re.compile(pattern, re.IGNORECASE), len(literal))
        for other in ROUTES:
            if (other.plane, other.method, other.weight) == (plane, method, made.weight) and meet(other, made):
                raise ValueError(
                    f"{method} {template} and {other.template} fit the same path, and neither is more exact"
                )
        ROUTES.append(made)
        return handler

    return register


_Symbol = str
"""A character in lower case, or a field: any of `_SEGMENT` (no slash) or `_REST`, once or more often."""
_SEGMENT, _REST = "[^/]+", ".+"


def meet(one: Route, other: Route) -> bool:
    """Whether there is a path that fits both."""
    first, second = _symbols(one.template), _symbols(other.template)
    # Places in both templates that one path can lead to. A field stays where it is, or is left behind.
    todo, seen = [(0, 0)], {(0, 0)}
    while todo:
        here, there = todo.pop()
        if (here, there) == (len(first), len(second)):
            return True
        if here == len(first) or there == len(second) or not _share(first[here], second[there]):
            continue
        for step in ((1, 1), (0, 1), (1, 0)):
            if (not step[0] and len(first[here]) == 1) or (not step[1] and len(second[there]) == 1):
                continue  # a character is there once
            place = here + step[0], there + step[1]
            if place not in seen:
                seen.add(place)
                todo.append(place)
    return False


def _symbols(template: str) -> list[_Symbol]:
    found: list[_Symbol] = []
    for number, part in enumerate(FIELD.split(template)):
        if number % 3 == 0:
            found += part.lower()
        elif number % 3 == 1:
            found.append(_REST if part else _SEGMENT)
    return found


def _share(one: _Symbol, other: _Symbol) -> bool:
    """Whether one character fits both."""
    if len(one) == len(other) == 1:
        return one == other
    return _SEGMENT not in (one, other) or "/" not in (one, other)


@contextmanager
def routes_of_a_test() -> Iterator[None]:
    """Routes that are registered within are forgotten at the end."""
    known = list(ROUTES)
    try:
        yield
    finally:
        ROUTES[:] = known


def load_routes() -> None:
    """Import every module under `routes`."""
    load_modules("tests.clouds.azure.routes")


def find_route(plane: Plane, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most exact route of a path, and the values of its fields."""
    found: tuple[Route, dict[str, str]] | None = None
    for route in ROUTES:
        if route.plane != plane or route.method != method or (found and found[0].weight >= route.weight):
            continue
        if match := route.pattern.fullmatch(path):
            found = route, {name: unquote(value) for name, value in match.groupdict().items()}
    return found


def graph_page(request: Request, items: list[Item], *, most: int = 999, allow: tuple[str, ...] = ()) -> Item:
    """A page of a collection of Graph: $top, $select and the link to the next one.

    `allow`: query options beside these that the route itself heeds, such as "$filter"; another one is an error.
    """
    known = {"$top", "$select", "$skiptoken", *allow}
    if odd := sorted(set(request.query) - known):
        raise ApiError(400, "Request_UnsupportedQuery", f"The emulator does not heed {', '.join(odd)} here.")
    top = int(request.query.get("$top", GRAPH_PAGE))
    if not 1 <= top <= most:
        raise ApiError(400, "Request_UnsupportedQuery", f"Invalid page size specified: '{top}'. Must be 1 to {most}.")
    start = int(request.query.get("$skiptoken", "0"))
    size = min(top, request.page_size or top)
    names = request.query.get("$select", "")
    body: Item = {
        "@odata.context": f"{request.base}/{request.version}/$metadata#{request.path.strip('/')}",
        "value": [selected(item, names) for item in items[start : start + size]],
    }
    if start + size < len(items):
        body["@odata.nextLink"] = request.link(str(start + size))
    return body


def selected(item: Item, names: str) -> Item:
    """The fields that $select names; annotations always."""
    if not names:
        return item
    wanted = set(names.split(","))
    return {key: value for key, value in item.items() if key in wanted or key.startswith("@")}


def arm_page(request: Request, items: list[Item]) -> Item:
    """A page of a list of Azure Resource Manager."""
    start = int(request.query.get("$skiptoken", "0"))
    size = request.page_size or 1000
    body: Item = {"value": items[start : start + size]}
    if start + size < len(items):
        body["nextLink"] = request.link(str(start + size))
    return body
