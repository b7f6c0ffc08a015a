"""Memberships and ownerships of groups that may be activated (Privileged Identity Management for Groups).

Graph lists them of one group at a time. Groups whose members a rule chooses cannot be managed so, and groups without
security hold nothing. A tenant without the licence says so at the first groups, and is not asked on.

Calls: one for the first security group, up to three where it refuses, and one $batch a 20 of the others.

An eligible member is an assignment whose role is the group; an eligible owner one whose role is the group's id with
"/owners" behind it.
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
_TRIES = 3
"""Groups that are asked before a refusal counts for all: a single one may be of a sort that cannot be managed so."""
_DYNAMIC = "DynamicMembership"
_OWNER, _MEMBER = "owner", "member"


def collect(calls: Calls) -> None:
    """The first groups alone; the others as soon as one answered."""
    found = list(_managed(calls.listed(GROUPS)))
    for number, group in enumerate(found[:_TRIES], 1):
        if sum(1 for _ in calls.pages(ELIGIBLE, group=group)):  # read to the end
            calls.batch(ELIGIBLE, [{"group": other} for other in found[number:]])
            return


def _managed(groups: Iterable[Any]) -> Iterator[str]:
    """Ids of the groups that memberships of can be activated, and that can hold something."""
    for group in groups:
        known = isinstance(group, dict) and bool(text(group.get("id")))
        if known and group.get("securityEnabled") is not False and _DYNAMIC not in listed(group.get("groupTypes")):
            yield group["id"]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One assignment for everyone who may become a member or an owner of a group."""
    fields = Fields(shard, answers)
    kinds = Kinds(answers, USERS, GROUPS)
    for item in fields.items(ELIGIBLE, "value", "principalId", "groupId"):
        access = text(item.get("accessId")).lower()
        group = group_id(item["groupId"])
        if access not in (_OWNER, _MEMBER):
            fields.leave_out(ELIGIBLE, f"an entry of group {item['groupId'][:40]} is neither of a member nor an owner")
            continue
        yield Assignment(
            principal=kinds.id_of(item["principalId"]),
            role=group if access == _MEMBER else owners_of(group),
            scope=shard.scope,
            eligible=True,
            created_at=moment(item.get("startDateTime")),
            expires_at=moment(item.get("endDateTime")),
            id=text(item.get("id")),
            source=ELIGIBLE.name,
        )
    yield from _hidden(shard, answers.of(ELIGIBLE))
    for gap in fields.gaps():
        yield msgspec.structs.replace(gap, blinds=("policies",))


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


SERVICE = Service(name="privileged-groups", part="tenant", operations=(ELIGIBLE,), collect=collect, parse=parse)
