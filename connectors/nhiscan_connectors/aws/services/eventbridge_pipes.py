"""EventBridge pipes: what they carry from where to where, and the role with which they do.

Calls in a region: ListPipes, and one DescribePipe a pipe, for the list has no roles.

Attributes: state, source, target, enrichment (ARNs), logging (its level).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.callees import callee, short, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, tags_of, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PIPES = call("pipes:ListPipes", "lists pipes", "which pipes exist and what they connect")
PIPE = call(
    "pipes:DescribePipe",
    "reads the role of a pipe and the secrets with which it logs in at brokers",
    "what a pipe acts as and which secrets it reads",
    # Statements may set a password, parameters may be one, a path may hold a token: in a form that no detector knows.
    drop=("Sqls", "PipelineParameterList", "PathParameterValues", "Parameters"),
)


def collect(calls: Calls) -> None:
    """One list, and one call a pipe."""
    names = [name for pipe in calls.items(PIPES, "Pipes") if (name := text(table(pipe).get("Name")))]
    calls.each(lambda name: calls.page(PIPE, Name=name), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a pipe."""
    reading = Reading(shard, answers)
    details = reading.details(PIPE, "Name")
    arns: dict[str, str] = {}
    for pipe in reading.items(PIPES, "Pipes", "Arn", "Name"):
        arns[pipe["Name"]] = pipe["Arn"]
        yield from _pipe(reading, pipe, details.get(pipe["Name"], {}))
    yield from reading.sightings(PIPE, named_on_the_way("Arn", {"InputTemplate": "what it sends"}))
    yield from reading.gaps_of_details(PIPE, "Name", arns)
    yield from reading.gaps()


def _pipe(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["Arn"], listed["Name"]
    target = table(detail.get("TargetParameters"))
    task, job = table(target.get("EcsTaskParameters")), table(target.get("BatchJobParameters"))
    variables = variables_of(table(job.get("ContainerOverrides")).get("Environment"), "Name", "Value")
    facts = {
        "state": text(listed.get("CurrentState")),
        "source": text(listed.get("Source")),
        "target": text(listed.get("Target")),
        "enrichment": text(listed.get("Enrichment")),
        "logging": text(table(detail.get("LogConfiguration")).get("Level")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="eventbridge-pipe",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(listed.get("CreationTime")),
        updated_at=moment(listed.get("LastModifiedTime")),
        variables=tuple(variable for variable, _ in variables),
        tags=tags_of(detail.get("Tags")),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, detail.get("RoleArn"))
    handed = table(task.get("Overrides")).get("TaskRoleArn")
    yield from reading.runs_as(arn, handed, "role that it hands to the task it starts")
    yield from reading.environment(arn, f"pipe {name}", variables)
    yield from _secrets(reading, arn, name, table(detail.get("SourceParameters")))
    inner = text(task.get("TaskDefinitionArn")) or text(job.get("JobDefinition"))
    for called in (callee(inner) or callee(facts["target"]), callee(facts["enrichment"])):
        if called:
            yield Link(source=arn, target=called, kind="invokes_tool", reason=f"pipe {name} starts {short(called)}")


def _secrets(reading: Reading, arn: str, name: str, source: dict[str, Any]) -> Iterator[Link]:
    """The secrets with which a pipe logs in at a broker or a Kafka cluster."""
    for parameters in source.values():
        for reference in table(table(parameters).get("Credentials")).values():
            secret = reading.secret_id(reference)
            if secret:
                reason = f"pipe {name} logs in at its source with {secret}"
                yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)


SERVICE = Service(name="eventbridge-pipes", part="region", operations=(PIPES, PIPE), collect=collect, parse=parse)
