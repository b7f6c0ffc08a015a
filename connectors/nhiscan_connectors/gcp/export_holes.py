"""What exports do not tell: each is a gap, so that nothing that was not exported looks as if it were not there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from nhiscan.connector import ExportSink, Shard
from nhiscan.model import Aspect
from nhiscan.wording import plain
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.api import Api, GoogleOperation
from nhiscan_connectors.gcp.assets import ACCOUNT_AGES, CONTAINERS, PROJECT
from nhiscan_connectors.gcp.export_found import Estate, Found, estate_shard
from nhiscan_connectors.gcp.export_items import Here, Items
from nhiscan_connectors.gcp.export_reads import SEARCH as ANY_SEARCH
from nhiscan_connectors.gcp.export_reads import SWEEP, Reads, types_of
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Service
from nhiscan_connectors.gcp.services import policies, roles
from nhiscan_connectors.gcp.services import service_accounts as accounts

_NONE: Final = "the export holds none, and does not tell whether there are none or whether they were left out"
_NOT_HELD: Final = "the export does not hold it"
_SHOWN: Final = 5
_OF_PROJECTS: Final = frozenset({"project", "number", "root", "location", "of"})
"""Fields of calls that ask a whole project, or all of them."""


def tell(sink: ExportSink, found: Found, items: Items) -> None:
    """Say what the exports do not tell of estates and of projects."""
    described, below = _projects_of(found)
    for root, estate in sorted(found.estates.items()):
        holes = [*_of_estate(found, estate, root in described)] if estate.swept else [*_of_tree(estate)]
        holes += [*_of_roles(found, items, "" if estate.swept else f"{root}/"), *_of_cuts(found, root)]
        shard = estate_shard(root, estate.swept)
        for operation, why in dict.fromkeys(holes):
            sink.missing(shard, operation, why)
        if estate.swept:
            _tell_of_projects(sink, found, estate, below[root])
    for _, here in sorted(items.projects.items()):
        _tell_of_project(sink, items.place(here).shard(), found, items, here)


def _projects_of(found: Found) -> tuple[set[str], dict[str, list[str]]]:
    """Estates of which projects are described, and ids of all projects by their estate."""
    described: set[str] = set()
    below: dict[str, list[str]] = defaultdict(list)
    for name, row in found.containers.rows():
        if row.get("assetType") == PROJECT:
            root = found.containers.top(name)
            below[root].append(name.removeprefix("projects/"))
            if "state" in row:
                described.add(root)
    return described, below


def _of_estate(found: Found, estate: Estate, described: bool) -> Iterator[tuple[GoogleOperation, str]]:
    """What was not told of an organization."""
    reads, told = found.reads, estate.told
    if policies.SEARCH.name not in told:
        yield policies.SEARCH, f"{_NOT_HELD}: it was made without IAM policies"
    elif not estate.own_policy and not estate.key.startswith("projects/"):
        yield policies.SEARCH, f"the export does not hold the policy of {estate.key} itself"
    if not described:
        yield CONTAINERS, "the export tells of no projects"
    elif estate.key.startswith("organizations/") and tree.ORGANIZATION.name not in told:
        yield CONTAINERS, f"the export does not hold {estate.key} itself: it may be of a part of it"
    if estate.bare and not any(name.startswith(SWEEP) for name in told):
        yield CONTAINERS, f"{estate.bare} assets come without their content: export with --content-type=resource"
    for service in reads.services:
        yield from _of_service(reads, service, told, policies.SEARCH.blinds if policies.SEARCH.name in told else ())


def _of_service(
    reads: Reads, service: Service, told: set[str], also: tuple[Aspect, ...]
) -> Iterator[tuple[GoogleOperation, str]]:
    """What one service would have been told by a scan. `also`: aspects that another service's calls told."""
    known: set[Aspect] = set(also)
    stands_for = {
        listing.operation.name
        for type, listing in reads.lists.items()
        if any(one.name in told for one in reads.sweeps.get(type, ()))
    }
    others: list[GoogleOperation] = []
    for operation in service.operations:
        if operation == policies.SEARCH:
            continue
        if operation.name in told:
            known |= set(operation.blinds)
        elif isinstance(operation, Api) and operation.name.startswith(SWEEP):
            if operation.blinds:
                yield operation, f"{_NONE} ({', '.join(one.partition('/')[2] for one in types_of(operation))})"
                known |= set(operation.blinds)
        elif operation in (ACCOUNT_AGES, accounts.ACCOUNT_USE, accounts.KEY_USE):
            yield operation, _NOT_HELD
            known |= set(operation.blinds)
        elif not operation.name.startswith(ANY_SEARCH) and operation.name not in stands_for:
            others.append(operation)
    # A list tells people more than the list of places that it is asked in.
    lists = {listing.operation.name for listing in reads.lists.values()}
    for operation in sorted(others, key=lambda one: one.name not in lists):
        if operation in (roles.PREDEFINED, roles.OF_ORGANIZATION, roles.OF_PROJECT) or operation in tree.OPERATIONS:
            continue  # told of by themselves
        if operation.blinds and not set(operation.blinds) <= known:
            yield operation, _NOT_HELD
            known |= set(operation.blinds)


def _of_tree(estate: Estate) -> Iterator[tuple[GoogleOperation, str]]:
    """What was not told of an organization of which there are lists only."""
    kind = estate.key.partition("/")[0]
    if kind in policies.OF_CONTAINER and policies.OF_CONTAINER[kind].name not in estate.told:
        yield policies.OF_CONTAINER[kind], _NOT_HELD
    if CONTAINERS.name not in estate.told:
        yield CONTAINERS, "the export tells of no projects"
    if kind == "organizations" and roles.OF_ORGANIZATION.name not in estate.told:
        yield roles.OF_ORGANIZATION, _NOT_HELD


def _of_roles(found: Found, items: Items, owner: str) -> Iterator[tuple[GoogleOperation, str]]:
    """Roles of which nobody knows what they allow. `owner`: whose custom roles count; empty: everybody's."""
    lacking = sorted(found.roles - items.known_roles)
    if lacking:
        more = f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else ""
        names = ", ".join(plain(one[:80]) for one in lacking[:_SHOWN])
        yield roles.PREDEFINED, f"the export does not tell what {names}{more} allow"
    bare = [one for one in items.bare_roles if one.startswith(owner) and one not in found.custom_roles]
    for kind, operation in (("organizations/", roles.OF_ORGANIZATION), ("projects/", roles.OF_PROJECT)):
        if own := [one for one in bare if one.startswith(kind)]:
            yield operation, f"{len(own)} roles were listed without their permissions, which describe tells"


def _of_cuts(found: Found, root: str) -> Iterator[tuple[GoogleOperation, str]]:
    """Whatever a file that was cut off may have held more of."""
    for roots, why in found.cuts:
        if root in roots:
            yield CONTAINERS, why
            yield policies.SEARCH, why
            yield from ((one, why) for ones in found.reads.sweeps.values() for one in ones)


def _tell_of_projects(sink: ExportSink, found: Found, estate: Estate, ids: list[str]) -> None:
    """What is unknown of single projects: for every aspect one call, and not all of them.

    What is unknown of the organization is so of each project without being told again.
    """
    resources = {found.containers.id_of(one) for one in estate.resources}
    with_policy = {found.containers.id_of(one) for one in estate.policies}
    sweeps = list(dict.fromkeys(one for ones in found.reads.sweeps.values() for one in ones))
    for id in ids:
        own: list[tuple[GoogleOperation, str]] = []
        if id not in resources:
            own += [(one, "the export holds nothing of this project") for one in sweeps]
        if id not in with_policy:
            own.append((policies.SEARCH, "the export holds no policy of this project"))
        for use in (accounts.ACCOUNT_USE, accounts.KEY_USE):
            if use.name in estate.activity and id not in estate.activity[use.name]:
                own.append((use, "the export does not hold it for this project"))
        number = found.containers.number_of(id)
        shard = Place(part="project", root=estate.key, project=id, number=number, swept=True).shard()
        blind: set[Aspect] = set()
        for operation, why in own:
            if not set(operation.blinds) <= blind:
                blind |= set(operation.blinds)
                sink.missing(shard, operation, why)


def _tell_of_project(sink: ExportSink, shard: Shard, found: Found, items: Items, here: Here) -> None:
    """What was not told of a project of which there are lists only."""
    holes: list[tuple[GoogleOperation, str]] = []
    for service in found.reads.services:
        if service.part != "estate" and service.name != "roles":
            candidates = [
                one
                for one in service.operations
                if not one.name.startswith("cloudasset:") and one not in tree.OPERATIONS
            ]
            holes += _of_project_service(candidates, here)
    without = here.accounts - here.with_keys
    if here.with_keys and without:
        holes.append((accounts.KEYS_OF, f"the keys of {len(without)} service accounts were not listed"))
    without = here.accounts - here.with_policy
    if here.with_policy and without:
        holes.append((accounts.POLICY_OF, f"the policies of {len(without)} service accounts are not there"))
    if roles.OF_PROJECT.name not in here.told:
        holes.append((roles.OF_PROJECT, _NOT_HELD))
    for operation, why in [*holes, *_of_roles(found, items, f"projects/{here.id}/")]:
        sink.missing(shard, operation, why)


def _of_project_service(candidates: list[GoogleOperation], here: Here) -> Iterator[tuple[GoogleOperation, str]]:
    """What one service was not told. Details of single records are asked for only where there are some."""
    told = [one for one in candidates if one.name in here.told]
    known = {aspect for one in told for aspect in one.blinds}
    for operation in candidates if told else [one for one in candidates if not _is_detail(one)]:
        if operation.blinds and operation.name not in here.told and not set(operation.blinds) <= known:
            yield operation, _NOT_HELD
            known |= set(operation.blinds)


def _is_detail(operation: GoogleOperation) -> bool:
    """Whether a call is about one record that another call tells of."""
    return isinstance(operation, Api) and not set(operation.fields) <= _OF_PROJECTS
