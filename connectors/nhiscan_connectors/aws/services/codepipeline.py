"""CodePipeline and CodeConnections: pipelines, the roles that they and their actions act as, and what they deploy with.

Calls in a region: ListPipelines, one GetPipeline a pipeline, and ListConnections, which is a root of its own: two in a
region without pipelines.

AWS masks the secrets in an action's configuration; what people wrote into it in the open is the redactor's to find.

Attributes of a pipeline: type (V1, V2), sources ("GitHub example/app", by provider and repository), deploys (providers
of its actions that deploy), approval (true where a person must approve), named_secrets (secrets told by name).

A source of the old kind, with a token of GitHub in it, is a secret of kind "codepipeline-source-token": attributes
server, auth_type (OAUTH), standing (true).

Attributes of a connection (a resource of kind "code-connection"): provider, status, owner_account, host.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Resource, RunsAs, Secret, Workload
from nhiscan_connectors.aws.callees import callee, short, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, role_arn, walked
from nhiscan_connectors.aws.role_names import SECRETS, bare_secret, join_secrets
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PIPELINES = call("codepipeline:ListPipelines", "lists pipelines", "which pipelines exist")
PIPELINE = call(
    "codepipeline:GetPipeline",
    "reads the roles of a pipeline and of its actions, and what they build, call and deploy",
    "what a pipeline acts as and which keys it holds",
)
CONNECTIONS = call(
    "codeconnections:ListConnections",
    "lists connections to GitHub, GitLab, Bitbucket and Azure DevOps",
    "which connections to source hosts exist",
    blinds=("secrets",),
)

_NAMED = {
    "ProjectName": ("codebuild", "project/"),
    "FunctionName": ("lambda", "function:"),
    "PipelineName": ("codepipeline", ""),
}
"""Settings of actions that name what they start: service and how its ARN goes on."""


def collect(calls: Calls) -> None:
    """Names, one call a pipeline, and the connections."""
    names = [name for item in calls.items(PIPELINES, "pipelines") if (name := text(table(item).get("name")))]
    calls.each(lambda name: calls.page(PIPELINE, name=name), names)
    for _ in calls.pages(CONNECTIONS):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a pipeline, one resource a connection."""
    reading = Reading(shard, answers)
    details = reading.details(PIPELINE, "name")
    arns: dict[str, str] = {}
    for listed in reading.items(PIPELINES, "pipelines", "name"):
        name = listed["name"]
        detail = details.get(name, {})
        made = reading.arn("codepipeline", name)
        arns[name] = text(table(detail.get("metadata")).get("pipelineArn")) or made
        yield from _Pipeline(reading, arns[name], listed, table(detail.get("pipeline"))).records()
    yield from reading.sightings(PIPELINE, _place)
    yield from reading.gaps_of_details(PIPELINE, "name", arns)
    for connection in reading.items(CONNECTIONS, "Connections", "ConnectionArn"):
        yield _connection(reading, connection)
    yield from reading.gaps()


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Secrets that variables name without their ARN."""
    return join_secrets(inventory, ("codepipeline-pipeline",), "pipeline")


class _Action(msgspec.Struct, frozen=True):
    """An action of a pipeline."""

    name: str
    category: str
    provider: str
    own: bool
    """AWS's own kind of action, not a partner's or the account's."""
    settings: dict[str, Any]
    body: dict[str, Any]


class _Pipeline:
    """The records of one pipeline."""

    def __init__(self, reading: Reading, arn: str, listed: dict[str, Any], pipeline: dict[str, Any]) -> None:
        self._reading = reading
        self._arn = arn
        self._name: str = listed["name"]
        self._listed = listed
        self._pipeline = pipeline
        self._actions = [
            _action(action)
            for stage in reading.within(PIPELINE, pipeline, "stages", subject=arn)
            for action in reading.within(PIPELINE, stage, "actions", "name", subject=arn)
        ]

    def records(self) -> Iterator[AnyRecord]:
        """The workload, its roles, and what it starts, reads and logs in with."""
        variables = [variable for action in self._actions for variable in _variables(action)]
        secrets = (bare_secret(one.get("value")) for one in variables if one.get("type") == "SECRETS_MANAGER")
        yield self._workload(variables, ", ".join(dict.fromkeys(filter(None, secrets))))
        yield from self._reading.runs_as(self._arn, self._pipeline.get("roleArn"), "service role")
        yield from self._roles()
        pairs = [(text(variable.get("name")), self._reference(variable)) for variable in variables]
        yield from self._reading.environment(self._arn, f"pipeline {self._name}", pairs)
        seen: set[tuple[str, str]] = set()
        for action in self._actions:
            for link in self._links(action):
                if (link.kind, link.target) not in seen:
                    seen.add((link.kind, link.target))
                    yield link
            yield from self._token(action)

    def _workload(self, variables: list[dict[str, Any]], secrets: str) -> Workload:
        sources = (f"{a.provider} {_repository(a.settings)}".strip() for a in self._actions if a.category == "Source")
        deploys = (action.provider for action in self._actions if action.category == "Deploy")
        facts = {
            "type": text(self._pipeline.get("pipelineType")) or text(self._listed.get("pipelineType")),
            "sources": ", ".join(dict.fromkeys(filter(None, sources))),
            "deploys": ", ".join(dict.fromkeys(filter(None, deploys))),
            "approval": "true" if any(action.category == "Approval" for action in self._actions) else "",
            SECRETS: secrets,
        }
        return Workload(
            id=self._arn,
            provider="aws",
            kind="codepipeline-pipeline",
            name=self._name,
            scope=self._reading.scope,
            region=self._reading.region,
            created_at=moment(self._listed.get("created")),
            updated_at=moment(self._listed.get("updated")),
            variables=tuple(dict.fromkeys(text(variable.get("name")) for variable in variables)),
            attributes=stated(facts),
        )

    def _roles(self) -> Iterator[RunsAs]:
        """Roles of single actions, and those that CloudFormation deploys with on the pipeline's behalf."""
        seen = {role_arn(self._pipeline.get("roleArn"))}
        for action in self._actions:
            for role, detail in (
                (role_arn(action.body.get("roleArn")), f"role of action {action.name}"),
                (role_arn(action.settings.get("RoleArn")), f"role with which action {action.name} deploys"),
            ):
                if role and role not in seen:
                    seen.add(role)
                    yield RunsAs(workload=self._arn, identity=role, detail=detail)

    def _reference(self, variable: dict[str, Any]) -> object:
        value = variable.get("value")
        if variable.get("type") == "PARAMETER_STORE":
            return self._reading.secret_id(value, bare="parameter")
        return value

    def _links(self, action: _Action) -> Iterator[Link]:
        title = f"action {action.name} of pipeline {self._name}"
        region = text(action.body.get("region")) or self._reading.region
        for key, (service, prefix) in _NAMED.items() if action.own else ():
            named = text(action.settings.get(key))
            # Another region's ARN differs in that part alone.
            made = self._reading.arn(service, prefix + named).replace(f":{self._reading.region}:", f":{region}:", 1)
            if named and (target := callee(named) or callee(made)):
                yield self._starts(title, target)
        if target := callee(text(action.settings.get("StateMachineArn"))):
            yield self._starts(title, target)
        connection = text(action.settings.get("ConnectionArn"))
        if connection.startswith("arn:"):
            reason = f"{title} fetches source through {short(connection)}"
            yield Link(source=self._arn, target=connection, kind="connects_through", reason=reason)

    def _starts(self, title: str, target: str) -> Link:
        reason = f"{title} starts {short(target)}"
        return Link(source=self._arn, target=target, kind="invokes_tool", reason=reason)

    def _token(self, action: _Action) -> Iterator[AnyRecord]:
        """The token in a source of the old kind, which AWS keeps and shows to nobody."""
        if (action.category, action.provider) != ("Source", "GitHub"):
            return
        id = f"{self._arn}/action/{action.name}/token"
        yield Secret(
            id=id,
            provider="aws",
            kind="codepipeline-source-token",
            name=f"{self._name}/{action.name}",
            scope=self._reading.scope,
            region=self._reading.region,
            description="token of GitHub in a source action",
            attributes={"server": "GITHUB", "auth_type": "OAUTH", "standing": "true"},
        )
        reason = f"action {action.name} of pipeline {self._name} fetches source with a token of GitHub that it keeps"
        yield Link(source=self._arn, target=id, kind="reads_secret", reason=reason)


def _action(body: dict[str, Any]) -> _Action:
    kind = table(body.get("actionTypeId"))
    return _Action(
        name=body["name"],
        category=text(kind.get("category")),
        provider=text(kind.get("provider")),
        own=text(kind.get("owner")) == "AWS",
        settings=table(body.get("configuration")),
        body=body,
    )


def _variables(action: _Action) -> list[dict[str, Any]]:
    """Variables of an action: its own, and those that it hands to CodeBuild as JSON text."""
    own = action.body.get("environmentVariables")
    found = list(own) if isinstance(own, list) else []
    handed = text(action.settings.get("EnvironmentVariables"))
    if handed:
        try:
            decoded = msgspec.json.decode(handed)
        except (msgspec.MsgspecError, RecursionError):
            decoded = None  # AWS checks the text when the pipeline is made; a name in it is no use without the rest
        found += decoded if isinstance(decoded, list) else []
    return [item for item in found if isinstance(item, dict) and text(item.get("name"))]


def _repository(settings: dict[str, Any]) -> str:
    owner, repository = text(settings.get("Owner")), text(settings.get("Repo"))
    if owner or repository:
        return f"{owner}/{repository}"
    keys = ("FullRepositoryId", "RepositoryName", "S3Bucket")
    return next((text(settings[key]) for key in keys if text(settings.get(key))), "")


def _connection(reading: Reading, connection: dict[str, Any]) -> Resource:
    facts = {
        "provider": text(connection.get("ProviderType")),
        "status": text(connection.get("ConnectionStatus")),
        "owner_account": text(connection.get("OwnerAccountId")),
        "host": text(connection.get("HostArn")),
    }
    arn = connection["ConnectionArn"]
    return Resource(
        id=arn,
        provider="aws",
        kind="code-connection",
        name=text(connection.get("ConnectionName")) or arn.rpartition("/")[2],
        scope=reading.scope,
        region=reading.region,
        node="tool",
        attributes=stated(facts),
    )


def _place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    subject, where = text(table(table(item.body).get("metadata")).get("pipelineArn")), "its definition"
    for step, here in walked(item.body, path):
        if isinstance(here, dict) and "actionTypeId" in here:
            where = f"action {text(here.get('name'))}"
        elif where.startswith("action ") and isinstance(here, str) and isinstance(step, str) and step != "value":
            # Variables for CodeBuild are JSON in a text: the way leads into it, and this is as far as it is told.
            where = f"{where}, {step}"
        elif where.startswith("action ") and isinstance(here, dict) and text(here.get("name")):
            where = f"environment variable {here['name']} of {where}"
    return subject, where


SERVICE = Service(
    name="codepipeline",
    part="region",
    operations=(PIPELINES, PIPELINE, CONNECTIONS),
    collect=collect,
    parse=parse,
    join=join,
)
