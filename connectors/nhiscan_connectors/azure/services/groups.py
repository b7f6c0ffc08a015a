"""Groups of the directory and who belongs to those that can hold permissions.

Calls: one a 999 groups; one a 100 security groups for their members; one $batch a 20 groups that have as many members
as Graph gives at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Group, Membership
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Kinds, listed
from nhiscan_connectors.azure.directory.operations import EXPANDED
from nhiscan_connectors.azure.directory.refusals import refusals
from nhiscan_connectors.azure.ids import group_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.times import moment

GROUPS = graph(
    "groups.list",
    "/groups",
    permission="Group.Read.All",
    purpose="lists the groups of the directory, and which of them may hold roles of it",
    hides="which groups exist",
    blinds=("policies",),
    select=("id", "displayName", "createdDateTime", "securityEnabled", "isAssignableToRole", "groupTypes",
            "membershipRule"),
)  # fmt: skip
MEMBERS = graph(
    "groups.members.sweep",
    "/groups",
    permission="GroupMember.Read.All",
    purpose="reads who belongs to groups that can hold permissions",
    hides="who belongs to groups, and holds what they hold",
    blinds=("policies",),
    select=("id",),
    expand="members($select=id)",
    where="securityEnabled eq true",
    top=100,
)
MEMBERS_OF_GROUP = graph(
    "groups.members.list",
    "/groups/{group}/members",
    permission="GroupMember.Read.All",
    purpose="reads all members of a group that has many",
    hides="some of the members of a group",
    blinds=("policies",),
    select=("id",),
    version="beta",  # v1.0 left out service principals for years, and does not say whether it does
    about="group",
)


def collect(calls: Calls) -> None:
    """The list, the members, and the rest of long lists."""
    calls.listed(GROUPS)  # others go through it too
    many = [
        {"group": item["id"]}
        for item in calls.items(MEMBERS)
        if isinstance(item, dict) and text(item.get("id")) and len(listed(item.get("members"))) >= EXPANDED
    ]
    calls.batch(MEMBERS_OF_GROUP, many)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Groups, and direct members of security groups."""
    fields = Fields(shard, answers)
    kinds = Kinds(answers, USERS, GROUPS)
    for item in fields.items(GROUPS, "value", "id"):
        yield Group(
            id=group_id(item["id"]),
            provider="azure",
            name=text(item.get("displayName")) or item["id"],
            scope=shard.scope,
            created_at=moment(item.get("createdDateTime")),
            protected=_protected(item),
        )
    whole = fields.by_param(MEMBERS_OF_GROUP, "group")
    for item in fields.items(MEMBERS, "value", "id"):
        group = group_id(item["id"])
        bodies = [(MEMBERS_OF_GROUP, body, "value") for body in whole.get(item["id"], ())] or [
            (MEMBERS, item, "members")
        ]
        for operation, body, key in bodies:
            for member in fields.within(operation, body, key, "id", subject=group):
                yield Membership(member=kinds.id_of(member["id"], text(member.get("@odata.type"))), group=group)
    yield from refusals(shard, answers, MEMBERS_OF_GROUP, group_id)
    yield from fields.gaps()


def _protected(item: dict[str, Any]) -> bool | None:
    """Whether roles of the directory can be assigned to a group, which shields it. Graph writes null where not."""
    if "isAssignableToRole" not in item:
        return None
    told = item["isAssignableToRole"]
    return False if told is None else flag(told)


SERVICE = Service(
    name="groups", part="tenant", operations=(GROUPS, MEMBERS, MEMBERS_OF_GROUP), collect=collect, parse=parse
)
