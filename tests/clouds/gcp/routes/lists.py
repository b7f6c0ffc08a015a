"""Lists of single projects, drawn from the same assets as the sweep, and lists that are asked for by path alone."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.routing import Request, get


@get("apikeys", "v2/projects/{project}/locations/global/keys")
def api_keys(request: Request) -> Any:
    """keys.list, which never holds the key itself."""
    found = [
        {key: value for key, value in asset.data.items() if key != "keyString"}
        for asset in request.state.within(f"projects/{request.params['project']}", "apikeys.googleapis.com/Key")
        if "deleteTime" not in asset.data
    ]
    return request.page("keys", found, most=300)


@get("policyanalyzer", "v1/projects/{project}/locations/global/activityTypes/{kind}/activities:query")
def activities(request: Request) -> Any:
    """activities.query."""
    place = request.state.place(f"projects/{request.params['project']}")
    found = request.state.lists[f"policyanalyzer {place} {request.params['kind']}"]
    return request.page("activities", found, most=1000)
