"""The organization, its folders and its projects.

What they are called and how they lie in each other was asked while the scan was planned.
Attributes of a project: "number", "state".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Scope
from nhiscan_connectors.common.environment import environment_of
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp import plan, tree
from nhiscan_connectors.gcp.assets import CONTAINERS, FOLDER, ORGANIZATION, PROJECT, Reading, labels_of
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import container
from nhiscan_connectors.gcp.service import Answers, Service

_KINDS = {ORGANIZATION: "organization", FOLDER: "folder", PROJECT: "project"}
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
        yield _scope(reading, "project", place.project, place.project, place.number, "", {})
        return
    yield _root(reading)
    for item in reading.items(CONTAINERS, "results", "name", "assetType"):
        kind = _KINDS.get(item["assetType"], "")
        if kind:
            yield _searched(reading, kind, item)
    for operation, key in _LISTS:
        for item in reading.items(operation, key, "name"):
            yield _listed(reading, key.removesuffix("s"), item)
    yield from reading.gaps()


def _root(reading: Reading) -> Scope:
    root = reading.place.root
    kind = root.partition("s/")[0]
    told = next((body for one in tree.OPERATIONS[2:5] for body in reading.bodies(one)), {})
    name = text(told.get("displayName")) or root.partition("/")[2]
    if kind == "project":
        id = text(told.get("projectId")) or root.partition("/")[2]
        number = text(told.get("name")).removeprefix("projects/") if told else ""
        return _scope(reading, kind, id, name, number, text(told.get("parent")), labels_of(told))
    return Scope(
        id=reading.shard.scope,
        provider="gcp",
        kind=kind,
        name=name,
        parent=container(text(told.get("parent"))) or None,
        environment=environment_of(name) if kind == "folder" else None,
    )


def _searched(reading: Reading, kind: str, item: dict[str, Any]) -> Scope:
    parent = text(item.get("parentFullResourceName"))
    if kind == "project":
        id = text(table(item.get("additionalAttributes")).get("projectId")) or item["name"].rpartition("/")[2]
        number = text(item.get("project")).removeprefix("projects/")
        name = text(item.get("displayName")) or id
        return _scope(reading, kind, id, name, number, parent, labels_of(item), text(item.get("state")))
    name = text(item.get("displayName"))
    return Scope(
        id=item["name"],
        provider="gcp",
        kind=kind,
        name=name or item["name"].rpartition("/")[2],
        parent=parent or None,
        environment=environment_of(name) if kind == "folder" else None,
    )


def _listed(reading: Reading, kind: str, item: dict[str, Any]) -> Scope:
    parent, name = text(item.get("parent")), text(item.get("displayName"))
    if kind == "project":
        number = item["name"].removeprefix("projects/")
        id = text(item.get("projectId")) or number
        return _scope(reading, kind, id, name or id, number, parent, labels_of(item), text(item.get("state")))
    return Scope(
        id=container(item["name"]) or item["name"],
        provider="gcp",
        kind=kind,
        name=name or item["name"].rpartition("/")[2],
        parent=container(parent) or None,
        environment=environment_of(name),
    )


def _scope(
    reading: Reading, kind: str, id: str, name: str, number: str, parent: str, labels: dict[str, str], state: str = ""
) -> Scope:
    facts = {"number": number, "state": state if state != "ACTIVE" else ""}
    return Scope(
        id=reading.projects.scope(id),
        provider="gcp",
        kind=kind,
        name=name,
        parent=(parent if parent.startswith("//") else container(parent)) or None,
        environment=environment_of(labels.get("environment", ""), labels.get("env", ""), id, name),
        attributes={key: value for key, value in facts.items() if value},
    )


SERVICE = Service(name="hierarchy", part="any", operations=plan.OPERATIONS, collect=collect, parse=parse)
