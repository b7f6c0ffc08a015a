"""What the scanner may do in a subscription: all reads, unless a test puts something else into "permissions"."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.routing import Request, arm, arm_page

READER = {"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}


@arm("GET", "/subscriptions/{subscription}/providers/Microsoft.Authorization/permissions")
def permissions(request: Request) -> Any:
    """One entry a role that applies to the whole subscription."""
    given = request.state.table("permissions").get(request.params["subscription"].lower())
    return arm_page(request, [READER] if given is None else given["roles"])
