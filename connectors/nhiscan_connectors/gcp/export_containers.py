"""Organizations, folders and projects that exports tell of, in the form that Cloud Asset Inventory's search has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.errors import InputError
from nhiscan.wording import plain
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.assets import FOLDER, ORGANIZATION, PROJECT
from nhiscan_connectors.gcp.names import container, relative

TYPES: Final = {ORGANIZATION: "organizations", FOLDER: "folders", PROJECT: "projects"}
_NAMED_PROJECT: Final = re.compile(r"(?<=/projects/)[a-z0-9.:-]{1,80}(?=/|\Z)", re.ASCII)
_DEEPEST: Final = 20


class Containers:
    """What is in what, as far as exports tell."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}
        """Ids of projects by number."""
        self.numbers: dict[str, str] = {}
        self._likely: dict[str, str] = {}
        """Ids by number as names of resources suggest them, which count where nothing tells."""
        self._likely_numbers: dict[str, str] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._parents: dict[str, str] = {}
        self.places: dict[str, str] = {}
        """Where each was first told of."""
        self._tops: set[str] = set()
        """Organizations that anything names."""
        self.organizations: dict[str, dict[str, Any]] = {}
        """What Resource Manager says of organizations, by "organizations/1"."""

    def id_of(self, written: str) -> str:
        """Id of a project that is written as an id or a number, with or without "projects/"."""
        bare = written.removeprefix("projects/")
        return self.ids.get(bare) or self._likely.get(bare, bare)

    def number_of(self, id: str) -> str:
        """Number of a project by its id; empty where nothing tells."""
        return self.numbers.get(id) or self._likely_numbers.get(id, "")

    def take(
        self, place: str, type: str, data: dict[str, Any], *, name: str = "", above: str = "", ancestors: Any = None
    ) -> str:
        """Take in what Resource Manager says, in any of its versions; gives the relative name ("projects/<id>").

        `above`: full resource name of the parent, where it is known. Raises InputError for two that cannot be both.
        """
        chain = [one for one in ancestors if isinstance(one, str)] if isinstance(ancestors, list) else []
        own = text(data.get("name"))
        parent = _parent(data) or relative(above) or (chain[1] if len(chain) > 1 else "")
        more: dict[str, Any] = {}
        if type == PROJECT:
            id = text(data.get("projectId")) or relative(name).removeprefix("projects/")
            number = str(data.get("projectNumber") or "")
            number = number or _number(own) or (_number(chain[0]) if chain else "") or _number(relative(name))
            title = text(data.get("displayName")) or ("" if own.startswith("projects/") else own)
            self.pair(place, number, id)
            found = f"projects/{id}"
            more = {"project": f"projects/{number}" if number else "", "additionalAttributes": {"projectId": id}}
        else:
            found, title = own or relative(name), text(data.get("displayName"))
            parent = "" if type == ORGANIZATION else parent
        if not container(found):
            raise InputError(f"{place} does not tell which project, folder or organization it is.", "It is damaged.")
        self.places.setdefault(found, place)
        if type == ORGANIZATION:
            self.organizations.setdefault(found, {**data, "name": found})
        labels = data.get("labels")
        self.row(
            {
                "name": container(found),
                "assetType": type,
                "displayName": title,
                "labels": labels if isinstance(labels, dict) else {},
                "createTime": text(data.get("createTime")) or text(data.get("creationTime")),
                "state": text(data.get("state")) or text(data.get("lifecycleState")),
                "parentFullResourceName": container(parent),
                **more,
            }
        )
        self.chain(chain)
        return found

    def take_result(self, place: str, row: dict[str, Any]) -> str:
        """Take in a result of the search; gives its relative name."""
        name = relative(text(row.get("name")))
        number = _number(text(row.get("project")))
        if text(row.get("assetType")) == PROJECT:
            id = text(table(row.get("additionalAttributes")).get("projectId")) or name.removeprefix("projects/")
            self.pair(place, number, id)
            name = f"projects/{id}"
            row = {**row, "additionalAttributes": {**table(row.get("additionalAttributes")), "projectId": id}}
        if not container(name):
            raise InputError(f"{place} does not tell which project, folder or organization it is.", "It is damaged.")
        self.places.setdefault(name, place)
        self.row({**row, "name": container(name)})
        return name

    def row(self, row: dict[str, Any]) -> None:
        """Take in a row; what was told first counts, and what it left open is filled in."""
        kept = {key: value for key, value in row.items() if value not in ("", None, {})}
        name = relative(kept["name"])
        self._rows[name] = {**kept, **self._rows.get(name, {})}
        parent = relative(text(kept.get("parentFullResourceName")))
        self.mention(name)
        if container(parent):
            self._parents.setdefault(name, parent)
            self.mention(parent)

    def chain(self, ancestors: list[str]) -> None:
        """Take in where something lies: its project, the folders above and the organization."""
        for below, above in itertools.pairwise(ancestors):
            if container(below) and container(above):
                self._parents.setdefault(below, above)
                self.mention(above)

    def mention(self, name: str) -> None:
        """Note an organization; any other name is no news."""
        if name.startswith("organizations/") and container(name):
            self._tops.add(name)

    def pair(self, place: str, number: str, id: str) -> None:
        """Take in which number is which project. Raises InputError where two exports disagree."""
        if not number.isdecimal() or not id or id.isdecimal():
            return
        if self.ids.setdefault(number, id) != id or self.numbers.setdefault(id, number) != number:
            raise InputError(
                f"{place} takes {plain(id[:80])} for project {plain(number[:40])}, and another place does not.",
                "Read exports of one organization that were made at the same time.",
            )

    def hint(self, name: str, ancestors: list[str]) -> None:
        """Learn from a resource that names its project by id and lies in one that is named by number."""
        number = _number(ancestors[0]) if ancestors else ""
        if number and number not in self._likely:
            found = _NAMED_PROJECT.search(name)
            if found is not None and not found[0].isdecimal():
                self._likely[number] = found[0]
                self._likely_numbers.setdefault(found[0], number)

    def top(self, name: str) -> str:
        """The highest that is known above something: "organizations/1" for "projects/pay"."""
        for _ in range(_DEEPEST):
            above = self._parents.get(name)
            if above is None and name.startswith("projects/"):
                id = self.id_of(name)
                above = self._parents.get(f"projects/{self.number_of(id)}") or self._parents.get(f"projects/{id}")
            if above is None or above == name:
                break
            name = above
        if name.startswith("folders/") and len(self._tops) == 1:
            return next(iter(self._tops))  # a folder is in some organization, and there is one
        return f"projects/{self.id_of(name)}" if name.startswith("projects/") else name

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Everything by its relative name, projects by id; those too of which only the place is known."""
        for id in self.projects():
            if f"projects/{id}" not in self._rows:
                number = self.number_of(id) or (id if id.isdecimal() else "")
                above = self._parents.get(f"projects/{number}", "")
                row = {"name": f"//cloudresourcemanager.googleapis.com/projects/{id}", "assetType": PROJECT}
                more = {"project": f"projects/{number}", "parentFullResourceName": container(above)}
                self.row({**row, **more, "additionalAttributes": {"projectId": id}})
        yield from sorted(self._rows.items())

    def projects(self) -> list[str]:
        """Ids of all projects that anything tells of."""
        told = {name.removeprefix("projects/") for name in self._rows if name.startswith("projects/")}
        below = {self.id_of(name) for name in self._parents if name.startswith("projects/")}
        return sorted(told | below)


def _parent(data: dict[str, Any]) -> str:
    """Relative name of a parent: in version 1 an object, since then text."""
    parent = data.get("parent")
    if isinstance(parent, dict):
        return f"{text(parent.get('type'))}s/{text(parent.get('id'))}"
    return text(parent)


def _number(name: str) -> str:
    bare = name.removeprefix("projects/")
    return bare if name.startswith("projects/") and bare.isdecimal() else ""
