"""Which organizations, folders and projects a scan covers, and how each of them can be read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Settings, Shard, Sink
from nhiscan.errors import NothingReadError, UsageError
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.gcp import tree
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, PROJECT, SERVICES, searched_project
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.place import ANY, Place
from nhiscan_connectors.gcp.session import Sessions

ENABLED: Final = rest(
    "serviceusage:services.list",
    "v1/projects/{number}/services",
    query=(("filter", "state:ENABLED"),),
    size=200,
    permission="serviceusage.services.list",
    purpose="tells which services are enabled in a project, where Cloud Asset Inventory may not be read",
    hides="which services are enabled; the project is asked for everything",
    optional=True,
    there=True,
)
OPERATIONS: Final = (CONTAINERS, SERVICES, ENABLED, *tree.OPERATIONS)
NEVER: Final = (
    "apikeys:projects.locations.keys.getKeyString", "apikeys:keys.lookupKey",
    "secretmanager:projects.secrets.versions.access", "secretmanager:projects.locations.secrets.versions.access",
    "iamcredentials:projects.serviceAccounts.generateAccessToken",
    "iamcredentials:projects.serviceAccounts.generateIdToken", "iamcredentials:projects.serviceAccounts.signBlob",
    "iamcredentials:projects.serviceAccounts.signJwt", "iam:projects.serviceAccounts.keys.create",
    "iam:projects.serviceAccounts.signBlob", "iam:projects.serviceAccounts.signJwt",
    "iam:projects.locations.oauthClients.credentials.get", "storage:projects.hmacKeys.create",
    "agentidentity:authProviders.resolveAuthorization", "agentidentitycredentials:credentials.retrieve",
    "cloudkms:cryptoKeys.decrypt", "sqladmin:users.list", "container:projects.locations.clusters.getCredentials",
    "secretmanager:projects.secrets.getValue", "cloudfunctions:functions.generateDownloadUrl",
    "cloudasset:exportAssets", "storage:objects.get",
)  # fmt: skip
"""Calls that return a secret or data, by service and call, named as `Operation.name` is."""
DELEGATED: Final = "delegated"
"""Option of a shard: client ids that have domain-wide delegation, as the scanner was told, with commas between."""
_ROOT: Final = re.compile(r"(?:organizations|folders)/\d{1,30}|projects/[a-z0-9.:-]{1,80}", re.ASCII)
_PROJECT: Final = re.compile(r"[a-z0-9.:-]{1,80}", re.ASCII)


def plan(sessions: Sessions, settings: Settings, sink: Sink) -> Iterator[Shard]:
    """Yield the shards: each organization, folder or project that is scanned as a whole, then each project in it.

    Raises NothingReadError where Google lets the scanner into none of them, UsageError for a scope that is none.
    """
    start = Shard(connector="gcp", scope="gcp", part="plan")
    first = Calls(sessions, start, sink.of(start))
    roots, why = _roots(first, settings)
    shards: dict[str, Shard] = {}
    opened = False
    for root in roots:
        estate = Place(part="estate", root=root)
        calls = Calls(sessions, estate.shard(), sink.of(estate.shard()))
        known, found, problem = _surveyed(calls, root)
        why = why or problem
        opened = opened or known
        for shard in found:
            # A project that lies in two of them is asked once: two that write the pages of one shard would mix them.
            shards.setdefault(shard.id, shard)
    if not opened:
        raise NothingReadError(
            f"Google Cloud did not let the scanner in: {(why or 'it names no organization or project').rstrip('.')}.",
            "Log in (gcloud auth application-default login), or check --scope and --impersonate-service-account.",
        )
    clients = ",".join(sorted({str(one).strip() for one in settings.get("delegated_client") or ()} - {""}))
    for shard in shards.values():
        yield msgspec.structs.replace(shard, options={**shard.options, DELEGATED: clients}) if clients else shard


def _roots(calls: Calls, settings: Settings) -> tuple[list[str], str]:
    """What to scan: what was asked for, else all organizations, else all projects; and why there is nothing."""
    asked = tuple(str(one) for one in settings.get("scope") or ())
    if asked:
        return _outermost(calls, sorted({_by_id(calls, _root(one)) for one in asked})), ""
    organizations = [
        text(item.get("name"))
        for item in calls.items(tree.ORGANIZATIONS, "organizations")
        if isinstance(item, dict) and tree.is_active(item)
    ]
    found = sorted({name for name in organizations if _ROOT.fullmatch(name)})
    if found:
        return found, ""
    projects = [
        f"projects/{text(item.get('projectId'))}"
        for item in calls.items(tree.PROJECTS, "projects")
        if isinstance(item, dict) and tree.is_active(item)
    ]
    why = next((why for one in (tree.ORGANIZATIONS, tree.PROJECTS) if (why := calls.sink.refusal(one))), "")
    return sorted({name for name in projects if _ROOT.fullmatch(name)}), why


def _root(asked: str) -> str:
    """A scope as it is asked for; a bare word is a project."""
    if _ROOT.fullmatch(asked):
        return asked
    if _PROJECT.fullmatch(asked):
        return f"projects/{asked}"
    raise UsageError(
        f"{asked!r} is no scope of Google Cloud.",
        "Give organizations/NUMBER, folders/NUMBER or the id of a project.",
    )


def _by_id(calls: Calls, root: str) -> str:
    """A project that was asked for by its number by its id, for so records name it; anything else as it is."""
    number = root.removeprefix("projects/")
    if number == root or not number.isdigit():
        return root
    id = text((tree.itself(calls, root) or {}).get("projectId"))
    if not id:
        found = [item for item in calls.items(CONTAINERS, "results", root=root) if isinstance(item, dict)]
        id = next((id for id, its in swept_projects(found) if its == number), "")
    return f"projects/{id}" if _PROJECT.fullmatch(id) else root


def _outermost(calls: Calls, roots: list[str]) -> list[str]:
    """Without those that lie in another one, which tells of them already."""
    if len(roots) < 2:
        return roots

    known = frozenset(roots)

    def itself(root: str) -> Calls:
        shard = Place(part="estate", root=root).shard()
        return Calls(calls.sessions, shard, calls.sink.of(shard))  # what it says of itself is needed there again

    above = dict(zip(roots, calls.each(lambda root: _parent(itself(root), root), roots), strict=True))

    def lies_in_another(root: str) -> bool:
        here = above[root]
        for _ in range(tree.DEEPEST):
            if here in known or not here:
                break
            if here not in above:
                above[here] = _parent(calls, here)
            here = above[here]
        return here in known

    return [root for root in roots if not lies_in_another(root)]


def _parent(calls: Calls, name: str) -> str:
    """What a folder or project lies in: "folders/12"; empty where that is not told, and for an organization."""
    if name.startswith("organizations/"):
        return ""
    parent = text((tree.itself(calls, name) or {}).get("parent"))
    return parent if _ROOT.fullmatch(parent) else ""


def _surveyed(calls: Calls, root: str) -> tuple[bool, list[Shard], str]:
    """Whether anything was let known of a root, its shards, and why it could not be read."""
    estate = calls.place
    found = [item for item in calls.items(CONTAINERS, "results") if isinstance(item, dict)]
    why = calls.sink.refusal(CONTAINERS)
    estate = msgspec.structs.replace(estate, swept=not why)
    projects = [*swept_projects(found)] if not why else []
    if not projects:
        # An inventory that knows not even the project that is scanned may be empty because it was never filled.
        told = tree.itself(calls, root)
        why = next(filter(None, (why, *map(calls.sink.refusal, tree.ITSELF.values()))), "")
        projects = [*_walked(calls, root, told)]
        estate = msgspec.structs.replace(estate, swept=estate.swept and not projects)
        if told is None and not projects and not found:
            return False, [estate.shard()], why
    enabled = _enabled(calls) if estate.swept else {}
    places = [
        Place(
            part="project",
            root=root,
            project=id,
            number=number,
            swept=estate.swept,
            services=frozenset(enabled.get(number, ())) if enabled else frozenset({ANY}),
        )
        for id, number in sorted(set(projects))
    ]
    if not estate.swept:
        places = calls.each(lambda place: _with_services(calls, place), places)
    return True, [estate.shard(), *(place.shard() for place in places)], ""


def swept_projects(found: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Id and number of the active projects that the inventory tells of."""
    for item in found:
        if text(item.get("assetType")) == PROJECT and tree.is_active(item):
            id, number = searched_project(item)
            if _PROJECT.fullmatch(id):
                yield id, number


def _walked(calls: Calls, root: str, told: dict[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Id and number of the active projects that Resource Manager tells of."""
    if root.startswith("projects/"):
        if told is not None:
            yield text(told.get("projectId")) or root[9:], text(told.get("name")).removeprefix("projects/")
        return
    for item in tree.projects_under(calls, root):
        id = text(item.get("projectId"))
        if tree.is_active(item) and _PROJECT.fullmatch(id):
            yield id, text(item.get("name")).removeprefix("projects/")


def _enabled(calls: Calls) -> dict[str, set[str]]:
    """Enabled services by number of the project, as the sweep tells; nothing where it does not."""
    found: dict[str, set[str]] = defaultdict(set)
    for item in calls.items(SERVICES, "results"):
        if isinstance(item, dict) and text(item.get("state")) in ("", "ENABLED"):
            number = text(item.get("project")).removeprefix("projects/")
            found[number].add(_service(text(item.get("name"))))
    return {} if calls.sink.refusal(SERVICES) else found


def _with_services(estate: Calls, place: Place) -> Place:
    """A project with what is enabled in it, by its own account."""
    shard = place.shard()
    calls = Calls(estate.sessions, shard, estate.sink.of(shard))
    found = {_service(text(item.get("name"))) for item in calls.items(ENABLED, "services") if isinstance(item, dict)}
    if calls.sink.refusal(ENABLED):
        return place
    return msgspec.structs.replace(place, services=frozenset(found))


def _service(name: str) -> str:
    """A service without its domain: "aiplatform" of "projects/1/services/aiplatform.googleapis.com"."""
    return name.rpartition("/")[2].removesuffix(".googleapis.com")


def projects_of(calls: Calls) -> list[str]:
    """Ids of the active projects of an estate that Cloud Asset Inventory tells of, as planning found them."""
    found = [item for item in calls.listed(CONTAINERS, "results") if isinstance(item, dict)]
    return sorted({id for id, _ in swept_projects(found)})
