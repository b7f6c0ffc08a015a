"""Amazon Nova Act: workflow definitions and their runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class NovaAct:
    """State of an account in a region, each record as the API's lists show it."""

    definitions: list[dict[str, Any]] = field(default_factory=list)
    runs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the name of their definition, oldest first."""
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(state: NovaAct, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    size = min(state.page, int(params.get("maxResults") or state.page))
    page, token = paged(items, params.get("nextToken"), size)
    return {key: page, **({"nextToken": token} if token else {})}


@answers("nova-act", "ListWorkflowDefinitions")
def _definitions(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(NovaAct)
    return _page(state, "workflowDefinitionSummaries", state.definitions, params)


@answers("nova-act", "ListWorkflowRuns")
def _runs(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(NovaAct)
    name = params["workflowDefinitionName"]
    if name not in {definition["workflowDefinitionName"] for definition in state.definitions}:
        raise ServiceError("ResourceNotFoundException", "The workflow definition was not found.", 404)
    runs = state.runs.get(name, [])
    return _page(state, "workflowRunSummaries", runs[::-1] if params.get("sortOrder") == "Descending" else runs, params)
