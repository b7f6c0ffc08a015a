"""The organization, folders and projects of an estate, for what can only be asked of each of them.

Planning asked for them already; nothing is asked again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.assets import CONTAINERS, FOLDER, Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.plan import projects_of, swept_projects

OPERATIONS = (CONTAINERS, tree.FOLDERS_IN, tree.PROJECTS_IN)


def folders_of(calls: Calls) -> list[str]:
    """Names of the active folders below what is scanned: "folders/12"."""
    root = calls.place.root
    if root.startswith("projects/"):
        return []
    if calls.place.swept:
        found = {*_folders(calls.listed(CONTAINERS, "results"))} - {root}
        if found or projects_of(calls):
            return sorted(found)
    return [name for name in _walked(calls) if name != root]


def active_projects_of(calls: Calls) -> list[str]:
    """Names of the active projects in what is scanned: "projects/pay-prod"."""
    root = calls.place.root
    if root.startswith("projects/"):
        return [root]
    if calls.place.swept and (found := projects_of(calls)):
        return [f"projects/{id}" for id in found]
    told = [item for parent in _walked(calls) for item in calls.listed(tree.PROJECTS_IN, "projects", parent=parent)]
    return sorted({*_projects(told)})


def containers_in(reading: Reading) -> list[str]:
    """What is scanned, its folders and its projects, by an estate's evidence."""
    root = reading.place.root
    rows = [*reading.items(CONTAINERS, "results", "name")]
    folders = {*_folders(rows), *_listed_folders(reading.items(tree.FOLDERS_IN, "folders", "name"))}
    projects = {*_searched(rows), *_projects(reading.items(tree.PROJECTS_IN, "projects"))}
    return [root, *sorted(folders - {root}), *sorted(projects - {root})]


def lies_below(reading: Reading) -> bool:
    """Whether something may lie above what is scanned. A project of no organization has no parent."""
    root = reading.place.root
    told = [body for one in (tree.PROJECT, tree.FOLDER) for body in reading.bodies(one)]
    return not root.startswith("organizations/") and (not told or any(text(body.get("parent")) for body in told))


def _walked(calls: Calls) -> list[str]:
    """What is scanned, and the folders below it, level by level."""
    found = level = [calls.place.root]
    while level:
        told = [item for parent in level for item in calls.listed(tree.FOLDERS_IN, "folders", parent=parent)]
        level = sorted({*_listed_folders(told)} - {*found})
        found = [*found, *level]
    return found


def _folders(rows: Iterable[Any]) -> Iterator[str]:
    for item in rows:
        if isinstance(item, dict) and text(item.get("assetType")) == FOLDER and tree.is_active(item):
            yield text(item.get("name")).partition("cloudresourcemanager.googleapis.com/")[2]


def _listed_folders(rows: Iterable[Any]) -> Iterator[str]:
    for item in rows:
        if isinstance(item, dict) and text(item.get("name")).startswith("folders/") and tree.is_active(item):
            yield item["name"]


def _searched(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    yield from (f"projects/{id}" for id, _ in swept_projects(rows))


def _projects(rows: Iterable[Any]) -> Iterator[str]:
    for item in rows:
        if isinstance(item, dict) and (id := text(item.get("projectId"))) and tree.is_active(item):
            yield f"projects/{id}"
