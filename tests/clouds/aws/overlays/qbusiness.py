"""Amazon Q Business: applications and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged

Items = dict[str, list[dict[str, Any]]]


@dataclass
class QBusiness:
    """State of an account in a region, each record as the call that tells most of it shows it."""

    applications: list[dict[str, Any]] = field(default_factory=list)
    plugins: Items = field(default_factory=dict)
    """By the id of their application, like all that follow."""
    indices: Items = field(default_factory=dict)
    sources: Items = field(default_factory=dict)
    """Each with its `indexId`."""
    retrievers: Items = field(default_factory=dict)
    accessors: Items = field(default_factory=dict)
    experiences: Items = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    """By the id of their application."""
    page: int = 50
    """Largest page; tests make it smaller than AWS's."""


_SUMMARY = (
    "applicationId", "displayName", "createdAt", "updatedAt", "status", "identityType", "type", "state", "serverUrl",
    "buildStatus", "pluginId", "indexId", "dataSourceId", "retrieverId", "webExperienceId", "defaultEndpoint",
)  # fmt: skip
"""Fields that the lists show; each shows those of them that its kind has."""


def _page(
    state: QBusiness, key: str, items: list[dict[str, Any]], params: dict[str, Any], *hidden: str
) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), min(state.page, int(params.get("maxResults") or 50)))
    shown = [{name: item[name] for name in _SUMMARY if name in item and name not in hidden} for item in page]
    return {key: shown, **({"nextToken": token} if token else {})}


def _one(items: list[dict[str, Any]], name: str, params: dict[str, Any]) -> dict[str, Any]:
    for item in items:
        if item[name] == params[name]:
            return item
    raise ServiceError("ResourceNotFoundException", f"There is no {name} {params[name]}.", 404)


def _of(context: Context, items: Items, params: dict[str, Any]) -> list[dict[str, Any]]:
    _one(context.regional(QBusiness).applications, "applicationId", params)
    return items.get(params["applicationId"], [])


@answers("qbusiness", "ListApplications")
def _applications(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    return _page(state, "applications", state.applications, params)


@answers("qbusiness", "GetApplication")
def _application(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(QBusiness).applications, "applicationId", params)


@answers("qbusiness", "GetPolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    policy = context.regional(QBusiness).policies.get(params["applicationId"])
    if policy is None:
        raise ServiceError("ResourceNotFoundException", "The application carries no policy.", 404)
    return {"policy": policy}


@answers("qbusiness", "ListPlugins")
def _plugins(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    return _page(state, "plugins", _of(context, state.plugins, params), params, "applicationId")


@answers("qbusiness", "GetPlugin")
def _plugin(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(_of(context, context.regional(QBusiness).plugins, params), "pluginId", params)


@answers("qbusiness", "ListIndices")
def _indices(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    return _page(state, "indices", _of(context, state.indices, params), params)


@answers("qbusiness", "ListDataSources")
def _sources(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    found = [item for item in _of(context, state.sources, params) if item["indexId"] == params["indexId"]]
    return _page(state, "dataSources", found, params, "applicationId", "indexId")


@answers("qbusiness", "GetDataSource")
def _source(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(_of(context, context.regional(QBusiness).sources, params), "dataSourceId", params)


@answers("qbusiness", "ListRetrievers")
def _retrievers(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    return _page(state, "retrievers", _of(context, state.retrievers, params), params, "createdAt")


@answers("qbusiness", "GetRetriever")
def _retriever(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(_of(context, context.regional(QBusiness).retrievers, params), "retrieverId", params)


@answers("qbusiness", "ListDataAccessors")
def _accessors(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    page, token = paged(_of(context, state.accessors, params), params.get("nextToken"), state.page)
    return {"dataAccessors": page, **({"nextToken": token} if token else {})}


@answers("qbusiness", "ListWebExperiences")
def _experiences(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(QBusiness)
    return _page(state, "webExperiences", _of(context, state.experiences, params), params, "applicationId")


@answers("qbusiness", "GetWebExperience")
def _experience(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(_of(context, context.regional(QBusiness).experiences, params), "webExperienceId", params)
