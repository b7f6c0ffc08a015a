"""Resource Manager and Service Usage: organizations, folders, projects, their policies and enabled services."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item, denied
from tests.clouds.gcp.routing import Request, get, post
from tests.clouds.gcp.state import Asset

_HOST = "//cloudresourcemanager.googleapis.com/"


def _of(request: Request, type: str) -> list[Asset]:
    return request.state.index.get(f"cloudresourcemanager.googleapis.com/{type}", [])


@get("cloudresourcemanager", "v3/organizations:search")
def organizations(request: Request) -> Any:
    """organizations.search."""
    return request.page("organizations", [asset.data for asset in _of(request, "Organization")], most=50)


@get("cloudresourcemanager", "v3/projects:search")
def projects(request: Request) -> Any:
    """projects.search."""
    return request.page("projects", [asset.data for asset in _of(request, "Project")], most=500)


@get("cloudresourcemanager", "v3/folders")
def folders_in(request: Request) -> Any:
    """folders.list."""
    return _children(request, "Folder", "folders")


@get("cloudresourcemanager", "v3/projects")
def projects_in(request: Request) -> Any:
    """projects.list."""
    return _children(request, "Project", "projects")


def _children(request: Request, type: str, key: str) -> Item:
    found = [asset.data for asset in _of(request, type) if asset.data.get("parent") == request.one("parent")]
    return request.page(key, found, most=1000, allow=("parent",))


@get("cloudresourcemanager", "v3/{kind}/{id}")
def container(request: Request) -> Any:
    """organizations.get, folders.get, projects.get."""
    return _asset(request).data


@post("cloudresourcemanager", "v3/{kind}/{id}:getIamPolicy")
def policy(request: Request) -> Any:
    """getIamPolicy, which shows conditions only where version 3 is asked for."""
    bindings = request.state.policies.get(_asset(request).name, [])
    version = ((request.body or {}).get("options") or {}).get("requestedPolicyVersion", 1)
    if version != 3 and any("condition" in one for one in bindings):
        bindings = [{**one, "role": f"{one['role']}_withcond_0"} if "condition" in one else one for one in bindings]
    return {"version": version, "bindings": bindings, "etag": "BwXhqDVF3kg="}


def _asset(request: Request) -> Asset:
    kind, id = request.params["kind"], request.params["id"]
    place = request.state.place(f"{kind}/{id}")
    for asset in request.state.within(place):
        if asset.ancestors and asset.ancestors[0] == place and asset.type.startswith("cloudresourcemanager."):
            return asset
    raise denied(f"resourcemanager.{kind}.get", f"cloudresourcemanager.googleapis.com/{kind}/{id}")


@get("serviceusage", "v1/projects/{project}/services")
def services(request: Request) -> Any:
    """services.list of those that are enabled."""
    place = request.state.place(f"projects/{request.params['project']}")
    found = [asset.data for asset in request.state.within(place, "serviceusage.googleapis.com/Service")]
    return request.page("services", found, most=200, allow=("filter",))
