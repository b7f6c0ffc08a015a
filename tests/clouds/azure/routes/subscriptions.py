"""Subscriptions and the role assignments and definitions that are seen from them."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routing import Request, arm, arm_page
from tests.clouds.azure.state import Item

_ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
_DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"


@arm("GET", "/subscriptions")
def subscriptions(request: Request) -> Any:
    """Those that the scanner may read."""
    return arm_page(request, list(request.state.table("subscriptions").values()))


@arm("GET", "/subscriptions/{subscription}")
def subscription(request: Request) -> Any:
    """One of them."""
    return _known(request)


@arm("GET", "/subscriptions/{subscription}" + _ASSIGNMENTS)
def assignments(request: Request) -> Any:
    """Assignments in the subscription, and those above it, which it inherits."""
    _known(request)
    own = f"/subscriptions/{request.params['subscription']}".lower()
    return arm_page(request, [item for item in _assignments(request) if _seen_from(own, _scope(item))])


@arm("GET", "/{+scope}" + _ASSIGNMENTS)
def assignments_of_scope(request: Request) -> Any:
    """Assignments as a management group, resource group or resource sees them; with atScope(), none below it."""
    own = "/" + request.params["scope"].strip("/").lower()
    found = [item for item in _assignments(request) if _seen_from(own, _scope(item))]
    if request.query.get("$filter", "") == "atScope()":
        found = [item for item in found if not _scope(item).startswith(f"{own}/")]
    return arm_page(request, found)


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


def _assignments(request: Request) -> list[Item]:
    return list(request.state.table("roleAssignments").values())


def _scope(assignment: Item) -> str:
    return str(assignment["properties"]["scope"]).rstrip("/").lower()


def _seen_from(own: str, scope: str) -> bool:
    """Whether an assignment at `scope` shows in `own`: it is in it, or above it."""
    above = scope in ("", own) or "/managementgroups/" in scope or own.startswith(f"{scope}/")
    return above or scope.startswith(f"{own}/")


def _within(scope: str, assignable: str) -> bool:
    return assignable == "/" or scope == assignable.rstrip("/") or scope.startswith(assignable.rstrip("/") + "/")
