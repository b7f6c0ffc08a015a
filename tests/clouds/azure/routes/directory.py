"""The organization, the list of users, and users, groups, applications and service principals one by one."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import no_route, not_found
from tests.clouds.azure.routing import Request, graph, graph_page, selected

COLLECTIONS = ("users", "groups", "applications", "servicePrincipals")


@graph("GET", "/organization")
def organization(request: Request) -> Any:
    """The tenant itself."""
    names = request.query.get("$select", "")
    found = [selected(item, names) for item in request.state.table("organization").values()]
    return {"@odata.context": f"{request.base}/{request.version}/$metadata#organization", "value": found}


@graph("GET", "/users")
def users(request: Request) -> Any:
    """All users; the other collections are listed with their relations, in `app_directory`."""
    return graph_page(request, list(request.state.table("users").values()))


def _single(collection: str) -> None:
    @graph("GET", f"/{collection}/{{id}}")
    def item(request: Request) -> Any:
        if request.params["id"].startswith("microsoft.graph."):
            raise no_route("graph", request.path)  # a cast, which has a route of its own or none
        found = request.state.table(collection).get(request.params["id"].lower())
        if found is None:
            raise not_found("graph", request.path)
        return selected(found, request.query.get("$select", ""))


for _collection in COLLECTIONS:
    _single(_collection)
