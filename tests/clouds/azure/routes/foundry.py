"""The host of a Foundry account: agents of its projects, from table "<account>/<project>/agents".

Classic agents stand in table "<account>/<project>/assistants".
"""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import ApiError, no_route
from tests.clouds.azure.routing import Request, data


@data("GET", "/api/projects/{project}/{what}")
def agents(request: Request) -> Any:
    """A page of agents, or of classic ones. The next page is asked for by the last id of this one."""
    if request.params["what"] not in ("agents", "assistants"):
        raise no_route("data", request.path)
    if odd := set(request.query) - {"api-version", "limit", "after"}:
        raise ApiError(400, "invalid_parameter", f"The emulator does not heed {', '.join(sorted(odd))}.")
    limit = int(request.query.get("limit", "20"))
    if not 1 <= limit <= 100:
        raise ApiError(400, "invalid_parameter", "limit must be between 1 and 100")
    account = request.params["host"].partition(".")[0]
    name = f"{account}/{request.params['project']}/{request.params['what']}".lower()
    found = list(request.state.table(name).values())
    after = request.query.get("after", "")
    if after:
        names = [item["id"] for item in found]
        if after not in names:
            raise ApiError(400, "invalid_parameter", f"There is no agent {after}.")
        found = found[names.index(after) + 1 :]
    page = found[: min(limit, request.page_size or limit)]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(found) > len(page),
    }
