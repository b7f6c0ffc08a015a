"""What an agent can call: functions behind its action groups, other agents, and knowledge bases."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from nhiscan.model import Link, LinkKind
from nhiscan_connectors.aws.bedrock.agent_calls import GET_GROUP, LIST_BASES, LIST_COLLABORATORS
from nhiscan_connectors.aws.bedrock.names import (
    agent_arn,
    agent_of_alias,
    function_arn,
    knowledge_base_arn,
    short,
)
from nhiscan_connectors.aws.bedrock.versions import by_params, called
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text

_OFF: Final = "DISABLED"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that an agent calls."""

    kind: LinkKind
    target: str
    does: str
    """The rest of the sentence that begins with the agent."""


class Tools:
    """Everything that the versions in use of one agent can call."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.built_in: set[str] = set()
        self.returned: set[str] = set()
        self.schemas: set[str] = set()
        self.confirmed: list[bool] = []

    def links(self, agent: str, title: str) -> Iterator[Link]:
        """What the agent is linked to; the same thing may be told once for each version."""
        for one in self.calls:
            yield Link(source=agent, target=one.target, kind=one.kind, reason=f"{title} {one.does}")

    def facts(self) -> dict[str, str]:
        """Attributes of the agent; see `nhiscan_connectors.aws.services.bedrock_agents`."""
        confirmation = ""
        if self.confirmed:
            confirmation = "all" if all(self.confirmed) else "some" if any(self.confirmed) else "none"
        return {
            "built_in_tools": ", ".join(sorted(self.built_in)),
            "return_of_control": ", ".join(sorted(self.returned)),
            "schemas": ", ".join(sorted(self.schemas)),
            "confirmation": confirmation,
        }


def tools_by_agent(reading: Reading) -> dict[str, Tools]:
    """Tools of each agent, by the agent's id."""
    found: dict[str, Tools] = defaultdict(Tools)
    for (id, version, _), body in by_params(reading, GET_GROUP, "agentId", "agentVersion", "actionGroupId"):
        group = table(body.get("agentActionGroup"))
        if group.get("actionGroupState") != _OFF:
            _add_group(reading, found[id], group, agent_arn(reading, id), version)
    for (id, version), body in by_params(reading, LIST_COLLABORATORS, "agentId", "agentVersion"):
        subject = agent_arn(reading, id)
        for one in reading.within(LIST_COLLABORATORS, body, "agentCollaboratorSummaries", subject=subject):
            other = agent_of_alias(table(one.get("agentDescriptor")).get("aliasArn"))
            if other:
                name = text(one.get("collaboratorName")) or short(other)
                history = " with the whole conversation" if one.get("relayConversationHistory") == _RELAYED else ""
                does = f"hands work to collaborator {name}{history} ({called(version)})"
                found[id].calls.append(Call(kind="collaborates_with", target=other, does=does))
    for (id, version), body in by_params(reading, LIST_BASES, "agentId", "agentVersion"):
        subject = agent_arn(reading, id)
        for one in reading.within(LIST_BASES, body, "agentKnowledgeBaseSummaries", "knowledgeBaseId", subject=subject):
            base = knowledge_base_arn(reading, one["knowledgeBaseId"])
            if base and one.get("knowledgeBaseState") != _OFF:
                does = f"looks things up in knowledge base {short(base)} ({called(version)})"
                found[id].calls.append(Call(kind="invokes_tool", target=base, does=does))
    return found


_RELAYED: Final = "TO_COLLABORATOR"


def _add_group(reading: Reading, tools: Tools, group: dict[str, Any], agent: str, version: str) -> None:
    name = text(group.get("actionGroupName")) or text(group.get("actionGroupId"))
    executor = table(group.get("actionGroupExecutor"))
    function = function_arn(executor.get("lambda"))
    if function:
        does = f"has tool {name} carried out by function {short(function)} ({called(version)})"
        tools.calls.append(Call(kind="invokes_tool", target=function, does=does))
    if executor.get("customControl") == "RETURN_CONTROL":
        tools.returned.add(name)
    if built_in := text(group.get("parentActionSignature")):
        tools.built_in.add(built_in)
    place = table(table(group.get("apiSchema")).get("s3"))
    if text(place.get("s3BucketName")):
        tools.schemas.add(f"s3://{place['s3BucketName']}/{text(place.get('s3ObjectKey'))}")
    schema = table(group.get("functionSchema"))
    for one in reading.within(GET_GROUP, schema, "functions", "name", subject=agent):
        tools.confirmed.append(one.get("requireConfirmation") == "ENABLED")
