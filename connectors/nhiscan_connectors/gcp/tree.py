"""Resource Manager: the tree of an organization where Cloud Asset Inventory may not be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.calls import Calls

ORGANIZATIONS: Final = rest(
    "cloudresourcemanager:organizations.search",
    "v3/organizations:search",
    permission="resourcemanager.organizations.get",
    purpose="lists the organizations that the scanner may read",
    hides="which organizations there are",
    blinds=("organization",),
    there=True,
)
PROJECTS: Final = rest(
    "cloudresourcemanager:projects.search",
    "v3/projects:search",
    size=500,
    permission="resourcemanager.projects.get",
    purpose="lists the projects that the scanner may read, where no organization is open",
    hides="which projects there are",
    blinds=("organization",),
    there=True,
)
ORGANIZATION: Final = rest(
    "cloudresourcemanager:organizations.get",
    "v3/{+name}",
    permission="resourcemanager.organizations.get",
    purpose="tells the name of the organization",
    hides="the name of the organization",
    blinds=("organization",),
    there=True,
)
FOLDER: Final = rest(
    "cloudresourcemanager:folders.get",
    "v3/{+name}",
    permission="resourcemanager.folders.get",
    purpose="tells the name of the folder that is scanned",
    hides="the name of the folder",
    blinds=("organization",),
    there=True,
)
PROJECT: Final = rest(
    "cloudresourcemanager:projects.get",
    "v3/{+name}",
    permission="resourcemanager.projects.get",
    purpose="tells the number and the state of a project that is scanned by itself",
    hides="everything in the project: it did not let the scanner in",
    blinds=("organization",),
    there=True,
)
FOLDERS_IN: Final = rest(
    "cloudresourcemanager:folders.list",
    "v3/folders",
    query=(("parent", "{parent}"),),
    size=1000,
    permission="resourcemanager.folders.list",
    purpose="lists folders, where Cloud Asset Inventory may not be read",
    hides="which folders there are, and everything in them",
    blinds=("organization", "identities", "policies", "workloads", "secrets", "agents"),
    below=True,
    there=True,
)
PROJECTS_IN: Final = rest(
    "cloudresourcemanager:projects.list",
    "v3/projects",
    query=(("parent", "{parent}"),),
    size=1000,
    permission="resourcemanager.projects.list",
    purpose="lists projects, where Cloud Asset Inventory may not be read",
    hides="which projects there are, and everything in them",
    blinds=("organization", "identities", "policies", "workloads", "secrets", "agents"),
    below=True,
    there=True,
)
OPERATIONS: Final = (ORGANIZATIONS, PROJECTS, ORGANIZATION, FOLDER, PROJECT, FOLDERS_IN, PROJECTS_IN)
ITSELF: Final[dict[str, Api]] = {"organizations": ORGANIZATION, "folders": FOLDER, "projects": PROJECT}
"""What tells of an organization, folder or project, by the kind of its name."""
DEEPEST: Final = 12
"""Folders may lie ten deep."""


def itself(calls: Calls, root: str) -> dict[str, Any] | None:
    """What Resource Manager says of the organization, folder or project that is scanned; None when it was refused."""
    return calls.page(ITSELF[root.partition("/")[0]], name=root)


def is_active(item: dict[str, Any]) -> bool:
    """Whether an organization, folder or project is in use, and not about to be deleted."""
    return text(item.get("state")) in ("", "ACTIVE")


def projects_under(calls: Calls, root: str) -> Iterator[dict[str, Any]]:
    """Projects of an organization or folder, level by level."""
    for level in levels(calls, root):
        for found in calls.each(lambda parent: [*calls.items(PROJECTS_IN, "projects", parent=parent)], level):
            yield from (item for item in found if isinstance(item, dict))


def levels(calls: Calls, root: str) -> Iterator[list[str]]:
    """An organization or folder, then the folders in it, then those in them: names, whatever their state."""
    level = [root]
    for _ in range(DEEPEST):
        yield level
        below = calls.each(lambda parent: [*calls.items(FOLDERS_IN, "folders", parent=parent)], level)
        level = sorted(
            {
                name
                for found in below
                for item in found
                if isinstance(item, dict) and (name := text(item.get("name"))).startswith("folders/")
            }
        )
        if not level:
            return
