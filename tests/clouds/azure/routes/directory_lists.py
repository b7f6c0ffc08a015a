"""Lists that belong to the tenant as a whole: grants, roles of the directory, reports and policies."""

from __future__ import annotations

from typing import Any

from tests.clouds.azure.answers import ApiError, not_found
from tests.clouds.azure.routing import Request, graph, graph_page, selected

_ROOT = "/roleManagement/directory"
_PLAIN = (
    "/oauth2PermissionGrants",
    f"{_ROOT}/roleDefinitions",
    f"{_ROOT}/roleAssignments",
    "/identity/conditionalAccess/policies",
    "/reports/authenticationMethods/userRegistrationDetails",
)
_BETA = ("/reports/servicePrincipalSignInActivities", "/reports/appCredentialSignInActivities")
_SCHEDULES = (f"{_ROOT}/roleEligibilityScheduleInstances", f"{_ROOT}/roleAssignmentScheduleInstances")


def _list(path: str, *, beta: bool = False, expands: bool = False) -> None:
    @graph("GET", path)
    def items(request: Request) -> Any:
        if beta and request.version != "beta":
            raise ApiError(400, "BadRequest", f"Resource not found for the segment '{path.rpartition('/')[2]}'.")
        found = list(request.state.table(path.strip("/")).values())
        if expands and request.query.get("$expand") == "principal($select=id)":
            found = [{**item, "principal": _principal(request, item["principalId"])} for item in found]
        return graph_page(request, found, allow=("$expand",) if expands else ())


def _principal(request: Request, object_id: str) -> Any:
    for table, kind in (("users", "user"), ("groups", "group"), ("servicePrincipals", "servicePrincipal")):
        found = request.state.table(table).get(object_id.lower())
        if found is not None:
            return {"@odata.type": f"#microsoft.graph.{kind}", **selected(found, "id")}
    return None


def _inherited(relation: str) -> None:
    @graph("GET", f"/servicePrincipals/{{id}}/{relation}")
    def items(request: Request) -> Any:
        agent = request.state.table("servicePrincipals").get(request.params["id"].lower(), {})
        if request.version != "beta" or request.query:
            raise ApiError(400, "BadRequest", f"There is no {relation} of this kind, or no option {request.query}.")
        if agent.get("@odata.type") != "#microsoft.graph.agentIdentity":
            raise not_found("graph", request.path)
        return {"value": list(request.state.table(f"servicePrincipals/{agent['id']}/{relation}").values())}


for _relation in ("inheritedAppRoleAssignments", "inheritedOauth2PermissionGrants"):
    _inherited(_relation)
for _path in _PLAIN:
    _list(_path)
for _path in _BETA:
    _list(_path, beta=True)
for _path in _SCHEDULES:
    _list(_path, expands=True)
