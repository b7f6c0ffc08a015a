"""Gemini Enterprise: apps, their assistants, and the agents that people find in them.

An agent here is a front: what does the work is a reasoning engine, an agent of Dialogflow, one of another company
behind A2A, or Google's own. Whoever may use the app may use what is shared with all of its users.

Cloud Asset Inventory knows apps; one sweep of all projects tells which there are. Where it may not be read, each
project in which discoveryengine is enabled is asked in the three multi-regions. Then one call an app (its assistants)
and one an assistant (its agents). Google lists to a caller the agents that it may see: those that people made for
themselves alone may be missing, which is told as a gap.

Attributes of an app (a resource "google-gemini-enterprise-app"): "solution", "app_type", "registry", "gateway". Of an
agent ("google-gemini-enterprise-agent"): "definition" (adk, a2a, dialogflow, managed), "state", "shared_with"
(restricted, all_users, private), "app", "assistant", "engine", "authorization", "tool_authorizations", "suspended_for",
"url".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, Resource, RunsAs, Workload
from nhiscan_connectors.common.addresses import origin
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import CONTAINERS, Asset, Listing, Reading, location_in, sweep
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.joining import projects_in
from nhiscan_connectors.gcp.vertex.locations import number_of, placed
from nhiscan_connectors.gcp.vertex.principals import agent_records

HOST: Final = "//discoveryengine.googleapis.com/"
TYPE = "discoveryengine.googleapis.com/Engine"
KIND: Final = "google-gemini-enterprise-agent"
APPS = sweep(
    "gemini-enterprise-apps",
    TYPE,
    hides="which apps of Gemini Enterprise there are, and so their agents",
    blinds=("agents",),
)
LIST = rest(
    "discoveryengine:projects.locations.collections.engines.list",
    "v1/projects/{number}/locations/{location}/collections/default_collection/engines",
    service="{host}",
    permission="discoveryengine.engines.list",
    purpose="lists a project's apps of Gemini Enterprise, where Cloud Asset Inventory may not be read",
    hides="which apps of Gemini Enterprise there are, and so their agents",
    blinds=("agents",),
)
ASSISTANTS = rest(
    "discoveryengine:projects.locations.collections.engines.assistants.list",
    "v1alpha/{+app}/assistants",
    service="{host}",
    size=100,
    permission="discoveryengine.assistants.list",
    purpose="lists the assistants of an app of Gemini Enterprise",
    hides="which assistants the app has, and so their agents",
    blinds=("agents",),
)
AGENTS = rest(
    "discoveryengine:projects.locations.collections.engines.assistants.agents.list",
    "v1alpha/{+assistant}/agents",
    service="{host}",
    size=1000,
    permission="discoveryengine.agents.list",
    purpose="lists the agents of an assistant of Gemini Enterprise",
    hides="which agents people find in Gemini Enterprise, and with whom each is shared",
    blinds=("agents", "workloads"),
    drop=("starterPrompts", "icon"),
)
_LISTING = Listing(type=TYPE, operation=LIST, key="engines", service="discoveryengine")
_MULTI_REGIONS: Final = ("eu", "global", "us")
_DEFINITIONS: Final = {
    "adkAgentDefinition": "adk",
    "a2aAgentDefinition": "a2a",
    "dialogflowAgentDefinition": "dialogflow",
    "managedAgentDefinition": "managed",
}


def collect(calls: Calls) -> None:
    """Apps in one sweep or by project, then what lies in each."""
    place = calls.place
    names: set[str] = set()
    if place.part == "estate" and place.swept:
        for item in calls.items(APPS, "assets"):
            names.add(text(table(table(table(item).get("resource")).get("data")).get("name")))
    elif place.part == "project" and not place.swept and place.enabled("discoveryengine"):
        for location in _MULTI_REGIONS:
            for item in calls.items(LIST, "engines", host=_host(location), location=location):
                names.add(text(table(item).get("name")))
    calls.each(lambda app: _ask(calls, app), sorted(names - {""}))


def _ask(calls: Calls, app: str) -> None:
    host = _host(location_in(f"/{app}"))
    for item in calls.items(ASSISTANTS, "assistants", host=host, app=app):
        if name := text(table(item).get("name")):
            calls.ask(AGENTS, host=host, assistant=name)


def _host(location: str) -> str:
    """Each multi-region has a host of its own."""
    return "discoveryengine" if location in ("", "global") else f"{location}-discoveryengine"


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Apps as resources, their agents as workloads."""
    reading = Reading(shard, answers)
    for asset in placed(reading, APPS, TYPE, _LISTING):
        yield _app(reading, asset)
    for name, bodies in reading.by_param(AGENTS, "assistant").items():
        for body in bodies:
            for item in reading.within(AGENTS, body, "agents", "name", subject=name):
                yield from _agent(reading, name, item)
    if answers.answered(AGENTS):
        yield gap_of(
            shard,
            AGENTS,
            "unsupported",
            "Gemini Enterprise lists the agents that the caller may see",
            hides="agents that people made in Gemini Enterprise and keep to themselves",
            blinds=(),
        )
    yield from reading.gaps()


def _app(reading: Reading, asset: Asset) -> Resource:
    data = asset.data
    gateways = table(data.get("agentGatewaySetting"))
    facts = {
        "solution": text(data.get("solutionType")).removeprefix("SOLUTION_TYPE_").lower(),
        "app_type": text(data.get("appType")).removeprefix("APP_TYPE_").lower(),
        "registry": text(data.get("associatedAgentRegistry")),
        "gateway": text(table(gateways.get("defaultEgressAgentGateway")).get("name")),
    }
    return Resource(
        id=asset.name,
        provider="gcp",
        kind="google-gemini-enterprise-app",
        name=text(data.get("displayName")) or asset.short,
        scope=reading.scope(asset),
        region=asset.location,
        created_at=moment(data.get("createTime")),
        attributes={key: value for key, value in facts.items() if value},
    )


def _agent(reading: Reading, assistant: str, item: dict[str, Any]) -> Iterator[AnyRecord]:
    id = reading.resource(HOST + item["name"])
    project = reading.projects.project_in(id) or reading.place.project
    scope = reading.projects.scope(project) if project else reading.shard.scope
    name = text(item.get("displayName")) or id.rpartition("/")[2]
    title = f"agent {name} of Gemini Enterprise"
    app = reading.resource(HOST + assistant.partition("/assistants/")[0])
    field = next((one for one in _DEFINITIONS if one in item), "")
    definition = table(item.get(field))
    behind = _behind(reading, definition)
    granted = table(item.get("authorizationConfig"))
    tools = granted.get("toolAuthorizations")
    facts = {
        "definition": _DEFINITIONS.get(field, ""),
        "state": text(item.get("state")).lower(),
        "shared_with": text(table(item.get("sharingConfig")).get("scope")).lower(),
        "app": app,
        "assistant": assistant.rpartition("/")[2],
        "engine": behind,
        "authorization": text(granted.get("agentAuthorization")),
        "tool_authorizations": ", ".join(sorted(map(text, tools if isinstance(tools, list) else ()))),
        "suspended_for": text(item.get("suspensionReason"))[:200],
        "url": _card_url(text(definition.get("jsonAgentCard"))),
    }
    yield Workload(
        id=id,
        provider="gcp",
        kind=KIND,
        name=name,
        scope=scope,
        region=location_in(id),
        agent=True,
        ai_platform="Gemini Enterprise",
        created_at=moment(item.get("createTime")),
        updated_at=moment(item.get("updateTime")),
        public=False,  # whoever uses it is a user of the app
        attributes={key: value for key, value in facts.items() if value},
    )
    yield Link(source=id, target=app, kind="part_of", reason=f"{title} lies in app {app.rpartition('/')[2]}")
    # What fetches documents for it and calls others is Google's own account in the project, for all agents there.
    agent = service_account_id(f"service-{number_of(reading, project)}@gcp-sa-discoveryengine.iam.gserviceaccount.com")
    yield RunsAs(workload=id, identity=agent, detail="service agent of Gemini Enterprise", by_platform=True)
    yield from agent_records(agent, scope, title, AGENTS.name)
    if facts["url"]:
        yield Resource(
            id=facts["url"],
            provider="gcp",
            kind="a2a-endpoint",
            name=facts["url"].partition("://")[2],
            scope=scope,
            node="tool",
        )
        reason = f"{title} sends its calls to {facts['url']}"
        yield Link(source=id, target=facts["url"], kind="invokes_tool", reason=reason)


def _behind(reading: Reading, definition: dict[str, Any]) -> str:
    """Full name of what does the work; empty where it is Google or somebody else."""
    if engine := text(table(definition.get("provisionedReasoningEngine")).get("reasoningEngine")):
        return reading.resource(f"//aiplatform.googleapis.com/{engine}")
    if agent := text(definition.get("dialogflowAgent")):
        return reading.resource(f"//dialogflow.googleapis.com/{agent}")
    return ""


def _card_url(card: str) -> str:
    """Where an agent behind A2A lives, as its card tells."""
    try:
        return origin(text(table(json.loads(card)).get("url"))) if card else ""
    except (ValueError, RecursionError):
        return ""


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """From an agent to what does its work, which may lie in another project."""
    projects = projects_in(inventory)
    for workload in list(inventory.workloads.values()):
        engine = workload.attributes.get("engine", "") if workload.kind == KIND else ""
        if not engine:
            continue
        target = projects.normal(engine)
        known = inventory.workloads.get(target)
        does = f"reasoning engine {known.name if known is not None else target.rpartition('/')[2]}"
        reason = f"agent {workload.name} of Gemini Enterprise hands its work to {does}"
        yield Link(source=workload.id, target=target, kind="collaborates_with", reason=reason)


SERVICE = Service(
    name="gemini-enterprise",
    part="any",
    operations=(APPS, LIST, ASSISTANTS, AGENTS, CONTAINERS),
    collect=collect,
    parse=parse,
    join=join,
)
