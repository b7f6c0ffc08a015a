"""Batch: job definitions that can be submitted, the roles of their containers, and the keys in them.

Calls in an account and region: one a hundred active revisions of job definitions, one in an empty region. The list
holds everything, so all active revisions are told, not only the latest: each of them can be submitted.

Attributes: those of `compute.containers.facts_of`, "type" (container, multinode), "platform" (EC2, FARGATE),
"service_account" of jobs that run in EKS.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.compute.containers import facts_of, links_of, place_of, variable_names
from nhiscan_connectors.aws.documents import listed
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

DEFINITIONS = call(
    "batch:DescribeJobDefinitions",
    "lists job definitions, the roles of their containers and the names of their variables",
    "which job definitions exist, what jobs run as and which keys they hold",
    # What is put in the place of words of the command, by any name: a password too.
    drop=("parameters",),
)


def collect(calls: Calls) -> None:
    """One sweep."""
    for _ in calls.pages(DEFINITIONS, status="ACTIVE", maxResults=100):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a revision."""
    reading = Reading(shard, answers)
    for definition in reading.items(DEFINITIONS, "jobDefinitions", "jobDefinitionArn", "jobDefinitionName"):
        if definition.get("status") in (None, "ACTIVE"):
            yield from _definition(reading, definition)
    yield from reading.sightings(DEFINITIONS, place_of("jobDefinitionArn"))
    yield from reading.gaps()


def _definition(reading: Reading, definition: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = definition["jobDefinitionArn"], definition["jobDefinitionName"]
    if isinstance(definition.get("revision"), int):
        name = f"{name}:{definition['revision']}"
    tasks = list(_tasks(reading, definition, arn))
    for node in reading.within(
        DEFINITIONS, table(definition.get("nodeProperties")), "nodeRangeProperties", subject=arn
    ):
        tasks += _tasks(reading, node, arn)
    containers = [container for task in tasks for container in task.containers]
    facts = {
        "type": text(definition.get("type")),
        "platform": ", ".join(listed(definition.get("platformCapabilities"))),
        "service_account": ", ".join(dict.fromkeys(task.account for task in tasks if task.account)),
        **facts_of(containers),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="batch-job-definition",
        name=name,
        scope=reading.scope,
        region=reading.region,
        variables=variable_names(containers),
        tags=tags_of(definition.get("tags")),
        attributes={key: value for key, value in facts.items() if value},
    )
    roles = {role: None for task in tasks for role in task.roles}
    for role, what, by_platform in roles:
        yield from reading.runs_as(arn, role, what, by_platform=by_platform)
    yield from links_of(reading, arn, f"job definition {name}", containers)


class _Task(msgspec.Struct, frozen=True):
    """Containers that run together."""

    containers: list[dict[str, Any]]
    roles: tuple[tuple[str, str, bool], ...] = ()
    """ARN, what the role is, and whether the platform alone holds it."""
    account: str = ""
    """Service account of pods."""


def _tasks(reading: Reading, body: dict[str, Any], arn: str) -> Iterator[_Task]:
    """What a job definition, or a range of its nodes, starts: one container, a task of ECS, or a pod of EKS."""
    # A definition has "containerProperties", a range of nodes "container".
    if single := table(body.get("containerProperties")) or table(body.get("container")):
        yield _Task([single], _roles(single, "jobRoleArn", "job role"))
    for task in reading.within(DEFINITIONS, table(body.get("ecsProperties")), "taskProperties", subject=arn):
        containers = list(reading.within(DEFINITIONS, task, "containers", subject=arn))
        yield _Task(containers, _roles(task, "taskRoleArn", "task role"))
    if pod := table(table(body.get("eksProperties")).get("podProperties")):
        containers = [
            container
            for key in ("containers", "initContainers")
            for container in reading.within(DEFINITIONS, pod, key, subject=arn)
        ]
        yield _Task(containers, account=text(pod.get("serviceAccountName")))


def _roles(task: dict[str, Any], key: str, what: str) -> tuple[tuple[str, str, bool], ...]:
    return (text(task.get(key)), what, False), (text(task.get("executionRoleArn")), "execution role", True)


SERVICE = Service(name="batch", part="region", operations=(DEFINITIONS,), collect=collect, parse=parse)
