"""What an exported entry or page is, by what stands in it: which call would have told it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any
from urllib.parse import unquote

import msgspec

from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.plan import ORGANIZATION, SUBSCRIPTIONS
from nhiscan_connectors.azure.rbac import operations as ops
from nhiscan_connectors.azure.service import Service
from nhiscan_connectors.common.fields import text

OLD = "objectId"
"""Under which name the retired Azure AD Graph, and az before 2.37, wrote the id of an object."""

_CAST = "microsoft.graph."
_KEYED = re.compile(r"\('([^']{1,300})'\)")
_AUTHORIZATION = "microsoft.authorization/"
_ROLES_BY_TYPE = {
    f"{_AUTHORIZATION}roleassignments": ops.ASSIGNMENTS,
    f"{_AUTHORIZATION}roledefinitions": ops.BUILT_IN,
    f"{_AUTHORIZATION}denyassignments": ops.DENIALS,
    f"{_AUTHORIZATION}roleeligibilityscheduleinstances": ops.ELIGIBLE,
    f"{_AUTHORIZATION}roleassignmentscheduleinstances": ops.ACTIVE,
    f"{_AUTHORIZATION}classicadministrators": ops.CLASSIC,
    "microsoft.management/managementgroups": ops.GROUPS,
    "/providers/microsoft.management/managementgroups": ops.GROUPS,
}
_COLLECTIONS = {
    "user": "/users",
    "agentuser": "/users",
    "group": "/groups",
    "application": "/applications",
    "agentidentityblueprint": "/applications",
    "serviceprincipal": "/servicePrincipals",
    "agentidentity": "/servicePrincipals",
    "agentidentityblueprintprincipal": "/servicePrincipals",
    "organization": "/organization",
}
_FIELDS = (
    ("/servicePrincipals", ("servicePrincipalType",)),
    ("/servicePrincipals", ("servicePrincipalNames",)),
    ("/applications", ("appId", "signInAudience")),
    ("/applications", ("appId", "requiredResourceAccess")),
    ("/applications", ("appId", "identifierUris")),
    ("/users", ("userPrincipalName",)),
    ("/groups", ("securityEnabled", "mailEnabled")),
    ("/groups", ("groupTypes",)),
    ("/organization", ("verifiedDomains",)),
    ("/oauth2PermissionGrants", ("clientId", "consentType", "scope")),
    ("/roleManagement/directory/roleAssignments", ("principalId", "roleDefinitionId", "directoryScopeId")),
)
"""Collections of Graph by fields that only their objects have; the first that fits."""


class Kind(msgspec.Struct, frozen=True):
    """The call that would have told something, with its parameters."""

    operation: Api
    params: dict[str, str] = {}
    also: tuple[Api, ...] = ()
    """Calls of the same collection that ask for more than it, by what they expand."""
    casts: dict[str, Api] = {}
    """Calls that list one type of the collection's objects only, by "@odata.type"."""


class Kinds:
    """Recognises what the services read."""

    def __init__(self, services: tuple[Service, ...]) -> None:
        self._services = services
        self._known: dict[tuple[str, tuple[tuple[str, str], ...]], Kind | None] = {}

    @cached_property
    def _graph(self) -> dict[str, list[Api]]:
        """Operations of Graph by path; a plain list before those that filter or expand."""
        found: dict[str, list[Api]] = {}
        declared = (operation for service in self._services for operation in service.operations)
        for operation in dict.fromkeys((ORGANIZATION, *declared)):
            if operation.plane == "graph":
                found.setdefault(operation.path, []).append(operation)
        for operations in found.values():
            operations.sort(key=lambda item: ("$expand" in dict(item.query), "$filter" in dict(item.query), item.name))
        return found

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], str]]:
        """Paths as patterns, the most exact first."""
        paths = sorted(self._graph, key=lambda path: (path.count("{"), -len(path)))
        return [(re.compile(re.sub(r"\{\+?(\w+)\}", r"(?P<\1>[^/]+)", path), re.IGNORECASE), path) for path in paths]

    @cached_property
    def _arm(self) -> dict[str, Api]:
        """Lists of resources in a subscription, by type of resource."""
        found: dict[str, Api] = {}
        start = "/subscriptions/{subscription}/providers/"
        for operation in (operation for service in self._services for operation in service.operations):
            if operation.plane == "arm" and operation.path.startswith(start):
                found.setdefault(operation.path.removeprefix(start).lower(), operation)
        return {kind: operation for kind, operation in found.items() if "{" not in kind and kind not in _ROLES_BY_TYPE}

    def of_context(self, context: str) -> Kind | None:
        """What a page of Graph is, by its "@odata.context"; None where that does not tell."""
        fragment = unquote(context.partition("#")[2])
        path = "/" + _KEYED.sub(r"/\1", fragment).partition("(")[0].removesuffix("/$entity").strip("/")
        for pattern, template in self._patterns:
            if match := pattern.fullmatch(path):
                return self._of_path(template, match.groupdict())
        return None

    def of_entry(self, entry: dict[str, Any]) -> Kind | None:
        """What an entry of a list is, by its type or by fields that only such entries have."""
        kind = text(entry.get("type")).lower()
        if kind in _ROLES_BY_TYPE:
            return Kind(_ROLES_BY_TYPE[kind])
        if "roleDefinitionName" in entry or {"principalId", "roleDefinitionId", "scope"} <= entry.keys():
            return Kind(ops.ASSIGNMENTS)
        if {"roleName", "assignableScopes", "permissions"} <= entry.keys():
            return Kind(ops.BUILT_IN)
        if "tenantId" in entry and ("cloudName" in entry or "subscriptionId" in entry):
            return Kind(SUBSCRIPTIONS)
        if kind in self._arm:
            return Kind(self._arm[kind])
        word = text(entry.get("@odata.type")).removeprefix("#microsoft.graph.").lower()
        if word in _COLLECTIONS:
            return self._of_path(_COLLECTIONS[word], {})
        for path, fields in _FIELDS:
            if all(field in entry for field in fields):
                return self._of_path(path, {})
        return None

    def _of_path(self, path: str, params: dict[str, str]) -> Kind | None:
        key = (path, tuple(sorted(params.items())))
        if key not in self._known:
            self._known[key] = self._made(path, params)
        return self._known[key]

    def _made(self, path: str, params: dict[str, str]) -> Kind | None:
        operations = self._graph.get(path)
        if not operations:
            return None
        start = f"{path}/{_CAST}"
        casts = {
            f"#{other.removeprefix(f'{path}/')}": listed[0]
            for other, listed in self._graph.items()
            if other.startswith(start) and "/" not in other.removeprefix(start)
        }
        return Kind(operations[0], params, tuple(operations[1:]), casts)


def expanded(operation: Api) -> str:
    """The field that an operation expands; empty for none."""
    return re.split(r"[(,]", dict(operation.query).get("$expand", ""))[0]
