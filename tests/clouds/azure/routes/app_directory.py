"""Lists of the directory as Graph gives them with one relation expanded, filtered, or cast to a kind of agent.

Graph gives 100 objects a page where a relation is expanded,
and no more than 20 of that relation.
"""

from __future__ import annotations

import re
from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routing import Request, graph, graph_page, selected
from tests.clouds.azure.state import Item

_EXPAND = re.compile(r"(\w+)(?:\(\$select=([\w,]+)\))?")
_EXPANDED = {
    "applications": frozenset({"owners", "federatedIdentityCredentials"}),
    "servicePrincipals": frozenset({"owners", "appRoleAssignments"}),
    "groups": frozenset({"members", "owners"}),
}
_EACH = 20
_PAGE = 100
_CASTS = {
    "servicePrincipals": ("agentIdentity", "agentIdentityBlueprintPrincipal"),
    "applications": ("agentIdentityBlueprint",),
    "users": ("agentUser",),
}


def _listed(collection: str) -> None:
    @graph("GET", f"/{collection}")
    def items(request: Request) -> Any:
        found = _filtered(request, list(request.state.table(collection).values()))
        return _page(request, collection, found)


def _cast(collection: str, kind: str) -> None:
    @graph("GET", f"/{collection}/microsoft.graph.{kind}")
    def items(request: Request) -> Any:
        found = [
            item
            for item in request.state.table(collection).values()
            if item.get("@odata.type") == f"#microsoft.graph.{kind}"
        ]
        return graph_page(request, found)

    @graph("GET", f"/{collection}/{{id}}/microsoft.graph.{kind}/sponsors")
    def sponsors(request: Request) -> Any:
        table = f"{collection}/{request.params['id'].lower()}/sponsors"
        return graph_page(request, list(request.state.table(table).values()))


def _filtered(request: Request, items: list[Item]) -> list[Item]:
    match request.query.get("$filter"):
        case None:
            return items
        case "securityEnabled eq true":
            return [item for item in items if item.get("securityEnabled") is True]
        case other:
            raise ApiError(400, "Request_UnsupportedQuery", f"The emulator does not heed $filter={other}.")


def _page(request: Request, collection: str, items: list[Item]) -> Item:
    wanted = request.query.get("$expand")
    if wanted is None:
        return graph_page(request, items, allow=("$filter",))
    match = _EXPAND.fullmatch(wanted)
    if match is None or match[1] not in _EXPANDED[collection]:
        raise ApiError(400, "Request_BadRequest", f"Parsing OData Select and Expand failed: {wanted}.")
    request.page_size = min(_PAGE, request.page_size or _PAGE)
    body = graph_page(request, items, allow=("$filter", "$expand"))
    for position, item in enumerate(body["value"]):
        related = list(request.state.table(f"{collection}/{item['id'].lower()}/{match[1]}").values())[:_EACH]
        body["value"][position] = {**item, match[1]: [selected(other, match[2] or "") for other in related]}
    return body


for _collection in _EXPANDED:
    _listed(_collection)
for _collection, _kinds in _CASTS.items():
    for _kind in _kinds:
        _cast(_collection, _kind)
