"""Where things are: organization, folders, projects and resources, and what sentences call them."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan.wording import plain
from nhiscan_connectors.gcp.access.universe import EVERY, possible_at, possible_on
from nhiscan_connectors.gcp.names import FOLDERS, ORGANIZATIONS, PROJECTS, SERVICE_ACCOUNTS, Projects, relative

_CONTAINERS: Final = (ORGANIZATIONS, FOLDERS, PROJECTS)
_PROJECT: Final = re.compile(r"^//[^/]*/projects/([^/]+)")
_MOST_LEVELS: Final = 24
_BUCKETS: Final = "//storage.googleapis.com/"
_FLAT: Final = frozenset(("_", "-"))
_KINDS: Final = {ORGANIZATIONS: "organization", FOLDERS: "folder", PROJECTS: "project"}
_WORDS: Final = {"serviceAccounts": "service account", "secrets": "secret", "datasets": "data set"}


@lru_cache(maxsize=1 << 16)
def is_wide(scope: str) -> bool:
    """Whether something is an organization, a folder or a project."""
    return scope.startswith(_CONTAINERS)


@lru_cache(maxsize=1 << 16)
def kind_of(scope: str) -> str:
    """organization, folder or project; empty for a resource."""
    return next((kind for begin, kind in _KINDS.items() if scope.startswith(begin)), "")


@lru_cache(maxsize=1 << 16)
def possible(scope: str) -> int:
    """The bits of the permissions that a binding on something can give there."""
    kind = kind_of(scope)
    if kind:
        return possible_at(kind)
    service = scope[2:].partition("/")[0] if scope.startswith("//") else ""
    if not service:
        return EVERY
    parts = scope.split("/")
    if "serviceAccounts" in parts:
        return possible_on(service, "serviceAccounts")
    return possible_on(service, parts[-2] if len(parts) > 1 else "")


class Places:
    """The hierarchy of an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._parent: dict[str, str] = {}
        self.children: dict[str, list[str]] = defaultdict(list)
        pairs: list[tuple[str, str]] = []
        for scope in sorted(inventory.scopes.values(), key=lambda scope: scope.id):
            if scope.provider != "gcp" or not is_wide(scope.id):
                continue
            parent = scope.parent or ""
            self._parent[scope.id] = parent if is_wide(parent) else ""
            if scope.id.startswith(PROJECTS):
                pairs.append((scope.attributes.get("number", ""), scope.id.removeprefix(PROJECTS)))
        for scope_id in sorted(self._parent):
            if self._lies_in_itself(scope_id):
                self._parent[scope_id] = ""
            self.children[self._parent[scope_id]].append(scope_id)
        self.projects = Projects(pairs)
        self._chains: dict[str, tuple[str, ...]] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self._told: dict[str, str] = {}
        self._projects: dict[str, str] = {}

    def _lies_in_itself(self, scope: str) -> bool:
        seen: set[str] = set()
        here = self._parent.get(scope, "")
        while here and here not in seen:
            if here == scope:
                return True
            seen.add(here)
            here = self._parent.get(here, "")
        return False

    def normal(self, full: str) -> str:
        """A resource name as records write it."""
        return self.projects.normal(full)

    def chain(self, place: str) -> tuple[str, ...]:
        """A place and everything above it whose policies hold for it, the nearest first."""
        found = self._chains.get(place)
        if found is None:
            found = self._chains[place] = self._chain(place)
        return found

    def _chain(self, place: str) -> tuple[str, ...]:
        found = list(self._within(place))
        here = place if is_wide(place) else self.project_of(place)
        if is_wide(place):
            found = []
        while here and here not in found and len(found) < 64:
            found.append(here)
            here = self._parent.get(here, "")
        return tuple(found)

    def _within(self, place: str) -> list[str]:
        """A resource and those that its name says it lies in, below its project."""
        if not place.startswith("//"):
            return [place]
        if place.startswith(_BUCKETS):
            bucket = place.removeprefix(_BUCKETS).partition("/")[0]
            return list(dict.fromkeys((place, f"{_BUCKETS}{bucket}")))
        head, _, path = place[2:].partition("/")
        parts = path.split("/")
        least = 2 if parts[0] == "projects" else 0
        # Beginnings that end within a pair name nothing, and no policy stands on them.
        ends = range(len(parts) - 1, least, -1)[:_MOST_LEVELS]
        return [place, *(f"//{head}/{'/'.join(parts[:end])}" for end in ends)]

    def project_of(self, place: str) -> str:
        """Scope of the project, folder or organization that a resource lies in; empty where nobody tells."""
        found = self._projects.get(place)
        if found is None:
            found = self._projects[place] = self._project_of(place)
        return found

    def _project_of(self, place: str) -> str:
        inventory = self._inventory
        for inner in self._within(place):
            tables = (inventory.identities, inventory.resources, inventory.secrets, inventory.workloads)
            known = next((table[inner] for table in tables if inner in table), None)
            if known is not None and is_wide(known.scope):
                return str(known.scope)
        match = _PROJECT.match(place)
        if match is not None and match[1] not in _FLAT:
            return self.projects.scope(match[1])
        if place.startswith(SERVICE_ACCOUNTS):
            return project_by_address(place)
        return ""

    def container_of(self, place: str) -> str:
        """The scope itself, or the one that a resource lies in."""
        return place if is_wide(place) else self.project_of(place)

    def covers(self, scope: str, place: str) -> bool:
        """Whether what holds at `scope` holds for `place`."""
        return scope in self.chain(place)

    def is_listed(self, scope: str) -> bool:
        """Whether it is known what lies in a scope."""
        return scope in self._parent or not is_wide(scope)

    def below(self, scope: str) -> list[str]:
        """Folders and projects directly in a scope."""
        return self.children.get(scope, [])

    def all_projects(self, scope: str) -> list[str]:
        """Every project in a scope, itself included."""
        found: list[str] = []
        waiting = [scope]
        seen: set[str] = set()
        while waiting:
            here = waiting.pop()
            if here in seen:
                continue
            seen.add(here)
            if here.startswith(PROJECTS):
                found.append(here)
            waiting += self.below(here)
        return sorted(found)

    def names(self, place: str) -> tuple[str, ...]:
        """What `resource.name` may say of a place."""
        found = self._names.get(place)
        if found is None:
            found = self._names[place] = tuple(dict.fromkeys(self._named(place)))
        return found

    def _named(self, place: str) -> list[str]:
        short = relative(place)
        if place.startswith(_BUCKETS):
            bucket, _, rest = short.partition("/")
            return [f"projects/_/buckets/{bucket}{f'/{rest}' if rest else ''}"]
        found = [short]
        project = self.project_of(place).removeprefix(PROJECTS)
        if place.startswith(SERVICE_ACCOUNTS):
            account = self._inventory.identities.get(place)
            email = place.removeprefix(SERVICE_ACCOUNTS)
            unique = account.attributes.get("unique_id", "") if account is not None else ""
            number = self.projects.numbers.get(project, "")
            for owner in filter(None, (project, number, "-")):
                found += [f"projects/{owner}/serviceAccounts/{name}" for name in (email, unique) if name]
            return found
        number = self.projects.numbers.get(project, "")
        if project and number and short.startswith(f"projects/{project}"):
            found.append(f"projects/{number}{short.removeprefix(f'projects/{project}')}")
        return found

    def told(self, place: str) -> str:
        """What sentences call a place."""
        found = self._told.get(place)
        if found is None:
            found = self._told[place] = self._words(place)
        return found

    def _words(self, place: str) -> str:
        known = self._inventory.scopes.get(place)
        kind = kind_of(place)
        if kind:
            name = known.name if known is not None and known.name else place.rpartition("/")[2]
            return f"{kind} {name}"
        parts = relative(place).split("/")
        if place.startswith(_BUCKETS):
            return f"bucket {parts[0]}"
        collection = parts[-2] if len(parts) > 1 else ""
        return f"{_WORDS.get(collection) or _singular(collection)} {self._name(place) or parts[-1]}".strip()

    def _name(self, place: str) -> str:
        """What people call a resource, whose id may be a number."""
        inventory = self._inventory
        tables = (inventory.workloads, inventory.identities, inventory.secrets)
        return next((plain(table[place].name) for table in tables if place in table), "")


def project_by_address(account: str) -> str:
    """Scope of the project that the address of a service account names; empty where it names none."""
    name, _, domain = account.removeprefix(SERVICE_ACCOUNTS).partition("@")
    if domain.endswith(".iam.gserviceaccount.com") and not domain.startswith("gcp-sa-"):
        return f"{PROJECTS}{domain.removesuffix('.iam.gserviceaccount.com')}"
    return f"{PROJECTS}{name}" if domain == "appspot.gserviceaccount.com" else ""


def _singular(collection: str) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", collection).lower()
    return f"{words[:-3]}y" if words.endswith("ies") else words.removesuffix("s")
