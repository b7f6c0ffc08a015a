"""Owners and sponsors: who answers for applications, service principals, groups and agents, and may change them.

Calls: one a 100 applications, service principals and security groups, and one $batch a 20 of those that have as many
owners as Graph gives at once. Sponsors are asked for with the agents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Ownership
from nhiscan_connectors.azure.api import Api, graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Kinds, Known, listed
from nhiscan_connectors.azure.directory.operations import (
    APPLICATION_OWNERS,
    EXPANDED,
    OWNERS_OF_APPLICATION,
    OWNERS_OF_SERVICE_PRINCIPAL,
    SERVICE_PRINCIPAL_OWNERS,
    SPONSORS_OF_AGENT,
    SPONSORS_OF_BLUEPRINT,
    SPONSORS_OF_BLUEPRINT_PRINCIPAL,
)
from nhiscan_connectors.azure.directory.refusals import refusals
from nhiscan_connectors.azure.ids import group_id, service_principal_id, user_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.groups import GROUPS
from nhiscan_connectors.azure.services.users import AGENT_USER_SPONSORS, USERS
from nhiscan_connectors.common.fields import Fields, text

GROUP_OWNERS = graph(
    "groups.owners.sweep",
    "/groups",
    permission="Group.Read.All",
    purpose="reads who owns groups that can hold permissions, and may put members into them",
    hides="who owns groups, and may join them",
    blinds=("policies",),
    select=("id",),
    expand="owners($select=id)",
    where="securityEnabled eq true",
    top=100,
)
OWNERS_OF_GROUP = graph(
    "groups.owners.list",
    "/groups/{group}/owners",
    permission="Group.Read.All",
    purpose="reads all owners of a group that has many",
    hides="some of the owners of a group",
    blinds=("policies",),
    select=("id",),
    about="group",
)
ACTORS = (
    (APPLICATION_OWNERS, OWNERS_OF_APPLICATION, "application"),
    (SERVICE_PRINCIPAL_OWNERS, OWNERS_OF_SERVICE_PRINCIPAL, "principal"),
)
SWEEPS = (*ACTORS, (GROUP_OWNERS, OWNERS_OF_GROUP, "group"))
"""For each kind of object: the sweep, the call for one that has many owners, and its parameter."""


def collect(calls: Calls) -> None:
    """Three sweeps, and the rest of long lists."""
    for sweep, single, param in SWEEPS:
        many = [
            {param: item["id"]}
            for item in calls.items(sweep)
            if isinstance(item, dict) and text(item.get("id")) and len(listed(item.get("owners"))) >= EXPANDED
        ]
        calls.batch(single, many)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One ownership an owner and a sponsor. What is owned through its application is told of its service principal."""
    fields = Fields(shard, answers)
    known = Known(answers)
    kinds = Kinds(answers, USERS, GROUPS)
    subjects: dict[str, Callable[[str], str]] = {
        "application": known.actor_of_application,
        "principal": service_principal_id,
        "user": user_id,
        "group": group_id,
    }
    for sweep, single, param in SWEEPS:
        subject = subjects[param]
        whole = fields.by_param(single, param)
        for item in fields.items(sweep, "value", "id"):
            bodies = [(single, body, "value") for body in whole.get(item["id"], ())] or [(sweep, item, "owners")]
            for operation, body, key in bodies:
                yield from _told(fields, kinds, operation, body, key, subject(item["id"]), "owner")
        yield from refusals(shard, answers, single, subject)
    for operation, param in (
        (SPONSORS_OF_AGENT, "principal"),
        (SPONSORS_OF_BLUEPRINT, "application"),
        (SPONSORS_OF_BLUEPRINT_PRINCIPAL, "principal"),
        (AGENT_USER_SPONSORS, "user"),
    ):
        for id, pages in fields.by_param(operation, param).items():
            for body in pages:
                yield from _told(fields, kinds, operation, body, "value", subjects[param](id), "sponsor")
        yield from refusals(shard, answers, operation, subjects[param])
    yield from fields.gaps()


def _told(
    fields: Fields,
    kinds: Kinds,
    operation: Api,
    body: dict[str, Any],
    key: str,
    subject: str,
    kind: Literal["owner", "sponsor"],
) -> Iterator[Ownership]:
    for item in fields.within(operation, body, key, "id", subject=subject):
        owner = kinds.id_of(item["id"], text(item.get("@odata.type")))
        yield Ownership(subject=subject, owner=owner, kind=kind, source=operation.name)


SERVICE = Service(
    name="owners",
    part="tenant",
    operations=tuple(operation for sweep, single, _ in SWEEPS for operation in (sweep, single)),
    collect=collect,
    parse=parse,
)
