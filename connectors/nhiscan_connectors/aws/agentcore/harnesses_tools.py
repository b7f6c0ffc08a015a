"""What a harness can reach: its tools, its skills, the hooks that see its calls, and the credentials for them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from nhiscan.connector import Operation
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.aws.agentcore.endpoints import endpoint, host_of, origin, runtime_arn
from nhiscan_connectors.aws.agentcore.identity_ids import provider_id
from nhiscan_connectors.aws.agentcore.targets import function_arn
from nhiscan_connectors.aws.regional import Reading, variables_of
from nhiscan_connectors.common.fields import table, text

_HOOKS = {
    "beforeInvocation": "before each call of the harness",
    "afterInvocation": "after each call of the harness",
    "beforeToolCall": "before each call of a tool",
    "afterToolCall": "after each call of a tool",
}

_INSERTED = re.compile(r"\$\{(arn:[^{}]{1,600})\}")
"""How a header says that the platform puts a key of a credential provider in its place."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """One tool of a harness."""

    name: str
    kind: str
    """remote_mcp, agentcore_browser, agentcore_gateway, inline_function, agentcore_code_interpreter."""
    target: str = ""
    """Id of what is called; empty for a function that the caller itself runs."""
    authentication: Literal["", "none", "headers", "aws_iam", "oauth"] = ""
    """How the harness proves itself to it; empty where the platform does that by the execution role."""
    credential: str = ""
    """Id of the credential provider that it takes a token from."""
    headers: tuple[tuple[str, object], ...] = ()
    """Names of headers that it sends, with what redaction left of their values."""


class Reach:
    """Tools, skills and hooks of one harness, from its answer."""

    def __init__(self, reading: Reading, operation: Operation, harness: dict[str, Any]) -> None:
        self._reading = reading
        self._operation = operation
        self._harness = harness
        self._arn = text(harness.get("arn"))
        self._title = f"harness {text(harness.get('harnessName'))}"
        self.tools = tuple(self._tool(item) for item in self._within(harness, "tools", "type"))
        self._skills = tuple(self._within(harness, "skills"))
        self._hooks = tuple(_hooks(self._within(harness, "hooks")))

    def facts(self) -> dict[str, str]:
        """Attributes of the harness: tools, unauthenticated_tools, allowed_tools, skills, hooks."""
        return {
            "tools": ", ".join(f"{tool.name} ({tool.kind})" if tool.name else tool.kind for tool in self.tools),
            "unauthenticated_tools": ", ".join(t.name or t.target for t in self.tools if t.authentication == "none"),
            "allowed_tools": ", ".join(self._reading.texts(self._operation, self._harness, "allowedTools", self._arn)),
            "skills": ", ".join(filter(None, map(_skill, self._skills))),
            "hooks": ", ".join(dict.fromkeys(when for when, _, _ in self._hooks)),
        }

    def records(self) -> Iterator[AnyRecord]:
        """Endpoints of others that it calls, and links to all that it calls or takes a credential from."""
        for tool in self.tools:
            yield from self._called(tool)
        for skill in self._skills:
            credential = provider_id(table(table(skill.get("git")).get("auth")).get("credentialArn"))
            if credential:
                reason = f"{self._title} fetches a skill with the credential in {credential.rpartition('/')[2]}"
                yield Link(source=self._arn, target=credential, kind="reads_secret", reason=reason)
        for when, kind, target in self._hooks:
            function = function_arn(target) if kind == "lambda" else ""
            if function:
                reason = f"{self._title} calls function {function.rpartition(':')[2]} {_HOOKS[when]}"
                yield Link(source=self._arn, target=function, kind="invokes_tool", reason=reason)

    def _called(self, tool: Tool) -> Iterator[AnyRecord]:
        title = tool.target
        if tool.kind == "remote_mcp" and origin(title):
            yield endpoint(self._reading, title, "mcp-endpoint")
            title = f"the MCP server at {host_of(title)}"
        if title:
            how = f", authentication {tool.authentication}" if tool.authentication else ""
            called = f"tool {tool.name} ({tool.kind}{how})" if tool.name else f"a tool ({tool.kind}{how})"
            reason = f"{self._title} calls {title} as {called}"
            yield Link(source=self._arn, target=tool.target, kind="invokes_tool", reason=reason)
        if tool.credential:
            reason = f"{self._title} calls {tool.name or 'a tool'} with a token of {tool.credential.rpartition('/')[2]}"
            yield Link(source=self._arn, target=tool.credential, kind="reads_secret", reason=reason)
        for header, value in tool.headers:
            if inserted := _INSERTED.fullmatch(text(value)):
                held = provider_id(inserted[1])
                reason = f"{self._title} sends the key in {held.rpartition('/')[2]} to {tool.name} as header {header}"
                if held:
                    yield Link(source=self._arn, target=held, kind="reads_secret", reason=reason)
        yield from self._reading.environment(self._arn, self._title, tool.headers, what="header")

    def _tool(self, item: dict[str, Any]) -> Tool:
        kind, name, config = item["type"], text(item.get("name")), table(item.get("config"))
        match kind:
            case "remote_mcp":
                return _remote(name, table(config.get("remoteMcp")))
            case "agentcore_gateway":
                return _gateway(name, table(config.get("agentCoreGateway")))
            case "agentcore_browser":
                target = _arn(table(config.get("agentCoreBrowser")).get("browserArn"))
                return Tool(name=name, kind=kind, target=target or self._of_aws("browser/aws.browser.v1"))
            case "agentcore_code_interpreter":
                target = _arn(table(config.get("agentCoreCodeInterpreter")).get("codeInterpreterArn"))
                managed = self._of_aws("code-interpreter/aws.codeinterpreter.v1")
                return Tool(name=name, kind=kind, target=target or managed)
            case _:
                return Tool(name=name, kind=kind)

    def _of_aws(self, resource: str) -> str:
        """ARN of a tool that AWS keeps for everybody, which a harness has when it names none of its own."""
        return f"arn:{self._reading.partition}:bedrock-agentcore:{self._reading.region}:aws:{resource}"

    def _within(self, body: dict[str, Any], key: str, *required: str) -> Iterator[dict[str, Any]]:
        return self._reading.within(self._operation, body, key, *required, subject=self._arn)


def _remote(name: str, settings: dict[str, Any]) -> Tool:
    url = settings.get("url")
    headers = tuple(variables_of(settings.get("headers")))
    signed = "awsIam" in table(settings.get("outboundAuth"))
    return Tool(
        name=name,
        kind="remote_mcp",
        target=runtime_arn(url) or origin(url),
        # Headers may be for other things than proof; whether they are is not to be told without their values.
        authentication="aws_iam" if signed else "headers" if headers else "none",
        headers=headers,
    )


def _gateway(name: str, settings: dict[str, Any]) -> Tool:
    how = table(settings.get("outboundAuth"))
    oauth = table(how.get("oauth"))
    return Tool(
        name=name,
        kind="agentcore_gateway",
        target=_arn(settings.get("gatewayArn")),
        authentication="oauth" if oauth else "aws_iam" if "awsIam" in how else "none" if "none" in how else "",
        credential=provider_id(oauth.get("providerArn")),
    )


def _hooks(items: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """When, kind of target and ARN of each hook."""
    for item in items:
        for when in _HOOKS:
            for kind in ("lambda", "sns", "eventBridge"):
                arn = _arn(table(table(table(item.get(when)).get("target")).get(kind)).get("arn"))
                if arn:
                    yield when, kind, arn


def _arn(value: object) -> str:
    """An ARN as it is; empty for anything else."""
    found = text(value)
    return found if found.startswith("arn:") else ""


def _skill(skill: dict[str, Any]) -> str:
    """Where a skill comes from, without the path of an address, which may hold a secret."""
    git, s3 = origin(table(skill.get("git")).get("url")), text(table(skill.get("s3")).get("uri"))
    path = text(skill.get("path"))
    if "awsSkills" in skill:
        return "aws"
    return f"git {git}" if git else f"s3 {s3}" if s3 else f"path {path}" if path else ""
