"""Azure Lighthouse: what is delegated to other tenants. A list tells of the scope that it is asked of, no deeper."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.routing import Request, arm, arm_page

_PATH = "/providers/Microsoft.ManagedServices/registrationAssignments"


@arm("GET", "/{+scope}" + _PATH)
def delegations(request: Request) -> Any:
    """Delegations of one subscription or resource group; what they delegate only where that is asked for."""
    scope = f"/{request.params['scope'].strip('/').lower()}"
    whole = request.query.get("$expandRegistrationDefinition") == "true"
    found = []
    for item in request.state.table("registrationAssignments").values():
        if str(item["id"]).lower().partition(_PATH.lower())[0] == scope:
            properties = dict(item["properties"])
            if not whole:
                properties.pop("registrationDefinition", None)
            found.append({**item, "properties": properties})
    return arm_page(request, found)
