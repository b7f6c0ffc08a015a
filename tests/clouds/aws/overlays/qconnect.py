"""Amazon Q in Connect: assistants, and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class QConnect:
    """State of an account in a region, each record as the API's lists show it."""

    assistants: list[dict[str, Any]] = field(default_factory=list)
    agents: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their assistant, like all that follow; those of AWS among them."""
    prompts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    associations: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(state: QConnect, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(state.page, int(params.get("maxResults") or 100)))
    return {key: page, **({"nextToken": token} if token else {})}


def _of(state: QConnect, items: dict[str, list[dict[str, Any]]], params: dict[str, Any]) -> list[dict[str, Any]]:
    id = params["assistantId"]
    if id not in {assistant["assistantId"] for assistant in state.assistants}:
        raise ServiceError("ResourceNotFoundException", "The assistant was not found.", 404)
    origin = params.get("origin")
    return [item for item in items.get(id, []) if origin in (None, item.get("origin"))]


@answers("qconnect", "ListAssistants")
def _assistants(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QConnect)
    return _page(state, "assistantSummaries", state.assistants, params)


@answers("qconnect", "ListAIAgents")
def _agents(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QConnect)
    return _page(state, "aiAgentSummaries", _of(state, state.agents, params), params)


@answers("qconnect", "ListAIPrompts")
def _prompts(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QConnect)
    return _page(state, "aiPromptSummaries", _of(state, state.prompts, params), params)


@answers("qconnect", "ListAssistantAssociations")
def _associations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QConnect)
    return _page(state, "assistantAssociationSummaries", _of(state, state.associations, params), params)
