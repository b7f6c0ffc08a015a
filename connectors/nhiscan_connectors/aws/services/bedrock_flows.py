"""Amazon Bedrock Flows: chains of prompts, agents, functions and knowledge bases, and the role that each runs as.

A flow's settings are those of the version that answers callers: the newest that an alias routes to, else the draft.
Roles and links are told for the draft too, which its test alias runs.

Attributes of a flow: `status`, `version` ("DRAFT", "3": whose settings these are), `aliases` ("live (3)"), `kms_key`
(ARN or "none"), `nodes` (kinds of its nodes), `guardrail` (which of the nodes that call a model are held to one: "all",
"some", "none"), `inline_code` ("true": it holds code that AWS runs), `buckets`, `prompts` (ARNs of managed prompts,
whose models and texts are not read). Its `model` is the first that a node names. An attribute that is missing is not
known or does not apply. No prompt is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.bedrock.flow_nodes import Nodes
from nhiscan_connectors.aws.bedrock.names import DRAFT
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.aws.bedrock.versions import alias_text, by_params, called, routed_versions
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Place, Reading, call, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment


def _flows(name: str, purpose: str, hides: str) -> Operation:
    return call(f"bedrock-agent:{name}", purpose, hides, permission=f"bedrock:{name}", blinds=("agents", "workloads"))


LIST_FLOWS: Final = _flows("ListFlows", "lists the flows", "which Bedrock flows exist")
GET_FLOW: Final = _flows(
    "GetFlow", "reads the role and the nodes of a flow's draft", "what a Bedrock flow runs as and what it calls"
)
LIST_ALIASES: Final = _flows(
    "ListFlowAliases",
    "lists the aliases of a flow and the versions that they send callers to",
    "which version of a Bedrock flow answers its callers",
)
GET_VERSION: Final = _flows(
    "GetFlowVersion",
    "reads the role and the nodes of a version that an alias routes to",
    "what the version of a Bedrock flow that answers callers runs as and calls",
)
_OPERATIONS: Final = (LIST_FLOWS, GET_FLOW, LIST_ALIASES, GET_VERSION)


def collect(calls: Calls) -> None:
    """One list; for each flow its draft, its aliases, and the versions that they route to."""
    found = (item for item in calls.items(LIST_FLOWS, "flowSummaries") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("id")))]
    calls.each(lambda id: calls.page(GET_FLOW, flowIdentifier=id), ids)
    versions = [version for several in calls.each(lambda id: _versions(calls, id), ids) for version in several]
    calls.each(lambda one: calls.page(GET_VERSION, flowIdentifier=one[0], flowVersion=one[1]), versions)


def _versions(calls: Calls, id: str) -> list[tuple[str, str]]:
    aliases = calls.items(LIST_ALIASES, "flowAliasSummaries", flowIdentifier=id)
    return [(id, version) for version in routed_versions(aliases, "flowVersion")]


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a flow, with what it calls."""
    reading = Reading(shard, answers)
    profiles = Profiles(reading)
    versions: dict[str, dict[str, dict[str, Any]]] = {}
    for id, body in reading.details(GET_FLOW, "flowIdentifier").items():
        versions.setdefault(id, {})[DRAFT] = body
    for (id, version), body in by_params(reading, GET_VERSION, "flowIdentifier", "flowVersion"):
        versions.setdefault(id, {})[version] = body
    aliases: dict[str, list[dict[str, Any]]] = {}
    for (id,), body in by_params(reading, LIST_ALIASES, "flowIdentifier"):
        aliases.setdefault(id, []).extend(reading.within(LIST_ALIASES, body, "flowAliasSummaries", "name"))
    arns: dict[str, str] = {}
    for listed in reading.items(LIST_FLOWS, "flowSummaries", "id", "arn", "name"):
        id = listed["id"]
        arns[id] = listed["arn"]
        yield from _flow(reading, profiles, listed, versions.get(id, {}), aliases.get(id, []))
    for operation in _OPERATIONS:
        yield from reading.sightings(operation, _place(arns))
    for operation in (GET_FLOW, LIST_ALIASES, GET_VERSION):
        yield from reading.gaps_of_details(operation, "flowIdentifier", arns)
    yield from reading.gaps()


def _flow(
    reading: Reading,
    profiles: Profiles,
    listed: dict[str, Any],
    versions: dict[str, dict[str, Any]],
    aliases: list[dict[str, Any]],
) -> Iterator[AnyRecord]:
    arn, title = listed["arn"], f"flow {listed['name']}"
    routed = routed_versions(aliases, "flowVersion")
    live = routed[0] if routed else DRAFT
    in_use = sorted(versions.items(), key=lambda item: (item[0] != live, item[0] == DRAFT, item[0]))
    nodes = {
        version: Nodes(reading, GET_FLOW if version == DRAFT else GET_VERSION, arn, body.get("definition"))
        for version, body in in_use
    }
    facts = {
        "status": text(listed.get("status")),
        "version": live,
        "aliases": alias_text(aliases, "name", "flowVersion"),
    }
    if live in versions:
        facts["kms_key"] = text(versions[live].get("customerEncryptionKeyArn")) or "none"
        facts |= nodes[live].facts()
    yield Workload(
        id=arn,
        provider="aws",
        kind="bedrock-flow",
        name=listed["name"],
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform="Bedrock Flows",
        model=nodes[live].model() if live in nodes else "",
        created_at=moment(listed.get("createdAt")),
        updated_at=moment(listed.get("updatedAt")),
        public=False,  # every call of a flow is signed
        attributes={key: value for key, value in facts.items() if value},
    )
    roles: set[str] = set()
    told: dict[tuple[str, str], Link] = {}
    for version, body in in_use:
        for run in reading.runs_as(arn, body.get("executionRoleArn"), f"execution role of {called(version)}"):
            if run.identity not in roles:
                roles.add(run.identity)
                yield run
        for link in nodes[version].links(profiles, arn, f"{title} ({called(version)})"):
            # A guardrail of the draft holds back nobody who calls another version.
            if link.kind != "governed_by" or version == live:
                told.setdefault((link.kind, link.target), link)
    yield from told.values()


def _place(arns: dict[str, str]) -> Place:
    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        arn, node, where = arns.get(text(item.params.get("flowIdentifier")), ""), "", ""
        for step, here in walked(item.body, path):
            if isinstance(here, dict):
                arn = arn or text(here.get("arn"))
                if isinstance(step, int):
                    node = text(here.get("name")) or node
            where = _PLACES.get(str(step), where)
        return arn, f"{where or 'settings'} of node {node}" if node and "nodes" in path else where

    return place


_PLACES: Final = {"inlineCode": "code", "prompt": "prompt", "promptTemplate": "prompt", "description": "description"}

SERVICE = Service(name="bedrock-flows", part="region", operations=_OPERATIONS, collect=collect, parse=parse)
