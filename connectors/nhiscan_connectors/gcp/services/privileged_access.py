"""Privileged Access Manager: who may raise themselves to which roles, for how long, with whose approval, and who did.

What people write as a justification is dropped before anything is recorded.
Attributes of an entitlement: "max_minutes", "approval" (none, or how many of whom), "approver_justification",
"requester_justification", "state", "roles", "resource".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Assignment, Resource
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp import containers
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.names import container, member_kind, principal_id
from nhiscan_connectors.gcp.rounds import Round, shared, silences
from nhiscan_connectors.gcp.service import Answers, Service

_DROPPED = ("justification", "unstructuredJustification", "reason")
ENTITLEMENTS = rest(
    "privilegedaccessmanager:locations.entitlements.list",
    "v1/{+parent}/locations/global/entitlements",
    size=1000,
    permission="privilegedaccessmanager.entitlements.list",
    purpose="lists who may raise themselves to which roles",
    hides="who may raise themselves to which roles",
    blinds=("policies",),
    drop=_DROPPED,
)
GRANTS = rest(
    "privilegedaccessmanager:locations.entitlements.grants.list",
    "v1/{+entitlement}/grants",
    size=1000,
    permission="privilegedaccessmanager.grants.list",
    purpose="lists who has raised themselves, and until when",
    hides="who has raised themselves to more roles just now",
    blinds=("policies",),
    drop=_DROPPED,
)
_HOST = "//privilegedaccessmanager.googleapis.com/"
_ACTIVE = ("ACTIVE", "REVOKING", "WITHDRAWING")
_DURATION = re.compile(r"(\d{1,9})(?:\.\d{1,9})?s", re.ASCII)


def collect(calls: Calls) -> None:
    """One call a container, and one an entitlement."""
    shared(calls, groups_named)


def groups_named(calls: Calls) -> frozenset[str]:
    """Reads entitlements and grants; gives the groups that may raise themselves."""
    place, found = calls.place, Round(calls, ENTITLEMENTS)
    asked: list[list[dict[str, Any]]] = []
    if place.part == "project":
        if place.enabled("privilegedaccessmanager"):
            asked = [found.ask(parent=f"projects/{place.project}")]
    elif not place.root.startswith("projects/"):  # the shard of a project asks for its own
        asked = found.each([{"parent": name} for name in (place.root, *containers.folders_of(calls))])
    told = [table(item) for bodies in asked for body in bodies for item in listed(body, "entitlements")]
    Round(calls, GRANTS).each([{"entitlement": name} for item in told if (name := text(item.get("name")))])
    return frozenset(
        principal_id(member)
        for item in told
        for entry in listed(item, "eligibleUsers")
        for member in listed(table(entry), "principals")
        if isinstance(member, str) and member_kind(member) == "group"
    )


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Entitlements with those who are eligible, and grants that hold now."""
    reading = Reading(shard, answers)
    known: dict[str, str] = {}
    for item in reading.items(ENTITLEMENTS, "entitlements", "name"):
        if text(item.get("state")) not in ("DELETING", "DELETED"):
            known[item["name"]] = _id(reading, item["name"])
            yield from _entitlement(reading, item)
    for bodies in reading.by_param(GRANTS, "entitlement").values():
        for body in bodies:
            for item in reading.within(GRANTS, body, "grants", "name"):
                if text(item.get("state")) in _ACTIVE:
                    yield from _grant(reading, item)
    yield from silences(reading, GRANTS, "entitlement", known)
    if ENTITLEMENTS in answers:
        yield from _refused(reading)
    yield from reading.gaps()


def _refused(reading: Reading) -> Iterator[AnyRecord]:
    """What holds now stands in allow policies too, so a refusal hides what might be held on its place, and no more."""
    place = reading.place
    names = [f"projects/{place.project}"] if place.part == "project" else containers.containers_in(reading)
    expected = {name: container(name) for name in names if place.part == "project" or not name.startswith("projects/")}
    yield from silences(reading, ENTITLEMENTS, "parent", expected)


def _id(reading: Reading, name: str) -> str:
    return reading.resource(f"{_HOST}{name}")


def _entitlement(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    id = _id(reading, item["name"])
    members = [
        member
        for entry in reading.within(ENTITLEMENTS, item, "eligibleUsers", subject=id)
        for member in reading.texts(ENTITLEMENTS, entry, "principals", id)
    ]
    access = table(table(item.get("privilegedAccess")).get("gcpIamAccess"))
    if not access:
        reading.leave_out(ENTITLEMENTS, f"{item['name'][:200]} tells no access that nhiscan understands", id)
    yield from _assigned(reading, ENTITLEMENTS, access, members, id, eligible=True)
    yield _resource(reading, item, access, id)


def _assigned(
    reading: Reading, operation: Operation, access: dict[str, Any], members: list[str], id: str, **fields: Any
) -> Iterator[AnyRecord]:
    """What holding some access means, for each who may hold it."""
    resource = reading.resource(text(access.get("resource")))
    for binding in reading.within(operation, access, "roleBindings", "role", subject=id):
        condition = text(binding.get("conditionExpression"))
        policy: dict[str, Any] = {"bindings": [{"role": binding["role"], "members": members}]}
        if condition:
            policy["bindings"][0]["condition"] = {"expression": condition}
        for record in holders(reading, operation, policy, resource, subject=id):
            if isinstance(record, Assignment):
                record = msgspec.structs.replace(record, id=id, **fields)
            yield record


def _resource(reading: Reading, item: dict[str, Any], access: dict[str, Any], id: str) -> Resource:
    approvals = table(table(item.get("approvalWorkflow")).get("manualApprovals"))
    steps = [table(step) for step in listed(approvals, "steps")]
    lasts = _seconds(item.get("maxRequestDuration"))
    asked = table(item.get("requesterJustificationConfig"))
    facts = {
        "max_minutes": str(lasts // 60) if lasts is not None else "",
        "approval": "; ".join(map(_step, steps)) or ("manual" if item.get("approvalWorkflow") else "none"),
        "approver_justification": "required" if approvals.get("requireApproverJustification") is True else "",
        "requester_justification": "required" if "unstructured" in asked else "",
        "state": text(item.get("state")),
        "roles": ",".join(sorted({text(table(one).get("role")) for one in listed(access, "roleBindings")} - {""})),
        "resource": reading.resource(text(access.get("resource"))),
    }
    return Resource(
        id=id,
        provider="gcp",
        kind="google-pam-entitlement",
        name=item["name"].rpartition("/")[2],
        scope=reading.projects.normal(container(item["name"].partition("/locations/")[0])) or reading.shard.scope,
        region="global",
        created_at=moment(item.get("createTime")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _step(step: dict[str, Any]) -> str:
    """One step of an approval, for people: "1 of group:leads@acme.example"."""
    whom = [m for entry in listed(step, "approvers") for m in listed(table(entry), "principals") if isinstance(m, str)]
    needed = step.get("approvalsNeeded")
    return f"{needed if isinstance(needed, int) else '?'} of {', '.join(whom) or 'nobody'}"


def _grant(reading: Reading, item: dict[str, Any]) -> Iterator[AnyRecord]:
    id = _id(reading, item["name"])
    requester = text(item.get("requester"))
    access = table(table(item.get("privilegedAccess")).get("gcpIamAccess"))
    if not requester or not access:
        reading.leave_out(GRANTS, f"{item['name'][:200]} does not tell who holds what", id)
        return
    began, lasts = moment(table(item.get("auditTrail")).get("accessGrantTime")), _seconds(item.get("requestedDuration"))
    ends = began + timedelta(seconds=lasts) if began is not None and lasts is not None else None
    yield from _assigned(reading, GRANTS, access, [_member(requester)], id, created_at=began, expires_at=ends)


def _member(requester: str) -> str:
    """A requester, whom a grant names by the address alone, as policies name members."""
    if ":" in requester or "@" not in requester:
        return requester
    return f"serviceAccount:{requester}" if requester.endswith(".gserviceaccount.com") else f"user:{requester}"


def _seconds(value: object) -> int | None:
    found = _DURATION.fullmatch(text(value))
    return int(found[1]) if found else None


SERVICE = Service(
    name="privileged-access",
    part="any",
    operations=(ENTITLEMENTS, GRANTS, *containers.OPERATIONS),
    collect=collect,
    parse=parse,
)
