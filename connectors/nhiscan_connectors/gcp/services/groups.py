"""Who belongs to the groups that policies of the estate name, through groups in groups too.

Cloud Identity lets read its groups whoever is an administrator of groups, or a group's member or manager; no role of
Google Cloud does. A group whose members could not be read is told in a gap of the organization (or whatever else is
scanned) with the group as its subject, which blinds "policies" and "trust" of it: nobody must take it for empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap, Membership
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.bindings import whom
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.lists import listed
from nhiscan_connectors.gcp.names import principal_id
from nhiscan_connectors.gcp.rounds import Round, shared, silences
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services import deny_policies, policies, privileged_access

LOOKUP = rest(
    "cloudidentity:groups.lookup",
    "v1/groups:lookup",
    query=(("groupKey.id", "{group}"),),
    permission="",  # none of IAM's: see the head of this module
    purpose="finds a group that a policy names, by its address",
    hides="who belongs to a group, and holds what it holds",
)
MEMBERS = rest(
    "cloudidentity:groups.memberships.list",
    "v1/{+name}/memberships",
    query=(("view", "FULL"),),
    size=500,
    permission="",  # none of IAM's: see the head of this module
    purpose="reads who belongs to a group that a policy names",
    hides="who belongs to a group, and holds what it holds",
)
_FORMS = {"USER": "user", "GROUP": "group", "SERVICE_ACCOUNT": "serviceAccount"}
_NOBODY = frozenset({"SHARED_DRIVE", "CBCM_BROWSER", "CHROME_OS_DEVICE"})
"""Members that hold no permissions of Google Cloud."""
_NEEDED = "an administrator of Google Workspace lets the scanner read groups by the role Groups Reader"
_GOOG = "principalSet://goog/group/"


def collect(calls: Calls) -> None:
    """Two calls a group. A group that several shards need is asked for by the first of them."""
    named = {*shared(calls, policies.groups_named), *shared(calls, privileged_access.groups_named)}
    if calls.place.part == "estate":
        named.update(_denied(shared(calls, deny_policies.rules_of)))
    lookups, lists = Round(calls, LOOKUP), Round(calls, MEMBERS)

    def members(group: str) -> list[str]:
        names = [name for body in lookups.ask(group=group) if (name := text(body.get("name")))]
        bodies = [body for name in names[:1] for body in lists.ask(name=name, group=group)]
        return [
            id
            for body in bodies
            for item in listed(body, "memberships")
            if (id := _member(table(item))).startswith("group:")
        ]

    level = sorted(named)
    while level:  # ends, for no group is claimed twice
        groups = [id.partition(":")[2] for id in level if calls.sessions.claim(id)]
        level = sorted({id for inner in calls.each(members, groups) for id in inner})


def _denied(rules: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Groups that deny policies name, on either side."""
    for body in rules:
        for rule in listed(body, "rules"):
            deny = table(table(rule).get("denyRule"))
            for key in ("deniedPrincipals", "exceptionPrincipals"):
                for one in listed(deny, key):
                    if isinstance(one, str) and one.startswith(_GOOG):
                        yield f"group:{one.removeprefix(_GOOG).strip().lower()}"


def _member(item: dict[str, Any]) -> str:
    """Id of a member; empty for one that has none."""
    email = text(table(item.get("preferredMemberKey")).get("id"))
    form = _FORMS.get(text(item.get("type")), "")
    return principal_id(f"{form}:{email}") if form and "@" in email else ""


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Memberships, and gaps for groups whose members nobody told."""
    reading = Reading(shard, answers)
    found: set[str] = set()
    for group, bodies in reading.by_param(MEMBERS, "group").items():
        id = principal_id(f"group:{group}")
        yield from whom(reading, id)
        for body in bodies:
            for item in reading.within(MEMBERS, body, "memberships", subject=id):
                if member := _member(item):
                    yield Membership(member=member, group=id)
                    yield from whom(reading, member)
                    found.update((member,) if member.startswith("group:") else ())
                elif text(item.get("type")) not in _NOBODY:
                    reading.leave_out(MEMBERS, f"{text(item.get('name'))[:200] or 'a member'} is nobody known", id)
    yield from _gaps(reading, found)


def _gaps(reading: Reading, inner: set[str]) -> Iterator[Gap]:
    answers = reading.answers
    if LOOKUP not in answers:
        return
    named = inner
    if reading.place.part == "estate":
        bodies = [policies.SEARCH, policies.EFFECTIVE, *policies.OF_CONTAINER.values()]
        named = named.union(*(policies.groups_in(body) for one in bodies for body in answers.bodies(one)))
        named = named.union(_denied(reading.bodies(deny_policies.GET)))
    expected = {id.partition(":")[2]: id for id in sorted(named)}
    asked = {text(item.params.get("group")) for one in (LOOKUP, MEMBERS) for item in answers.of(one)}
    expected |= {group: principal_id(f"group:{group}") for group in asked}
    absent = [
        group
        for group, bodies in reading.by_param(LOOKUP, "group").items()
        if not any(text(body.get("name")) for body in bodies)
    ]
    for group in absent:
        reading.leave_out(LOOKUP, "the answer names no group", expected[group])
    known = {group: id for group, id in expected.items() if group in asked}
    found = [
        *silences(reading, LOOKUP, "group", expected, blinds=("policies", "trust")),
        *silences(reading, MEMBERS, "group", known, blinds=("policies", "trust")),
        *(msgspec.structs.replace(gap, blinds=("policies", "trust")) for gap in reading.gaps()),
    ]
    for gap in found:
        detail = f"{gap.detail} ({_NEEDED})" if gap.reason == "denied" else gap.detail
        # People and groups are of the organization, whichever project named them.
        yield msgspec.structs.replace(gap, scope=reading.top, detail=detail)


SERVICE = Service(
    name="groups",
    part="any",
    operations=(
        LOOKUP,
        MEMBERS,
        *policies.SERVICE.operations,
        *privileged_access.SERVICE.operations,
        *deny_policies.SERVICE.operations,
    ),
    collect=collect,
    parse=parse,
)
