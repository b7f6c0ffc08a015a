"""The registry of agents: which agents and MCP servers a company knows of, what they run as, and who answers for them.

An entry names what hosts an agent (a reasoning engine, a service of Cloud Run, a deployment of GKE) and the identity
that it runs as. The registry's word makes that an AI agent's, whatever the thing that hosts it says of itself.

Only projects in which agentregistry is enabled are asked: one call for the locations and three a location (agents, MCP
servers, applications); where a location has agents or servers, two more (bindings, findings).

Resources: a registry is an "agent-registry"; an agent's entry a "registry-record" (attributes "agent_id", "version",
"framework", "runs_on", "runs_as", "protocols"); an MCP server an "mcp-server" ("url", "tools", "destructive_tools",
"runs_on"); an application an "ai-application" ("criticality", "state"); a finding an "agent-registry-finding" ("class",
"severity", "resource", "files").
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from nhiscan.connector import Operation, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Aspect, Link, Ownership, Resource, RunsAs, Signal, Workload
from nhiscan_connectors.common.addresses import origin
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import Asset, Listing, Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.joining import projects_in
from nhiscan_connectors.gcp.vertex.locations import ask_everywhere, locations, placed
from nhiscan_connectors.gcp.vertex.principals import own_signal, principal_of

HOST: Final = "//agentregistry.googleapis.com/"
REGISTRY: Final = "agent-registry"
RECORD: Final = "registry-record"
MCP_SERVER: Final = "mcp-server"
APPLICATION: Final = "ai-application"
_SYSTEM: Final = "agentregistry.googleapis.com/system/"
_OF_AGENTS: Final = ("invokes_tool", "collaborates_with", "reads_secret")
_MOST_TOOLS: Final = 40
"""Names of tools that an attribute holds; of more, it tells the number."""


def _list(collection: str, what: str, hides: str, blinds: tuple[Aspect, ...]) -> Api:
    return rest(
        f"agentregistry:projects.locations.{collection}.list",
        f"v1/projects/{{number}}/locations/{{location}}/{collection}",
        size=100,
        permission=f"agentregistry.{collection}.list",
        purpose=f"lists {what} of the registry of agents",
        hides=hides,
        blinds=blinds,
        drop=("card", "examples", "metadataStruct"),
    )


LOCATIONS = locations("agentregistry", "entries of the registry of agents", ("agents",))
AGENTS = _list("agents", "the agents", "which agents the company's registry knows of", ("agents",))
SERVERS = _list("mcpServers", "the MCP servers", "which MCP servers the company's registry knows of", ("agents",))
APPLICATIONS = _list("aiApplications", "the applications", "who answers for registered agents", ("owners",))
BINDINGS = _list("bindings", "what agents are bound to", "which agent may call which server", ("agents",))
FINDINGS = _list("findings", "what was found in entries", "which secrets and holes were found in them", ())
_AGENTS = Listing(type=f"{HOST[2:]}Agent", operation=AGENTS, key="agents", service="agentregistry")
_SERVERS = Listing(type=f"{HOST[2:]}McpServer", operation=SERVERS, key="mcpServers", service="agentregistry")
_APPLICATIONS = Listing(
    type=f"{HOST[2:]}AiApplication", operation=APPLICATIONS, key="aiApplications", service="agentregistry"
)
_BINDINGS = Listing(type=f"{HOST[2:]}Binding", operation=BINDINGS, key="bindings", service="agentregistry")
_FINDINGS = Listing(type=f"{HOST[2:]}Finding", operation=FINDINGS, key="findings", service="agentregistry")
_OWNERS: Final[dict[str, tuple[Literal["owner", "team"], str]]] = {
    "businessOwners": ("owner", "business owner"),
    "developerOwners": ("team", "developer owner"),
    "operatorOwners": ("team", "operator"),
}


def collect(calls: Calls) -> None:
    """Entries of every location; what they are bound to, and what was found in them, where there are any."""
    place = calls.place
    if place.part != "project" or not place.enabled("agentregistry"):
        return
    found = ask_everywhere(calls, LOCATIONS, AGENTS, SERVERS, APPLICATIONS)
    filled = [
        location for location, bodies in found.items() if any(b.get("agents") or b.get("mcpServers") for b in bodies)
    ]
    calls.each(lambda location: calls.ask(BINDINGS, FINDINGS, location=location), filled)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Registries, their entries, bindings and findings."""
    reading = Reading(shard, answers)
    agents = placed(reading, None, _AGENTS.type, _AGENTS)
    servers = placed(reading, None, _SERVERS.type, _SERVERS)
    entries: dict[str, str] = {}
    for location in sorted({asset.location for asset in (*agents, *servers)}):
        yield _registry(reading, location)
    for asset in agents:
        entries[text(asset.data.get("agentId"))] = asset.name
        yield from _agent(reading, asset)
    for asset in servers:
        entries[text(asset.data.get("mcpServerId"))] = asset.name
        yield from _server(reading, asset)
    for asset in placed(reading, None, _APPLICATIONS.type, _APPLICATIONS):
        yield from _application(reading, asset)
    for asset in placed(reading, None, _BINDINGS.type, _BINDINGS):
        yield from _binding(reading, asset, entries)
    for asset in placed(reading, None, _FINDINGS.type, _FINDINGS):
        yield from _finding(reading, asset)
    yield from reading.gaps()


def _resource(reading: Reading, asset: Asset, kind: str, facts: dict[str, str], *, tool: bool = False) -> Resource:
    return Resource(
        id=asset.name,
        provider="gcp",
        kind=kind,
        name=text(asset.data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        region=asset.location,
        node="tool" if tool else "other",
        created_at=moment(asset.data.get("createTime")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _registry(reading: Reading, location: str) -> Resource:
    project = reading.place.project
    return Resource(
        id=f"{HOST}projects/{project}/locations/{location}",
        provider="gcp",
        kind=REGISTRY,
        name=f"agent registry of {project} in {location}",
        scope=reading.shard.scope,
        region=location,
    )


def _system(asset: Asset, name: str, key: str) -> str:
    return text(table(table(asset.data.get("attributes")).get(_SYSTEM + name)).get(key))


def _hosted_by(reading: Reading, asset: Asset) -> str:
    """Id of what hosts an entry; empty where it does not say."""
    uri = _system(asset, "RuntimeReference", "uri")
    return reading.resource(uri) if uri.startswith("//") else ""


def _urls(data: dict[str, Any]) -> str:
    listed = data.get("interfaces")
    urls = {origin(text(table(one).get("url"))) for one in (listed if isinstance(listed, list) else ())}
    return ", ".join(sorted(urls - {""}))


def _agent(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    host = _hosted_by(reading, asset)
    principal = _runs_as(reading, AGENTS, asset)
    protocols = [table(one) for one in reading.within(AGENTS, data, "protocols", subject=asset.name)]
    facts = {
        "agent_id": text(data.get("agentId")),
        "version": text(data.get("version")),
        "framework": _system(asset, "Framework", "framework"),
        "runs_on": host,
        "runs_as": principal,
        "protocols": ", ".join(sorted({text(one.get("type")).lower() for one in protocols} - {""})),
        "url": ", ".join(filter(None, (_urls(one) for one in protocols))),
    }
    record = _resource(reading, asset, RECORD, facts)
    yield record
    registry = f"{HOST}projects/{asset.project}/locations/{asset.location}"
    yield Link(source=asset.name, target=registry, kind="part_of", reason=f"agent {record.name} stands in the registry")
    if principal:
        detail = f"the registry of agents names it as the identity of agent {record.name}"
        yield Signal(subject=principal, name="registered-agent", detail=detail, source=AGENTS.name)
        yield from own_signal(principal, f"agent {record.name}", AGENTS.name)


def _runs_as(reading: Reading, operation: Operation, asset: Asset) -> str:
    written = _system(asset, "RuntimeIdentity", "principal")
    principal = principal_of(written, reading.place.number)
    if written and not principal:
        reading.leave_out(operation, f"{asset.name[:200]} runs as {written[:200]!r}, which is no identity", asset.name)
    return principal


def _server(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    tools = list(reading.within(SERVERS, asset.data, "tools", "name", subject=asset.name))
    # What a tool says of itself; one that says nothing may destroy, and is not counted here.
    destroys = [
        tool["name"]
        for tool in tools
        if (notes := table(tool.get("annotations"))).get("destructiveHint") is True and not notes.get("readOnlyHint")
    ]
    principal = _runs_as(reading, SERVERS, asset)
    facts = {
        "mcp_server_id": text(asset.data.get("mcpServerId")),
        "url": _urls(asset.data),
        "tools": _names([tool["name"] for tool in tools]),
        "destructive_tools": _names(destroys),
        "runs_on": _hosted_by(reading, asset),
        "runs_as": principal,
    }
    record = _resource(reading, asset, MCP_SERVER, facts, tool=True)
    yield record
    if principal:
        detail = f"the registry of agents names it as the identity of MCP server {record.name}"
        yield Signal(subject=principal, name="mcp-server-credential", detail=detail, source=SERVERS.name)
        yield from own_signal(principal, f"MCP server {record.name}", SERVERS.name)


def _names(names: list[str]) -> str:
    more = len(names) - _MOST_TOOLS
    return ", ".join(sorted(names)[:_MOST_TOOLS]) + (f" and {more} more" if more > 0 else "")


def _application(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    told = table(asset.data.get("attributes"))
    facts = {
        "criticality": text(table(told.get("criticality")).get("type")).lower(),
        "state": text(asset.data.get("state")).lower(),
    }
    record = _resource(reading, asset, APPLICATION, facts)
    yield record
    for field, (kind, word) in _OWNERS.items():
        for contact in reading.within(APPLICATIONS, told, field, "email", subject=asset.name):
            source = f"{word} of AI application {record.name}"
            yield Ownership(subject=asset.name, owner=contact["email"], kind=kind, source=source)


def _binding(reading: Reading, asset: Asset, entries: dict[str, str]) -> Iterator[AnyRecord]:
    """A binding tells of an agent and what it calls; both by the registry's own names of them."""
    source = text(table(asset.data.get("source")).get("identifier"))
    target = text(table(asset.data.get("target")).get("identifier"))
    name = text(asset.data.get("displayName")) or asset.short
    if not source or not target:
        return
    kind = "collaborates_with" if target.startswith("urn:agent:") else "invokes_tool"
    agent = entries.get(source, source)
    auth = table(asset.data.get("authProviderBinding"))
    provider = text(auth.get("authProvider"))
    scopes = sorted({one for one in auth.get("scopes") or () if isinstance(one, str)}) if auth else []
    through = f" with scopes {_names(scopes)}" if scopes else ""
    reason = f"binding {name} lets the agent call {target}{through}"
    yield Link(source=agent, target=entries.get(target, target), kind=kind, reason=reason)
    if provider:
        opens = reading.resource(f"//agentidentity.googleapis.com/{provider}")
        what = provider.rpartition("/")[2]
        reason = f"binding {name} gives the agent what auth provider {what} keeps{through}"
        yield Link(source=agent, target=opens, kind="reads_secret", reason=reason)


def _finding(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    data = asset.data
    on = text(data.get("resource"))
    target = reading.resource(on if on.startswith("//") else f"{HOST}{on}") if on else ""
    files = [text(one.get("path")) for one in reading.within(FINDINGS, data, "files", subject=asset.name)]
    facts = {
        "class": text(data.get("findingClass")).lower(),
        "severity": text(data.get("severity")).removeprefix("SEVERITY_").lower(),
        "resource": target,
        "files": _names([one for one in files if one]),
    }
    yield _resource(reading, asset, "agent-registry-finding", facts)
    if target:
        reason = f"Google found a {facts['class'] or 'flaw'} in it ({facts['severity'] or 'no severity told'})"
        yield Link(source=asset.name, target=target, kind="found_in", reason=reason)


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """What hosts registered agents, in whatever project, with what it may call, and who answers for it."""
    projects = projects_in(inventory)
    hosts: dict[str, str] = {}
    for record in list(inventory.resources.values()):
        if record.provider == "gcp" and record.kind in (RECORD, MCP_SERVER):
            host = projects.normal(record.attributes.get("runs_on", ""))
            if not host and record.kind == RECORD:
                host = f"{record.id}/agent"
            if host:
                hosts[record.id] = host
                yield from _hosted(inventory, record, host)
    for record_id, host in hosts.items():
        for link in inventory.links_from(record_id):
            if link.kind in _OF_AGENTS:
                target = hosts.get(link.target, link.target) if link.kind == "collaborates_with" else link.target
                yield Link(source=host, target=target, kind=link.kind, reason=link.reason)
    for link in list(inventory.links):
        known = inventory.resources.get(link.target) if link.kind == "registered_in" else None
        if known is not None and known.kind == APPLICATION:
            for owner in inventory.ownerships_of(link.target):
                yield Ownership(subject=link.source, owner=owner.owner, kind=owner.kind, source=owner.source)


def _hosted(inventory: Inventory, record: Resource, host: str) -> Iterator[AnyRecord]:
    """A thing that hosts an entry. An agent that nobody else lists runs elsewhere, or in what could not be read."""
    what = "agent" if record.kind == RECORD else "MCP server"
    reason = f"the registry lists it as {what} {record.name}"
    yield Link(source=host, target=record.id, kind="registered_in", reason=reason)
    if record.kind != RECORD or host in inventory.workloads:
        return
    framework = record.attributes.get("framework", "")
    yield Workload(
        id=host,
        provider="gcp",
        kind="google-registered-agent",
        name=record.name,
        scope=record.scope,
        region=record.region,
        agent=True,
        ai_platform="Agent Registry",
        created_at=record.created_at,
        attributes={"frameworks": framework} if framework not in ("", "custom") else {},
    )
    if principal := record.attributes.get("runs_as", ""):
        yield RunsAs(workload=host, identity=principal, detail="runtime identity of the registry")


SERVICE = Service(
    name="agent-registry",
    part="project",
    operations=(LOCATIONS, AGENTS, SERVERS, APPLICATIONS, BINDINGS, FINDINGS),
    collect=collect,
    parse=parse,
    join=join,
)
