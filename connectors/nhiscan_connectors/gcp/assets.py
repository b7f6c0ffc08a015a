"""Cloud Asset Inventory, and the lists that stand in for it: however a resource was told of, it is one `Asset`.

An inventory of assets holds each resource as its own API describes it. So a resource that came in the sweep of an
organization, in an export of it, or in the list of one project is read by the same parser.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Unpack

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import Aspect
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.common.declared import Told
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.api import Api, GoogleOperation, rest
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import Projects, container, email_of, service_account_id
from nhiscan_connectors.gcp.place import Place

ORGANIZATION: Final = "cloudresourcemanager.googleapis.com/Organization"
FOLDER: Final = "cloudresourcemanager.googleapis.com/Folder"
PROJECT: Final = "cloudresourcemanager.googleapis.com/Project"
SERVICE_ACCOUNT: Final = "iam.googleapis.com/ServiceAccount"


def _search(what: str, *types: str, mask: str, **told: Unpack[Told]) -> Api:
    return rest(
        f"cloudasset:searchAllResources#{what}",
        "v1/{+root}:searchAllResources",
        query=(*(("assetTypes", kind) for kind in types), ("readMask", mask)),
        size=500,
        there=True,
        **told,
    )


def sweep(what: str, *types: str, hides: str, blinds: tuple[Aspect, ...], drop: tuple[str, ...] = ()) -> Api:
    """Every resource of some types in all that is scanned, whole. `what`: for people, and unique: "secrets"."""
    return rest(
        f"cloudasset:assets.list#{what}",
        "v1/{+root}/assets",
        query=(("contentType", "RESOURCE"), *(("assetTypes", kind) for kind in types)),
        size=1000,
        permission="cloudasset.assets.listResource",
        purpose=f"lists the {what.replace('-', ' ')} of all projects in one sweep",
        hides=hides,
        blinds=blinds,
        drop=drop,
        below=True,
        there=True,
    )


CONTAINERS: Final = _search(
    "containers",
    ORGANIZATION,
    FOLDER,
    PROJECT,
    mask="name,assetType,project,displayName,labels,createTime,state,parentFullResourceName,additionalAttributes",
    permission="cloudasset.assets.searchAllResources",
    purpose="lists the organization, its folders and its projects",
    hides="which folders and projects there are, by Cloud Asset Inventory: each project is then asked by itself",
    optional=True,
)
SERVICES: Final = _search(
    "services",
    "serviceusage.googleapis.com/Service",
    mask="name,project,state",
    permission="cloudasset.assets.searchAllResources",
    purpose="tells which services are enabled in which project, so that others are not asked",
    hides="which services are enabled; each project is asked for everything",
    optional=True,
)
ACCOUNT_AGES: Final = _search(
    "service-accounts",
    SERVICE_ACCOUNT,
    mask="name,createTime",
    permission="cloudasset.assets.searchAllResources",
    purpose="tells when service accounts were made, which IAM itself does not",
    hides="when service accounts were made",
    optional=True,
)
ACCOUNTS: Final = sweep(
    "service-accounts",
    SERVICE_ACCOUNT,
    hides="which service accounts exist",
    blinds=("identities",),
)
"""Here and not with the service that reads them: policies name service accounts by ids that only these explain."""


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """One resource, as its own API describes it."""

    name: str
    """Full resource name as records write it: see `nhiscan_connectors.gcp.names`."""
    type: str
    """"secretmanager.googleapis.com/Secret"."""
    data: dict[str, Any]
    project: str
    """Id of its project; empty for what lies above projects."""
    location: str = ""
    updated_at: datetime | None = None
    source: str
    """Name of the operation that told."""

    @property
    def short(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A list of one project's resources, which stands in where Cloud Asset Inventory may not be read."""

    type: str
    """Type of the assets that it gives."""
    operation: GoogleOperation
    key: str
    """Field of an answer that holds the list: "secrets". "items/*/instances": lists in an object of objects."""
    service: str
    """Service that must be enabled in the project for it: "secretmanager"."""
    host: str = ""
    """What stands before the relative name of an item in a full resource name; empty: the service's own host."""
    name: str = "name"
    """Field of an item that holds its relative name."""
    prefix: str = ""
    """What stands before the name where it is a bare one: "projects/{project}/..."."""


def ask(calls: Calls, swept: Api | None, *listings: Listing) -> None:
    """Ask for resources in the way that is open: all at once in the estate, else project by project.

    `listings` without a field but the project's own; a list that goes through others is its service's own affair.
    """
    place = calls.place
    if place.part == "estate":
        if swept is not None and place.swept:
            calls.ask(swept)
    elif not place.swept or swept is None:
        calls.each(calls.ask, [one.operation for one in listings if place.enabled(one.service)])


class Reading(Fields):
    """The answers of one shard as assets. Ask `gaps` last."""

    def __init__(self, shard: Shard, answers: Answers) -> None:
        super().__init__(shard, answers)
        self.shard = shard
        self.answers = answers
        self.place = Place.of(shard)

    @cached_property
    def top(self) -> str:
        """Id of the scope in which people and groups are, who belong to no project."""
        return container(self.place.root) or self.shard.scope

    @cached_property
    def projects(self) -> Projects:
        """Which number is which project."""
        pairs = [(self.place.number, self.place.project)]
        for found in self._rows(CONTAINERS, "results"):
            if text(found.get("assetType")) == PROJECT:
                id, number = searched_project(found)
                pairs.append((number, id))
        told = [row for one in (tree.PROJECTS_IN, tree.PROJECTS) for row in self._rows(one, "projects")]
        told += [table(body) for body in self.answers.bodies(tree.PROJECT)]
        pairs += [(text(row.get("name")).removeprefix("projects/"), text(row.get("projectId"))) for row in told]
        return Projects(pairs)

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Addresses of service accounts by unique id, as far as this shard tells."""
        found: dict[str, str] = {}
        for row in self._rows(ACCOUNTS, "assets"):
            data = data_of(row)
            if (unique := text(data.get("uniqueId"))) and (email := text(data.get("email"))):
                found[unique] = email
        return found

    def resource(self, full: str) -> str:
        """Id of a resource by a full resource name, in whatever form Google wrote it."""
        name = self.projects.normal(full)
        if "/serviceAccounts/" in name and name.startswith("//iam.googleapis.com/") and not email_of(name):
            before, _, rest = name.partition("/serviceAccounts/")
            unique, slash, more = rest.partition("/")
            if email := self.accounts.get(unique):
                return f"{service_account_id(email)}{slash}{more}"
            return f"{before}/serviceAccounts/{rest}"
        return name

    def project_of(self, full: str, ancestors: object = None) -> str:
        """Id of the project that a resource lies in; empty where nothing tells."""
        if isinstance(ancestors, list):
            for one in ancestors:
                if isinstance(one, str) and one.startswith("projects/"):
                    return self.projects.id_of(one)
        return self.projects.project_in(full) or self.place.project

    def scope(self, asset: Asset) -> str:
        """Id of the scope that an asset lies in."""
        return self.projects.scope(asset.project) if asset.project else self.shard.scope

    def assets(self, swept: Api | None, type: str, *listings: Listing) -> list[Asset]:
        """Resources of one type, by name, from the sweep and from lists."""
        found: dict[str, Asset] = {}
        told = [*self._swept(swept, type)] if swept is not None else []
        for listing in listings:
            if listing.type == type:
                told += self._listed(listing)
        for asset in told:
            found.setdefault(asset.name, asset)
        return [found[name] for name in sorted(found)]

    def _swept(self, operation: Api, type: str) -> Iterator[Asset]:
        for row in self.items(operation, "assets", "name", "assetType"):
            if row["assetType"] != type:
                continue
            resource = table(row.get("resource"))
            data = table(resource.get("data"))
            if not data:
                self.leave_out(operation, f"{row['name'][:200]} has no data", "")
                continue
            yield Asset(
                name=self.resource(row["name"]),
                type=type,
                data=data,
                project=self.project_of(row["name"], row.get("ancestors")),
                location=text(resource.get("location")) or text(data.get("location")),
                updated_at=moment(row.get("updateTime")),
                source=operation.name,
            )

    def _listed(self, listing: Listing) -> Iterator[Asset]:
        host = listing.host or f"//{listing.service}.googleapis.com/"
        for item in self._entries_of(listing):
            name = listing.prefix.replace("{project}", self.place.project) + text(item.get(listing.name))
            yield Asset(
                name=self.resource(f"{host}{name.removeprefix('//').lstrip('/')}"),
                type=listing.type,
                data=item,
                project=self.place.project,
                location=location_in(name) or text(item.get("location")),
                updated_at=moment(item.get("updateTime")),
                source=listing.operation.name,
            )

    def _entries_of(self, listing: Listing) -> Iterator[dict[str, Any]]:
        outer, star, inner = listing.key.partition("/*/")
        if not star:
            yield from self.items(listing.operation, listing.key, listing.name)
            return
        for body in self.bodies(listing.operation):
            for part in table(body.get(outer)).values():
                if isinstance(part, dict) and inner in part:
                    yield from self.within(listing.operation, part, inner, listing.name)

    def _rows(self, operation: Api, key: str) -> Iterator[dict[str, Any]]:
        """Entries that are objects; what is not is told by whoever reads them with `items`."""
        for body in self.answers.bodies(operation):
            found = table(body).get(key)
            for item in found if isinstance(found, list) else ():
                if isinstance(item, dict):
                    yield item


def data_of(row: object) -> dict[str, Any]:
    """The resource itself, in an entry of assets.list."""
    return table(table(table(row).get("resource")).get("data"))


def searched_project(item: dict[str, Any]) -> tuple[str, str]:
    """Id and number of a project, in a result of searchAllResources."""
    id = text(table(item.get("additionalAttributes")).get("projectId")) or text(item.get("name")).rpartition("/")[2]
    return id, text(item.get("project")).removeprefix("projects/")


def location_in(name: str) -> str:
    """Location that a resource name tells: "us-central1" of "projects/p/locations/us-central1/services/s"."""
    for part in ("/locations/", "/zones/", "/regions/"):
        _, found, rest = name.partition(part)
        if found:
            return rest.partition("/")[0]
    return ""


def labels_of(data: dict[str, Any]) -> dict[str, str]:
    """Labels of a resource, those that are text."""
    return {key: value for key, value in table(data.get("labels")).items() if isinstance(value, str)}
