"""Routes: which function answers which path of which service. Each module under `routes` brings its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import unquote

from tests.clouds.gcp.answers import ApiError, Item
from tests.clouds.gcp.state import State
from tests.clouds.templates import FIELD, load_modules, pattern_of


@dataclass
class Request:
    """One call, as a route sees it."""

    service: str
    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    state: State
    page_size: int | None = None
    """Most items a page, whatever the call asks for; None: as the API has it."""
    params: dict[str, str] = field(default_factory=dict)
    """Values of the fields of the route."""

    def one(self, name: str) -> str:
        """Value of a query parameter; empty without one."""
        return self.query.get(name, [""])[0]

    def page(
        self, key: str, items: Iterable[Item], *, most: int, default: int = 100, allow: tuple[str, ...] = ()
    ) -> Item:
        """A page of a list. `allow`: parameters that the route itself heeds; another one is an error."""
        known = {"pageSize", "pageToken", *allow}
        if odd := sorted(set(self.query) - known):
            raise ApiError(400, f"Invalid JSON payload received. Unknown name {odd[0]!r}: the emulator heeds no such.")
        everything = list(items)
        size = min(int(self.one("pageSize") or default) or default, most, self.page_size or most)
        token = self.one("pageToken")
        if token and not token.startswith("page-"):
            raise ApiError(400, "The provided page token is invalid.")
        start = int(token.removeprefix("page-") or 0)
        body: Item = {key: everything[start : start + size]}
        if not body[key]:
            del body[key]  # Google's JSON leaves out what is empty
        if start + size < len(everything):
            body["nextPageToken"] = f"page-{start + size}"
        return body


Handler = Callable[[Request], Any]


@dataclass(frozen=True)
class Route:
    """A path of a service and who answers it."""

    service: str
    method: str
    template: str
    handler: Handler
    pattern: re.Pattern[str]
    weight: int
    """How exact it is: the more exact of two that fit answers."""


ROUTES: list[Route] = []


def get(service: str, template: str) -> Callable[[Handler], Handler]:
    """The function answers a GET: `@get("secretmanager", "v1/projects/{project}/secrets")`. `{+id}` takes slashes.

    `service` may hold `*`, for the hosts of regions: "*-aiplatform".
    """
    return _register(service, "GET", template)


def post(service: str, template: str) -> Callable[[Handler], Handler]:
    """The function answers a POST."""
    return _register(service, "POST", template)


def _register(service: str, method: str, template: str) -> Callable[[Handler], Handler]:
    pattern = pattern_of(template, "[^/:]+")
    weight = len(FIELD.sub("", template)) - (50 if "*" in service else 0)

    def register(handler: Handler) -> Handler:
        ROUTES.append(Route(service, method, template, handler, re.compile(pattern), weight))
        return handler

    return register


def load_routes() -> None:
    """Import every module under `routes`."""
    load_modules("tests.clouds.gcp.routes")


def find_route(service: str, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most exact route of a path, and the values of its fields."""
    found: tuple[Route, dict[str, str]] | None = None
    for route in ROUTES:
        if route.method != method or (found and found[0].weight >= route.weight):
            continue
        if fnmatchcase(service, route.service) and (match := route.pattern.fullmatch(path)):
            found = route, {name: unquote(value) for name, value in match.groupdict().items()}
    return found
