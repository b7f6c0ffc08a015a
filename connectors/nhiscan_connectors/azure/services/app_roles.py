"""Permissions on APIs: application permissions, and what applications may do in the name of users.

Calls: one a 999 delegated grants. Who holds application permissions is asked with the service principals, and what
agents inherit with the agents.

An application permission becomes an `Assignment`: its role is `graph-permission:<name>` on Microsoft Graph and
`<API>/appRoles/<name>` on any other API; it holds in the tenant, or on that API.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Assignment, Link
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Known, listed, shown
from nhiscan_connectors.azure.directory.operations import GRANTS, INHERITED_GRANTS, INHERITED_ROLES, ROLES_ON
from nhiscan_connectors.azure.directory.permissions import NO_ROLE, Delegated, is_graph
from nhiscan_connectors.azure.ids import principal_id, service_principal_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment


def collect(calls: Calls) -> None:
    """All delegated grants of the tenant."""
    calls.ask(GRANTS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One assignment an application permission, one link a client and API for what users lend."""
    fields = Fields(shard, answers)
    known = Known(answers)
    names: dict[str, dict[str, str]] = {}
    for operation in (ROLES_ON, INHERITED_ROLES):
        for item in fields.items(operation, "value", "principalId", "appRoleId", "resourceId"):
            if item["appRoleId"].lower() != NO_ROLE:
                api = item["resourceId"].lower()
                resource = known.principals.get(api, {"id": api})
                if api not in names:
                    names[api] = _names(resource)
                yield _assignment(shard, operation, resource, names[api], item)
    for operation in (GRANTS, INHERITED_GRANTS):
        for _ in fields.items(operation, "value", "id", "clientId", "resourceId"):
            pass  # only its damage is told here
    for lent in Delegated(answers):
        reason = lent.sentence(*(_name(known, id) for id in (lent.client, lent.resource)))
        source, target = service_principal_id(lent.client), service_principal_id(lent.resource)
        yield Link(source=source, target=target, kind="delegated_permission", reason=reason)
    yield from fields.gaps()


def _assignment(
    shard: Shard, operation: Api, resource: dict[str, Any], names: dict[str, str], item: dict[str, Any]
) -> Assignment:
    role = item["appRoleId"].lower()
    # A role that the API no longer has is named by its id, which grants nothing that anybody knows.
    name = names.get(role, role)
    api = service_principal_id(resource["id"])
    graph = is_graph(resource)
    return Assignment(
        principal=principal_id(item["principalId"], text(item.get("principalType")) or "ServicePrincipal"),
        role=f"graph-permission:{name}" if graph else f"{api}/appRoles/{name}",
        scope=shard.scope if graph else api,
        created_at=moment(item.get("createdDateTime")),
        id=text(item.get("id")),
        source=operation.name,
    )


def _names(resource: dict[str, Any]) -> dict[str, str]:
    """Names of the permissions of an API by their ids."""
    return {
        text(role.get("id")).lower(): text(role.get("value"))
        for role in listed(resource.get("appRoles"))
        if isinstance(role, dict) and text(role.get("id")) and text(role.get("value"))
    }


def _name(known: Known, object_id: str) -> str:
    return shown(known.principals.get(object_id, {}).get("displayName"), object_id)


SERVICE = Service(name="app-roles", part="tenant", operations=(GRANTS,), collect=collect, parse=parse)
