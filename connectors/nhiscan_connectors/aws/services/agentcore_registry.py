"""Registries of agents, their records, and which agent of the estate stands in which.

Attributes of a registry: `service` ("AgentCore", "Agent Registry"), `status`, `authorizer` (CUSTOM_JWT, AWS_IAM: who
may search it), `auto_approval` ("yes", "no"; missing where the registry itself was not read) and `auto_detection`
(ACTIVE, INACTIVE: whether it takes in the agents of the organization by itself).

Attributes of a record: `type` (MCP, A2A, AGENT, GATEWAY, AGENT_SKILLS, SKILL, CUSTOM), `status` (APPROVED,
PENDING_APPROVAL, DRAFT, REJECTED, DEPRECATED ...), `version`, `detected` ("yes" where the registry found it itself),
`created_by`, `arns` and `endpoints` (what it describes, parted by spaces), `described_name`, `content`
("unreadable" where a description was no JSON object), `sync` (scheme and host that it is kept up to date from) and
`sync_role`.

`join` links an agent to the records that name it: by ARN, by the host of its endpoint, or by nothing but its name
where the record's own account has one agent of that name. A record that was rejected or is deprecated registers
nobody. Whether a registry is there and could be read: resources of kind "agent-registry", and gaps of these calls,
which leave "agents" of their account unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.agentcore.descriptors import Named, named_by
from nhiscan_connectors.aws.agentcore.endpoints import origin
from nhiscan_connectors.aws.agentcore.identity_ids import provider_id
from nhiscan_connectors.aws.agentcore.places import field_of
from nhiscan_connectors.aws.agentcore.registry_calls import APIS, Api, ask_registries, sources_of
from nhiscan_connectors.aws.agentcore.shapes import resource
from nhiscan_connectors.aws.regional import Reading, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

REGISTRY: Final = "agent-registry"
RECORD: Final = "registry-record"
GONE: Final = frozenset({"REJECTED", "DEPRECATED", "CREATE_FAILED"})
"""Status of records that register nobody."""
LENT: Final = frozenset({"agentcore-browser", "agentcore-code-interpreter", "agentcore-memory"})
"""Kinds of workloads that agents use, and that nobody registers by name."""


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Registries and records of both services."""
    reading = Reading(shard, answers)
    for api in APIS:
        yield from _registries(reading, api)
        yield from reading.sightings(api.record, field_of("recordArn"))
    yield from reading.gaps()


def _registries(reading: Reading, api: Api) -> Iterator[AnyRecord]:
    details = reading.details(api.registry, "registryId")
    listed = reading.by_param(api.records, "registryId")
    told = reading.by_param(api.record, "recordId")
    arns: dict[str, str] = {}
    for item in reading.items(api.registries, "registries", "registryId", "registryArn"):
        id = item["registryId"]
        arn = arns[id] = item["registryArn"]
        name = text(item.get("name")) or id
        yield resource(reading, arn, REGISTRY, name, item, _of_registry(api, item, details.get(id, {})))
        for body in listed.get(id, []):
            for record in reading.within(api.records, body, "registryRecords", "recordArn", "recordId", "status"):
                own = [
                    one
                    for one in told.get(record["recordId"], [])
                    if text(one.get("recordArn")) in ("", record["recordArn"])
                ]
                yield from _record(reading, api, record, own[0] if own else {}, arn, name)
    # What a refused list of records, or a refused record, leaves open is open of every agent: the core says so.
    yield from reading.gaps_of_details(api.registry, "registryId", arns)


def _of_registry(api: Api, item: dict[str, Any], body: dict[str, Any]) -> dict[str, str]:
    search = table(item.get("discoveryConfiguration"))
    facts = {
        "service": api.title,
        "status": text(item.get("status")),
        "authorizer": text(item.get("authorizerType")) or text(search.get("authorizerType")),
        "auto_detection": text(table(item.get("autoDetection")).get("status")),
    }
    if body:
        facts["auto_approval"] = _approves_itself(body.get("approvalConfiguration"))
    return facts


def _approves_itself(approval: object) -> str:
    """Without a setting, somebody has to approve."""
    if approval is not None and not isinstance(approval, dict):
        return ""
    setup = table(approval)
    return "yes" if setup.get("autoApproval") is True or setup.get("autoApprovalRules") else "no"


def _record(
    reading: Reading, api: Api, item: dict[str, Any], body: dict[str, Any], registry: str, title: str
) -> Iterator[AnyRecord]:
    arn = item["recordArn"]
    name = text(item.get("name")) or item["recordId"]
    named = named_by(body.get("descriptors"))
    for source in (*sources_of(item), *sources_of(body)):
        named.place(source)
    setup = table(table(body.get("synchronizationConfiguration")).get("fromUrl"))
    named.place(setup.get("url"))
    roles: list[str] = []
    for provider in _sync_credentials(reading, api, body, setup):
        if role := role_arn(table(provider.get("iamCredentialProvider")).get("roleArn")):
            roles.append(role)
        oauth = text(table(provider.get("oauthCredentialProvider")).get("providerArn"))
        held = provider_id(oauth) or oauth
        if held.startswith("arn:"):
            reason = f"record {name} is kept up to date with an OAuth token of {held}"
            yield Link(source=arn, target=held, kind="reads_secret", reason=reason)
    facts = {
        "type": text(item.get(api.kind)),
        "status": item["status"],
        "version": text(item.get("recordVersion")),
        "detected": "yes" if item.get("createdByAutoDetection") is True else "",
        "created_by": text(item.get("createdBy")),
        "sync": origin(setup.get("url")),
        "sync_role": " ".join(dict.fromkeys(roles)),
        **_describes(named),
    }
    yield resource(reading, arn, RECORD, name, item, facts)
    yield Link(source=arn, target=registry, kind="part_of", reason=f"record {name} stands in registry {title}")


def _describes(named: Named) -> dict[str, str]:
    return {
        "arns": " ".join(named.arns),
        "endpoints": " ".join(named.addresses),
        "described_name": named.name,
        "content": "unreadable" if named.unreadable else "",
    }


def _sync_credentials(
    reading: Reading, api: Api, body: dict[str, Any], setup: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """Credentials that a record is kept up to date with; each descriptor may have its own."""
    sources = [setup]
    sources += [
        table(table(table(descriptor).get("source")).get("fromUrl"))
        for descriptor in table(body.get("descriptors")).values()
    ]
    for source in sources:
        for given in reading.within(api.record, source, "credentialProviderConfigurations"):
            yield table(given.get("credentialProvider"))


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """Which agents stand in which records, over all accounts: a registry is often kept in one for all."""
    records = [
        resource
        for resource in inventory.resources.values()
        if resource.provider == "aws" and resource.kind == RECORD and resource.attributes.get("status") not in GONE
    ]
    if not records:
        return
    known = _Agents(inventory.workloads.values())
    for record in records:
        for agent, how in known.described_by(record):
            status = record.attributes.get("status", "in a status that is not told")
            reason = f"{agent.name} stands in the registry as {record.name} ({status}), {how}"
            yield Link(source=agent.id, target=record.id, kind="registered_in", reason=reason)


class _Agents:
    """Workloads as a record may name them."""

    def __init__(self, workloads: Iterable[Workload]) -> None:
        self._by_id: dict[str, Workload] = {}
        self._by_address: dict[str, list[Workload]] = defaultdict(list)
        self._by_name: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in workloads:
            self._by_id[workload.id] = workload
            if address := origin(workload.attributes.get("endpoint")):
                self._by_address[address].append(workload)
            if workload.agent and workload.kind not in LENT:
                self._by_name[workload.scope, workload.name].append(workload)

    def described_by(self, record: Resource) -> list[tuple[Workload, str]]:
        """Workloads that a record describes, each with how it is told."""
        found: dict[str, tuple[Workload, str]] = {}
        for arn in record.attributes.get("arns", "").split():
            if workload := self._by_id.get(arn):
                found[workload.id] = (workload, "which names its ARN")
        for address in record.attributes.get("endpoints", "").split():
            behind = self._by_address.get(address, [])
            if len(behind) == 1:  # a host that several share names none of them
                found.setdefault(behind[0].id, (behind[0], "which names its endpoint"))
        if not found and not record.attributes.get("arns"):
            for name in dict.fromkeys((record.name, record.attributes.get("described_name", ""))):
                alike = self._by_name.get((record.scope, name), []) if name else []
                if len(alike) == 1:
                    found.setdefault(alike[0].id, (alike[0], "which has its name and names no other"))
        return list(found.values())


SERVICE = Service(
    name="agentcore-registry",
    part="region",
    operations=tuple(operation for api in APIS for operation in api.operations),
    collect=ask_registries,
    parse=parse,
    join=join,
)
