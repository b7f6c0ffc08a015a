"""Secret Manager: secrets, their versions, and who may read them. Values are never given."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import not_found
from tests.clouds.gcp.routing import Request, get

_SECRET = "v1/projects/{project}/secrets/{secret}"


@get("secretmanager", "v1/projects/{project}/secrets")
def secrets(request: Request) -> Any:
    """secrets.list, without those of single regions."""
    found = [
        asset.data
        for asset in request.state.within(
            f"projects/{request.params['project']}", "secretmanager.googleapis.com/Secret"
        )
        if "/locations/" not in asset.name
    ]
    return request.page("secrets", found, most=25000)


@get("secretmanager", f"{_SECRET}/versions")
def versions(request: Request) -> Any:
    """versions.list, newest first."""
    above = f"{_name(request)}/versions/"
    place = f"projects/{request.params['project']}"
    found = [
        asset.data
        for asset in request.state.within(place, "secretmanager.googleapis.com/SecretVersion")
        if asset.name.startswith(above)
    ]
    return request.page("versions", found[::-1], most=25000)


@get("secretmanager", f"{_SECRET}:getIamPolicy")
def policy(request: Request) -> Any:
    """secrets.getIamPolicy; conditions are shown to those who ask for version 3."""
    bindings = request.state.policies.get(_name(request), [])
    if request.one("options.requestedPolicyVersion") != "3":
        bindings = [one for one in bindings if "condition" not in one]
    return {"version": 3, "etag": "BwXhqDVF3kg=", "bindings": bindings} if bindings else {"etag": "ACAB"}


def _name(request: Request) -> str:
    place = request.state.place(f"projects/{request.params['project']}")
    name = f"//secretmanager.googleapis.com/{place}/secrets/{request.params['secret']}"
    if name not in request.state.assets:
        raise not_found(name)
    return name
