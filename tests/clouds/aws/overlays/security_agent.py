"""AWS Security Agent: spaces, what they were given, what is set up in them, web applications, integrations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

Items = dict[str, list[dict[str, Any]]]
MOST = 10
"""Ids that a BatchGet call takes here."""


@dataclass
class SecurityAgent:
    """State of an account in a region, each record as the call that tells most of it shows it."""

    spaces: list[dict[str, Any]] = field(default_factory=list)
    applications: list[dict[str, Any]] = field(default_factory=list)
    integrations: list[dict[str, Any]] = field(default_factory=list)
    integrated: Items = field(default_factory=dict)
    """By the id of their space, like all that follow."""
    pentests: Items = field(default_factory=dict)
    reviews: Items = field(default_factory=dict)
    models: Items = field(default_factory=dict)
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


def _page(
    state: SecurityAgent, key: str, items: list[dict[str, Any]], params: dict[str, Any], *shown: str
) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(state.page, int(params.get("maxResults") or 100)))
    found = [{name: item[name] for name in shown if name in item} for item in page] if shown else page
    return {key: found, **({"nextToken": token} if token else {})}


def _many(key: str, items: list[dict[str, Any]], name: str, ids: list[str]) -> dict[str, Any]:
    if len(ids) > MOST:
        raise ServiceError("ValidationException", "Too many ids.")
    found = [item for item in items if item[name] in ids]
    return {key: found, "notFound": [id for id in ids if id not in {item[name] for item in found}]}


def _of(state: SecurityAgent, items: Items, params: dict[str, Any]) -> list[dict[str, Any]]:
    id = params["agentSpaceId"]
    if id not in {space["agentSpaceId"] for space in state.spaces}:
        raise ServiceError("ResourceNotFoundException", "The agent space was not found.", 404)
    return items.get(id, [])


@answers("securityagent", "ListAgentSpaces")
def _spaces(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _page(state, "agentSpaceSummaries", state.spaces, params, "agentSpaceId", "name", "createdAt", "updatedAt")


@answers("securityagent", "BatchGetAgentSpaces")
def _space(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _many("agentSpaces", context.regional(SecurityAgent).spaces, "agentSpaceId", params["agentSpaceIds"])


@answers("securityagent", "ListApplications")
def _applications(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    shown = ("applicationId", "applicationName", "domain", "defaultKmsKeyId")
    return _page(state, "applicationSummaries", state.applications, params, *shown)


@answers("securityagent", "GetApplication")
def _application(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for application in context.regional(SecurityAgent).applications:
        if application["applicationId"] == params["applicationId"]:
            return application
    raise ServiceError("ResourceNotFoundException", "The application was not found.", 404)


@answers("securityagent", "ListIntegrations")
def _integrations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _page(state, "integrationSummaries", state.integrations, params)


@answers("securityagent", "ListIntegratedResources")
def _integrated(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _page(state, "integratedResourceSummaries", _of(state, state.integrated, params), params)


@answers("securityagent", "ListPentests")
def _pentests(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    shown = ("pentestId", "agentSpaceId", "title")
    return _page(state, "pentestSummaries", _of(state, state.pentests, params), params, *shown)


@answers("securityagent", "BatchGetPentests")
def _pentest(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _many("pentests", _of(state, state.pentests, params), "pentestId", params["pentestIds"])


@answers("securityagent", "ListCodeReviews")
def _reviews(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    shown = ("codeReviewId", "agentSpaceId", "title")
    return _page(state, "codeReviewSummaries", _of(state, state.reviews, params), params, *shown)


@answers("securityagent", "BatchGetCodeReviews")
def _review(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _many("codeReviews", _of(state, state.reviews, params), "codeReviewId", params["codeReviewIds"])


@answers("securityagent", "ListThreatModels")
def _models(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    shown = ("threatModelId", "agentSpaceId", "title")
    return _page(state, "threatModelSummaries", _of(state, state.models, params), params, *shown)


@answers("securityagent", "BatchGetThreatModels")
def _model(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(SecurityAgent)
    return _many("threatModels", _of(state, state.models, params), "threatModelId", params["threatModelIds"])
