"""Agents of Vertex AI with a persona: who owns each, what it acts as, and what it may call.

Google makes two sorts. A personal agent acts on behalf of the person who owns it. A CoWorker has a Google account of
its own, with an address of the company's domain: among the people of Workspace it looks like one, and it is an AI
persona.

Cloud Asset Inventory does not know these agents, so each project in which aiplatform is enabled is asked, swept or not:
one call for the locations, which other services share, and one call a location (some forty).

Attributes of an agent ("google-vertex-agent"): "archetype" (personal, coworker), "role", "base_agent", "state",
"suspended_for", "account" (address of a CoWorker), "owner_id" (obfuscated id of a Google account), "application",
"teammates" (how many it may write to), "tenant". Of a tool (a resource "agent-tool"): "type", "url" (without its path).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity, Link, Ownership, Resource, RunsAs, Signal, Workload
from nhiscan_connectors.common.addresses import origin
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing, Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import principal_id
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import VERTEX, ask_everywhere, number_of, placed, vertex_host
from nhiscan_connectors.gcp.vertex.principals import agent_records, principal_of
from nhiscan_connectors.gcp.vertex.variables import sightings

TYPE = "aiplatform.googleapis.com/Agent"
LIST = rest(
    "aiplatform:projects.locations.agents.list",
    "v1/projects/{number}/locations/{location}/agents",
    service="{host}",
    size=100,
    permission="aiplatform.agents.list",
    purpose="lists agents with a persona, their owners and what they act as",
    hides="which agents with a persona there are, who owns them and what they act as",
    blinds=("agents", "workloads", "owners"),
    drop=("headers", "system_instruction", "base_environment"),
)
_LISTING = Listing(type=TYPE, operation=LIST, key="agents", service="aiplatform")
_ON = {"ACTIVE": True, "SUSPENDED": False, "ARCHIVED": False}


def collect(calls: Calls) -> None:
    """Every location of a project that may have agents."""
    if calls.place.part == "project" and calls.place.enabled("aiplatform"):
        ask_everywhere(calls, VERTEX, LIST, host=vertex_host)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Agents as workloads, with their identities, owners and tools."""
    reading = Reading(shard, answers)
    for asset in placed(reading, None, TYPE, _LISTING):
        if text(table(asset.data.get("status")).get("state")) != "DELETED":
            yield from _Agent(reading, asset).records()
    yield from sightings(
        reading, LIST, "agents", lambda _, entry: reading.resource(f"//aiplatform.googleapis.com/{entry.get('name')}")
    )
    yield from reading.gaps()


class _Agent:
    """One agent."""

    def __init__(self, reading: Reading, asset: Asset) -> None:
        self._reading, self._asset, self._data = reading, asset, asset.data
        persona = table(asset.data.get("persona"))
        self._role = text(persona.get("role"))
        self._name = text(persona.get("displayName")) or text(asset.data.get("id")) or asset.short
        self._title = f"agent {self._name}"
        self._own = table(asset.data.get("agentIdentity"))
        self._email = text(self._own.get("email")).strip().lower()
        self._state = text(table(asset.data.get("status")).get("state"))
        self._scope = reading.scope(asset)

    def records(self) -> Iterator[AnyRecord]:
        """The agent, what it acts as, who answers for it, and its tools."""
        data, id = self._data, self._asset.name
        facts = self._facts()
        yield Workload(
            id=id,
            provider="gcp",
            kind="google-vertex-agent",
            name=self._name,
            scope=self._scope,
            region=self._asset.location,
            agent=True,
            ai_platform="Gemini Enterprise Agent Platform",
            model=text(table(data.get("modelConfig")).get("model")).rpartition("/models/")[2],
            created_at=moment(data.get("created")),
            updated_at=moment(data.get("updated")),
            attributes={key: value for key, value in facts.items() if value},
        )
        yield from self._acts_as()
        if application := facts["application"]:
            target = self._reading.resource(f"//agentregistry.googleapis.com/{application}")
            reason = f"{self._title} stands in the registry as application {application.rpartition('/')[2]}"
            yield Link(source=id, target=target, kind="registered_in", reason=reason)
        tools = self._reading.within(LIST, data, "tools", "type", subject=id)
        for number, tool in enumerate(tools):
            yield from self._tool(number, tool)

    def _facts(self) -> dict[str, str]:
        data, status = self._data, table(self._data.get("status"))
        teammates = table(data.get("allowedTeammates")).get("teammates")
        return {
            # Google tells the two apart by this alone: a personal agent has no identity among people.
            "archetype": "coworker" if self._own else "personal",
            "role": self._role,
            "base_agent": text(data.get("base_agent")),
            "state": self._state.lower(),
            "suspended_for": text(table(status.get("suspensionReason")).get("reason")).lower(),
            "account": self._email,
            "owner_id": text(table(data.get("owner")).get("id")),
            "application": text(data.get("aiApplication")),
            "teammates": str(len(teammates)) if isinstance(teammates, list) else "",
            "tenant": text(table(self._own.get("tenant")).get("id")),
        }

    def _acts_as(self) -> Iterator[AnyRecord]:
        id, source = self._asset.name, self._asset.source
        enabled = _ON.get(self._state)
        subjects = [id]
        written = text(self._data.get("effectiveIdentity"))
        principal = principal_of(written, number_of(self._reading, self._asset.project))
        if principal:
            yield RunsAs(workload=id, identity=principal, detail="effective identity")
            yield from agent_records(
                principal, self._scope, self._title, source, name=self._name, resource=id, enabled=enabled
            )
            subjects.append(principal)
        elif written:
            self._reading.leave_out(LIST, f"{id[:200]} acts as {written[:200]!r}, which is no identity", id)
        if "@" in self._email:
            account = principal_id(f"user:{self._email}")
            yield self._account(account)
            yield RunsAs(workload=id, identity=account, detail="Google account of its own")
            yield Signal(
                subject=account,
                name="agent-user-account",
                detail=f"the Google account belongs to {self._title}, a CoWorker of Vertex AI",
                source=source,
            )
            subjects.append(account)
        if owner := text(table(self._data.get("owner")).get("id")):
            for subject in subjects:
                yield Ownership(subject=subject, owner=f"Google account {owner}", source=f"owner of {self._title}")

    def _account(self, id: str) -> Identity:
        return Identity(
            id=id,
            provider="gcp",
            kind="google-user",
            name=self._email,
            scope=self._reading.top,
            email=self._email,
            description=" - ".join(part for part in (self._name, self._role) if part),
            attributes={"agent": self._asset.name},
        )

    def _tool(self, number: int, tool: dict[str, Any]) -> Iterator[AnyRecord]:
        kind, registered = tool["type"], text(tool.get("name"))
        url = origin(text(tool.get("url")))
        id = self._asset.name
        if registered:
            target = self._reading.resource(f"//agentregistry.googleapis.com/{registered}")
            reason = f"{self._title} calls {kind} {registered.rpartition('/')[2]} of the registry"
            yield Link(source=id, target=target, kind="invokes_tool", reason=reason)
            return
        target = f"{id}/tools/{number}/{kind}"
        facts = {"type": kind, "url": url}
        yield Resource(
            id=target,
            provider="gcp",
            kind="agent-tool",
            name=kind,
            scope=self._scope,
            region=self._asset.location,
            node="tool",
            attributes={key: value for key, value in facts.items() if value},
        )
        yield Link(source=id, target=target, kind="invokes_tool", reason=f"{self._title} calls tool {kind}")


SERVICE = Service(
    name="vertex-agents",
    part="project",
    operations=(VERTEX, LIST),
    collect=collect,
    parse=parse,
)
