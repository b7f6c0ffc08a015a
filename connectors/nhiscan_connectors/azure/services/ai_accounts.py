"""Azure OpenAI, Foundry and the other AI services: accounts, their keys, deployments, projects and connections.

Calls in a subscription beside the sweep: for each account of Azure OpenAI or Foundry one (deployments), for each of
Foundry two more (projects, connections), and for each project three (connections, agents, classic agents).

Attributes of an account ("azure-openai-account", "azure-foundry-account", "azure-ai-services-account"): "kind",
"local_auth" ("true": standing keys open it), "public_network", "network" (all, selected, private), "sku", "endpoint",
"outbound" (restricted, open), "data_zone" (the widest of its deployments: global, data-zone, region).
Of a deployment (a resource "azure-openai-deployment"): "model", "version", "format", "sku", "capacity", "data_zone",
"regions" and "area" (see `nhiscan.regions`), "guardrail". Of a project: "endpoint", "account". Of agents and their
tools: see `resources.foundry_agents`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource
from nhiscan.regions import AREA
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.azure.resources import foundry_agents
from nhiscan_connectors.azure.resources.connections import connections
from nhiscan_connectors.azure.resources.foundry_agents import agents_of, ask_agents, sightings_in_agents
from nhiscan_connectors.azure.resources.reading import LIVES_IN, Reading
from nhiscan_connectors.azure.resources.rows import Row, network_facts, shown
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import AI_ACCOUNTS
from nhiscan_connectors.azure.resources.variables import in_resources
from nhiscan_connectors.azure.resources.zones import regions_of, width_of, zone_of
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text

TYPE = "microsoft.cognitiveservices/accounts"
_VERSION = "2025-06-01"
DEPLOYMENTS = arm(
    "Microsoft.CognitiveServices:accounts.deployments.list",
    "/{+id}/deployments",
    _VERSION,
    permission="Microsoft.CognitiveServices/accounts/deployments/read",
    purpose="lists the models that an account serves, and where their data may go",
    hides="which models the account serves, and whether data leaves the region",
    blinds=("agents",),
)
PROJECTS = arm(
    "Microsoft.CognitiveServices:accounts.projects.list",
    "/{+id}/projects",
    _VERSION,
    permission="Microsoft.CognitiveServices/accounts/projects/read",
    purpose="lists the projects of a Foundry account and the identities that they act as",
    hides="which projects the Foundry account has, what they act as and which agents they run",
    blinds=("workloads", "agents"),
)
CONNECTIONS = arm(
    "Microsoft.CognitiveServices:accounts.connections.list",
    "/{+id}/connections",
    _VERSION,
    permission="Microsoft.CognitiveServices/accounts/connections/read",
    purpose="lists what a Foundry account is connected to, and how it signs in there",
    hides="what the Foundry account is connected to, and which keys are kept for that",
    blinds=("secrets",),
    drop=("credentials",),
)
PROJECT_CONNECTIONS = arm(
    "Microsoft.CognitiveServices:accounts.projects.connections.list",
    "/{+id}/connections",
    _VERSION,
    permission="Microsoft.CognitiveServices/accounts/projects/connections/read",
    purpose="lists what a Foundry project is connected to, and how it signs in there",
    hides="what the Foundry project is connected to, and which keys are kept for that",
    blinds=("secrets",),
    drop=("credentials",),
)
_KINDS: Final = {
    "openai": ("azure-openai-account", "Azure OpenAI"),
    "aiservices": ("azure-foundry-account", "Microsoft Foundry"),
}
_WIDTHS = ("global", "data-zone", "region")


def is_foundry(row: Row) -> bool:
    """Whether an account is of Foundry, and so may have projects and agents."""
    return row.kind.lower() == "aiservices"


def collect(calls: Calls) -> None:
    """Deployments of every account that serves models; projects and connections of those of Foundry."""
    accounts = [row for row in swept(calls, TYPE) if row.kind.lower() in _KINDS]
    calls.each(lambda row: calls.ask(DEPLOYMENTS, id=row.id), accounts)
    calls.each(lambda row: _foundry(calls, row), [row for row in accounts if is_foundry(row)])


def _foundry(calls: Calls, account: Row) -> None:
    calls.ask(CONNECTIONS, id=account.id)
    for item in list(calls.items(PROJECTS, id=account.id)):
        if id := text(table(item).get("id")):
            calls.ask(PROJECT_CONNECTIONS, id=resource_id(id))
            ask_agents(calls, account, resource_id(id))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Accounts, the keys that they take, what they serve, and their projects."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        yield from _account(reading, row)
    yield from in_resources(reading, DEPLOYMENTS, PROJECTS, CONNECTIONS, PROJECT_CONNECTIONS)
    yield from sightings_in_agents(reading)
    yield from reading.gaps()


def _account(reading: Reading, row: Row) -> Iterator[AnyRecord]:
    kind, platform = _KINDS.get(row.kind.lower(), ("azure-ai-services-account", "Azure AI services"))
    serves = row.kind.lower() in _KINDS
    title = f"{platform} account {row.name}"
    deployments = reading.children(DEPLOYMENTS, row.id)
    widths = {width_of(text(item.sku.get("name"))) for item in deployments}
    models = sorted({model for item in deployments if (model := text(_model(item).get("name")))})
    restricted = flag(row.properties.get("restrictOutboundNetworkAccess"))
    facts = {
        **network_facts(row.properties),
        "kind": row.kind,
        "local_auth": reading.local_auth(row),
        "sku": text(row.sku.get("name")),
        "endpoint": text(row.properties.get("endpoint")),
        "outbound": "" if restricted is None else "restricted" if restricted else "open",
        "data_zone": next((width for width in _WIDTHS if width in widths), ""),
    }
    # Whoever calls it needs a key or a token, so it never answers without authorisation.
    yield reading.workload(
        row,
        kind,
        attributes=facts,
        public=False,
        machine_learning=serves,
        ai_platform=platform if serves else "",
        model=", ".join(models),
    )
    yield from reading.acts_as(row, title, ai=True)
    if row.local_auth:
        yield from reading.keys(
            row,
            f"{kind}-keys",
            title,
            ai_provider="azure-openai" if serves else "",
            attributes=shown({"endpoint": facts["endpoint"], "network": facts["network"]}),
        )
    for item in deployments:
        yield from _deployment(reading, row, item, title)
    if is_foundry(row):
        yield from connections(reading, CONNECTIONS, row, title)
        for project in reading.children(PROJECTS, row.id):
            yield from _project(reading, row, project)


def _model(deployment: Row) -> dict[str, object]:
    return table(deployment.properties.get("model"))


def _deployment(reading: Reading, account: Row, item: Row, title: str) -> Iterator[AnyRecord]:
    model = _model(item)
    sku = text(item.sku.get("name"))
    width = width_of(sku)
    facts = {
        "model": text(model.get("name")),
        "version": text(model.get("version")),
        "format": text(model.get("format")),
        "sku": sku,
        "capacity": str(capacity) if isinstance(capacity := item.sku.get("capacity"), int) else "",
        "data_zone": width,
        "regions": regions_of(sku, account.location),
        AREA: zone_of(account.location) if width == "region" else "",
        "guardrail": text(item.properties.get("raiPolicyName")),
    }
    yield Resource(
        id=item.id,
        provider="azure",
        kind="azure-openai-deployment",
        name=item.name,
        scope=reading.scope,
        region=account.location,
        node="model",
        attributes=shown(facts),
    )
    what = f"{facts['model'] or 'a model'} as {item.name}"
    yield Link(source=account.id, target=item.id, kind="uses_model", reason=f"{title} serves {what}")


def _project(reading: Reading, account: Row, item: Row) -> Iterator[AnyRecord]:
    title = f"Foundry project {item.name}"
    endpoints = table(item.properties.get("endpoints"))
    facts = {"endpoint": text(endpoints.get("AI Foundry API")), "account": account.id}
    yield reading.workload(
        item, "azure-foundry-project", attributes=facts, public=False, ai_platform="Microsoft Foundry"
    )
    # What acts is the project's agents, each of which is told on its own.
    yield from reading.acts_as(item, title, ai=True, by_platform=True, source=PROJECTS)
    reason = f"{title} lives in account {account.name}"
    yield Link(source=item.id, target=account.id, kind=LIVES_IN, reason=reason)
    yield from connections(reading, PROJECT_CONNECTIONS, item, title)
    yield from agents_of(reading, item)


SERVICE = Service(
    name="ai-accounts",
    part="subscription",
    operations=(
        RESOURCES,
        AI_ACCOUNTS,
        DEPLOYMENTS,
        PROJECTS,
        CONNECTIONS,
        PROJECT_CONNECTIONS,
        *foundry_agents.OPERATIONS,
    ),
    collect=collect,
    parse=parse,
)
