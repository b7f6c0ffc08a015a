"""The organization, its folders and its projects.

What they are called and how they lie in each other was asked while the scan was planned.
Attributes of a project: "number", "state", and its labels ("label:team").

Service accounts have no labels. Who answers for a project by its labels answers for them, and for what runs there
without labels of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.judging import is_outside
from nhiscan.model import AnyRecord, Identity, Ownership, Scope, Workload
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.tags import tagged_owners
from nhiscan_connectors.gcp import plan, tree
from nhiscan_connectors.gcp.assets import (
    CONTAINERS,
    FOLDER,
    ORGANIZATION,
    PROJECT,
    Reading,
    labels_of,
    searched_project,
)
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import container
from nhiscan_connectors.gcp.service import Answers, Service

_KINDS = {ORGANIZATION: "organization", FOLDER: "folder", PROJECT: "project"}
_LABEL = "label:"
_OWNED = frozenset({"google-service-account", "google-agent-identity"})
_MOST_LABELS = 64
"""As many as a project may have."""
_LISTS = ((tree.FOLDERS_IN, "folders"), (tree.PROJECTS_IN, "projects"), (tree.PROJECTS, "projects"))


def collect(calls: Calls) -> None:
    """The name of what is scanned, which an inventory of folders does not hold."""
    if calls.place.part == "estate":
        tree.itself(calls, calls.place.root)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Scopes with their parents."""
    reading = Reading(shard, answers)
    place = reading.place
    if place.part == "project":
        # Told of by the estate too, with its parent. This one counts where the estate was not let know of it.
        yield _project(reading, place.project, place.project, place.number, "", {})
        return
    root = _root(reading)
    told = [
        _searched(reading, kind, item)
        for item in reading.items(CONTAINERS, "results", "name", "assetType")
        if (kind := _KINDS.get(item["assetType"], ""))
    ]
    for operation, key in _LISTS:
        told += [_listed(reading, key.removesuffix("s"), item) for item in reading.items(operation, key, "name")]
    known = {root.id, *(scope.id for scope in told)}
    yield root
    for scope in told:
        # Where a folder between was not told of, all that is in it lies below the root all the same.
        if scope.parent is None and scope.id != root.id:
            scope = msgspec.structs.replace(scope, parent=root.id)
        elif scope.parent is not None and scope.parent not in known and scope.id != root.id:
            known.add(scope.parent)
            yield _above_projects(scope.parent, "folder", "", root.id)
        yield scope
    yield from reading.gaps()


def _root(reading: Reading) -> Scope:
    root = reading.place.root
    kind = root.partition("s/")[0]
    told = next((body for one in tree.ITSELF.values() for body in reading.bodies(one)), {})
    bare, parent = root.partition("/")[2], text(told.get("parent"))
    name = text(told.get("displayName"))
    if kind == "project":
        number = text(told.get("name")).removeprefix("projects/")
        return _project(reading, text(told.get("projectId")) or bare, name or bare, number, parent, labels_of(told))
    return _above_projects(reading.shard.scope, kind, name, container(parent))


def _searched(reading: Reading, kind: str, item: dict[str, Any]) -> Scope:
    parent = text(item.get("parentFullResourceName"))
    if kind == "project":
        id, number = searched_project(item)
        name = text(item.get("displayName")) or id
        return _project(reading, id, name, number, parent, labels_of(item), text(item.get("state")))
    return _above_projects(item["name"], kind, text(item.get("displayName")), parent)


def _listed(reading: Reading, kind: str, item: dict[str, Any]) -> Scope:
    parent, name = text(item.get("parent")), text(item.get("displayName"))
    if kind == "project":
        number = item["name"].removeprefix("projects/")
        id = text(item.get("projectId")) or number
        return _project(reading, id, name or id, number, parent, labels_of(item), text(item.get("state")))
    return _above_projects(container(item["name"]) or item["name"], kind, name, container(parent))


def _above_projects(id: str, kind: str, name: str, parent: str) -> Scope:
    """An organization or folder."""
    return Scope(
        id=id,
        provider="gcp",
        kind=kind,
        name=name or id.rpartition("/")[2],
        parent=parent or None,
        environment=environment_of(name) if kind == "folder" else None,
    )


def _project(
    reading: Reading, id: str, name: str, number: str, parent: str, labels: dict[str, str], state: str = ""
) -> Scope:
    facts = {"number": number, "state": state if state != "ACTIVE" else ""}
    facts |= {f"{_LABEL}{key}": value for key, value in sorted(labels.items())[:_MOST_LABELS]}
    return Scope(
        id=reading.projects.scope(id),
        provider="gcp",
        kind="project",
        name=name,
        parent=(parent if parent.startswith("//") else container(parent)) or None,
        environment=environment_of(labels.get("environment", ""), labels.get("env", ""), id, name),
        attributes={key: value for key, value in facts.items() if value},
    )


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Owners of what lies in a project, by the project's labels: of identities, and of what runs without its own."""
    owners: dict[str, list[Ownership]] = {}
    inside: list[Identity | Workload] = [
        one for one in inventory.identities.values() if one.kind in _OWNED and not is_outside(one)
    ]
    inside += [one for one in inventory.workloads.values() if one.provider == "gcp" and not _has_owner(one.tags)]
    for one in inside:
        scope = inventory.scopes.get(one.scope)
        if scope is not None and scope.id not in owners:
            labels = {k.removeprefix(_LABEL): v for k, v in scope.attributes.items() if k.startswith(_LABEL)}
            whose = Identity(id=scope.id, provider="gcp", kind="", name=scope.name, scope=scope.id, tags=labels)
            owners[scope.id] = [*tagged_owners(whose, f"project {scope.name}")]
        for owner in owners.get(one.scope, ()):
            yield msgspec.structs.replace(owner, subject=one.id)


def _has_owner(labels: dict[str, str]) -> bool:
    whose = Identity(id="x", provider="gcp", kind="", name="x", scope="x", tags=labels)
    return bool(labels) and any(True for _ in tagged_owners(whose))


SERVICE = Service(name="hierarchy", part="any", operations=plan.OPERATIONS, collect=collect, parse=parse, join=join)
