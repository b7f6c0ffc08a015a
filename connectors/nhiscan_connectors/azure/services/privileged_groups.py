"""Memberships and ownerships of groups that may be activated, or are for now (Privileged Identity Management).

Graph lists them of one group at a time. Groups whose members a rule chooses cannot be managed so, and groups without
security hold nothing. A tenant without the licence says so at the first groups, and is not asked on.

Calls: one for the first security group, up to three where it refuses, and one $batch a 20 of the others. Of the groups
that somebody may join, one $batch a 20 more, for those who joined until an hour.

An eligible member is an assignment whose role is the group; an eligible owner one whose role is the group's id with
"/owners" behind it. Whoever has joined stands among the members too; the assignment tells until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Assignment, Gap
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Kinds, listed
from nhiscan_connectors.azure.ids import group_id, owners_of
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.groups import GROUPS
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

ELIGIBLE = graph(
    "identityGovernance.privilegedAccess.group.eligibilityScheduleInstances.list",
    "/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
    permission="PrivilegedEligibilitySchedule.Read.AzureADGroup",
    purpose="reads who may make themselves members or owners of a group for a time",
    hides="who may make themselves members or owners of groups, and hold what those hold",
    where="groupId eq '{group}'",
    top=0,
    about="group",
    optional=True,
)
ACTIVE = graph(
    "identityGovernance.privilegedAccess.group.assignmentScheduleInstances.list",
    "/identityGovernance/privilegedAccess/group/assignmentScheduleInstances",
    permission="PrivilegedAssignmentSchedule.Read.AzureADGroup",
    purpose="reads who is a member or owner of a group for a time only",
    hides="until when members and owners of groups are that",
    where="groupId eq '{group}'",
    top=0,
    about="group",
    optional=True,
)
_TRIES = 3
"""Groups that are asked before a refusal counts for all: a single one may be of a sort that cannot be managed so."""
_DYNAMIC = "DynamicMembership"
_OWNER, _MEMBER = "owner", "member"


def collect(calls: Calls) -> None:
    """The first groups alone; the others as soon as one answered; then those that somebody may join."""
    found = list(managed(calls.listed(GROUPS)))
    for number, group in enumerate(found[:_TRIES], 1):
        first = list(calls.pages(ELIGIBLE, group=group))
        if first:
            others = [{"group": other} for other in found[number:]]
            answers = [first, *calls.batch(ELIGIBLE, others)]
            asked = zip([group, *found[number:]], answers, strict=True)
            joined = [{"group": id} for id, bodies in asked if any(listed(body.get("value")) for body in bodies)]
            calls.batch(ACTIVE, joined)
            return


def managed(groups: Iterable[Any]) -> Iterator[str]:
    """Ids of the groups that memberships of can be activated, and that can hold something."""
    for group in groups:
        known = isinstance(group, dict) and bool(text(group.get("id")))
        if known and group.get("securityEnabled") is not False and _DYNAMIC not in listed(group.get("groupTypes")):
            yield group["id"]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One assignment for everyone who may become a member or an owner of a group, or is one for a time."""
    fields = Fields(shard, answers)
    kinds = Kinds(answers, USERS, GROUPS)
    for operation in (ELIGIBLE, ACTIVE):
        for item in fields.items(operation, "value", "principalId", "groupId"):
            access = text(item.get("accessId")).lower()
            group = group_id(item["groupId"])
            if access not in (_OWNER, _MEMBER):
                what = f"an entry of group {item['groupId'][:40]} is neither of a member nor an owner"
                fields.leave_out(operation, what)
                continue
            yield Assignment(
                principal=kinds.id_of(item["principalId"]),
                role=group if access == _MEMBER else owners_of(group),
                scope=shard.scope,
                eligible=operation is ELIGIBLE,
                created_at=moment(item.get("startDateTime")),
                expires_at=moment(item.get("endDateTime")),
                id=text(item.get("id")),
                source=operation.name,
            )
    yield from _hidden(shard, answers.of(ELIGIBLE))
    for gap in fields.gaps():
        yield msgspec.structs.replace(gap, blinds=("policies",)) if gap.operation == ELIGIBLE.name else gap


def _hidden(shard: Shard, asked: list[Evidence]) -> Iterator[Gap]:
    """What refusals hide; nothing where the licence is missing, for then nobody can be eligible.

    Where no group was answered, the refusals stand for all groups: the others were not asked.
    """
    refused = [item for item in asked if item.problem not in (None, "not_licensed")]
    if not refused:
        return
    some_answered = any(item.problem is None for item in asked)
    groups = sorted({group_id(str(item.params.get("group") or "")) for item in refused})
    yield gap_of(
        shard,
        ELIGIBLE,
        refused[0].problem or "failed",
        refused[0].detail,
        blinds=("policies",),
        subjects=tuple(groups) if some_answered else (),
    )


SERVICE = Service(name="privileged-groups", part="tenant", operations=(ELIGIBLE, ACTIVE), collect=collect, parse=parse)
