"""Amazon Q in Connect: assistants of contact centres, the AI agents that customers made for them, and what they call.

AI agents that AWS ships with every assistant are not asked for: they are the same everywhere. IAM still calls the
service by its first name, wisdom. People reach an assistant through Amazon Connect, whose calls are signed, so `public`
is False.

Attributes of an assistant: `status`, `capability` (V1, V2), `agents_in_use` (type and id of the agents that it runs),
`kms_key`. Attributes of an AI agent: `type` (ORCHESTRATION, SELF_SERVICE ...), `visibility` (PUBLISHED, SAVED),
`status`, `guardrails`, `tools` (name and type of each), `destructive_tools` (those whose maker says that they destroy),
`unconfirmed_tools` (those that it calls without asking a person first), `connect_instance`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Amazon Q in Connect"
_OWN: Final = "CUSTOMER"

LIST = call(
    "qconnect:ListAssistants",
    "lists assistants of contact centres",
    "which assistants of contact centres exist",
    permission="wisdom:ListAssistants",
    blinds=("agents", "workloads"),
)
AGENTS = call(
    "qconnect:ListAIAgents",
    "lists the AI agents of an assistant, with their tools",
    "which AI agents the assistant has and what they call",
    permission="wisdom:ListAIAgents",
    blinds=("agents", "workloads"),
    # Fixed inputs of tools are where a key would be put; the rest is text for a model.
    drop=(
        "overrideInputValues", "instruction", "suggestedMessages", "inputSchema", "outputSchema", "inputSchemas",
        "outputSchemas",
    ),
)  # fmt: skip
PROMPTS = call(
    "qconnect:ListAIPrompts",
    "tells which model each prompt of an assistant is written for",
    "which models the AI agents of the assistant use",
    permission="wisdom:ListAIPrompts",
    blinds=("agents",),
)
ASSOCIATIONS = call(
    "qconnect:ListAssistantAssociations",
    "tells the knowledge bases of an assistant and the roles that open them",
    "which roles the assistant reads knowledge with",
    permission="wisdom:ListAssistantAssociations",
    blinds=("agents", "workloads"),
)


def collect(calls: Calls) -> None:
    """One call in a region without assistants; three for each assistant."""
    ids = [id for item in calls.items(LIST, "assistantSummaries") if (id := text(item.get("assistantId")))]

    def ask(id: str) -> None:
        for _ in calls.pages(AGENTS, assistantId=id, origin=_OWN):
            pass
        for operation in (PROMPTS, ASSOCIATIONS):
            for _ in calls.pages(operation, assistantId=id):
                pass

    calls.each(ask, ids)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an assistant, and one an AI agent of a customer's own."""
    reading = Reading(shard, answers)
    agents, prompts = reading.by_param(AGENTS, "assistantId"), reading.by_param(PROMPTS, "assistantId")
    associations = reading.by_param(ASSOCIATIONS, "assistantId")
    arns: dict[str, str] = {}
    for item in reading.items(LIST, "assistantSummaries", "assistantId", "assistantArn"):
        id, arn = item["assistantId"], item["assistantArn"]
        arns[id] = arn
        name = text(item.get("name")) or id
        yield _assistant(reading, arn, name, item)
        for body in associations.get(id, ()):
            yield from _associations(reading, arn, name, body)
        models: dict[str, str] = {}
        for body in prompts.get(id, ()):
            for prompt in reading.within(PROMPTS, body, "aiPromptSummaries", "aiPromptId", subject=arn):
                models[prompt["aiPromptId"]] = text(prompt.get("modelId"))
        for body in agents.get(id, ()):
            for agent in reading.within(AGENTS, body, "aiAgentSummaries", "aiAgentId", "aiAgentArn", subject=arn):
                yield from _Agent(reading, id, arn, name, agent, models).records()
    for operation in (AGENTS, PROMPTS, ASSOCIATIONS):
        yield from reading.gaps_of_details(operation, "assistantId", arns)
    yield from reading.gaps()


def _assistant(reading: Reading, arn: str, name: str, item: dict[str, Any]) -> Workload:
    in_use = [
        f"{kind} {_bare(text(table(setting).get('aiAgentId')))}"
        for kind, setting in sorted(table(item.get("aiAgentConfiguration")).items())
        if text(table(setting).get("aiAgentId")) and table(setting).get("enabled") is not False
    ]
    facts = {
        "status": text(item.get("status")),
        "capability": text(table(item.get("capabilityConfiguration")).get("type")),
        "agents_in_use": ", ".join(in_use),
        "kms_key": text(table(item.get("serverSideEncryptionConfiguration")).get("kmsKeyId")),
    }
    return Workload(
        id=arn,
        provider="aws",
        kind="qconnect-assistant",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        updated_at=moment(item.get("lastModifiedTime")),
        tags=tags_of(item.get("tags")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )


def _associations(reading: Reading, arn: str, name: str, body: dict[str, Any]) -> Iterator[AnyRecord]:
    for item in reading.within(ASSOCIATIONS, body, "assistantAssociationSummaries", subject=arn):
        data = table(item.get("associationData"))
        outside = table(data.get("externalBedrockKnowledgeBaseConfig"))
        yield from reading.runs_as(arn, outside.get("accessRoleArn"), "association role")
        own = text(table(data.get("knowledgeBaseAssociation")).get("knowledgeBaseArn"))
        base = text(outside.get("bedrockKnowledgeBaseArn")) or own
        if base:
            reason = f"assistant {name} answers from knowledge base {base.rpartition('/')[2]}"
            yield Link(source=arn, target=base, kind="invokes_tool", reason=reason)


class _Agent:
    """One AI agent of an assistant."""

    def __init__(
        self, reading: Reading, assistant: str, parent: str, title: str, item: dict[str, Any], models: dict[str, str]
    ) -> None:
        self._reading = reading
        self._assistant = assistant
        self._parent, self._title = parent, title
        self._item = item
        self._models = models
        # An ARN may carry the version, ":3"; what calls the agent may carry it or not.
        self._arn = _unversioned(item["aiAgentArn"])
        self._name = text(item.get("name")) or item["aiAgentId"]
        settings = table(item.get("configuration"))
        kind = next(iter(sorted(key for key, value in settings.items() if isinstance(value, dict))), "")
        self._settings = table(settings.get(kind))

    def records(self) -> Iterator[AnyRecord]:
        """The agent, its assistant, its tools and those that it works with."""
        reading, arn, item = self._reading, self._arn, self._item
        tools = list(reading.within(AGENTS, self._settings, "toolConfigurations", "toolName", subject=arn))
        models = [
            self._models[_bare(text(value))]
            for key, value in sorted(self._settings.items())
            if key.endswith("AIPromptId") and self._models.get(_bare(text(value)))
        ]
        yield Workload(
            id=arn,
            provider="aws",
            kind="qconnect-agent",
            name=self._name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            model=models[0] if models else "",
            updated_at=moment(item.get("lastModifiedTime") or item.get("modifiedTime")),
            tags=tags_of(item.get("tags")),
            public=False,
            attributes=self._facts(tools),
        )
        reason = f"assistant {self._title} hands conversations to AI agent {self._name}"
        yield Link(source=self._parent, target=arn, kind="collaborates_with", reason=reason)
        for tool in tools:
            if tool.get("toolType") == "MODEL_CONTEXT_PROTOCOL":
                yield from self._tool(tool)
        yield from self._others()

    def _facts(self, tools: list[dict[str, Any]]) -> dict[str, str]:
        def names(those: list[dict[str, Any]]) -> str:
            return ", ".join(tool["toolName"] for tool in those)

        guardrails = [
            _bare(text(value)) for key, value in sorted(self._settings.items()) if key.endswith("AIGuardrailId")
        ]
        calling = [tool for tool in tools if tool.get("toolType") == "MODEL_CONTEXT_PROTOCOL"]
        facts = {
            "type": text(self._item.get("type")),
            "visibility": text(self._item.get("visibilityStatus")),
            "status": text(self._item.get("status")),
            "guardrails": ", ".join(filter(None, guardrails)),
            "tools": ", ".join(f"{tool['toolName']} ({text(tool.get('toolType')) or 'unknown'})" for tool in tools),
            "destructive_tools": names(
                [tool for tool in tools if table(tool.get("annotations")).get("destructiveHint") is True]
            ),
            "unconfirmed_tools": names([tool for tool in calling if not _asks_a_person(tool)]),
            "connect_instance": text(self._settings.get("connectInstanceArn")),
        }
        return {key: value for key, value in facts.items() if value}

    def _tool(self, tool: dict[str, Any]) -> Iterator[AnyRecord]:
        """A tool of an MCP server. The agent names no address: Connect knows the server that the tool stands for."""
        id = f"{self._arn}/tool/{tool['toolName']}"
        asks = "asks a person first" if _asks_a_person(tool) else "asks nobody first"
        yield Resource(
            id=id,
            provider="aws",
            kind="mcp-tool",
            name=tool["toolName"],
            scope=self._reading.scope,
            region=self._reading.region,
            node="tool",
            attributes={"confirmation": "true" if _asks_a_person(tool) else "false"},
        )
        reason = f"AI agent {self._name} calls tool {tool['toolName']} and {asks}"
        yield Link(source=self._arn, target=id, kind="invokes_tool", reason=reason)

    def _others(self) -> Iterator[Link]:
        reading = self._reading
        for entry in reading.within(AGENTS, self._settings, "multiAgentConfigurations", subject=self._arn):
            for way, does in (
                ("delegateAgentConfiguration", "delegates to"),
                ("handoffAgentConfiguration", "hands to"),
            ):
                other = _bare(text(table(table(entry.get(way)).get("agentTarget")).get("aiAgentId")))
                if other:
                    target = reading.arn("wisdom", f"ai-agent/{self._assistant}/{other}")
                    reason = f"AI agent {self._name} {does} AI agent {other}"
                    yield Link(source=self._arn, target=target, kind="collaborates_with", reason=reason)


def _asks_a_person(tool: dict[str, Any]) -> bool:
    return table(tool.get("userInteractionConfiguration")).get("isUserConfirmationRequired") is True


def _bare(reference: str) -> str:
    """The id in a reference: of "id", "id:3", "arn:...:ai-agent/assistant/id:3"."""
    return reference.rpartition("/")[2].partition(":")[0]


def _unversioned(arn: str) -> str:
    head, slash, tail = arn.rpartition("/")
    return f"{head}{slash}{tail.partition(':')[0]}" if slash else arn


SERVICE = Service(
    name="qconnect",
    part="region",
    operations=(LIST, AGENTS, PROMPTS, ASSOCIATIONS),
    collect=collect,
    parse=parse,
)
