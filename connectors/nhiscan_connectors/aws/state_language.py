"""What a state machine's definition, in Amazon States Language, says that the machine calls.

Only what is written out is found: an argument that a path or an expression fills in as the machine runs is not known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from nhiscan_connectors.aws.callees import callee
from nhiscan_connectors.common.fields import table, text

_INTEGRATION = re.compile(
    r"arn:aws[a-z-]{0,12}:states:(?:[a-z0-9-]{1,30})?:(?:\d{12})?:(?:aws-sdk:)?([a-zA-Z0-9]{1,40}):([a-zA-Z0-9]{1,80})"
    r"(?:\.[a-zA-Z]{1,20})?(?::\d)?",
    re.ASCII,
)
_NAME = re.compile(r"([\w.-]{1,255})(?::[\w$-]{1,128})?", re.ASCII)
_MODEL = re.compile(r"[\w./:-]{3,256}", re.ASCII)
_CONNECTION = re.compile(r"arn:aws[a-z-]{0,12}:events:[a-z0-9-]{1,30}:\d{12}:connection/[\w./-]{1,128}", re.ASCII)

_CALLED: Final = {
    ("lambda", "FunctionName"): ("lambda", "function:"),
    ("states", "StateMachineArn"): ("states", "stateMachine:"),
    ("sfn", "StateMachineArn"): ("states", "stateMachine:"),
    ("bedrockagentcore", "AgentRuntimeArn"): ("", ""),
    ("bedrockagentcore", "HarnessArn"): ("", ""),
    ("bedrockagentruntime", "AgentId"): ("bedrock", "agent/"),
    ("bedrockagentruntime", "FlowIdentifier"): ("bedrock", "flow/"),
    ("sagemakerruntime", "EndpointName"): ("sagemaker", "endpoint/"),
    ("sagemaker", "PipelineName"): ("sagemaker", "pipeline/"),
    ("codebuild", "ProjectName"): ("codebuild", "project/"),
    ("codepipeline", "Name"): ("codepipeline", ""),
    ("glue", "JobName"): ("glue", "job/"),
    ("batch", "JobDefinition"): ("batch", "job-definition/"),
    ("ecs", "TaskDefinition"): ("ecs", "task-definition/"),
}
"""By the service of a task and the argument that says what it calls: how to make an ARN of a bare name."""


class Calling(msgspec.Struct):
    """What a machine calls."""

    integrations: set[str] = msgspec.field(default_factory=set)
    """Services and calls of its tasks: "lambda:invoke", "bedrockruntime:converse"."""
    callees: dict[str, str] = msgspec.field(default_factory=dict)
    """Ids of workloads and API destinations, with what a task does there."""
    models: set[str] = msgspec.field(default_factory=set)
    """Models of Bedrock, as they are named."""
    connections: set[str] = msgspec.field(default_factory=set)
    """EventBridge connections that HTTP tasks log in with."""


def calling(definition: str, arn: Callable[[str, str], str]) -> Calling | None:
    """What a definition says; None when it is not JSON. `arn`: makes an ARN of the account of service and resource."""
    try:
        document = msgspec.json.decode(definition)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    found = Calling()
    for state in _tasks(document):
        resource = text(state.get("Resource"))
        if direct := callee(resource):
            found.callees.setdefault(direct, "runs")
        match = _INTEGRATION.fullmatch(resource)
        if match is None:
            continue
        service, action = match[1], match[2]
        found.integrations.add(f"{service}:{action}")
        for key in ("Parameters", "Arguments"):
            _arguments(found, service, action, table(state.get(key)), arn)
    return found


def calling_with(service: str, action: str, arguments: str, arn: Callable[[str, str], str]) -> Calling:
    """What one call of an API calls, by its arguments as JSON text; nothing where they are not JSON."""
    found = Calling(integrations={f"{service}:{action}"})
    try:
        decoded = msgspec.json.decode(arguments or "{}")
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return found
    _arguments(found, service, action, table(decoded), arn)
    return found


def _tasks(document: Any) -> Iterator[dict[str, Any]]:
    """Every object of a definition with a resource, at any depth."""
    waiting = [document]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if isinstance(here.get("Resource"), str):
                yield here
            waiting.extend(here.values())
        elif isinstance(here, list):
            waiting.extend(here)


def _arguments(
    found: Calling, service: str, action: str, arguments: dict[str, Any], arn: Callable[[str, str], str]
) -> None:
    for name, value in arguments.items():
        written = text(value)
        if service.startswith("bedrock") and name == "ModelId" and _MODEL.fullmatch(written):
            found.models.add(written)
        made = _CALLED.get((service, name))
        if made is not None and (id := callee(written) or _named(written, *made, arn)):
            found.callees.setdefault(id, f"{service}:{action}")
    for holder in ("Authentication", "InvocationConfig"):
        connection = text(table(arguments.get(holder)).get("ConnectionArn"))
        if _CONNECTION.fullmatch(connection):
            found.connections.add(connection)


def _named(written: str, service: str, prefix: str, arn: Callable[[str, str], str]) -> str:
    match = _NAME.fullmatch(written)
    return arn(service, prefix + match[1]) if match and service else ""
