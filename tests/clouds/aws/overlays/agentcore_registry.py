"""Registries of agents: AgentCore's, and those of the AWS Agent Registry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, Handler, answers, paged

_SUMMARY = frozenset({
    "registryArn", "recordArn", "recordId", "name", "displayName", "description", "recordVersion", "status",
    "createdAt", "updatedAt", "descriptorType", "recordType", "createdByAutoDetection", "createdBy",
    "provenanceSummaryList",
})  # fmt: skip
_ONLY_LISTED = frozenset({"createdByAutoDetection", "createdBy", "provenanceSummaryList"})
_ONLY_TOLD = frozenset({"approvalConfiguration", "authorizerConfiguration", "encryptionConfiguration"})


@dataclass
class Registries:
    """State of one service in an account and region, each record as the API shows it in full."""

    registries: list[dict[str, Any]] = field(default_factory=list)
    records: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By the id of their registry."""
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


class OfAgentCore(Registries):
    """Those of AgentCore."""


class Standalone(Registries):
    """Those of the AWS Agent Registry."""


def _page(state: Registries, key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    size = min(int(params.get("maxResults") or state.page), state.page)
    page, token = paged(items, params.get("nextToken"), size)
    return {key: page, **({"nextToken": token} if token else {})}


def _one(items: list[dict[str, Any]], key: str, id: str) -> dict[str, Any]:
    for item in items:
        if item[key] == id:
            return item
    raise ServiceError("ResourceNotFoundException", "It was not found.", 404)


def _answer(service: str, kind: type[Registries]) -> None:
    """Register the four answers of a service."""

    def registries(context: Context, params: dict[str, Any]) -> dict[str, Any]:
        state = context.regional(kind)
        shown = [{key: item[key] for key in item if key not in _ONLY_TOLD} for item in state.registries]
        return _page(state, "registries", shown, params)

    def registry(context: Context, params: dict[str, Any]) -> dict[str, Any]:
        return _one(context.regional(kind).registries, "registryId", params["registryId"])

    def records(context: Context, params: dict[str, Any]) -> dict[str, Any]:
        state = context.regional(kind)
        id = _one(state.registries, "registryId", params["registryId"])["registryId"]
        shown = [{key: item[key] for key in item if key in _SUMMARY} for item in state.records.get(id, [])]
        return _page(state, "registryRecords", shown, params)

    def record(context: Context, params: dict[str, Any]) -> dict[str, Any]:
        found = _one(context.regional(kind).records.get(params["registryId"], []), "recordId", params["recordId"])
        return {key: found[key] for key in found if key not in _ONLY_LISTED}

    named: dict[str, Handler] = {
        "ListRegistries": registries,
        "GetRegistry": registry,
        "ListRegistryRecords": records,
        "GetRegistryRecord": record,
    }
    for operation, handler in named.items():
        answers(service, operation)(handler)


_answer("bedrock-agentcore-control", OfAgentCore)
_answer("agent-registry-control", Standalone)
