"""Administrative units: parts of the directory in which roles may hold, and which may shield their members.

Calls: one list, a hundred units a page, and one $batch a 20 units for their members.

A unit becomes a resource of kind "administrative-unit", with the attribute "restricted" where only its own
administrators may change its members.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Gap, GapReason, Link, Resource
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Kinds, shown
from nhiscan_connectors.azure.ids import IN_UNIT, unit_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.services.groups import GROUPS
from nhiscan_connectors.azure.services.users import USERS
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import Fields, text
from nhiscan_connectors.common.gaps import gap_of

UNITS = graph(
    "directory.administrativeUnits.list",
    "/directory/administrativeUnits",
    permission="AdministrativeUnit.Read.All",
    purpose="lists the administrative units, and which of them shield their members from administrators of the tenant",
    hides="which administrative units there are, and whom they shield",
    select=("id", "displayName", "isMemberManagementRestricted", "visibility"),
    top=0,
)
MEMBERS = graph(
    "directory.administrativeUnits.members.list",
    "/directory/administrativeUnits/{unit}/members",
    permission="AdministrativeUnit.Read.All",
    purpose="reads whom a role reaches that holds in an administrative unit",
    hides="who belongs to an administrative unit, and is reached by roles that hold in it",
    select=("id",),
    top=0,
    about="unit",
)
_HIDDEN = "HiddenMembership"
_NO_REACH = "#microsoft.graph.device"
"""Devices hold nothing, so nobody gains by them."""


def collect(calls: Calls) -> None:
    """The list, and the members of each unit."""
    found = [item for item in calls.items(UNITS) if isinstance(item, dict) and text(item.get("id"))]
    calls.batch(MEMBERS, [{"unit": item["id"]} for item in found])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Units, and who belongs to them."""
    fields = Fields(shard, answers)
    kinds = Kinds(answers, USERS, GROUPS)
    told = fields.by_param(MEMBERS, "unit")
    asked: dict[str, list[Evidence]] = defaultdict(list)
    for answer in answers.of(MEMBERS):
        asked[str(answer.params.get("unit"))].append(answer)
    for item in fields.items(UNITS, "value", "id"):
        unit, name = unit_id(item["id"]), shown(item.get("displayName"), item["id"])
        yield _unit(shard, item)
        members = [
            member
            for body in told.get(item["id"], ())
            for member in fields.within(MEMBERS, body, "value", "id", subject=unit)
        ]
        for member in members:
            kind = text(member.get("@odata.type"))
            if kind != _NO_REACH:
                reason = f"it belongs to administrative unit {name}"
                yield Link(source=kinds.id_of(member["id"], kind), target=unit, kind=IN_UNIT, reason=reason)
        if (why := _why_unknown(asked[item["id"]])) is not None:
            yield _unknown(shard, unit, *why)
        elif not members and text(item.get("visibility")) == _HIDDEN:
            # Graph leaves hidden members out without a word.
            detail = f"the members of administrative unit {name} are hidden: Member.Read.Hidden lets them be read"
            yield _unknown(shard, unit, "denied", detail)
    for gap in fields.gaps():
        damaged = gap.operation == MEMBERS.name and gap.subjects
        yield msgspec.structs.replace(gap, blinds=("policies",)) if damaged else gap


def _why_unknown(asked: list[Evidence]) -> tuple[GapReason, str] | None:
    """Why the answers about one unit do not tell all its members; None where they do, or where the unit is gone."""
    if not asked:
        return "failed", "its members were not asked for"
    for answer in asked:
        if answer.problem is not None:
            return answer.problem, answer.detail
        if answer.body is not None and not isinstance(answer.body, dict):
            return "failed", "the answer is damaged"
    return None


def _unit(shard: Shard, item: dict[str, Any]) -> Resource:
    restricted = flag(item.get("isMemberManagementRestricted"))
    return Resource(
        id=unit_id(item["id"]),
        provider="azure",
        kind="administrative-unit",
        name=text(item.get("displayName")) or item["id"],
        scope=shard.scope,
        attributes={"restricted": "true"} if restricted else {},
    )


def _unknown(shard: Shard, unit: str, reason: GapReason, detail: str) -> Gap:
    """Who belongs to a unit is not known."""
    return gap_of(shard, MEMBERS, reason, detail, blinds=("policies",), subjects=(unit,))


SERVICE = Service(name="administrative-units", part="tenant", operations=(UNITS, MEMBERS), collect=collect, parse=parse)
