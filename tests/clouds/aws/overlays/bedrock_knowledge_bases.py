"""Bedrock Knowledge Bases, their data sources and the policies that they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.bedrock_agents import only, page


@dataclass
class KnowledgeBases:
    """State of an account in a region, each record as the API shows it."""

    bases: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: list[dict[str, Any]] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)
    """Policies by the ARN of the base."""
    most: int = 1000
    """Entries of a page, where the caller asks for no fewer."""


def _absent(what: str) -> ServiceError:
    return ServiceError("ResourceNotFoundException", f"{what} could not be found.", 404)


@answers("bedrock-agent", "ListKnowledgeBases")
def _bases(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(KnowledgeBases)
    names = ("knowledgeBaseId", "name", "description", "status", "updatedAt")
    return page("knowledgeBaseSummaries", [only(base, names) for base in state.bases.values()], params, state.most)


@answers("bedrock-agent", "GetKnowledgeBase")
def _base(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    bases = context.regional(KnowledgeBases).bases
    if params["knowledgeBaseId"] not in bases:
        raise _absent("The knowledge base")
    return {"knowledgeBase": bases[params["knowledgeBaseId"]]}


@answers("bedrock-agent", "ListDataSources")
def _sources(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(KnowledgeBases)
    names = ("knowledgeBaseId", "dataSourceId", "name", "status", "description", "updatedAt")
    found = [only(one, names) for one in state.sources if one["knowledgeBaseId"] == params["knowledgeBaseId"]]
    return page("dataSourceSummaries", found, params, state.most)


@answers("bedrock-agent", "GetDataSource")
def _source(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for source in context.regional(KnowledgeBases).sources:
        if source["dataSourceId"] == params["dataSourceId"]:
            return {"dataSource": source}
    raise _absent("The data source")


@answers("bedrock-agent", "GetResourcePolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    policies = context.regional(KnowledgeBases).policies
    if params["resourceArn"] not in policies:
        raise _absent("The resource policy")
    return {"resourceArn": params["resourceArn"], "policy": policies[params["resourceArn"]], "revisionId": "1"}
