"""Subscriptions, and the roles that any scope sees."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routing import Request, arm, arm_page
from tests.clouds.azure.state import Item

_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"


@arm("GET", "/subscriptions")
def subscriptions(request: Request) -> Any:
    """Those that the scanner may read."""
    return arm_page(request, list(request.state.table("subscriptions").values()))


@arm("GET", "/subscriptions/{subscription}")
def subscription(request: Request) -> Any:
    """One of them."""
    return _known(request)


@arm("GET", "/{+scope}" + _DEFINITIONS)
def definitions(request: Request) -> Any:
    """Built-in roles, and custom ones that may be assigned in the scope. Their ids are as the scope sees them."""
    scope = "/" + request.params["scope"].strip("/")
    found = []
    for definition in request.state.table("roleDefinitions").values():
        scopes = definition["properties"]["assignableScopes"]
        if any(_within(scope.lower(), item.lower()) for item in scopes):
            found.append({**definition, "id": f"{scope}{_DEFINITIONS}/{definition['name']}"})
    return arm_page(request, found)


def _known(request: Request) -> Item:
    found = request.state.table("subscriptions").get(request.params["subscription"].lower())
    if found is None:
        raise ApiError(
            404, "SubscriptionNotFound", f"The subscription '{request.params['subscription']}' could not be found."
        )
    return found


def _within(scope: str, assignable: str) -> bool:
    return assignable == "/" or scope == assignable.rstrip("/") or scope.startswith(assignable.rstrip("/") + "/")
