"""Cloud Asset Inventory: lists, searches and effective policies, over all that there is."""

from __future__ import annotations

import re
from typing import Any

from tests.clouds.gcp.answers import ApiError, Item
from tests.clouds.gcp.routing import Request, get
from tests.clouds.gcp.state import Asset


@get("cloudasset", "v1/{+parent}/assets")
def assets(request: Request) -> Any:
    """assets.list."""
    found = request.state.within(request.params["parent"], *_types(request))
    content = request.one("contentType")
    if content == "RESOURCE":
        items = [_whole(asset) for asset in found]
    elif content == "IAM_POLICY":
        items = [_with_policy(request, asset) for asset in found if request.state.policies.get(asset.name)]
    else:
        raise ApiError(400, f"The emulator does not know the content type {content!r}.")
    return request.page("assets", items, most=1000, allow=("assetTypes", "contentType"))


@get("cloudasset", "v1/{+scope}:searchAllResources")
def search_resources(request: Request) -> Any:
    """searchAllResources, with a read mask and without a query."""
    mask = request.one("readMask").split(",") if request.one("readMask") else []
    found = [_searched(asset, mask) for asset in request.state.within(request.params["scope"], *_types(request))]
    return request.page("results", found, most=500, allow=("assetTypes", "readMask"))


@get("cloudasset", "v1/{+scope}:searchAllIamPolicies")
def search_policies(request: Request) -> Any:
    """searchAllIamPolicies, without a query."""
    state = request.state
    found: list[Item] = []
    for asset in state.within(request.params["scope"]):
        if bindings := state.policies.get(asset.name):
            item: Item = {
                "resource": asset.name,
                "assetType": asset.type,
                "policy": {"bindings": bindings, "etag": "BwXhqDVF3kg="},
            }
            if project := _project(asset):
                item["project"] = project
            found.append(item)
    return request.page("results", found, most=500)


@get("cloudasset", "v1/{+scope}/effectiveIamPolicies:batchGet")
def effective(request: Request) -> Any:
    """effectiveIamPolicies.batchGet: policies of the resource and of all above it."""
    state = request.state
    results = []
    for name in request.query.get("names", []):
        asset = state.assets.get(name)
        if asset is None:
            raise ApiError(404, f"{name} was not found.")
        above = [name, *(f"//cloudresourcemanager.googleapis.com/{one}" for one in asset.ancestors[1:])]
        policies = [
            {"attachedResource": one, "policy": {"version": 3, "bindings": state.policies[one]}}
            for one in above
            if state.policies.get(one)
        ]
        results.append({"fullResourceName": name, "policies": policies})
    return {"policyResults": results}


def _types(request: Request) -> tuple[str, ...]:
    """Asset types that are asked for; expressions among them are matched. Google refuses what it does not know."""
    known = request.state.index
    wanted: list[str] = []
    for asked in request.query.get("assetTypes", []):
        if asked.startswith(("iam.", "cloudresourcemanager.", "serviceusage.")) or asked in known:
            wanted.append(asked)
        elif re.fullmatch(r"[a-z0-9]+\.googleapis\.com/\w+", asked):
            wanted.append(asked)  # a type of which there is nothing
        else:
            raise ApiError(400, f"{asked} is no asset type.")
    return tuple(wanted)


def _whole(asset: Asset) -> Item:
    return {
        "name": asset.name,
        "assetType": asset.type,
        "resource": {
            "version": "v1",
            "discoveryName": asset.type.rpartition("/")[2],
            "parent": f"//cloudresourcemanager.googleapis.com/{(asset.ancestors or ['organizations/0'])[0]}",
            "data": asset.data,
            "location": asset.location,
        },
        "ancestors": asset.ancestors,
        "updateTime": asset.updated,
    }


def _with_policy(request: Request, asset: Asset) -> Item:
    return {
        "name": asset.name,
        "assetType": asset.type,
        "iamPolicy": {"version": 3, "bindings": request.state.policies[asset.name]},
        "ancestors": asset.ancestors,
        "updateTime": asset.updated,
    }


def _project(asset: Asset) -> str:
    return next((one for one in asset.ancestors if one.startswith("projects/")), "")


def _searched(asset: Asset, mask: list[str]) -> Item:
    everything: Item = {
        "name": asset.name,
        "assetType": asset.type,
        "location": asset.location,
        "createTime": asset.created,
        "updateTime": asset.updated,
        "project": _project(asset),
        **asset.search,
    }
    return {key: value for key, value in everything.items() if value and (not mask or key in mask)}
