"""Reasoning engines of Vertex AI Agent Engine: what each agent acts as, what it is built on and which secrets it reads.

Where Cloud Asset Inventory may be read, one sweep of all projects tells, and a project costs nothing. Where that
is refused, or does not know engines, each project in which aiplatform is enabled is asked: one call for the locations,
which other services share, and one call a location (some forty); and one more for the policy of each engine where
policies were not swept either.

An engine acts as an identity of its own, as a service account of the company, or as the service agent that all engines
of the project share. Cloud Asset Inventory may leave out `effectiveIdentity`, which is then put together from the rest.

Attributes of an engine ("google-reasoning-engine"): "framework" and "frameworks", "identity_type" (agent-identity,
service-account, service-agent), "deployed_from" (package, source, container, config), "gateway_in", "gateway_out".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Link, RunsAs, Workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import Api, rest
from nhiscan_connectors.gcp.assets import CONTAINERS, SERVICES, Asset, Listing, Reading, labels_of, sweep
from nhiscan_connectors.gcp.bindings import holders
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import AUTHENTICATED, relative
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services.policies import SEARCH
from nhiscan_connectors.gcp.vertex.locations import (
    VERTEX,
    ask_everywhere,
    number_of,
    placed,
    projects_using,
    vertex_host,
)
from nhiscan_connectors.gcp.vertex.principals import (
    agent_records,
    engines_agent,
    is_agents_own,
    own_principal,
    principal_of,
)
from nhiscan_connectors.gcp.vertex.variables import links_of, sightings, variables_in

TYPE = "aiplatform.googleapis.com/ReasoningEngine"
_SOURCES = ("sourceArchive", "classMethods")
"""Code of an agent, and what it can be called with: large, and nobody's business."""
ENGINES = msgspec.structs.replace(
    sweep(
        "reasoning-engines",
        TYPE,
        hides="which reasoning engines there are, by Cloud Asset Inventory: each project is then asked by itself",
        blinds=(),
        drop=_SOURCES,
    ),
    optional=True,
)
LIST = rest(
    "aiplatform:projects.locations.reasoningEngines.list",
    "v1/projects/{number}/locations/{location}/reasoningEngines",
    service="{host}",
    size=100,
    permission="aiplatform.reasoningEngines.list",
    purpose="lists the agents that run in Agent Engine and what they act as",
    hides="which agents run in Agent Engine, and what they act as",
    blinds=("agents", "workloads"),
    drop=_SOURCES,
)
POLICY = Api(  # posted without a body, other than everywhere else
    name="aiplatform:projects.locations.reasoningEngines.getIamPolicy",
    service="{host}",
    path="v1/{+name}:getIamPolicy",
    method="POST",
    query=(("options.requestedPolicyVersion", "3"),),
    permission="aiplatform.reasoningEngines.getIamPolicy",
    purpose="tells who may use an agent of Agent Engine, where Cloud Asset Inventory may not be read",
    hides="who may use the agent",
    blinds=("policies",),
)
_LISTING = Listing(type=TYPE, operation=LIST, key="reasoningEngines", service="aiplatform")
_DEFAULT = "service-agent"
_DETAILS = {
    "agent-identity": "identity of its own",
    "service-account": "service account",
    _DEFAULT: "service agent that all engines of the project share",
}
_DEPLOYED = {"packageSpec": "package", "sourceCodeSpec": "source", "containerSpec": "container"}


def collect(calls: Calls) -> None:
    """One sweep; where it is refused, every location of every project that may have engines."""
    place = calls.place
    if place.part == "project":
        if not place.swept and place.enabled("aiplatform"):
            _policies(calls, ask_everywhere(calls, VERTEX, LIST, host=vertex_host))
    elif place.swept:
        calls.ask(ENGINES)
        if calls.sink.refusal(ENGINES):
            for number in projects_using(calls, "aiplatform"):
                ask_everywhere(calls, VERTEX, LIST, host=vertex_host, number=number)


def _policies(calls: Calls, found: dict[str, list[dict[str, Any]]]) -> None:
    names = [
        (location, name)
        for location, bodies in found.items()
        for body in bodies
        for item in _list(body.get("reasoningEngines"))
        if (name := text(table(item).get("name")))
    ]
    calls.each(lambda pair: calls.ask(POLICY, host=vertex_host(pair[0]), name=pair[1]), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Engines as workloads, what they act as, and the secrets that they read."""
    reading = Reading(shard, answers)
    opened = _opened(reading)
    for asset in placed(reading, ENGINES, TYPE, _LISTING):
        yield from _engine(reading, asset, asset.name in opened)
    for name, bodies in reading.by_param(POLICY, "name").items():
        id = reading.resource(f"//aiplatform.googleapis.com/{name}")
        for body in bodies:
            yield from holders(reading, POLICY, body, id, subject=id)
    for item in answers.of(POLICY):
        if item.problem is not None:
            id = reading.resource(f"//aiplatform.googleapis.com/{text(item.params.get('name'))}")
            yield gap_of(shard, POLICY, item.problem, item.detail, subjects=(id,))
    yield from sightings(reading, ENGINES, "assets", lambda _, entry: reading.resource(text(entry.get("name"))))
    yield from sightings(reading, LIST, "reasoningEngines", lambda item, entry: _id(reading, item, entry))
    yield from reading.gaps()


def _id(reading: Reading, _: Evidence, entry: dict[str, Any]) -> str:
    return reading.resource(f"//aiplatform.googleapis.com/{text(entry.get('name'))}") if entry.get("name") else ""


def _opened(reading: Reading) -> frozenset[str]:
    """Ids of the resources on which a policy lets in anybody, as far as this shard tells."""
    told = [(text(item.get("resource")), table(item.get("policy"))) for item in reading.items(SEARCH, "results")]
    for name, bodies in reading.by_param(POLICY, "name").items():
        told += [(f"//aiplatform.googleapis.com/{name}", body) for body in bodies]
    return frozenset(
        reading.resource(name)
        for name, body in told
        if name.startswith("//aiplatform.googleapis.com/") and any(map(_lets_in_anybody, _list(body.get("bindings"))))
    )


def _lets_in_anybody(binding: object) -> bool:
    members = _list(table(binding).get("members"))
    return any(text(member) in ("allUsers", AUTHENTICATED) for member in members)


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _engine(reading: Reading, asset: Asset, is_open: bool) -> Iterator[AnyRecord]:
    data, spec = asset.data, table(asset.data.get("spec"))
    deployment = table(spec.get("deploymentSpec"))
    name = text(data.get("displayName")) or asset.short
    title = f"reasoning engine {name}"
    scope = reading.scope(asset)
    principal, kind = _identity(reading, asset, spec)
    framework = text(spec.get("agentFramework"))
    variables = variables_in(reading, deployment, asset.project)
    gateways = table(deployment.get("agentGatewayConfig"))
    inward = text(table(gateways.get("clientToAgentConfig")).get("agentGateway"))
    outward = text(table(gateways.get("agentToAnywhereConfig")).get("agentGateway"))
    facts = {
        "framework": framework,
        "frameworks": framework if framework != "custom" else "",
        "identity_type": kind,
        "deployed_from": next((word for field, word in _DEPLOYED.items() if spec.get(field)), ""),
        "gateway_in": inward,
        "gateway_out": outward,
    }
    yield Workload(
        id=asset.name,
        provider="gcp",
        kind="google-reasoning-engine",
        name=name,
        scope=scope,
        region=asset.location,
        agent=True,
        ai_platform="Vertex AI Agent Engine",
        created_at=moment(data.get("createTime")),
        updated_at=moment(data.get("updateTime")) or asset.updated_at,
        # Whoever calls it needs a token, but where a policy lets in anybody, anybody's will do.
        public=is_open,
        variables=tuple(dict.fromkeys(variable for variable, _ in variables)),
        tags=labels_of(data),
        attributes={key: value for key, value in facts.items() if value},
    )
    if principal:
        yield RunsAs(workload=asset.name, identity=principal, detail=_DETAILS[kind])
        yield from agent_records(principal, scope, title, asset.source, name=name, resource=asset.name)
    if builder := principal_of(text(table(spec.get("buildSpec")).get("serviceAccount")).rpartition("/")[2], ""):
        yield RunsAs(workload=asset.name, identity=builder, detail="builds it", by_platform=True)
    yield from links_of(asset.name, title, variables)
    for gateway, way in ((inward, "callers reach it"), (outward, "it reaches others")):
        if gateway:
            target = reading.resource(f"//networkservices.googleapis.com/{gateway}")
            reason = f"{way} through agent gateway {gateway.rpartition('/')[2]} ({title})"
            yield Link(source=asset.name, target=target, kind="governed_by", reason=reason)


def _identity(reading: Reading, asset: Asset, spec: dict[str, Any]) -> tuple[str, str]:
    """Id of what an engine acts as, and what kind of identity that is; empty where nothing tells."""
    number = number_of(reading, asset.project)
    operation = ENGINES if asset.source == ENGINES.name else LIST
    written = text(spec.get("effectiveIdentity"))
    wanted, account = text(spec.get("identityType")), text(spec.get("serviceAccount"))
    if written:
        principal = principal_of(written, number)
        if not principal:
            operation = ENGINES if asset.source == ENGINES.name else LIST
            reading.leave_out(
                operation, f"{asset.name[:200]} acts as {written[:200]!r}, which is no identity", asset.name
            )
    elif wanted == "AGENT_IDENTITY":
        resource = relative(asset.name).replace(f"projects/{asset.project}/", f"projects/{number}/", 1)
        principal = own_principal(reading.place.root, resource) if number.isdigit() else ""
        if not principal:
            reading.leave_out(operation, f"{asset.name[:200]} does not tell the identity of its own", asset.name)
    else:
        principal = principal_of(account or engines_agent(number), number)
    if is_agents_own(principal):
        return principal, "agent-identity"
    default = principal == principal_of(engines_agent(number), number)
    return principal, _DEFAULT if default else "service-account" if principal else ""


SERVICE = Service(
    name="reasoning-engines",
    part="any",
    operations=(ENGINES, VERTEX, LIST, POLICY, SEARCH, SERVICES, CONTAINERS),
    collect=collect,
    parse=parse,
)
