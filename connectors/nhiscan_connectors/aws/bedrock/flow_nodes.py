"""The nodes of a flow: what each calls, which model it thinks with, and what holds it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Operation
from nhiscan.model import Link
from nhiscan_connectors.aws.bedrock.names import (
    agent_of_alias,
    bot_of_alias,
    function_arn,
    guardrail_arn,
    knowledge_base_arn,
    short,
)
from nhiscan_connectors.aws.bedrock.profiles import Profiles, guarded_by
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text

_THINK: Final = ("prompt", "knowledgeBase")
"""Kinds of nodes that call a model, and may be held to a guardrail."""


class Nodes:
    """The nodes of one version of a flow, those within its loops too."""

    def __init__(self, reading: Reading, operation: Operation, flow: str, definition: object) -> None:
        self._reading = reading
        self._nodes: list[dict[str, Any]] = []
        todo = [table(definition)]
        while todo:
            for node in reading.within(operation, todo.pop(), "nodes", subject=flow):
                self._nodes.append(node)
                inner = table(table(table(node.get("configuration")).get("loop")).get("definition"))
                if inner:
                    todo.append(inner)

    def facts(self) -> dict[str, str]:
        """Attributes of the flow; see `nhiscan_connectors.aws.services.bedrock_flows`."""
        guarded = [bool(self._guardrail(settings)) for settings in self._thinking()]
        buckets = {self._bucket(node) for node in self._nodes} - {""}
        prompts = {self._prompt(node) for node in self._nodes} - {""}
        guardrail = ""
        if guarded:
            guardrail = "all" if all(guarded) else "some" if any(guarded) else "none"
        return {
            "nodes": ", ".join(sorted({kind for node in self._nodes if (kind := text(node.get("type")))})),
            "guardrail": guardrail,
            "inline_code": "true" if any(_settings(node, "inlineCode") for node in self._nodes) else "",
            "buckets": ", ".join(sorted(buckets)),
            "prompts": ", ".join(sorted(prompts)),
        }

    def model(self) -> str:
        """The model of the first node that names one."""
        return next((model for settings in self._thinking() if (model := _model(settings))), "")

    def links(self, profiles: Profiles, flow: str, title: str) -> Iterator[Link]:
        """What the nodes call and are set up with."""
        for node in self._nodes:
            name = text(node.get("name")) or text(node.get("type"))
            yield from self._calls(node, flow, title, name)
            for kind in _THINK:
                settings = _settings(node, kind)
                yield from profiles.uses(flow, f"node {name} of {title}", _model(settings))
                guardrail = table(settings.get("guardrailConfiguration"))
                yield from guarded_by(self._reading, flow, f"node {name} of {title}", guardrail)

    def _calls(self, node: dict[str, Any], flow: str, title: str, name: str) -> Iterator[Link]:
        base = knowledge_base_arn(self._reading, _settings(node, "knowledgeBase").get("knowledgeBaseId"))
        called = {
            "function": function_arn(_settings(node, "lambdaFunction").get("lambdaArn")),
            "knowledge base": base,
            "Lex bot": bot_of_alias(_settings(node, "lex").get("botAliasArn")),
        }
        for what, target in called.items():
            if target:
                reason = f"{title} calls {what} {short(target)} in node {name}"
                yield Link(source=flow, target=target, kind="invokes_tool", reason=reason)
        agent = agent_of_alias(_settings(node, "agent").get("agentAliasArn"))
        if agent:
            reason = f"{title} hands work to agent {short(agent)} in node {name}"
            yield Link(source=flow, target=agent, kind="collaborates_with", reason=reason)

    def _thinking(self) -> Iterator[dict[str, Any]]:
        """Settings of the nodes that call a model. A knowledge base without one only looks things up."""
        for node in self._nodes:
            prompt, base = _settings(node, "prompt"), _settings(node, "knowledgeBase")
            if prompt:
                yield prompt
            if base and _model(base):
                yield base

    def _guardrail(self, settings: dict[str, Any]) -> str:
        return guardrail_arn(self._reading, table(settings.get("guardrailConfiguration")).get("guardrailIdentifier"))

    def _bucket(self, node: dict[str, Any]) -> str:
        for kind in ("storage", "retrieval"):
            bucket = table(table(_settings(node, kind).get("serviceConfiguration")).get("s3")).get("bucketName")
            if text(bucket):
                return text(bucket)
        return ""

    def _prompt(self, node: dict[str, Any]) -> str:
        source = table(_settings(node, "prompt").get("sourceConfiguration"))
        return text(table(source.get("resource")).get("promptArn"))


def _settings(node: dict[str, Any], kind: str) -> dict[str, Any]:
    return table(table(node.get("configuration")).get(kind))


def _model(settings: dict[str, Any]) -> str:
    inline = table(table(settings.get("sourceConfiguration")).get("inline"))
    return text(settings.get("modelId")) or text(inline.get("modelId"))
