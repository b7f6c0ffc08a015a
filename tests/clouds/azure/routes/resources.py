"""Resources of any type, as Azure Resource Manager lists them. A route of a type's own answers before these."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import not_found
from tests.clouds.azure.routing import Request, arm, arm_page
from tests.clouds.azure.state import Item


@arm("GET", "/subscriptions/{subscription}/resources")
def all_of_a_subscription(request: Request) -> Any:
    """Every resource that is not part of another, without its properties."""
    prefix = f"/subscriptions/{request.params['subscription']}/".lower()
    found = [_short(item) for id, item in _resources(request).items() if id.startswith(prefix) and _depth(item) == 1]
    return arm_page(request, found)


@arm("GET", "/subscriptions/{subscription}/providers/{namespace}/{kind}")
def of_a_type(request: Request) -> Any:
    """Resources of one type in a subscription."""
    prefix = f"/subscriptions/{request.params['subscription']}/".lower()
    wanted = f"{request.params['namespace']}/{request.params['kind']}".lower()
    resources = _resources(request)
    found = [item for id, item in resources.items() if id.startswith(prefix) and item["type"].lower() == wanted]
    return arm_page(request, found)


@arm("GET", "/subscriptions/{subscription}/resourceGroups/{group}/providers/{+rest}")
def one_or_its_children(request: Request) -> Any:
    """One resource by its id, or the children of one kind that it has."""
    resources = _resources(request)
    found = resources.get(request.path.lower())
    if found is not None:
        return found
    parent, _, _ = request.path.lower().rpartition("/")
    if len(request.params["rest"].split("/")) % 2 == 0:  # provider, and pairs of kind and name, without the last name
        if parent not in resources and "/" in request.params["rest"].partition("/")[2]:
            raise not_found("arm", request.path)
        prefix = f"{request.path.lower()}/"
        return arm_page(
            request, [item for id, item in resources.items() if id.startswith(prefix) and "/" not in id[len(prefix) :]]
        )
    raise not_found("arm", request.path)


def _resources(request: Request) -> dict[str, Item]:
    return request.state.table("resources")


def _depth(item: Item) -> int:
    return str(item["type"]).count("/")


def _short(item: Item) -> Item:
    return {key: value for key, value in item.items() if key != "properties"}
