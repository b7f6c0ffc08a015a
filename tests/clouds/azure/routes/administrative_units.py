"""Administrative units and who belongs to them. Hidden members are left out without a word, as Graph does it."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import not_found
from tests.clouds.azure.routing import Request, graph, graph_page

_UNITS = "directory/administrativeUnits"


@graph("GET", f"/{_UNITS}")
def units(request: Request) -> Any:
    """All of them."""
    return graph_page(request, list(request.state.table(_UNITS).values()))


@graph("GET", f"/{_UNITS}/{{unit}}/members")
def members(request: Request) -> Any:
    """Users, groups and devices of one."""
    unit = request.state.table(_UNITS).get(request.params["unit"].lower())
    if unit is None:
        raise not_found("graph", request.path)
    found = list(request.state.table(f"{_UNITS}/{unit['id']}/members").values())
    return graph_page(request, [] if unit.get("visibility") == "HiddenMembership" else found)
