"""What exports were found to hold, on its way into evidence: pages of a thousand, each written once it is full.

An export of an organization is larger than memory may be, so rows whose organization is known go to the sink at once.
Of rows that were written only a digest is kept, to tell one that comes again.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from nhiscan.connector import ExportSink, Operation, Shard
from nhiscan.errors import InputError, NhiscanError
from nhiscan.wording import plain
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.assets import CONTAINERS, SERVICE_ACCOUNT
from nhiscan_connectors.gcp.export_containers import TYPES, Containers
from nhiscan_connectors.gcp.export_reads import Reads, wants_ages
from nhiscan_connectors.gcp.names import container, relative
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.services.policies import SEARCH
from nhiscan_connectors.gcp.services.roles import TYPE as ROLE

PAGE: Final = 1000
"""Rows of one page of evidence, as many as Google gives."""
_MOST_ROLES: Final = 20_000
"""Names of roles that are remembered; Google has two thousand."""


class Page(msgspec.Struct):
    """Rows that wait to be written."""

    operation: Operation
    field: str
    """Under which an answer holds them: "assets"."""
    params: dict[str, str]
    rows: list[dict[str, Any]] = []
    places: list[str] = []


class Estate(msgspec.Struct):
    """An organization, folder or project that exports of Cloud Asset Inventory tell of."""

    key: str
    """What it is named by its rows: "organizations/1"; "?projects/p" where they tell of no more than a project."""
    pages: dict[str, Page] = {}
    told: set[str] = set()
    """Names of the calls that rows were found of."""
    resources: set[str] = set()
    """Projects, by number or id, of which resources were exported."""
    policies: set[str] = set()
    """Projects, by number or id, of which policies were exported."""
    activity: dict[str, set[str]] = {}
    """Ids of projects that told when something was last used, by the name of the call."""
    own_policy: bool = False
    """Whether the policy of the organization itself is among them."""
    bare: int = 0
    """Assets that come without anything that was asked for."""
    swept: bool = False
    """Whether Cloud Asset Inventory told of it, and not only lists of gcloud."""


class Found:
    """Everything that was found, and where it goes."""

    def __init__(self, sink: ExportSink, reads: Reads) -> None:
        self.sink = sink
        self.reads = reads
        self.containers = Containers()
        self.estates: dict[str, Estate] = {}
        self.unread: Counter[str] = Counter()
        """Assets of types that no service reads."""
        self.accounts: dict[str, str] = {}
        """Full resource names of service accounts by address, as Cloud Asset Inventory has them: by unique id."""
        self.custom_roles: set[str] = set()
        """Custom roles that come with their permissions."""
        self.roles: set[str] = set()
        """Predefined roles that policies name."""
        self.cuts: list[tuple[frozenset[str], str]] = []
        """Estates that a file told of before it was cut off, and where that was."""
        self._seen: dict[bytes, bytes] = {}

    # ----- assets and results of searches

    def asset(self, place: str, entry: dict[str, Any]) -> Estate:
        """Take in an asset with its resource, its policy, or both."""
        name, type = _named(place, entry)
        ancestors = _texts(entry.get("ancestors"))
        resource = entry.get("resource")
        self.containers.hint(name, ancestors)
        self.containers.chain(ancestors)
        estate = self._swept(_key(name, ancestors, text(table(resource).get("parent"))))
        policy = entry.get("iam_policy", entry.get("iamPolicy"))
        if policy is not None:
            self.policy(estate, place, name, type, policy, ancestors)
        if resource is not None:
            self._resource(estate, place, name, type, table(resource), ancestors, entry)
        elif policy is None:
            estate.bare += 1
        return estate

    def result(self, place: str, row: dict[str, Any]) -> Estate:
        """Take in a result of search-all-resources."""
        name, type = _named(place, row)
        ancestors = _above(row)
        self.containers.hint(name, ancestors)
        estate = self._swept(_key(name, ancestors, text(row.get("parentFullResourceName"))))
        held = row.get("versionedResources", row.get("versioned_resources"))
        for one in held if isinstance(held, list) else ():
            data = table(table(one).get("resource"))
            if data:
                whole = {"data": data, "location": text(row.get("location"))}
                self._resource(estate, place, name, type, whole, ancestors, {"updateTime": row.get("updateTime")})
                break
        else:
            estate.bare += 1
        if type in TYPES:
            self.containers.take_result(place, row)
        for operation in self.reads.searches.get(type, ()):
            if self.is_new(place, operation.name, name, {**row, "updateTime": ""}):
                self.add(estate, place, operation, "results", {**row, "name": name, "assetType": type})
        return estate

    def policy_result(self, place: str, row: dict[str, Any]) -> Estate:
        """Take in a result of search-all-iam-policies."""
        name = text(row.get("resource"))
        if not name.startswith("//"):
            raise InputError(f"{place} does not tell which resource the policy is of.", "The export is damaged.")
        ancestors = _above(row)
        self.containers.hint(name, ancestors)
        estate = self._swept(_key(name, ancestors, ""))
        self.policy(estate, place, name, text(row.get("assetType")), row.get("policy"), ancestors)
        return estate

    def policy(
        self,
        estate: Estate,
        place: str,
        name: str,
        type: str,
        policy: object,
        ancestors: list[str],
        *,
        new: bool = True,
    ) -> None:
        """Take in an allow policy. `new`: whether one that was told before in another way is an error."""
        if not self.is_new(place, SEARCH.name, name, _bindings(policy), strict=new):
            return
        row: dict[str, Any] = {"resource": name, "assetType": type}
        if isinstance(policy, dict):
            row["policy"] = policy  # without one, the parser tells of damage
            self.note_roles(policy)
        if ancestors and ancestors[0].startswith("projects/"):
            row["project"] = ancestors[0]
            estate.policies.add(ancestors[0].removeprefix("projects/"))
        if relative(name) == estate.key:
            estate.own_policy = True
        self.add(estate, place, SEARCH, "results", row, whole=new)

    def note_roles(self, policy: dict[str, Any]) -> None:
        """Remember which predefined roles a policy names."""
        bindings = policy.get("bindings")
        for binding in bindings if isinstance(bindings, list) else ():
            role = text(table(binding).get("role"))
            if role.startswith("roles/") and len(self.roles) < _MOST_ROLES:
                self.roles.add(role[:200])

    def _resource(
        self,
        estate: Estate,
        place: str,
        name: str,
        type: str,
        resource: dict[str, Any],
        ancestors: list[str],
        entry: dict[str, Any],
    ) -> None:
        if ancestors and ancestors[0].startswith("projects/"):
            estate.resources.add(ancestors[0].removeprefix("projects/"))
        if type in TYPES:
            above = text(resource.get("parent"))
            self.containers.take(place, type, table(resource.get("data")), name=name, above=above, ancestors=ancestors)
        if type == SERVICE_ACCOUNT and (email := text(table(resource.get("data")).get("email"))):
            self.accounts.setdefault(email.lower(), name)
        if type == ROLE:
            self.custom_roles.add(relative(name))
        operations = self.reads.sweeps.get(type, [])
        searches = [one for one in self.reads.searches.get(type, ()) if not wants_ages(one)]
        if not operations and not searches and type not in TYPES:
            self.unread[type[:200]] += 1
            return
        if not self.is_new(place, "resource", f"{type} {name}", resource.get("data")):
            return
        row = {"name": name, "assetType": type, "resource": resource, "ancestors": ancestors}
        if at := text(entry.get("update_time")) or text(entry.get("updateTime")):
            row["updateTime"] = at
        for operation in operations:
            self.add(estate, place, operation, "assets", row)
        for operation in searches:
            data = table(resource.get("data"))
            told = {"name": name, "assetType": type, "state": text(data.get("state")), "labels": data.get("labels")}
            project = ancestors[0] if ancestors and ancestors[0].startswith("projects/") else ""
            kept = {key: value for key, value in {**told, "project": project}.items() if value}
            self.add(estate, place, operation, "results", kept)

    # ----- rows

    def is_new(self, place: str, kind: str, name: str, told: object, *, strict: bool = True) -> bool:
        """Whether something was not told before.

        Raises InputError where two tell different things of the same and `strict` says that both must be true.
        """
        key = hashlib.blake2b(f"{kind}\0{name}".encode(), digest_size=16).digest()
        digest = hashlib.blake2b(_encoded(told), digest_size=16).digest()
        known = self._seen.setdefault(key, digest)
        if known is digest:
            return True
        if known != digest and strict:
            raise InputError(
                f"{place} tells of {plain(name[-160:])} otherwise than another place.",
                "Keep the newer of the two exports: they cannot be added up.",
            )
        return False

    def add(
        self,
        estate: Estate,
        place: str,
        operation: Operation,
        field: str,
        row: dict[str, Any],
        params: Mapping[str, str] | None = None,
        *,
        whole: bool = True,
    ) -> None:
        """Add a row to the answer of a call. `whole`: whether it tells that the call was answered for everything."""
        given = dict(params or {})
        key = f"{operation.name} {sorted(given.items())}"
        page = estate.pages.get(key)
        if page is None:
            page = estate.pages[key] = Page(operation, field, given)
        page.rows.append(row)
        page.places.append(place)
        if whole:
            estate.told.add(operation.name)
        if len(page.rows) >= PAGE and estate.key.startswith("organizations/"):
            self.write(estate_shard(estate.key, estate.swept), page)

    def write(self, shard: Shard, page: Page) -> None:
        """Write the rows of a page, as many as one may have at a time."""
        for start in range(0, len(page.rows), PAGE):
            rows, places = page.rows[start : start + PAGE], page.places[start : start + PAGE]
            try:
                self.sink.add(shard, page.operation, _answer(page.field, rows), page.params)
            except NhiscanError:
                # Which row it is, is found by writing them one by one.
                for row, place in zip(rows, places, strict=True):
                    put(self.sink, place, shard, page.operation, _answer(page.field, [row]), page.params)
        page.rows, page.places = [], []

    def _swept(self, key: str) -> Estate:
        found = self.estate_of(key)
        found.swept = True
        return found

    def estate_of(self, root: str) -> Estate:
        """The estate of an organization, folder or project, to add to."""
        found = self.estates.get(root)
        if found is None:
            found = self.estates[root] = Estate(root)
            self.containers.mention(root)
        return found

    # ----- where it all is

    def settle(self) -> None:
        """Find out what is in what, now that everything was read. Raises InputError for what is nowhere."""
        known = [one for one in self.estates if one.startswith("organizations/")]
        only = known[0] if len(known) == 1 else ""
        for key, estate in list(self.estates.items()):
            root = self._root(key, only)
            if root == key:
                continue
            del self.estates[key]
            into = self.estate_of(root)
            for name, page in estate.pages.items():
                kept = into.pages.setdefault(name, Page(page.operation, page.field, page.params))
                kept.rows += page.rows
                kept.places += page.places
            into.told |= estate.told
            into.resources |= estate.resources
            into.policies |= estate.policies
            into.bare += estate.bare
            into.swept = into.swept or estate.swept
            into.own_policy = into.own_policy or estate.own_policy
            self.cuts = [(frozenset(root if one == key else one for one in keys), why) for keys, why in self.cuts]

    def finish(self) -> None:
        """Write what is left, and what contains it."""
        for name, row in self.containers.rows():
            place = self.containers.places.get(name, name)
            self.add(self.estate_of(self.containers.top(name)), place, CONTAINERS, "results", row)
        for name, told in self.containers.organizations.items():
            estate = self.estate_of(name)
            estate.told.add(tree.ORGANIZATION.name)
            place = self.containers.places.get(name, name)
            put(self.sink, place, estate_shard(name, estate.swept), tree.ORGANIZATION, told, {"name": name})
        for root, estate in sorted(self.estates.items()):
            for _, page in sorted(estate.pages.items()):
                self.write(estate_shard(root, estate.swept), page)

    def _root(self, key: str, only: str) -> str:
        """Where an estate is. `only`: the one organization that there is."""
        name = key.removeprefix("?")
        if name.startswith("organizations/"):
            return name
        top = self.containers.top(name) if name else ""
        if top.startswith("organizations/"):
            return top
        if key.startswith("?") and only:
            return only
        if not top:
            page = next(iter(self.estates[key].pages.values()), None)
            where = page.places[0] if page and page.places else "An export"
            raise InputError(
                f"{where} does not tell in which organization, folder or project it lies.",
                "Export again; assets have ancestors.",
            )
        return top


def _answer(field: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """An answer that holds rows. `field`: "assets", or "items/*/instances" where they stand apart by zone."""
    outer, star, inner = field.partition("/*/")
    return {outer: {"gcloud": {inner: rows}}} if star else {field: rows}


def put(
    sink: ExportSink, place: str, shard: Shard, operation: Operation, body: dict[str, Any], params: Mapping[str, str]
) -> None:
    """Write one answer. Raises InputError with its place where it cannot be taken in."""
    try:
        sink.add(shard, operation, body, dict(params))
    except NhiscanError as error:
        raise InputError(f"{place} cannot be taken in: {error.message}", "The file is damaged.") from error


def estate_shard(root: str, swept: bool = True) -> Shard:
    """The shard of an organization, folder or project as a whole."""
    return Place(part="estate", root=root, swept=swept).shard()


def _named(place: str, entry: dict[str, Any]) -> tuple[str, str]:
    name = text(entry.get("name"))
    type = text(entry.get("asset_type")) or text(entry.get("assetType"))
    if not name.startswith("//") or not type:
        raise InputError(f"{place} is an asset without a full name or a type.", "The export is damaged.")
    return name, type


def _above(row: dict[str, Any]) -> list[str]:
    """Ancestors of a result of a search."""
    names = [text(row.get("project")), *_texts(row.get("folders")), text(row.get("organization"))]
    return [name for name in names if name]


def _bindings(policy: object) -> list[bytes]:
    """What a policy says, whatever the order in which it says it."""
    bindings = table(policy).get("bindings")
    found = []
    for binding in bindings if isinstance(bindings, list) else ():
        members = table(binding).get("members")
        if isinstance(members, list):
            binding = {**binding, "members": sorted(members, key=str)}
        found.append(_encoded(binding))
    return sorted(found)


def _encoded(told: object) -> bytes:
    """JSON in which the order of fields does not count; nothing for what is nested too deep, which the sink refuses."""
    try:
        return msgspec.json.encode(told, order="deterministic")
    except RecursionError:
        return b""


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _key(name: str, ancestors: list[str], parent: str) -> str:
    """What is known at once of where an asset lies; "?projects/p" for something that may be anywhere above p."""
    own = relative(name) if name.startswith("//cloudresourcemanager.googleapis.com/") else ""
    last = ancestors[-1] if ancestors else ""
    for known in (last, own):
        if known.startswith("organizations/") and known[14:].isdecimal():
            return known
    above = relative(parent)
    for likely in (own, last, above, _project_in(name)):
        if container(likely):
            return f"?{likely}"
    return "?"


def _project_in(name: str) -> str:
    _, found, rest = name.partition("/projects/")
    project = rest.partition("/")[0]
    return f"projects/{project}" if found and project != "-" else ""
