"""The two services that keep registries of agents: AgentCore's, and the AWS Agent Registry that followed it.

Both list registries and records alike; what differs is the names of fields, and that the younger one tells in its
list which runtime or gateway a record was detected from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nhiscan.connector import Operation
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import call
from nhiscan_connectors.common.fields import table, text


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two services."""

    title: str
    """For people: "AgentCore"."""
    registries: Operation
    registry: Operation
    records: Operation
    record: Operation
    kind: str
    """Field for the kind of a record."""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Its calls."""
        return (self.registries, self.registry, self.records, self.record)


def _api(title: str, service: str, iam: str, kind: str, *private: str) -> Api:
    # `private`: fields of a record in which whoever publishes it may write anything.
    def operation(name: str, purpose: str, hides: str, drop: tuple[str, ...] = ()) -> Operation:
        return call(f"{service}:{name}", purpose, hides, permission=f"{iam}:{name}", blinds=("agents",), drop=drop)

    return Api(
        title=title,
        registries=operation(
            "ListRegistries", "lists the registries in which agents are to stand", "whether agents stand in a registry"
        ),
        registry=operation(
            "GetRegistry",
            "tells whether records are approved by themselves",
            "who approves what stands in the registry",
        ),
        records=operation(
            "ListRegistryRecords", "lists the records of a registry", "which agents stand in the registry"
        ),
        record=operation(
            "GetRegistryRecord",
            "tells which agent or server a record describes",
            "which agent the record describes",
            ("customParameters", *private),
        ),
        kind=kind,
    )


AGENTCORE = _api("AgentCore", "bedrock-agentcore-control", "bedrock-agentcore", "descriptorType")
STANDALONE = _api(
    "Agent Registry",
    "agent-registry-control",
    "agent-registry",
    "recordType",
    "customMetadata",
    # An artifact is handed out by an address that is signed: whoever has it may fetch it.
    "artifact",
    "synchronizedSource",
)
APIS = (AGENTCORE, STANDALONE)


def ask_registries(calls: Calls) -> None:
    """A region without registries costs one call of each service."""
    calls.each(lambda ask: ask(calls), [_asked(api) for api in APIS])


def _asked(api: Api) -> Callable[[Calls], None]:
    def ask(calls: Calls) -> None:
        items = calls.items(api.registries, "registries")
        ids = [id for item in items if (id := text(item.get("registryId")))]
        calls.each(lambda id: calls.page(api.registry, registryId=id), ids)

        def unclear(id: str) -> list[tuple[str, str]]:
            records = calls.items(api.records, "registryRecords", registryId=id)
            return [(id, text(record.get("recordId"))) for record in records if not sources_of(record)]

        records = [pair for pairs in calls.each(unclear, ids) for pair in pairs if pair[1]]
        calls.each(lambda pair: calls.page(api.record, registryId=pair[0], recordId=pair[1]), records)

    return ask


def sources_of(record: Mapping[str, Any]) -> list[str]:
    """ARNs of what a record was detected from, by its entry in the list or its own call."""
    told = record.get("provenanceSummaryList") or record.get("provenance")
    sources = [text(table(one).get("sourceId")) for one in told] if isinstance(told, list) else []
    return [source for source in sources if source.startswith("arn:")]
