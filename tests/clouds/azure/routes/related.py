"""What hangs on one object of the directory: its owners, its members, its authentication methods, and so on.

Such a list stands in the table that is named by its path, so that a seed can fill one that has no route of its own:
"/users/<id>/authentication/methods" is table "users/<id>/authentication/methods".
"""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import no_route, not_found
from tests.clouds.azure.routes.directory import COLLECTIONS
from tests.clouds.azure.routing import Request, graph, graph_page

RELATIONS = frozenset({
    "owners", "sponsors", "members", "transitiveMembers", "memberOf", "appRoleAssignments", "appRoleAssignedTo",
    "oauth2PermissionGrants", "federatedIdentityCredentials", "ownedObjects", "authentication/methods", "manager",
})  # fmt: skip


def _related(collection: str) -> None:
    @graph("GET", f"/{collection}/{{id}}/{{+relation}}")
    def items(request: Request) -> Any:
        id, relation = request.params["id"].lower(), request.params["relation"]
        if relation not in RELATIONS:
            raise no_route("graph", request.path)
        if id not in request.state.table(collection):
            raise not_found("graph", f"/{collection}/{id}")
        return graph_page(request, list(request.state.table(f"{collection}/{id}/{relation}").values()))


for _collection in COLLECTIONS:
    _related(_collection)
