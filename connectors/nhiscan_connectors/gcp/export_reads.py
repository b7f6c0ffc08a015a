"""Which calls would have told what exports hold: found by looking through the services."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from nhiscan_connectors.gcp import services as package
from nhiscan_connectors.gcp.api import Api, GoogleOperation
from nhiscan_connectors.gcp.assets import CONTAINERS, Listing, location_in
from nhiscan_connectors.gcp.names import relative
from nhiscan_connectors.gcp.service import Service

SWEEP: Final = "cloudasset:assets.list#"
SEARCH: Final = "cloudasset:searchAllResources#"
_FIELD: Final = re.compile(r"\{\+?\w+\}")


class Reads:
    """What the services read, by type of asset."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self.services = services

    @cached_property
    def operations(self) -> tuple[GoogleOperation, ...]:
        """Every call of every service."""
        return tuple(dict.fromkeys(one for service in self.services for one in service.operations))

    @cached_property
    def sweeps(self) -> dict[str, list[Api]]:
        """Sweeps by type of asset."""
        return self._by_type(SWEEP)

    @cached_property
    def searches(self) -> dict[str, list[Api]]:
        """Searches by type of asset, without that for what contains others."""
        found = self._by_type(SEARCH)
        return {type: [one for one in operations if one != CONTAINERS] for type, operations in found.items()}

    @cached_property
    def lists(self) -> dict[str, Listing]:
        """Lists of one project by type of asset; the first where there are several."""
        found: dict[str, Listing] = {}
        declared = {one.name for one in self.operations}
        for listing in _listings():
            if listing.operation.name in declared:
                found.setdefault(listing.type, listing)
        return found

    @cached_property
    def keys(self) -> frozenset[str]:
        """Fields of answers that hold lists of a project's resources."""
        return frozenset(listing.key for listing in self.lists.values() if "/" not in listing.key)

    def item_of(self, name: str) -> tuple[str, str] | None:
        """Type and full resource name of something that a list names, where only one list gives such names."""
        for pattern, type, host in self._named:
            if pattern.fullmatch(name):
                return type, f"{host}{name}"
        return None

    @cached_property
    def _named(self) -> list[tuple[re.Pattern[str], str, str]]:
        found: dict[str, list[tuple[str, str]]] = {}
        for type, listing in self.lists.items():
            if isinstance(listing.operation, Api) and listing.name == "name" and not listing.prefix:
                version, _, path = listing.operation.path.partition("/")
                if version.startswith("v") and path.startswith("projects/"):
                    form = _FIELD.sub("[^/]+", path.replace("/locations/-/", "/locations/{location}/"))
                    host = listing.host or f"//{listing.service}.googleapis.com/"
                    found.setdefault(f"{form}/[^/]+", []).append((type, host))
        return [(re.compile(form), *kinds[0]) for form, kinds in found.items() if len(kinds) == 1]

    def _by_type(self, start: str) -> dict[str, list[Api]]:
        found: dict[str, list[Api]] = {}
        for operation in self.operations:
            if isinstance(operation, Api) and operation.name.startswith(start):
                for type in types_of(operation):
                    found.setdefault(type, []).append(operation)
        return found


def types_of(operation: Api) -> tuple[str, ...]:
    """Types of assets that a sweep or a search asks for."""
    return tuple(value for key, value in operation.query if key == "assetTypes")


def params_of(operation: GoogleOperation, name: str) -> dict[str, str]:
    """Parameters with which a list would have been asked that gives something. `name`: its full resource name."""
    if not isinstance(operation, Api):
        return {}
    above = relative(name).rpartition("/")[0].rpartition("/")[0]
    asked = [field for field in operation.fields if field not in ("project", "number", "root")]
    return {field: location_in(name) if field == "location" else above for field in asked}


def wants_ages(operation: Api) -> bool:
    """Whether a search is made for times of creation, which an export of resources does not hold."""
    return "createTime" in dict(operation.query).get("readMask", "").split(",")


def _listings() -> Iterator[Listing]:
    """Lists that stand in the modules of services, for an operation does not know which field of an answer it is."""
    for found in sorted(pkgutil.iter_modules(package.__path__), key=lambda one: one.name):
        module = importlib.import_module(f"{package.__name__}.{found.name}")
        for value in vars(module).values():
            yield from _within(value)


def _within(value: Any) -> Iterator[Listing]:
    match value:
        case Listing():
            yield value
        case tuple() | list():
            yield from (one for one in value if isinstance(one, Listing))
        case dict():
            yield from (one for one in value.values() if isinstance(one, Listing))
        case _:
            return
