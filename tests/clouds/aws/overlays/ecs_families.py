"""Families of task definitions with their status, and lists of services, tasks and clusters in pages: moto knows
neither."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged
from tests.clouds.aws.untyped import moto_module


def _backend(context: Context) -> Any:
    return moto_module("ecs.models").ecs_backends[context.account][context.region]


def _page(key: str, items: list[Any], params: dict[str, Any], size: int) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(100, int(params.get("maxResults") or size)))
    return {key: page, **({"nextToken": token} if token else {})}


@answers("ecs", "ListTaskDefinitionFamilies")
def _families(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    status = params.get("status") or "ACTIVE"
    families = [
        family
        for family, revisions in sorted(_backend(context).task_definitions.items())
        if status == "ALL" or any(one.status == "ACTIVE" for one in revisions.values()) == (status == "ACTIVE")
    ]
    return _page("families", families, params, 100)


@answers("ecs", "ListClusters")
def _clusters(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("clusterArns", sorted(one.arn for one in _backend(context).clusters.values()), params, 100)


@answers("ecs", "ListServices")
def _services(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    arns = sorted(_backend(context).list_services(params.get("cluster") or "default", params.get("schedulingStrategy")))
    return _page("serviceArns", arns, params, 10)


@answers("ecs", "ListTasks")
def _tasks(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    cluster = (params.get("cluster") or "default").rpartition("/")[2]
    tasks = _backend(context).tasks.get(cluster, {}).values()
    status = params.get("desiredStatus") or "RUNNING"
    arns = sorted(task.task_arn for task in tasks if task.desired_status == status)
    return _page("taskArns", arns, params, 100)
