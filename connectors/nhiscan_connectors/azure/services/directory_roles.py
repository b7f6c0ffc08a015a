"""Roles of the directory: what they allow, who holds them, and who may activate them.

Active and eligible assignments of Privileged Identity Management need a licence. Without one there is nothing to be
eligible for, and every assignment is a standing one.

Calls: four lists, a hundred items a page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Assignment, Gap, Policy
from nhiscan_connectors.azure.api import Api, graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Kinds
from nhiscan_connectors.azure.ids import directory_role_id, is_guid
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.groups import GROUPS
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.common.times import moment

_ROOT = "/roleManagement/directory"
_NAMED = ("principalId", "roleDefinitionId")

DEFINITIONS = graph(
    "roleManagement.directory.roleDefinitions.list",
    f"{_ROOT}/roleDefinitions",
    permission="RoleManagement.Read.Directory",
    purpose="reads what each role of the directory allows, built-in and custom ones",
    hides="what roles of the directory allow",
    blinds=("policies",),
    select=("id", "displayName", "isBuiltIn", "isEnabled", "rolePermissions", "templateId"),
    top=0,
)
ASSIGNMENTS = graph(
    "roleManagement.directory.roleAssignments.list",
    f"{_ROOT}/roleAssignments",
    permission="RoleManagement.Read.Directory",
    purpose="reads who holds roles of the directory",
    hides="who holds roles of the directory, Global Administrator among them",
    blinds=("policies",),
    top=0,
)
ELIGIBLE = graph(
    "roleManagement.directory.roleEligibilityScheduleInstances.list",
    f"{_ROOT}/roleEligibilityScheduleInstances",
    permission="RoleEligibilitySchedule.Read.Directory",
    purpose="reads who may activate roles of the directory",
    hides="who may activate roles of the directory",
    expand="principal($select=id)",
    top=0,
    optional=True,
)
ACTIVE = graph(
    "roleManagement.directory.roleAssignmentScheduleInstances.list",
    f"{_ROOT}/roleAssignmentScheduleInstances",
    permission="RoleAssignmentSchedule.Read.Directory",
    purpose="reads which roles of the directory are held for a time only",
    hides="until when roles of the directory are held",
    expand="principal($select=id)",
    top=0,
    optional=True,
)


def collect(calls: Calls) -> None:
    """Four lists."""
    calls.ask(DEFINITIONS, ASSIGNMENTS, ELIGIBLE, ACTIVE)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Definitions as policies; standing, activated and eligible assignments."""
    fields = Fields(shard, answers)
    kinds = Kinds(answers, USERS, GROUPS)
    for definition in fields.items(DEFINITIONS, "value", "id"):
        yield _definition(shard, definition)
    told: set[tuple[str, str, str]] = set()
    timed = _Timed(list(fields.items(ACTIVE, "value", *_NAMED)), kinds, shard)
    for item in fields.items(ASSIGNMENTS, "value", *_NAMED):
        found = _assignment(shard, kinds, ASSIGNMENTS, item, expires=timed.end_of(item), created=timed.start_of(item))
        told.add((found.principal, found.role, found.scope))
        yield found
    for item in timed.items:
        found = _assignment(shard, kinds, ACTIVE, item)
        # Told again here of everyone who is on the list above; what is new was activated between the two calls.
        if (found.principal, found.role, found.scope) not in told and text(item.get("memberType")) != "Group":
            yield found
    for item in fields.items(ELIGIBLE, "value", *_NAMED):
        yield _assignment(shard, kinds, ELIGIBLE, item)
    yield from _hidden(shard, answers)
    yield from fields.gaps()


def _hidden(shard: Shard, answers: Answers) -> Iterator[Gap]:
    """Who may activate roles is hidden by a refusal, but not by a lack of the licence: then nobody can be eligible."""
    refused = [item for item in answers.of(ELIGIBLE) if item.problem not in (None, "not_licensed")]
    for item in refused[:1]:
        yield refusal(shard, ELIGIBLE, item, blinds=("policies",))


class _Timed:
    """Assignments that Privileged Identity Management knows of, by the assignment that they stand behind."""

    def __init__(self, items: list[dict[str, Any]], kinds: Kinds, shard: Shard) -> None:
        self.items = items
        self._kinds = kinds
        self._shard = shard
        self._by_origin = {text(item.get("roleAssignmentOriginId")): item for item in items}
        self._by_place = {self._place(item): item for item in items}

    def end_of(self, assignment: dict[str, Any]) -> datetime | None:
        """When an assignment ends; None for never, or not told."""
        return moment(self._behind(assignment).get("endDateTime"))

    def start_of(self, assignment: dict[str, Any]) -> datetime | None:
        """When an assignment began."""
        return moment(self._behind(assignment).get("startDateTime"))

    def _behind(self, assignment: dict[str, Any]) -> dict[str, Any]:
        found = self._by_origin.get(text(assignment.get("id")) or "?")
        return found or self._by_place.get(self._place(assignment), {})

    def _place(self, item: dict[str, Any]) -> tuple[str, str, str]:
        return (
            item["principalId"].lower(),
            item["roleDefinitionId"].lower(),
            _scope(self._shard, self._kinds, item),
        )


def _definition(shard: Shard, definition: dict[str, Any]) -> Policy:
    permissions = definition.get("rolePermissions")
    readable = isinstance(permissions, list)
    attributes = {"type": "directory"}
    if definition.get("isEnabled") is False:
        attributes["enabled"] = "no"
    return Policy(
        id=directory_role_id(definition["id"]),
        provider="azure",
        kind="role-definition",
        name=text(definition.get("displayName")) or definition["id"],
        scope=shard.scope,
        document=json.dumps({"rolePermissions": permissions}) if readable else None,
        problem="" if readable else "the definition has no list of permissions",
        managed_by_provider=definition.get("isBuiltIn") is True,
        attributes=attributes,
    )


def _assignment(
    shard: Shard,
    kinds: Kinds,
    operation: Api,
    item: dict[str, Any],
    *,
    expires: datetime | None = None,
    created: datetime | None = None,
) -> Assignment:
    return Assignment(
        principal=kinds.id_of(item["principalId"], text(table(item.get("principal")).get("@odata.type"))),
        role=directory_role_id(item["roleDefinitionId"]),
        scope=_scope(shard, kinds, item),
        eligible=operation is ELIGIBLE,
        condition=text(item.get("condition")),
        created_at=created or moment(item.get("startDateTime")),
        expires_at=expires or moment(item.get("endDateTime")),
        id=text(item.get("id")),
        source=operation.name,
    )


def _scope(shard: Shard, kinds: Kinds, item: dict[str, Any]) -> str:
    """Where a role holds: in the tenant, on one object of the directory, or in an administrative unit."""
    written = text(item.get("directoryScopeId")) or text(item.get("appScopeId"))
    if written == "/":
        return shard.scope
    name = written.strip("/")
    if is_guid(name):
        return kinds.id_of(name)
    collection, _, id = name.partition("/")
    return f"/{collection}/{id.lower()}"


SERVICE = Service(
    name="directory-roles",
    part="tenant",
    operations=(DEFINITIONS, ASSIGNMENTS, ELIGIBLE, ACTIVE),
    collect=collect,
    parse=parse,
)
