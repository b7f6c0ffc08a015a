"""Amazon Bedrock Knowledge Bases: what they read with which role, and the secrets that open their stores and sources.

A knowledge base counts as a part of an agent platform (`agent`): agents, flows and applications ask it in natural
language, and it reads, searches and calls models for them as its own role, whatever the caller may read itself.

Attributes of a knowledge base: `status`, `type` (VECTOR, KENDRA, SQL, MANAGED), `storage` (PINECONE, RDS, ...),
`store` (host or ARN of the store), `query_engine` (ARN or name of the Redshift workgroup or cluster that it asks),
`query_auth` (IAM, USERNAME, USERNAME_PASSWORD), `data_sources` ("wiki (CONFLUENCE), docs (S3)"), `buckets`, `sites`
(hosts that it crawls). Its `model` is the embedding model. An attribute that is missing is not known or does not apply.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.bedrock.data_sources import (
    GET_SOURCE,
    LIST_SOURCES,
    Sources,
    host_of,
    secrets_in,
    sources_by_base,
)
from nhiscan_connectors.aws.bedrock.names import knowledge_base_arn
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.aws.bedrock.resource_policies import resource_policies
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Place, Reading, call, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

LIST_BASES = call(
    "bedrock-agent:ListKnowledgeBases",
    "lists the knowledge bases",
    "which knowledge bases exist",
    permission="bedrock:ListKnowledgeBases",
    blinds=("agents", "workloads"),
)
GET_BASE = call(
    "bedrock-agent:GetKnowledgeBase",
    "reads the role, the store and the embedding model of a knowledge base",
    "what a knowledge base runs as, and which secret opens its store",
    permission="bedrock:GetKnowledgeBase",
    blinds=("agents", "workloads"),
)
GET_POLICY = call(
    "bedrock-agent:GetResourcePolicy",
    "reads the policy that a knowledge base carries itself",
    "who outside of the account may ask a knowledge base",
    permission="bedrock:GetResourcePolicy",
    blinds=("policies",),
)


def collect(calls: Calls) -> None:
    """One list; for each base its details, its policy and its sources."""
    found = (item for item in calls.items(LIST_BASES, "knowledgeBaseSummaries") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("knowledgeBaseId")))]
    sources = [source for several in calls.each(lambda id: _base(calls, id), ids) for source in several]
    calls.each(lambda source: calls.page(GET_SOURCE, knowledgeBaseId=source[0], dataSourceId=source[1]), sources)


def _base(calls: Calls, id: str) -> list[tuple[str, str]]:
    body = calls.page(GET_BASE, knowledgeBaseId=id)
    arn = text(table(table(body).get("knowledgeBase")).get("knowledgeBaseArn"))
    if arn:
        calls.page(GET_POLICY, resourceArn=arn)
    found = calls.items(LIST_SOURCES, "dataSourceSummaries", knowledgeBaseId=id)
    return [(id, source) for item in found if isinstance(item, dict) and (source := text(item.get("dataSourceId")))]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a knowledge base, with what it reads."""
    reading = Reading(shard, answers)
    profiles = Profiles(reading)
    details = reading.details(GET_BASE, "knowledgeBaseId", "knowledgeBase")
    sources = sources_by_base(reading)
    arns: dict[str, str] = {}
    names: dict[str, str] = {}
    for listed in reading.items(LIST_BASES, "knowledgeBaseSummaries", "knowledgeBaseId", "name"):
        id = listed["knowledgeBaseId"]
        arns[id] = knowledge_base_arn(reading, id)
        names[arns[id]] = f"knowledge base {listed['name']}"
        yield from _records(reading, profiles, arns[id], listed, details.get(id, {}), sources.get(id, Sources()))
    yield from resource_policies(reading, GET_POLICY, "policy", names)
    for operation in (LIST_BASES, GET_BASE, LIST_SOURCES, GET_SOURCE):
        yield from reading.sightings(operation, _place(reading))
    for operation in (GET_BASE, LIST_SOURCES, GET_SOURCE):
        yield from reading.gaps_of_details(operation, "knowledgeBaseId", arns)
    yield from reading.gaps()


def _records(
    reading: Reading, profiles: Profiles, arn: str, listed: dict[str, Any], detail: dict[str, Any], sources: Sources
) -> Iterator[AnyRecord]:
    name = listed["name"]
    title = f"knowledge base {name}"
    configuration = table(detail.get("knowledgeBaseConfiguration"))
    storage = table(detail.get("storageConfiguration"))
    model = _embedding_model(configuration)
    facts = {
        "status": text(listed.get("status")),
        "type": text(configuration.get("type")),
        "storage": text(storage.get("type")),
        "store": _store(configuration, storage),
        **_query_engine(configuration),
        **sources.facts(),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="bedrock-knowledge-base",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform="Bedrock Knowledge Bases",
        model=model,
        created_at=moment(detail.get("createdAt")),
        updated_at=moment(detail.get("updatedAt") or listed.get("updatedAt")),
        public=False,  # every question is signed
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, detail.get("roleArn"), "knowledge base role")
    links = (
        *profiles.uses(arn, title, model),
        *secrets_in(reading, storage, arn, f"{title} opens its store"),
        *secrets_in(reading, configuration, arn, f"{title} opens the database that it asks"),
        *sources.links(reading, profiles, arn, title),
    )
    told: dict[tuple[str, str], Link] = {}
    for link in links:
        told.setdefault((link.kind, link.target), link)
    yield from told.values()


def _embedding_model(configuration: dict[str, Any]) -> str:
    for field in ("vectorKnowledgeBaseConfiguration", "managedKnowledgeBaseConfiguration"):
        if model := text(table(configuration.get(field)).get("embeddingModelArn")):
            return model
    return ""


def _store(configuration: dict[str, Any], storage: dict[str, Any]) -> str:
    """Where it keeps or finds what it knows: an ARN where AWS runs the store, else its host."""
    index = text(table(configuration.get("kendraKnowledgeBaseConfiguration")).get("kendraIndexArn"))
    if index:
        return index
    for kind in (item for item in storage.values() if isinstance(item, dict)):
        for field in ("collectionArn", "domainArn", "resourceArn", "graphArn", "indexArn", "vectorBucketArn"):
            if arn := text(kind.get(field)):
                return arn
        for field in ("connectionString", "endpoint"):
            if host := host_of(kind.get(field)):
                return host
    return ""


def _query_engine(configuration: dict[str, Any]) -> dict[str, str]:
    """The database that a base for structured data asks."""
    redshift = table(table(configuration.get("sqlKnowledgeBaseConfiguration")).get("redshiftConfiguration"))
    engine = table(redshift.get("queryEngineConfiguration"))
    for field, named in (
        ("serverlessConfiguration", "workgroupArn"),
        ("provisionedConfiguration", "clusterIdentifier"),
    ):
        asked = table(engine.get(field))
        if asked:
            auth = text(table(asked.get("authConfiguration")).get("type"))
            return {"query_engine": text(asked.get(named)), "query_auth": auth}
    return {}


def _place(reading: Reading) -> Place:
    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        id, where = text(item.params.get("knowledgeBaseId")), ""
        for step, here in walked(item.body, path):
            if isinstance(here, dict):
                id = id or text(here.get("knowledgeBaseId"))
            if isinstance(step, str) and step not in ("knowledgeBase", "dataSource"):
                where = f"field {step}"
        return knowledge_base_arn(reading, id), where

    return place


SERVICE = Service(
    name="bedrock-knowledge-bases",
    part="region",
    operations=(LIST_BASES, GET_BASE, LIST_SOURCES, GET_SOURCE, GET_POLICY),
    collect=collect,
    parse=parse,
)
