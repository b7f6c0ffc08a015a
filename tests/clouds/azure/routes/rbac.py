"""Azure RBAC with the tree above it: management groups, what scopes inherit, deny assignments, schedules of roles.

Here an assignment shows only in scopes that are above, at or below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.clouds.azure.answers import ApiError
from tests.clouds.azure.routing import Request, arm, arm_page
from tests.clouds.azure.state import Item, State

GROUPS = "/providers/Microsoft.Management/managementGroups"
_AUTHORIZATION = "/providers/Microsoft.Authorization"
_GROUP = "Microsoft.Management/managementGroups"
_TYPE = re.compile(r"type eq '(\w+)'")
_LISTS = ("roleAssignments", "denyAssignments", "roleEligibilityScheduleInstances", "roleAssignmentScheduleInstances")


def chain(state: State, scope: str) -> list[Item]:
    """Management groups above a scope, the nearest first; all ends at the root, where the tenant has one."""
    above = state.table("placement").get(scope.lower(), {}).get("parent", "")
    found: list[Item] = []
    while above:
        group = state.table("managementGroups")[above]
        found.append(group)
        above = state.table("placement").get(str(group["id"]).lower(), {}).get("parent", "")
    return found


def above(state: State, scope: str) -> set[str]:
    """Scopes whose assignments a scope inherits, itself among them, in lower case; "" is the root."""
    here = "/" + scope.strip("/").lower()
    found = {"", here}
    parts = here.split("/")
    if here.startswith("/subscriptions/"):
        found |= {"/".join(parts[:size]) for size in range(3, len(parts), 2)}
        here = "/".join(parts[:3])
    return found | {str(group["id"]).lower() for group in chain(state, here)}


def _listed(name: str) -> Any:
    def listed(request: Request) -> Any:
        scope = _asked_scope(request)
        inherited, here = above(request.state, scope), "/" + scope.strip("/").lower()
        wanted = request.query.get("$filter", "")
        if wanted not in ("", "atScope()"):
            raise ApiError(400, "BadRequest", f"The emulator does not know the filter {wanted!r}.")
        found = []
        for item in request.state.table(name).values():
            at = str(item["properties"]["scope"]).rstrip("/").lower()
            if at in inherited or (not wanted and _is_below(request.state, at, here)):
                found.append(item)
        return arm_page(request, found)

    return listed


def _asked_scope(request: Request) -> str:
    if "subscription" in request.params:
        _known(request)
        return f"/subscriptions/{request.params['subscription']}"
    if request.params.get("scope", "").lower().startswith("subscriptions/"):
        request.params["subscription"] = request.params["scope"].split("/")[1]
        _known(request)
    return request.params.get("scope", "")


def _known(request: Request) -> None:
    if request.params["subscription"].lower() not in request.state.table("subscriptions"):
        raise ApiError(404, "SubscriptionNotFound", "The subscription could not be found.")


def _is_below(state: State, at: str, here: str) -> bool:
    if here.startswith("/subscriptions/"):
        return at.startswith(f"{here}/")
    return here in above(state, at)


for _name in _LISTS:
    arm("GET", "/subscriptions/{subscription}" + f"{_AUTHORIZATION}/{_name}")(_listed(_name))
    arm("GET", "/{+scope}" + f"{_AUTHORIZATION}/{_name}")(_listed(_name))


@arm("GET", "/subscriptions/{subscription}" + f"{_AUTHORIZATION}/roleDefinitions")
def roles_of_a_subscription(request: Request) -> Any:
    """Roles that may be assigned in the subscription; not those that may be only in a group of it."""
    scope = _asked_scope(request)
    inherited = {item or "/" for item in above(request.state, scope)}
    return arm_page(request, list(_roles(request, scope, lambda scopes: bool(inherited & scopes))))


def _roles(request: Request, scope: str, fits: Any) -> Iterator[Item]:
    wanted = request.query.get("$filter", "")
    match = _TYPE.fullmatch(wanted)
    if wanted and match is None:
        raise ApiError(400, "BadRequest", f"The emulator does not know the filter {wanted!r}.")
    for role in request.state.table("roleDefinitions").values():
        properties = role["properties"]
        if fits({item.lower() for item in properties["assignableScopes"]}) and (
            match is None or properties["type"] == match[1]
        ):
            yield {**role, "id": f"{scope}{_AUTHORIZATION}/roleDefinitions/{role['name']}"}


@arm("GET", "/subscriptions/{subscription}" + f"{_AUTHORIZATION}/classicAdministrators")
def classic_administrators(request: Request) -> Any:
    """Administrators from before roles."""
    scope = _asked_scope(request).lower()
    items = request.state.table("classicAdministrators").values()
    return arm_page(request, [item for item in items if str(item["id"]).lower().startswith(f"{scope}/")])


@arm("GET", GROUPS)
def groups(request: Request) -> Any:
    """Management groups, without their parents."""
    found = []
    for item in request.state.table("managementGroups").values():
        properties = {"tenantId": request.state.tenant_id, "displayName": item["displayName"]}
        found.append({"id": item["id"], "type": _GROUP, "name": item["name"], "properties": properties})
    return arm_page(request, found)


@arm("GET", GROUPS + "/{group}")
def group(request: Request) -> Any:
    """One group, with what is under it where that is asked for."""
    found = request.state.table("managementGroups").get(request.params["group"].lower())
    if found is None:
        raise ApiError(404, "NotFound", "The management group was not found.")
    tenant = request.state.tenant_id
    properties: Item = {"tenantId": tenant, "displayName": found["displayName"], "details": {"version": 1}}
    if parents := chain(request.state, found["id"]):
        properties["details"]["parent"] = {
            "id": parents[0]["id"],
            "name": parents[0]["name"],
            "displayName": parents[0]["displayName"],
        }
    if request.query.get("$expand") == "children":
        properties["children"] = _children(request.state, found, request.query.get("$recurse") == "true")
    return {"id": found["id"], "type": _GROUP, "name": found["name"], "properties": properties}


def _children(state: State, parent: Item, recurse: bool) -> list[Item]:
    found = []
    for scope, placed in state.table("placement").items():
        if placed.get("parent") != str(parent["name"]).lower():
            continue
        if scope.startswith("/subscriptions/"):
            item = state.table("subscriptions")[scope.removeprefix("/subscriptions/")]
            kind, name = "/subscriptions", item["subscriptionId"]
        else:
            item = state.table("managementGroups")[scope.rpartition("/")[2]]
            kind, name = _GROUP, item["name"]
        child: Item = {"type": kind, "id": item["id"], "name": name, "displayName": item["displayName"]}
        if recurse and kind != "/subscriptions":
            child["children"] = _children(state, item, recurse)
        found.append(child)
    return found


def containers(state: State) -> list[Item]:
    """Subscriptions and management groups with what is above them, as rows of Resource Graph."""
    rows: list[Item] = []
    for item in state.table("subscriptions").values():
        properties = {"managementGroupAncestorsChain": _names(chain(state, item["id"])), "state": item["state"]}
        row = {"id": item["id"], "name": item["displayName"], "type": "microsoft.resources/subscriptions"}
        rows.append({**row, "tenantId": item["tenantId"], "properties": properties})
    for item in state.table("managementGroups").values():
        if str(item["id"]).lower() in state.table("hidden"):
            continue  # the scanner may not read it; the chains of what is under it tell of it all the same
        parents = _names(chain(state, item["id"]))
        details = {"parent": parents[0] if parents else None, "managementGroupAncestorsChain": parents}
        properties = {"displayName": item["displayName"], "details": details}
        row = {"id": item["id"], "name": item["name"], "type": "microsoft.management/managementgroups"}
        rows.append({**row, "tenantId": state.tenant_id, "properties": properties})
    return rows


def _names(groups: list[Item]) -> list[Item]:
    return [{"name": group["name"], "displayName": group["displayName"]} for group in groups]
