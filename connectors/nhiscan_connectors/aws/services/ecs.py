"""ECS: task definitions that can still be started, the services that run them, and the roles of both.

Calls in an account and region: one a hundred families and one a hundred clusters (two in an empty region), one a family
for its latest active revision, one a cluster and hundred services, one for each ten services, two for each hundred
tasks of a cluster, one for each older revision that something runs. 500 families in 5 clusters of 40 services and 200
tasks: about 550 calls.

Older active revisions that nothing runs are not read: an account may have hundreds of thousands, with a call each.
Keys that stand in them stay unseen. Tasks come and go, so a task is told only where whoever started it gave it another
role or other variables than its definition has: then it is a workload "ecs-task".

Attributes of "ecs-task-definition": those of `compute.containers.facts_of`, "network" (its mode), "status" when it is
not ACTIVE any more. Of "ecs-task": "task_definition", "cluster", "started_by". Of "ecs-service": "task_definition",
"cluster", "execute_command" ("enabled": whoever may call ecs:ExecuteCommand gets a shell in it), "public_ip"
("enabled": its tasks have an address of the internet).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Ownership, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.compute.containers import facts_of, links_of, place_of, variable_names
from nhiscan_connectors.aws.compute.details import thing_in
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

FAMILIES = call(
    "ecs:ListTaskDefinitionFamilies",
    "lists families of task definitions",
    "which task definitions exist, what their tasks run as and which keys they hold",
)
DEFINITION = call(
    "ecs:DescribeTaskDefinition",
    "reads the roles of a task definition, its images and the names of its variables",
    "what the tasks of a definition run as and which keys they hold",
)
CLUSTERS = call("ecs:ListClusters", "lists clusters, for their services", "which services run in containers")
SERVICES = call("ecs:ListServices", "lists the services of a cluster", "which services run in a cluster")
SERVICE_DETAILS = call(
    "ecs:DescribeServices",
    "tells which task definition each service runs",
    "what the services of a cluster run as",
)
TASKS = call("ecs:ListTasks", "lists the running tasks of a cluster", "which tasks run in a cluster")
TASK_DETAILS = call(
    "ecs:DescribeTasks",
    "tells which task definition each task runs, and which roles and variables it was given instead",
    "which tasks act as another role than that of their definition",
)

_SERVICES, _TASKS = 10, 100
"""How many one call describes."""


def collect(calls: Calls) -> None:
    """Latest revision of each family, services of each cluster, and older revisions that services still run."""
    families = [name for name in calls.items(FAMILIES, "families", status="ACTIVE") if isinstance(name, str)]
    clusters = [arn for arn in calls.items(CLUSTERS, "clusterArns") if isinstance(arn, str)]

    def define(name: str) -> dict[str, Any]:
        return table((calls.page(DEFINITION, taskDefinition=name, include=["TAGS"]) or {}).get("taskDefinition"))

    def use(cluster: str) -> list[str]:
        return [*_used_by_services(calls, cluster), *_used_by_tasks(calls, cluster)]

    latest = {text(definition.get("taskDefinitionArn")) for definition in calls.each(define, families)}
    used = dict.fromkeys(arn for arns in calls.each(use, clusters) for arn in arns)
    calls.each(define, [arn for arn in used if arn not in latest])


def _used_by_services(calls: Calls, cluster: str) -> Iterator[str]:
    """Task definitions that the services of a cluster run, or are about to."""
    for arns in _batches(calls.items(SERVICES, "serviceArns", cluster=cluster, maxResults=100), _SERVICES):
        body = calls.page(SERVICE_DETAILS, cluster=cluster, services=arns, include=["TAGS"]) or {}
        for service in body.get("services") or ():
            yield from _definitions_of(table(service))


def _used_by_tasks(calls: Calls, cluster: str) -> Iterator[str]:
    """Task definitions that tasks of a cluster run, whoever started them."""
    for arns in _batches(calls.items(TASKS, "taskArns", cluster=cluster, maxResults=100), _TASKS):
        body = calls.page(TASK_DETAILS, cluster=cluster, tasks=arns) or {}
        for task in body.get("tasks") or ():
            if definition := text(table(task).get("taskDefinitionArn")):
                yield definition


def _batches(items: Iterable[Any], size: int) -> Iterator[list[str]]:
    arns = [item for item in items if isinstance(item, str)]
    for start in range(0, len(arns), size):
        yield arns[start : start + size]


def _definitions_of(service: dict[str, Any]) -> Iterable[str]:
    """The task definition of a service, and those of deployments that have not ended; each once."""
    running = [service]
    for key in ("deployments", "taskSets"):
        value = service.get(key)
        running += [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return dict.fromkeys(arn for item in running if (arn := text(item.get("taskDefinition"))))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a task definition, one a service; the service acts as the roles of the definitions it runs."""
    reading = Reading(shard, answers)
    services = {
        service["serviceArn"]: service
        for service in reading.items(SERVICE_DETAILS, "services", "serviceArn", "serviceName")
        if service.get("status") != "INACTIVE"
    }
    tasks = {task["taskArn"]: task for task in reading.items(TASK_DETAILS, "tasks", "taskArn")}
    used = {arn for service in services.values() for arn in _definitions_of(service)}
    used |= {text(task.get("taskDefinitionArn")) for task in tasks.values()}
    definitions: dict[str, dict[str, Any]] = {}
    for body in reading.bodies(DEFINITION):
        for definition in thing_in(reading, DEFINITION, body, "taskDefinition", "taskDefinitionArn"):
            arn = definition["taskDefinitionArn"]
            # A family whose revisions were all deregistered meanwhile answers with one that nobody can start.
            if arn in used or definition.get("status") in (None, "ACTIVE"):
                definitions[arn] = {**definition, "tags": body.get("tags")}
    for arn, definition in sorted(definitions.items()):
        yield from _definition(reading, arn, definition)
    for arn, service in sorted(services.items()):
        yield from _service(reading, arn, service, definitions)
    for arn, task in sorted(tasks.items()):
        yield from _task(reading, arn, task, definitions)
    yield from reading.sightings(DEFINITION, place_of("taskDefinitionArn"))
    yield from reading.sightings(TASK_DETAILS, place_of("taskArn"))
    yield from reading.gaps()


def _definition(reading: Reading, arn: str, definition: dict[str, Any]) -> Iterator[AnyRecord]:
    name = arn.rpartition("/")[2]
    containers = list(reading.within(DEFINITION, definition, "containerDefinitions", subject=arn))
    facts = {"network": text(definition.get("networkMode")), **facts_of(containers)}
    if definition.get("status") not in (None, "ACTIVE"):
        facts["status"] = text(definition.get("status"))
    yield Workload(
        id=arn,
        provider="aws",
        kind="ecs-task-definition",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(definition.get("registeredAt")),
        variables=variable_names(containers),
        tags=tags_of(definition.get("tags"), "key", "value"),
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from _roles(reading, arn, definition)
    yield from links_of(reading, arn, f"task definition {name}", containers)
    if maker := text(definition.get("registeredBy")):
        yield Ownership(subject=arn, owner=maker, kind="creator", source="registeredBy of the task definition")


def _roles(reading: Reading, workload: str, definition: dict[str, Any]) -> Iterator[AnyRecord]:
    yield from reading.runs_as(workload, definition.get("taskRoleArn"), "task role")
    yield from reading.runs_as(workload, definition.get("executionRoleArn"), "execution role", by_platform=True)


def _service(
    reading: Reading, arn: str, service: dict[str, Any], definitions: dict[str, dict[str, Any]]
) -> Iterator[AnyRecord]:
    name = service["serviceName"]
    network = table(table(service.get("networkConfiguration")).get("awsvpcConfiguration"))
    facts = {
        "cluster": text(service.get("clusterArn")),
        "task_definition": text(service.get("taskDefinition")),
        "execute_command": "enabled" if service.get("enableExecuteCommand") is True else "",
        "public_ip": "enabled" if network.get("assignPublicIp") == "ENABLED" else "",
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="ecs-service",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(service.get("createdAt")),
        tags=tags_of(service.get("tags"), "key", "value"),
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, service.get("roleArn"), "load balancer role", by_platform=True)
    for definition in _definitions_of(service):
        reason = f"service {name} runs tasks of {definition.rpartition('/')[2]}"
        yield Link(source=arn, target=definition, kind="runs", reason=reason)
        yield from _roles(reading, arn, definitions.get(definition, {}))
    if maker := text(service.get("createdBy")):
        yield Ownership(subject=arn, owner=maker, kind="creator", source="createdBy of the service")


def _task(
    reading: Reading, arn: str, task: dict[str, Any], definitions: dict[str, dict[str, Any]]
) -> Iterator[AnyRecord]:
    """A task that was given another role or other variables; nothing for one that is as its definition says."""
    overrides = table(task.get("overrides"))
    containers = list(reading.within(TASK_DETAILS, overrides, "containerOverrides", subject=arn))
    roles = {key: overrides[key] for key in ("taskRoleArn", "executionRoleArn") if text(overrides.get(key))}
    if not roles and not variable_names(containers):
        return
    definition = text(task.get("taskDefinitionArn"))
    name = arn.rpartition("/")[2]
    facts = {
        "cluster": text(task.get("clusterArn")),
        "task_definition": definition,
        "started_by": text(task.get("startedBy")),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="ecs-task",
        name=f"{definition.rpartition('/')[2]} {name}".strip(),
        scope=reading.scope,
        region=reading.region,
        created_at=moment(task.get("createdAt")),
        variables=variable_names(containers),
        attributes={key: value for key, value in facts.items() if value},
    )
    if definition:
        reason = f"task {name} runs {definition.rpartition('/')[2]}"
        yield Link(source=arn, target=definition, kind="runs", reason=reason)
    yield from _roles(reading, arn, {**definitions.get(definition, {}), **roles})
    yield from links_of(reading, arn, f"task {name}", containers)


SERVICE = Service(
    name="ecs",
    part="region",
    operations=(FAMILIES, DEFINITION, CLUSTERS, SERVICES, SERVICE_DETAILS, TASKS, TASK_DETAILS),
    collect=collect,
    parse=parse,
)
