"""What gcloud lists of single projects: as rows of the sweep where an export of their organization is there, else as
the answers that the project itself would have given.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from nhiscan.errors import InputError
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import GoogleOperation
from nhiscan_connectors.gcp.assets import SERVICE_ACCOUNT, SERVICES
from nhiscan_connectors.gcp.export_containers import TYPES
from nhiscan_connectors.gcp.export_found import Found, Page, estate_shard, put
from nhiscan_connectors.gcp.export_kinds import SERVICE, item_of
from nhiscan_connectors.gcp.export_reads import params_of
from nhiscan_connectors.gcp.names import email_of, project_of_account, project_scope, relative, service_account_id
from nhiscan_connectors.gcp.place import ANY, Place
from nhiscan_connectors.gcp.plan import ENABLED
from nhiscan_connectors.gcp.services import policies, roles
from nhiscan_connectors.gcp.services import service_accounts as accounts

_ACTIVITIES: Final = {
    "serviceAccountLastAuthentication": accounts.ACCOUNT_USE,
    "serviceAccountKeyLastAuthentication": accounts.KEY_USE,
}
_POLICY_FILES: Final = (
    re.compile(r"(?P<name>.+)[._-]iam[._-]?policy", re.ASCII | re.IGNORECASE),
    re.compile(r"(?:iam[._-]?)?policy[._-](?P<name>.+)", re.ASCII | re.IGNORECASE),
    re.compile(r"(?P<name>.+)[._-]policy", re.ASCII | re.IGNORECASE),
)
_ABOVE: Final = re.compile(r"(organization|folder)s?[._-]?(\d{1,30})", re.ASCII)
_PROJECT: Final = re.compile(r"[a-z0-9.:-]{1,80}", re.ASCII)
_EMAIL: Final = re.compile(r"[^@/\s]{1,100}@[^@/\s]{1,200}", re.ASCII)
_SUFFIXES: Final = (".gz", ".json", ".txt")


class Item(msgspec.Struct, frozen=True):
    """Something that a list, or a policy that a command, tells of."""

    place: str
    type: str
    """Type of the asset; "policy" and "activity" for those."""
    name: str
    """Full resource name: of a policy, that of what it is on."""
    told: dict[str, Any]
    whole: bool = True
    """Of an activity: whether the list that it stands in has all of its project."""


class Here(msgspec.Struct):
    """What was told of one project without an export of its organization."""

    id: str
    pages: dict[str, Page] = {}
    told: set[str] = set()
    services: set[str] = set()
    """Enabled services, where they were listed."""
    accounts: set[str] = set()
    """Addresses of its service accounts."""
    with_keys: set[str] = set()
    """Those of which keys were listed."""
    with_policy: set[str] = set()
    """Those of which the policy is there."""
    wholes: list[tuple[str, GoogleOperation, dict[str, Any], dict[str, str]]] = []
    """Answers that are no lists: place, call, body and parameters."""


def whose_policy(place: str, file: str) -> str:
    """Full resource name of what a bare policy is on, by the name of its file. Raises InputError for another name."""
    stem = re.split(r"[/\\]", file)[-1]
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    for pattern in _POLICY_FILES:
        if (match := pattern.fullmatch(stem)) is not None:
            name = match["name"]
            if above := _ABOVE.fullmatch(name):
                return f"//cloudresourcemanager.googleapis.com/{above[1]}s/{above[2]}"
            if _EMAIL.fullmatch(name):
                return service_account_id(name)
            if _PROJECT.fullmatch(name):
                return project_scope(name)
    raise InputError(
        f"{place} is a policy that does not tell whose it is.",
        "Name its file after the project, or the address of the service account: PROJECT.iam-policy.json.",
    )


class Items:
    """Puts items where they belong."""

    def __init__(self, found: Found) -> None:
        self._found = found
        self._items: list[Item] = []
        self.projects: dict[str, Here] = {}
        self.bare_roles: list[str] = []
        """Roles that were listed without their permissions."""
        self.known_roles: set[str] = set()
        """Predefined roles with their permissions."""
        self.empty = True

    def take(self, place: str, entry: dict[str, Any]) -> None:
        """Take in an item of a list."""
        known = self.known(entry)
        if known is None:
            raise InputError(f"{place} is nothing that nhiscan reads.")
        type, name = known
        self.empty = False
        if type in TYPES:
            self._found.containers.take(place, type, entry, name=name)
        else:
            item = Item(place, type, name, entry)
            self._items.append(item)
            if type == SERVICE_ACCOUNT and (email := text(entry.get("email"))):
                self._found.accounts.setdefault(email.lower(), _account_name(item))

    def known(self, entry: dict[str, Any]) -> tuple[str, str] | None:
        """Type and full resource name of an item; None for one that nhiscan does not know."""
        return item_of(entry) or self._found.reads.item_of(text(entry.get("name")))

    def take_activity(self, place: str, entry: dict[str, Any], *, whole: bool = True) -> None:
        """Take in when something last signed in. `whole`: whether the list that it stands in has all of its project."""
        self.empty = False
        number = str(table(table(entry.get("activity")).get("serviceAccount")).get("projectNumber") or "")
        self._found.containers.hint(text(entry.get("fullResourceName")), [f"projects/{number}"])
        self._items.append(Item(place, "activity", text(entry.get("fullResourceName")), entry, whole))

    def take_policy(self, place: str, name: str, policy: dict[str, Any]) -> None:
        """Take in a policy. `name`: full resource name of what it is on."""
        self._found.containers.mention(relative(name))
        self.empty = False
        self._items.append(Item(place, "policy", name, policy))

    def settle(self) -> None:
        """Put every item where it belongs. Everything else must have been settled."""
        swept = {root for root, estate in self._found.estates.items() if estate.swept and estate.told}
        for item in self._items:
            if item.type == "activity":
                self._activity(item, swept)
            elif item.type == "policy":
                self._policy(item, swept)
            elif item.type == roles.TYPE:
                self._role(item, swept)
            else:
                self._item(item, swept)
        self._items = []

    def write(self) -> None:
        """Write what projects told of themselves."""
        for _, here in sorted(self.projects.items()):
            shard = self.place(here).shard()
            for _, page in sorted(here.pages.items()):
                self._found.write(shard, page)
            for place, operation, body, params in here.wholes:
                put(self._found.sink, place, shard, operation, body, params)

    def place(self, here: Here) -> Place:
        """Where a project stands."""
        name = f"projects/{here.id}"
        return Place(
            part="project",
            root=self._found.containers.top(name),
            project=here.id,
            number=self._found.containers.number_of(here.id),
            services=frozenset(here.services or {ANY}),
        )

    # ----- one kind after the other

    def _item(self, item: Item, swept: set[str]) -> None:
        found, type, told = self._found, item.type, item.told
        name = _account_name(item) if type == SERVICE_ACCOUNT else item.name
        project = self._project(item, name)
        root = text(told.get("parent")) if text(told.get("parent")).startswith("organizations/") else ""
        root = root or (found.containers.top(f"projects/{project}") if project else "")
        sweeps = found.reads.sweeps.get(type, [])
        if root in swept:
            estate = found.estate_of(root)
            number = found.containers.number_of(project) if project else ""
            ancestors = [f"projects/{number or project}"] if project else []
            if type == SERVICE:
                state = text(told.get("state")) or "ENABLED"
                row: dict[str, Any] = {"name": name, "project": ancestors[0] if ancestors else "", "state": state}
                if found.is_new(item.place, "resource", f"{type} {name}", row, strict=False):
                    found.add(estate, item.place, SERVICES, "results", row, whole=False)
            elif not sweeps:
                found.unread[type] += 1
            elif found.is_new(item.place, "resource", f"{type} {name}", told, strict=False):
                row = {"name": name, "assetType": type, "resource": {"data": told}, "ancestors": ancestors}
                for operation in sweeps:
                    found.add(estate, item.place, operation, "assets", row, whole=False)
        elif project and found.is_new(item.place, "item", f"{type} {name}", told):
            self._in_project(item, name, project)
        elif not project:
            found.unread[type] += 1

    def _in_project(self, item: Item, name: str, project: str) -> None:
        """A project's own answer."""
        here, type, told = self._here(project), item.type, item.told
        if type == SERVICE:
            short = name.rpartition("/")[2].removesuffix(".googleapis.com")
            here.services |= {short} if text(told.get("state")) in ("", "ENABLED") else set()
            self._add(here, item.place, ENABLED, "services", told)
        elif type == SERVICE_ACCOUNT:
            here.accounts.add(text(told.get("email")).lower())
            self._add(here, item.place, accounts.LIST, "accounts", told, {"name": f"projects/{project}"})
        elif type == accounts.KEY:
            email = email_of(name)
            here.with_keys.add(email)
            self._add(here, item.place, accounts.KEYS_OF, "keys", told, {"name": f"projects/-/serviceAccounts/{email}"})
        elif (listing := self._found.reads.lists.get(type)) is not None and text(told.get(listing.name)):
            params = params_of(listing.operation, name)
            self._add(here, item.place, listing.operation, listing.key, told, params)
        elif sweeps := self._found.reads.sweeps.get(type, []):
            row = {"name": name, "assetType": type, "resource": {"data": told}}
            for operation in sweeps:
                self._add(here, item.place, operation, "assets", row)
        else:
            self._found.unread[type] += 1

    def _role(self, item: Item, swept: set[str]) -> None:
        found, name = self._found, relative(item.name)
        if "includedPermissions" not in item.told:
            # An empty list of permissions would pass for a role that allows nothing.
            self.bare_roles.append(name)
            return
        if not found.is_new(item.place, "item", name, item.told):
            return
        owner = name.partition("/roles/")[0] if not name.startswith("roles/") else ""
        if not owner:
            self.known_roles.add(name)
            self._add_predefined(item)
        elif (root := found.containers.top(owner)) in swept:
            if found.is_new(item.place, "resource", f"{roles.TYPE} {item.name}", item.told, strict=False):
                row = {"name": item.name, "assetType": roles.TYPE, "resource": {"data": item.told}}
                found.add(found.estate_of(root), item.place, roles.CUSTOM, "assets", row, whole=False)
        elif owner.startswith("organizations/"):
            estate = found.estate_of(owner)
            found.add(estate, item.place, roles.OF_ORGANIZATION, "roles", item.told, {"parent": owner})
        else:
            project = found.containers.id_of(owner)
            self._add(
                self._here(project), item.place, roles.OF_PROJECT, "roles", item.told, {"parent": f"projects/{project}"}
            )

    def _add_predefined(self, item: Item) -> None:
        """A predefined role belongs to nobody; the first organization or project takes it in."""
        if self._found.estates:
            estate = self._found.estates[min(self._found.estates)]
            self._found.add(estate, item.place, roles.PREDEFINED, "roles", item.told)
        elif projects := self._found.containers.projects() or sorted(self.projects):
            self._add(self._here(projects[0]), item.place, roles.PREDEFINED, "roles", item.told)
        else:
            raise InputError(
                f"{item.place} is a role of Google's, and nothing tells of an organization or a project.",
                "Add the export of what the roles are held in.",
            )

    def _policy(self, item: Item, swept: set[str]) -> None:
        found, name, policy = self._found, item.name, item.told
        found.note_roles(policy)
        owner = relative(name)
        email = email_of(name)
        project = project_of_account(email) if email else found.containers.id_of(owner)
        root = (
            owner
            if owner.startswith("organizations/")
            else found.containers.top(f"projects/{project}" if email or owner.startswith("projects/") else owner)
        )
        if root in swept:
            estate = found.estate_of(root)
            full = project_scope(project) if owner.startswith("projects/") and not email else name
            full = found.accounts.get(email, full)
            found.policy(estate, item.place, full, "", policy, [], new=False)
        elif not found.is_new(item.place, "item", f"policy {name}", policy):
            return
        elif email and project:
            resource = f"projects/-/serviceAccounts/{email}"
            self._here(project).with_policy.add(email)
            self._put(self._here(project), item, accounts.POLICY_OF, {"resource": resource})
        elif email:
            raise InputError(f"{item.place} does not tell in which project {email[:100]} is.", "Export its project.")
        elif owner.startswith("projects/"):
            self._put(self._here(project), item, policies.OF_PROJECT, {})
        else:
            operation = policies.OF_CONTAINER[owner.partition("/")[0]]
            estate = found.estate_of(root)
            estate.told.add(operation.name)
            put(found.sink, item.place, estate_shard(root, estate.swept), operation, policy, {"name": owner})

    def _activity(self, item: Item, swept: set[str]) -> None:
        found, operation = self._found, _ACTIVITIES.get(text(item.told.get("activityType")))
        if operation is None:
            raise InputError(f"{item.place} is an activity of a kind that nhiscan does not read.", "Leave it out.")
        project = self._project(item, item.name)
        if not project:
            raise InputError(f"{item.place} does not tell in which project it is.", "The export is damaged.")
        if not found.is_new(item.place, operation.name, item.name, item.told, strict=False):
            return
        root = found.containers.top(f"projects/{project}")
        if root in swept:
            estate = found.estate_of(root)
            known = estate.activity.setdefault(operation.name, set())
            if item.whole:
                known.add(project)
            found.add(estate, item.place, operation, "activities", item.told, {"of": project})
        else:
            here = self._here(project)
            before = operation.name in here.told
            self._add(here, item.place, operation, "activities", item.told, {"of": project})
            if not item.whole and not before:
                here.told.discard(operation.name)

    # ----- where to

    def _project(self, item: Item, name: str) -> str:
        """Id of the project that an item lies in."""
        _, _, rest = name.partition("/projects/")
        written = rest.partition("/")[0]
        email = email_of("/".join(name.split("/")[:7])) if "/serviceAccounts/" in name else ""
        if written in ("", "-"):
            written = text(item.told.get("projectId")) or project_of_account(email)
        number = str(table(table(item.told.get("activity")).get("serviceAccount")).get("projectNumber") or "")
        if not written and number:
            written = number
        id = self._found.containers.id_of(written)
        return id if _PROJECT.fullmatch(id) else ""

    def _here(self, project: str) -> Here:
        found = self.projects.get(project)
        if found is None:
            found = self.projects[project] = Here(project)
        return found

    def _add(
        self,
        here: Here,
        place: str,
        operation: GoogleOperation,
        field: str,
        row: dict[str, Any],
        params: dict[str, str] | None = None,
    ) -> None:
        given = params or {}
        page = here.pages.setdefault(f"{operation.name} {sorted(given.items())}", Page(operation, field, given))
        page.rows.append(row)
        page.places.append(place)
        here.told.add(operation.name)

    def _put(self, here: Here, item: Item, operation: GoogleOperation, params: dict[str, str]) -> None:
        """A whole answer."""
        here.told.add(operation.name)
        here.wholes.append((item.place, operation, item.told, params))


def _account_name(item: Item) -> str:
    """A service account as Cloud Asset Inventory names it: by its unique id."""
    project, unique = text(item.told.get("projectId")), text(item.told.get("uniqueId"))
    if project and unique:
        return f"//iam.googleapis.com/projects/{project}/serviceAccounts/{unique}"
    return item.name
