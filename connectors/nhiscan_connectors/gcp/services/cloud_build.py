"""Cloud Build: triggers, what their builds act as, where the source comes from and which secrets a build reads.

One sweep of all projects; where that is not open, one list a location of each project. Where a trigger names no
account, one call a project tells which one its builds use: Google's legacy account for builds, or the default one for
Compute Engine.

Whoever can change the source, or the file of steps in it, decides what a build does with the account. Attributes:
"source" ("github.com/acme/app", or the name of a connected repository), "event" (push, pull-request, manual, webhook,
pubsub), "branch" (pattern), "comment_control" (whose pull requests wait for a comment of an owner: everybody,
outsiders, none), "forks" (yes: a pull request from anywhere starts it), "approval" (required), "disabled", "steps"
(file in the source, or inline), "account_assumed" (nobody told which account builds use by default; it is taken for
the legacy one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.compute.asking import entries, gather, objects, workloads_of
from nhiscan_connectors.gcp.compute.workloads import DEFAULT_ACCOUNT, Workloads
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import locations

TYPE: Final = "cloudbuild.googleapis.com/BuildTrigger"
SWEEP: Final = workloads_of("build-triggers", TYPE)
WHERE: Final = locations("cloudbuild", "triggers of Cloud Build", ("workloads",), version="v2")
LIST: Final = rest(
    "cloudbuild:projects.locations.triggers.list",
    "v1/projects/{project}/locations/{location}/triggers",
    size=500,
    permission="cloudbuild.builds.list",
    purpose="lists triggers of Cloud Build, where Cloud Asset Inventory may not be read",
    hides="which triggers start builds in the project and what builds act as",
    blinds=("workloads",),
)
DEFAULT: Final = rest(
    "cloudbuild:projects.locations.getDefaultServiceAccount",
    "v1/projects/{of}/locations/global/defaultServiceAccount",
    permission="cloudbuild.builds.get",
    purpose="tells which account builds of a project use when none is named",
    hides="which account builds of the project use by default",
    blinds=("workloads",),
)
_LISTING: Final = Listing(type=TYPE, operation=LIST, key="triggers", service="cloudbuild", name="resourceName")
_PROJECT: Final = re.compile(r"projects/([a-z0-9.:-]{1,80})/", re.ASCII)
_COMMENTS: Final = {
    "COMMENTS_ENABLED": "everybody",
    "COMMENTS_ENABLED_FOR_EXTERNAL_CONTRIBUTORS_ONLY": "outsiders",
    "COMMENTS_DISABLED": "none",
    "": "none",
}


def collect(calls: Calls) -> None:
    """One sweep, or one list a location; then one call for each project whose triggers name no account."""
    found = gather(calls, SWEEP, "cloudbuild", LIST, where=WHERE)
    told = entries(found, LIST, "triggers")
    place = calls.place
    if place.part == "project" and not place.swept and place.enabled("cloudbuild"):
        # The list of locations may leave out the one that is none.
        told += [item for item in calls.items(LIST, "triggers", location="global") if isinstance(item, dict)]
    names = [(text(item.get("resourceName")), item) for item in told]
    if place.part == "estate" and place.swept:
        names += [
            (
                text(row.get("name")).removeprefix("//cloudbuild.googleapis.com/"),
                table(table(row.get("resource")).get("data")),
            )
            for row in objects([*calls.items(SWEEP, "assets")])
        ]
    projects = {match[1] for name, item in names if not _account(item) and (match := _PROJECT.match(name))}
    calls.each(lambda project: calls.ask(DEFAULT, of=project), sorted(projects))


def _account(data: dict[str, Any]) -> str:
    return text(data.get("serviceAccount")) or text(table(data.get("build")).get("serviceAccount"))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Triggers as workloads."""
    reading = Workloads(shard, answers, SWEEP, LIST)
    defaults = {
        reading.projects.id_of(project): text(body.get("serviceAccountEmail"))
        for project, bodies in reading.by_param(DEFAULT, "of").items()
        for body in bodies
    }
    seen: set[str] = set()
    for asset in reading.all(SWEEP, TYPE, _LISTING):
        named = text(asset.data.get("resourceName"))
        id = reading.resource(f"//cloudbuild.googleapis.com/{named}") if named else asset.name
        if id not in seen:
            seen.add(id)
            yield from _trigger(reading, msgspec.structs.replace(asset, name=id), defaults)
    yield from reading.sightings(SWEEP, _LISTING)
    yield from reading.gaps()


def _trigger(reading: Workloads, asset: Asset, defaults: dict[str, str]) -> Iterator[AnyRecord]:
    data = asset.data
    build = table(data.get("build"))
    name = text(data.get("name")) or asset.short
    source, event = _source(data), _event(data)
    pull = next((table(one.get("pullRequest")) for one in _sources(data) if one.get("pullRequest")), {})
    push = next((table(one.get("push")) for one in _sources(data) if one.get("push")), {})
    comments = _COMMENTS.get(text(pull.get("commentControl")), "") if event == "pull-request" else ""
    variables = _variables(reading, asset, build)
    yield reading.workload(
        asset,
        "google-cloud-build-trigger",
        name=name,
        facts={
            "source": source,
            "event": event,
            "branch": text(push.get("branch")) or text(push.get("tag")) or text(pull.get("branch")),
            "comment_control": comments,
            "forks": "yes" if comments == "none" else "",
            "approval": "required" if table(data.get("approvalConfig")).get("approvalRequired") is True else "",
            "disabled": "true" if data.get("disabled") is True else "",
            # Newer projects have another default: see `DEFAULT`, which did not tell.
            "account_assumed": "true" if not _account(data) and asset.project not in defaults else "",
            "steps": text(data.get("filename"))
            or text(table(data.get("gitFileSource")).get("path"))
            or ("inline" if build else ""),
        },
        # A webhook asks for its secret, and whoever pushes is let in by the repository.
        public=False,
        variables=(variable for variable, _ in variables),
        tags=_tags(data),
    )
    yield from _acts_as(reading, asset, defaults)
    if receiver := text(table(data.get("pubsubConfig")).get("serviceAccountEmail")):
        yield from reading.acts_as(asset, receiver, "receives its messages", by_platform=True)
    secrets = [reading.secret(asset, table(data.get("webhookConfig")).get("secret"))]
    yield from reading.environment(asset, f"build trigger {name}", variables, secrets)


def _acts_as(reading: Workloads, asset: Asset, defaults: dict[str, str]) -> Iterator[AnyRecord]:
    written = _account(asset.data)
    if written:
        yield from reading.acts_as(asset, written, "service account")
    elif default := defaults.get(asset.project):
        yield from reading.acts_as(asset, default, DEFAULT_ACCOUNT)
    elif asset.project not in defaults:
        yield from reading.acts_as(asset, "", "service account", default="cloudbuild")


def _sources(data: dict[str, Any]) -> list[dict[str, Any]]:
    keys = ("github", "repositoryEventConfig", "developerConnectEventConfig", "bitbucketServerTriggerConfig")
    return [table(data.get(key)) for key in keys if table(data.get(key))]


def _source(data: dict[str, Any]) -> str:
    """Where the source comes from, as people would write it."""
    github = table(data.get("github"))
    if github.get("name"):
        return f"github.com/{text(github.get('owner'))}/{text(github.get('name'))}"
    for key in ("gitFileSource", "sourceToBuild"):
        if uri := text(table(data.get(key)).get("uri")):
            return uri.partition("://")[2].rpartition("@")[2].removesuffix(".git") or uri
    connected = table(data.get("repositoryEventConfig"))
    developer = table(data.get("developerConnectEventConfig"))
    mirrored = table(data.get("triggerTemplate"))
    bitbucket = table(data.get("bitbucketServerTriggerConfig"))
    return (
        text(connected.get("repository"))
        or text(developer.get("gitRepositoryLink"))
        or text(table(data.get("sourceToBuild")).get("repository"))
        or text(mirrored.get("repoName"))
        or "/".join(one for one in (text(bitbucket.get("projectKey")), text(bitbucket.get("repoSlug"))) if one)
    )


def _event(data: dict[str, Any]) -> str:
    sources = _sources(data)
    if any(one.get("pullRequest") for one in sources):
        return "pull-request"
    if any(one.get("push") for one in sources) or data.get("triggerTemplate"):
        return "push"
    if data.get("webhookConfig"):
        return "webhook"
    return "pubsub" if data.get("pubsubConfig") else "manual"


def _variables(reading: Workloads, asset: Asset, build: dict[str, Any]) -> list[tuple[str, str]]:
    """Names of variables of all steps, each with the id of the secret that it is taken from."""
    kept = {
        text(one.get("env")): reading.secret(asset, one.get("versionName"))
        for one in objects(table(build.get("availableSecrets")).get("secretManager"))
    }
    found: dict[str, str] = {}
    for holder in (*objects(build.get("steps")), table(build.get("options"))):
        for entry in _texts(holder.get("env")):
            found.setdefault(entry.partition("=")[0], "")
        for name in _texts(holder.get("secretEnv")):
            found[name] = kept.get(name, "")
    found |= kept
    return [(name, secret) for name, secret in found.items() if name]


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _tags(data: dict[str, Any]) -> dict[str, str]:
    """Tags of a trigger are words without values; one like "owner=ada" is taken for a pair."""
    pairs = (one.partition("=") for one in _texts(data.get("tags")))
    return {key: value for key, _, value in pairs if key}


SERVICE = Service(
    name="cloud-build",
    part="any",
    operations=(SWEEP, WHERE, LIST, DEFAULT),
    collect=collect,
    parse=parse,
)
