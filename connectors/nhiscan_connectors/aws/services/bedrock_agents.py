"""Amazon Bedrock Agents Classic: agents, the roles that they act as, their tools, collaborators and knowledge bases.

An agent's settings are those of the version that answers callers: the newest that an alias routes to, else the draft.
Roles, models and tools are told for the draft too, which everybody may call who may use the agent's test alias.

Attributes of an agent: `maintenance_mode` ("true": AWS takes no new customers for the platform since 2026-07-30 and
only keeps it running), `status`, `version` ("DRAFT", "3": whose settings these are), `aliases` ("live (3)"),
`idle_ttl_seconds`, `guardrail` (ARN or "none"), `guardrail_version`, `memory` ("SESSION_SUMMARY, 30 days" or "none"),
`collaboration` (SUPERVISOR, SUPERVISOR_ROUTER, DISABLED), `orchestration` (DEFAULT, CUSTOM_ORCHESTRATION), `kms_key`
(ARN or "none"), `built_in_tools` ("AMAZON.CodeInterpreter"), `return_of_control` (tools whose actions the caller
carries out), `schemas` (places of the tools' interfaces in S3), `confirmation` (whether a person must agree before the
functions of its tools run: "all", "some", "none"). An attribute that is missing is not known, or does not apply.
No instruction, prompt or description is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.bedrock.agent_calls import (
    GET_AGENT,
    GET_GROUP,
    GET_VERSION,
    LIST_AGENTS,
    LIST_ALIASES,
    LIST_BASES,
    LIST_COLLABORATORS,
    LIST_GROUPS,
    OPERATIONS,
    ask_agents,
)
from nhiscan_connectors.aws.bedrock.agent_tools import Tools, tools_by_agent
from nhiscan_connectors.aws.bedrock.names import DRAFT, agent_arn, function_arn, guardrail_arn, short
from nhiscan_connectors.aws.bedrock.profiles import Profiles, guarded_by
from nhiscan_connectors.aws.bedrock.versions import alias_text, by_params, called, routed_versions
from nhiscan_connectors.aws.regional import Reading, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM = "Bedrock Agents Classic"


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """One agent, with what was read of it."""

    arn: str
    name: str
    listed: dict[str, Any]
    drafts: dict[str, Any]
    """What GetAgent said; empty when it was refused."""
    versions: dict[str, dict[str, Any]]
    """Versions whose settings were read, by number, and the draft."""
    aliases: list[dict[str, Any]]
    live: str
    """The version that answers callers."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings of the version that answers callers; empty when they were refused."""
        return self.versions.get(self.live, {})

    @property
    def title(self) -> str:
        """As sentences name it."""
        return f"agent {self.name}"

    def in_use(self) -> list[tuple[str, dict[str, Any]]]:
        """Versions that can be called, the one that answers callers first, each with its settings."""
        return sorted(self.versions.items(), key=lambda item: (item[0] != self.live, item[0] == DRAFT, item[0]))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an agent, with what it is linked to."""
    reading = Reading(shard, answers)
    profiles = Profiles(reading)
    tools = tools_by_agent(reading)
    arns: dict[str, str] = {}
    for agent in _agents(reading):
        id = agent.listed["agentId"]
        arns[id] = agent.arn
        yield from _agent(reading, profiles, agent, tools.get(id, Tools()))
    yield from _sightings(reading)
    for operation in (GET_AGENT, LIST_ALIASES, GET_VERSION, LIST_GROUPS, GET_GROUP, LIST_COLLABORATORS, LIST_BASES):
        yield from reading.gaps_of_details(operation, "agentId", arns)
    yield from reading.gaps()


def _agents(reading: Reading) -> Iterator[Agent]:
    drafts = reading.details(GET_AGENT, "agentId", "agent")
    numbered: dict[str, dict[str, dict[str, Any]]] = {}
    for (id, version), body in by_params(reading, GET_VERSION, "agentId", "agentVersion"):
        numbered.setdefault(id, {})[version] = table(body.get("agentVersion"))
    aliases: dict[str, list[dict[str, Any]]] = {}
    for (id,), body in by_params(reading, LIST_ALIASES, "agentId"):
        found = reading.within(
            LIST_ALIASES, body, "agentAliasSummaries", "agentAliasName", subject=agent_arn(reading, id)
        )
        aliases.setdefault(id, []).extend(found)
    for listed in reading.items(LIST_AGENTS, "agentSummaries", "agentId", "agentName"):
        id = listed["agentId"]
        draft = drafts.get(id, {})
        versions = {**numbered.get(id, {}), **({DRAFT: draft} if draft else {})}
        routed = routed_versions(aliases.get(id, ()), "agentVersion")
        yield Agent(
            arn=agent_arn(reading, id),
            name=listed["agentName"],
            listed=listed,
            drafts=draft,
            versions={version: body for version, body in versions.items() if body},
            aliases=aliases.get(id, []),
            live=routed[0] if routed else DRAFT,
        )


def _agent(reading: Reading, profiles: Profiles, agent: Agent, tools: Tools) -> Iterator[AnyRecord]:
    yield Workload(
        id=agent.arn,
        provider="aws",
        kind="bedrock-agent",
        name=agent.name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        model=text(agent.settings.get("foundationModel")),
        created_at=moment(agent.drafts.get("createdAt")),
        updated_at=moment(agent.drafts.get("updatedAt") or agent.listed.get("updatedAt")),
        public=False,  # every call of an agent is signed
        attributes={key: value for key, value in (_facts(reading, agent) | tools.facts()).items() if value},
    )
    seen: set[str] = set()
    for version, settings in agent.in_use():
        for run in reading.runs_as(agent.arn, settings.get("agentResourceRoleArn"), f"role of {called(version)}"):
            if run.identity not in seen:
                seen.add(run.identity)
                yield run
    yield from guarded_by(reading, agent.arn, agent.title, table(agent.settings.get("guardrailConfiguration")))
    told: set[tuple[str, str]] = set()
    for link in (*_links(reading, profiles, agent), *tools.links(agent.arn, agent.title)):
        if (link.kind, link.target) not in told:
            told.add((link.kind, link.target))
            yield link


def _facts(reading: Reading, agent: Agent) -> dict[str, str]:
    settings = agent.settings
    facts = {
        "maintenance_mode": "true",
        "status": text(agent.listed.get("agentStatus")),
        "version": agent.live,
        "aliases": alias_text(agent.aliases, "agentAliasName", "agentVersion"),
    }
    if not settings:
        return facts
    guardrail = table(settings.get("guardrailConfiguration"))
    ttl = settings.get("idleSessionTTLInSeconds")
    return facts | {
        "idle_ttl_seconds": str(ttl) if isinstance(ttl, int) else "",
        "guardrail": guardrail_arn(reading, guardrail.get("guardrailIdentifier")) or "none",
        "guardrail_version": text(guardrail.get("guardrailVersion")),
        "memory": _memory(table(settings.get("memoryConfiguration"))),
        "collaboration": text(settings.get("agentCollaboration")),
        # Only the draft's answer has it.
        "orchestration": text(agent.drafts.get("orchestrationType")),
        "kms_key": text(settings.get("customerEncryptionKeyArn")) or "none",
    }


def _memory(memory: dict[str, Any]) -> str:
    kinds = memory.get("enabledMemoryTypes")
    named = ", ".join(sorted(kind for kind in kinds if text(kind))) if isinstance(kinds, list) else ""
    days = memory.get("storageDays")
    return (f"{named}, {days} days" if isinstance(days, int) else named) if named else "none"


def _links(reading: Reading, profiles: Profiles, agent: Agent) -> Iterator[Link]:
    """Models and functions that stand in an agent's own settings."""
    for version, settings in agent.in_use():
        title = f"{agent.title} ({called(version)})"
        yield from profiles.uses(agent.arn, title, settings.get("foundationModel"))
        prompts = table(settings.get("promptOverrideConfiguration"))
        operation = GET_AGENT if version == DRAFT else GET_VERSION
        for prompt in reading.within(operation, prompts, "promptConfigurations", subject=agent.arn):
            yield from profiles.uses(agent.arn, f"a step of {title}", prompt.get("foundationModel"))
        executor = table(table(settings.get("customOrchestration")).get("executor"))
        for value, does in ((prompts.get("overrideLambda"), "has answers of its model read by"),
                            (executor.get("lambda"), "is steered by")):  # fmt: skip
            function = function_arn(value)
            if function:
                reason = f"{title} {does} function {short(function)}"
                yield Link(source=agent.arn, target=function, kind="invokes_tool", reason=reason)


_PLACES = {
    "instruction": "instruction",
    "promptOverrideConfiguration": "prompt",
    "description": "description",
    "collaborationInstruction": "instruction to a collaborator",
    "apiSchema": "interface of a tool",
    "functionSchema": "interface of a tool",
}


def _sightings(reading: Reading) -> Iterator[AnyRecord]:
    """Secrets that people wrote into instructions and the like."""

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        id, where = text(item.params.get("agentId")), ""
        for step, here in walked(item.body, path):
            if isinstance(here, dict):
                id = id or text(here.get("agentId"))
            where = where or _PLACES.get(str(step), "")
        return (agent_arn(reading, id) if id else ""), where

    for operation in OPERATIONS:
        yield from reading.sightings(operation, place)


SERVICE = Service(name="bedrock-agents", part="region", operations=OPERATIONS, collect=ask_agents, parse=parse)
