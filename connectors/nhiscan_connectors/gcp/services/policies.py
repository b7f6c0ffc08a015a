"""Allow policies: who holds which role on the organization, its folders and projects, and on single resources.

Where Cloud Asset Inventory may be read, one search gives the policies of everything. Else those of the organization,
the folders and the projects are asked for one by one; those of service accounts, secrets and workloads are their
services' affair, and those of other resources remain unknown. What a project or a folder inherits from above is asked
for where it is scanned by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.api import Api, policy, rest
from nhiscan_connectors.gcp.assets import ACCOUNTS, CONTAINERS, Reading
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import PROJECTS, container, member_kind, principal_id
from nhiscan_connectors.gcp.rounds import shared
from nhiscan_connectors.gcp.service import Answers, Service

SEARCH = rest(
    "cloudasset:searchAllIamPolicies",
    "v1/{+root}:searchAllIamPolicies",
    size=500,
    permission="cloudasset.assets.searchAllIamPolicies",
    purpose="lists the allow policies of all projects and resources in one sweep",
    hides="who may do what in the organization",
    blinds=("policies", "trust"),
    below=True,
    there=True,
)
EFFECTIVE = rest(
    "cloudasset:effectiveIamPolicies.batchGet",
    "v1/{+root}/effectiveIamPolicies:batchGet",
    query=(("names", "{name}"),),
    permission=(
        "cloudasset.assets.analyzeIamPolicy, cloudasset.assets.searchAllIamPolicies,"
        " cloudasset.assets.searchAllResources"
    ),
    purpose="tells which policies a project or folder inherits from above, where it is scanned by itself",
    hides="who holds roles on the folders and the organization above, and so here too",
    blinds=("policies",),
    below=True,
    there=True,
)
OF_PROJECT = policy(
    "cloudresourcemanager:projects.getIamPolicy",
    "v3/projects/{project}:getIamPolicy",
    permission="resourcemanager.projects.getIamPolicy",
    purpose="reads a project's allow policy, where Cloud Asset Inventory may not be read",
    hides="who may do what in the project",
    blinds=("policies",),
    there=True,
)
OF_CONTAINER = {
    "organizations": policy(
        "cloudresourcemanager:organizations.getIamPolicy",
        "v3/{+name}:getIamPolicy",
        permission="resourcemanager.organizations.getIamPolicy",
        purpose="reads the organization's allow policy, where Cloud Asset Inventory may not be read",
        hides="who may do what in the whole organization",
        blinds=("policies",),
        below=True,
        there=True,
    ),
    "folders": policy(
        "cloudresourcemanager:folders.getIamPolicy",
        "v3/{+name}:getIamPolicy",
        permission="resourcemanager.folders.getIamPolicy",
        purpose="reads a folder's allow policy, where Cloud Asset Inventory may not be read",
        hides="who may do what in the folder and all that lies in it",
        blinds=("policies",),
        below=True,
        there=True,
    ),
}


def collect(calls: Calls) -> None:
    """One search where it is open, else the policies of containers one by one."""
    shared(calls, groups_named)


def groups_named(calls: Calls) -> frozenset[str]:
    """Reads the policies; gives the groups that they name: "group:admins@acme.example"."""
    found: set[str] = set()

    def read(operation: Api, **params: str) -> None:
        for body in calls.pages(operation, **params):
            found.update(groups_in(body))

    place = calls.place
    if place.part == "project":
        if not place.swept:
            read(OF_PROJECT)
        return frozenset(found)
    if place.swept:
        read(SEARCH)
    else:
        calls.each(lambda name: read(OF_CONTAINER[name.partition("/")[0]], name=name), _containers(calls))
    if not place.root.startswith("organizations/"):
        read(EFFECTIVE, name=container(place.root))
    return frozenset(found)


def groups_in(body: object) -> Iterator[str]:
    """Groups among the members of policies, wherever they stand in an answer."""
    waiting = [body]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting += [item for item in one if isinstance(item, dict)]
        elif isinstance(one, dict):
            members = one.get("members")
            if isinstance(members, list):
                yield from (principal_id(m) for m in members if isinstance(m, str) and member_kind(m) == "group")
            waiting += [one[key] for key in _HOLD_POLICIES if key in one]


_HOLD_POLICIES = ("results", "policy", "bindings", "policyResults", "policies")


def _containers(calls: Calls) -> list[str]:
    """What is scanned and its folders, as planning found them: nothing is asked again. A project has its own shard."""
    root = calls.place.root
    return (
        [] if root.startswith("projects/") else sorted({name for level in tree.levels(calls, root) for name in level})
    )


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One assignment for each binding and member, with people and groups."""
    reading = Reading(shard, answers)
    for item in reading.items(SEARCH, "results", "resource"):
        resource = reading.resource(item["resource"])
        if "policy" not in item:
            reading.leave_out(SEARCH, f"{resource[:200]} comes without its policy")
        yield from holders(reading, SEARCH, table(item.get("policy")), resource)
    for body in reading.bodies(OF_PROJECT):
        yield from holders(reading, OF_PROJECT, body, f"{PROJECTS}{reading.place.project}")
    for operation in OF_CONTAINER.values():
        for name, bodies in reading.by_param(operation, "name").items():
            for body in bodies:
                yield from holders(reading, operation, body, container(name))
    yield from _inherited(reading)
    if reading.place.part == "project" and not reading.place.swept and OF_PROJECT in answers:
        yield gap_of(
            shard,
            SEARCH,
            "denied",
            "Cloud Asset Inventory may not be read, so policies were asked for project by project",
            hides="who may do what on single buckets, topics, keys and other resources of the project",
            blinds=(),
        )
    yield from reading.gaps()


def _inherited(reading: Reading) -> Iterator[AnyRecord]:
    for body in reading.bodies(EFFECTIVE):
        for result in reading.within(EFFECTIVE, body, "policyResults"):
            for item in reading.within(EFFECTIVE, result, "policies", "attachedResource"):
                resource = reading.resource(item["attachedResource"])
                if resource != reading.shard.scope:  # its own was read, whole
                    yield from holders(reading, EFFECTIVE, table(item.get("policy")), resource)


SERVICE = Service(
    name="policies",
    part="any",
    operations=(SEARCH, EFFECTIVE, OF_PROJECT, *OF_CONTAINER.values(), CONTAINERS, ACCOUNTS, tree.FOLDERS_IN),
    collect=collect,
    parse=parse,
)
