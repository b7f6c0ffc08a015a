"""CodeBuild: build projects, the role that each runs as, the keys that its environment holds, and the tokens with which
an account fetches source from outside.

Calls in a region: ListProjects, one BatchGetProjects for each 100 projects, and ListSourceCredentials, which is a root
of its own, for an imported token stays when the last project goes: two in a region without projects.

Attributes of a project: source (GITHUB, CODECOMMIT ...), repository, source_auth (how it logs in where it says so:
OAUTH, CODECONNECTIONS, SECRETS_MANAGER), image, privileged (true), visibility (PUBLIC_READ: anybody may read its logs
and artifacts), webhook (what starts a build: "PUSH, PULL_REQUEST_CREATED", or "every event"), webhook_actors (the
pattern of who may start one), comment_approval (whose pull requests wait for a maintainer's word: DISABLED,
FORK_PULL_REQUESTS, ALL_PULL_REQUESTS), vpc, named_secrets (secrets that are told by name). A project answers no
callers: its `public` is False, and None when it was listed and not described.

Attributes of a source credential: server (GITHUB ...), auth_type (PERSONAL_ACCESS_TOKEN, OAUTH, BASIC_AUTH,
CODECONNECTIONS, SECRETS_MANAGER), standing (true where the token itself was imported and works until it is revoked).
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Gap, Link, Secret, Workload
from nhiscan_connectors.aws.callees import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, tags_of, variables_of
from nhiscan_connectors.aws.role_names import SECRETS, bare_secret, join_secrets
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

PROJECTS = call("codebuild:ListProjects", "lists build projects", "which build projects exist")
DETAILS = call(
    "codebuild:BatchGetProjects",
    "reads the role, the source and the names of the environment variables of projects, 100 at a time",
    "what build projects run as, who can start them and which keys they hold",
    # The address of the webhook carries a token of its own.
    drop=("secret", "payloadUrl"),
)
SOURCE_CREDENTIALS = call(
    "codebuild:ListSourceCredentials",
    "lists the tokens with which projects fetch their source, without their values",
    "which tokens of GitHub, GitLab and Bitbucket stand in the account",
    blinds=("secrets",),
)

_BATCH = 100
_PLACES = {"buildspec": "the build specification", "location": "the address of the source"}
_IMPORTED = frozenset({"PERSONAL_ACCESS_TOKEN", "BASIC_AUTH", "OAUTH"})


def collect(calls: Calls) -> None:
    """Names, then 100 projects a call; and the tokens."""
    names = [name for name in calls.items(PROJECTS, "projects") if text(name)]
    batches = [names[start : start + _BATCH] for start in range(0, len(names), _BATCH)]
    calls.each(lambda batch: calls.page(DETAILS, names=batch), batches)
    calls.page(SOURCE_CREDENTIALS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a project, one secret a token."""
    reading = Reading(shard, answers)
    tokens = yield from _tokens(reading)
    described = set()
    for project in reading.items(DETAILS, "projects", "arn", "name"):
        described.add(project["name"])
        yield from _project(reading, project, tokens)
    listed = [name for body in reading.bodies(PROJECTS) for name in reading.texts(PROJECTS, body, "projects")]
    gone = {name for body in reading.bodies(DETAILS) for name in reading.texts(DETAILS, body, "projectsNotFound")}
    unread = [name for name in dict.fromkeys(listed) if name not in described and name not in gone]
    for name in unread:
        yield _workload(reading, reading.arn("codebuild", f"project/{name}"), name)
    yield from _unread(reading, unread)
    yield from reading.sightings(DETAILS, named_on_the_way("arn", _PLACES))
    yield from reading.gaps()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Secrets that variables name without their ARN."""
    return join_secrets(inventory, ("codebuild-project",), "project")


def _tokens(reading: Reading) -> Generator[AnyRecord, None, dict[str, str]]:
    """The tokens; returns the id of the one for each kind of server, of which a region has one at most."""
    found: dict[str, str] = {}
    for token in reading.items(SOURCE_CREDENTIALS, "sourceCredentialsInfos", "arn"):
        arn, server, kind = token["arn"], text(token.get("serverType")), text(token.get("authType"))
        found.setdefault(server, arn)
        facts = {"server": server, "auth_type": kind, "standing": "true" if kind in _IMPORTED else ""}
        yield Secret(
            id=arn,
            provider="aws",
            kind="codebuild-source-credential",
            name=f"{server} in {reading.region}",
            scope=reading.scope,
            region=reading.region,
            description=f"{kind} with which CodeBuild fetches source from {server}",
            attributes=stated(facts),
        )
        resource = text(token.get("resource"))
        if resource.startswith("arn:"):
            reason = f"the source credential for {server} is kept in {resource}"
            yield Link(source=arn, target=reading.secret_id(resource) or resource, kind="stored_in", reason=reason)
    return found


def _workload(reading: Reading, arn: str, name: str, project: dict[str, Any] | None = None) -> Workload:
    known = project or {}
    variables = variables_of(table(known.get("environment")).get("environmentVariables"))
    return Workload(
        id=arn,
        provider="aws",
        kind="codebuild-project",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(known.get("created")),
        updated_at=moment(known.get("lastModified")),
        public=False if known else None,
        variables=tuple(variable for variable, _ in variables),
        tags=tags_of(known.get("tags"), "key", "value"),
        attributes=stated(_facts(known)) if known else {},
    )


def _facts(project: dict[str, Any]) -> dict[str, str]:
    environment, source = table(project.get("environment")), table(project.get("source"))
    variables = environment.get("environmentVariables")
    names = [
        bare_secret(item.get("value"))
        for item in (variables if isinstance(variables, list) else [])
        if isinstance(item, dict) and item.get("type") == "SECRETS_MANAGER"
    ]
    return {
        "source": text(source.get("type")),
        "repository": text(source.get("location")),
        "source_auth": text(table(source.get("auth")).get("type")),
        "image": text(environment.get("image")),
        "privileged": "true" if environment.get("privilegedMode") is True else "",
        "visibility": text(project.get("projectVisibility")),
        "vpc": text(table(project.get("vpcConfig")).get("vpcId")),
        SECRETS: ", ".join(dict.fromkeys(name for name in names if name)),
        **_webhook(project.get("webhook")),
    }


def _webhook(value: object) -> dict[str, str]:
    """What starts a build, and who may."""
    hook = table(value)
    if not hook:
        return {}
    groups = hook.get("filterGroups")
    lists = [group for group in groups if isinstance(group, list)] if isinstance(groups, list) else []
    filters = [one for group in lists for one in group if isinstance(one, dict)]
    patterns: dict[str, list[str]] = {"EVENT": [], "ACTOR_ACCOUNT_ID": []}
    for one in filters:
        if text(one.get("type")) in patterns and text(one.get("pattern")):
            patterns[one["type"]].append(one["pattern"])
    approval = table(hook.get("pullRequestBuildPolicy"))
    return {
        "webhook": ", ".join(dict.fromkeys(patterns["EVENT"])) or "every event",
        "webhook_actors": ", ".join(dict.fromkeys(patterns["ACTOR_ACCOUNT_ID"])),
        "comment_approval": text(approval.get("requiresCommentApproval")),
    }


def _project(reading: Reading, project: dict[str, Any], tokens: dict[str, str]) -> Iterator[AnyRecord]:
    arn, name = project["arn"], project["name"]
    yield _workload(reading, arn, name, project)
    yield from reading.runs_as(arn, project.get("serviceRole"), "service role")
    batch = table(project.get("buildBatchConfig")).get("serviceRole")
    yield from reading.runs_as(arn, batch, "role for batches of builds", by_platform=True)
    # AWS reads logs and artifacts with it, for those who open the public page of the project.
    reader = project.get("resourceAccessRole")
    yield from reading.runs_as(arn, reader, "role behind its public page", by_platform=True)
    environment = table(project.get("environment"))
    variables = [
        (item["name"], _reference(reading, item))
        for item in reading.within(DETAILS, environment, "environmentVariables", "name", subject=arn)
    ]
    yield from reading.environment(arn, f"project {name}", variables)
    registry = reading.secret_id(table(environment.get("registryCredential")).get("credential"))
    if registry:
        reason = f"project {name} pulls its image with the login in {registry}"
        yield Link(source=arn, target=registry, kind="reads_secret", reason=reason)
    sources = [table(project.get("source")), *reading.within(DETAILS, project, "secondarySources", subject=arn)]
    yield from _logins(reading, arn, name, sources, tokens)


def _reference(reading: Reading, variable: dict[str, Any]) -> object:
    """The value, or the ARN of the parameter that stands in its place."""
    value = variable.get("value")
    return reading.secret_id(value, bare="parameter") if variable.get("type") == "PARAMETER_STORE" else value


def _logins(
    reading: Reading, arn: str, name: str, sources: Sequence[dict[str, Any]], tokens: dict[str, str]
) -> Iterator[Link]:
    """What a project fetches its sources with: its own login, else the account's for that kind of server."""
    seen: set[str] = set()
    for source in sources:
        server, auth = text(source.get("type")), table(source.get("auth"))
        target = text(auth.get("resource")) or tokens.get(server, "")
        if not target.startswith("arn:") or target in seen:
            continue
        seen.add(target)
        secret = reading.secret_id(target)
        kind = "connects_through" if not secret and target not in tokens.values() else "reads_secret"
        reason = f"project {name} fetches its source from {server} with {target}"
        yield Link(source=arn, target=secret or target, kind=kind, reason=reason)


def _unread(reading: Reading, names: Sequence[str]) -> Iterator[Gap]:
    """Projects that were listed and not described: the refusal names a whole batch, this gap the projects."""
    if not names:
        return
    refusals: list[Evidence] = [item for item in reading.answers.of(DETAILS) if item.problem is not None]
    reason = (refusals[0].problem or "failed") if refusals else "failed"
    detail = refusals[0].detail if refusals else "the answer does not describe every project that it was asked for"
    subjects = tuple(reading.arn("codebuild", f"project/{name}") for name in names)
    yield gap_of(reading.shard, DETAILS, reason, detail, subjects=subjects)


SERVICE = Service(
    name="codebuild",
    part="region",
    operations=(PROJECTS, DETAILS, SOURCE_CREDENTIALS),
    collect=collect,
    parse=parse,
    join=join,
)
