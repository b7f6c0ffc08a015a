"""Deny policies, access boundaries, Privileged Access Manager, groups, the recommender and HMAC keys."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from tests.clouds.gcp.answers import ApiError, Item, denied, not_found
from tests.clouds.gcp.routing import Request, get

_HOST = "cloudresourcemanager.googleapis.com/"


def _place(request: Request, attachment: str) -> str:
    """A container that policies are attached to, by its number."""
    if not attachment.startswith(_HOST):
        raise ApiError(400, f"{attachment} is no attachment point.")
    place = request.state.place(attachment.removeprefix(_HOST))
    if not request.state.within(place):
        raise denied("iam.denypolicies.list", attachment)
    return place


@get("iam", "v2/policies/{attachment}/denypolicies")
def deny_policies(request: Request) -> Any:
    """policies.listPolicies, which leaves out the rules and names projects by number."""
    place = _place(request, request.params["attachment"])
    found = [{**_named(place, item), "kind": "DenyPolicy"} for item in request.state.lists[f"iam denypolicies {place}"]]
    bare = [{key: value for key, value in item.items() if key != "rules"} for item in found]
    return request.page("policies", bare, most=1000, default=1000)


@get("iam", "v2/policies/{attachment}/denypolicies/{policy}")
def deny_policy(request: Request) -> Any:
    """policies.get."""
    place = _place(request, request.params["attachment"])
    for item in request.state.lists[f"iam denypolicies {place}"]:
        if item["name"] == request.params["policy"]:
            return {**_named(place, item), "kind": "DenyPolicy"}
    raise not_found(request.path)


def _named(place: str, item: Item) -> Item:
    return {**item, "name": f"policies/{quote(f'{_HOST}{place}', safe='')}/denypolicies/{item['name']}"}


@get("iam", "v3/organizations/{organization}/locations/global/principalAccessBoundaryPolicies")
def boundaries(request: Request) -> Any:
    """principalAccessBoundaryPolicies.list."""
    found = request.state.lists[f"iam boundaries organizations/{request.params['organization']}"]
    return request.page("principalAccessBoundaryPolicies", found, most=1000)


def _boundaries(request: Request) -> list[Item]:
    keys = [key for key in list(request.state.lists) if key.startswith("iam boundaries ")]
    return [item for key in keys for item in request.state.lists[key]]


def _bindings(request: Request) -> list[Item]:
    keys = [key for key in list(request.state.lists) if key.startswith("iam policyBindings ")]
    return [item for key in keys for item in request.state.lists[key]]


@get("iam", "v3/organizations/{organization}/locations/global/principalAccessBoundaryPolicies/{policy}")
def boundary(request: Request) -> Any:
    """principalAccessBoundaryPolicies.get."""
    name = request.path.removeprefix("v3/")
    for item in _boundaries(request):
        if item["name"] == name:
            return item
    raise not_found(name)


@get("iam", "v3/organizations/{organization}/locations/global/principalAccessBoundaryPolicies/{p}:searchPolicyBindings")
def bindings_of(request: Request) -> Any:
    """principalAccessBoundaryPolicies.searchPolicyBindings: wherever they are kept."""
    name = request.path.removeprefix("v3/").removesuffix(":searchPolicyBindings")
    return request.page("policyBindings", [b for b in _bindings(request) if b["policy"] == name], most=1000)


@get("iam", "v3/{+parent}/locations/global/policyBindings")
def bindings_in(request: Request) -> Any:
    """policyBindings.list: those that are kept in one container."""
    place = request.state.place(request.params["parent"])
    return request.page("policyBindings", request.state.lists[f"iam policyBindings {place}"], most=1000)


@get("privilegedaccessmanager", "v1/{+parent}/locations/global/entitlements")
def entitlements(request: Request) -> Any:
    """entitlements.list."""
    place = request.state.place(request.params["parent"])
    return request.page("entitlements", request.state.lists[f"pam {place}"], most=1000)


@get("privilegedaccessmanager", "v1/{+entitlement}/grants")
def grants(request: Request) -> Any:
    """grants.list, of all states."""
    return request.page("grants", request.state.lists[f"pam grants {request.params['entitlement']}"], most=1000)


def _domain(request: Request) -> str:
    organizations = request.state.index.get("cloudresourcemanager.googleapis.com/Organization", [])
    return str(organizations[0].data["displayName"]) if organizations else ""


@get("cloudidentity", "v1/groups:lookup")
def lookup(request: Request) -> Any:
    """groups.lookup: of groups of the organization's own domain. Others are not told from those that are not there."""
    email = request.one("groupKey.id")
    if not email.endswith(f"@{_domain(request)}"):
        raise ApiError(403, "Error(2028): Permission denied for resource (or it may not exist).")
    return {"name": f"groups/{email.partition('@')[0]}"}


@get("cloudidentity", "v1/groups/{group}/memberships")
def memberships(request: Request) -> Any:
    """memberships.list, whole only where that is asked for."""
    email = f"{request.params['group']}@{_domain(request)}"
    found = request.state.lists[f"cloudidentity {email}"]
    if request.one("view") != "FULL":
        found = [{"name": item["name"], "preferredMemberKey": item["preferredMemberKey"]} for item in found]
    return request.page("memberships", found, most=500, default=50, allow=("view",))


@get("recommender", "v1/{+parent}/locations/global/insightTypes/{kind}/insights")
def insights(request: Request) -> Any:
    """insights.list, by state."""
    return _recommended(request, "insights")


@get("recommender", "v1/{+parent}/locations/global/recommenders/{kind}/recommendations")
def recommendations(request: Request) -> Any:
    """recommendations.list, by state."""
    return _recommended(request, "recommendations")


def _recommended(request: Request, key: str) -> Item:
    place = request.state.place(request.params["parent"])
    wanted = request.one("filter").partition("stateInfo.state=")[2]
    found = request.state.lists[f"recommender {place} {request.params['kind']}"]
    kept = [item for item in found if not wanted or item["stateInfo"]["state"] == wanted]
    return request.page(key, kept, most=1000, allow=("filter",))


@get("storage", "storage/v1/projects/{project}/hmacKeys")
def hmac_keys(request: Request) -> Any:
    """projects.hmacKeys.list, without keys that were deleted."""
    place = request.state.place(f"projects/{request.params['project']}")
    found = [item for item in request.state.lists[f"storage hmacKeys {place}"] if item["state"] != "DELETED"]
    body = request.page("items", found, most=250, default=250, allow=("maxResults",))
    return {"kind": "storage#hmacKeysMetadata", **body}
