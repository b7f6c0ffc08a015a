"""Deny policies: what they take away on the organization, on folders and on projects.

Cloud Asset Inventory does not know them, so each container is asked: the organization first, then folders, then
projects, and each policy by itself, for the list leaves out the rules. Google lets a project read five a minute unless
its owner asks for more; where that is used up, the others are told as gaps and a resumed scan goes on with them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Policy, PolicyUse
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.gcp import containers
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.rounds import Round, shared, silences
from nhiscan_connectors.gcp.service import Answers, Service

LIST = rest(
    "iam:policies.listPolicies",
    "v2/policies/{attachment}/denypolicies",
    permission="iam.denypolicies.list",
    purpose="lists the deny policies of the organization, a folder or a project",
    hides="which deny policies take away what allow policies give",
    blinds=("organization",),
)
GET = rest(
    "iam:policies.get",
    "v2/policies/{attachment}/denypolicies/{policy}",
    permission="iam.denypolicies.get",
    purpose="reads the rules of a deny policy, which the list leaves out",
    hides="what a deny policy takes away, and from whom",
    blinds=("organization",),
)
_HOST = "cloudresourcemanager.googleapis.com/"


def collect(calls: Calls) -> None:
    """One call a container, and one a policy."""
    if calls.place.part == "estate":
        shared(calls, rules_of)


def rules_of(calls: Calls) -> list[dict[str, Any]]:
    """All deny policies of an estate, with their rules as far as they could be read."""
    lists = Round(calls, LIST)
    root = calls.place.root
    folders = containers.folders_of(calls)
    projects = [name for name in containers.active_projects_of(calls) if name != root]
    wanted: list[dict[str, str]] = []
    # What stands above many projects is waited for; it is there that most deny policies are attached.
    for names, patient in (([root, *folders], True), (projects, False)):
        places = [{"attachment": f"{_HOST}{name}"} for name in names]
        for place, bodies in zip(places, lists.each(places, patient=patient), strict=True):
            items = (table(item) for body in bodies for item in listed(body, "policies"))
            wanted += [{**place, "policy": id} for item in items if (id := _id(text(item.get("name"))))]
    return [body for bodies in Round(calls, GET).each(wanted, patient=True) for body in bodies]


def _id(name: str) -> str:
    """Id of a policy, by its name: "policies/cloudresourcemanager…%2Fprojects%2F1/denypolicies/no-keys"."""
    before, found, policy = name.removeprefix("policies/").rpartition("/denypolicies/")
    return policy if found and before else ""


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Each policy where it is attached. One whose rules could not be read has no document: it may deny anything."""
    reading = Reading(shard, answers)
    read: dict[str, dict[str, Any]] = {}
    for page in answers.of(GET):
        if isinstance(page.body, dict):
            read[f"{page.params.get('attachment')} {page.params.get('policy')}"] = page.body
    # A place is named as it was asked for: answers name a project by its number.
    for place, bodies in reading.by_param(LIST, "attachment").items():
        for body in bodies:
            for item in reading.within(LIST, body, "policies", "name"):
                id = _id(item["name"])
                if id:
                    yield from _policy(reading, place, id, item, read.get(f"{place} {id}"))
                else:
                    reading.leave_out(LIST, f"{item['name'][:200]!r} is no name of a deny policy")
    yield from _gaps(reading)
    yield from reading.gaps()


def _policy(
    reading: Reading, attachment: str, name: str, item: dict[str, Any], read: dict[str, Any] | None
) -> Iterator[AnyRecord]:
    scope = reading.resource(f"//{attachment}")
    rules = read.get("rules") if read is not None else None
    problem = ""
    if read is None:
        problem = "its rules could not be read"
    elif not isinstance(rules, list) or not rules:
        problem = "it tells no rules"
        reading.leave_out(GET, f"{attachment[:200]}, {name[:80]}: {problem}", scope)
    title = text(item.get("displayName")) or name
    id = f"//iam.googleapis.com/policies/{scope[2:]}/denypolicies/{name}"
    yield Policy(
        id=id,
        provider="gcp",
        kind="organization",
        name=title,
        scope=scope,
        document=None if problem else json.dumps({"displayName": title, "rules": rules}, separators=(",", ":")),
        problem=problem,
    )
    yield PolicyUse(policy=id, target=scope, use="organization-limit")


def _gaps(reading: Reading) -> Iterator[AnyRecord]:
    if LIST not in reading.answers:
        return
    expected = {f"{_HOST}{name}": reading.resource(f"//{_HOST}{name}") for name in containers.containers_in(reading)}
    yield from silences(reading, LIST, "attachment", expected, root=f"{_HOST}{reading.place.root}")
    told = {
        place: reading.resource(f"//{place}")
        for place, bodies in reading.by_param(LIST, "attachment").items()
        if any(listed(body, "policies") for body in bodies)
    }
    yield from silences(reading, GET, "attachment", told)
    if containers.lies_below(reading):
        yield gap_of(
            reading.shard,
            LIST,
            "unsupported",
            "only a part of the organization is scanned",
            hides="deny policies of the organization and the folders above what is scanned",
        )


SERVICE = Service(
    name="deny-policies",
    part="estate",
    operations=(LIST, GET, *containers.OPERATIONS),
    collect=collect,
    parse=parse,
)
