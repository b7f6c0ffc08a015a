"""What rules, schedules, pipes and state machines call: the id of the workload behind a target's ARN."""

from __future__ import annotations

import re

_PATTERNS = (
    # A version or an alias behind the name is the same workload.
    re.compile(
        r"(arn:aws[a-z-]{0,12}:lambda:[a-z0-9-]{1,30}:\d{12}:function:[\w-]{1,140})(?::[\w$-]{1,128})?", re.ASCII
    ),
    re.compile(r"(arn:aws[a-z-]{0,12}:states:[a-z0-9-]{1,30}:\d{12}:stateMachine:[^:\s]{1,80})(?::[^:\s]{1,80})?"),
    re.compile(r"(arn:aws[a-z-]{0,12}:ecs:[a-z0-9-]{1,30}:\d{12}:task-definition/[\w-]{1,255}(?::\d{1,9})?)", re.ASCII),
    re.compile(r"(arn:aws[a-z-]{0,12}:codebuild:[a-z0-9-]{1,30}:\d{12}:project/[\w-]{2,255})", re.ASCII),
    re.compile(r"(arn:aws[a-z-]{0,12}:codepipeline:[a-z0-9-]{1,30}:\d{12}:[\w.@-]{1,100})", re.ASCII),
    re.compile(
        r"(arn:aws[a-z-]{0,12}:sagemaker:[a-z0-9-]{1,30}:\d{12}:(?:pipeline|endpoint|inference-component)/[\w-]{1,256})",
        re.ASCII,
    ),
    re.compile(
        r"(arn:aws[a-z-]{0,12}:batch:[a-z0-9-]{1,30}:\d{12}:job-definition/[\w-]{1,128}(?::\d{1,9})?)", re.ASCII
    ),
    re.compile(r"(arn:aws[a-z-]{0,12}:glue:[a-z0-9-]{1,30}:\d{12}:job/[^:/\s]{1,255})"),
    re.compile(
        r"(arn:aws[a-z-]{0,12}:bedrock-agentcore:[a-z0-9-]{1,30}:\d{12}:(?:runtime|gateway|harness)/[\w-]{1,128})"
        r"(?:/[\w./-]{1,256})?",
        re.ASCII,
    ),
    re.compile(r"(arn:aws[a-z-]{0,12}:bedrock:[a-z0-9-]{1,30}:\d{12}:(?:agent|flow)/[A-Z0-9a-z]{1,20})", re.ASCII),
    # Not a workload, but what stands between one and an outside API, an LLM's among them.
    re.compile(r"(arn:aws[a-z-]{0,12}:events:[a-z0-9-]{1,30}:\d{12}:api-destination/[\w./-]{1,128})", re.ASCII),
)
_AGENT_ALIAS = re.compile(
    r"(arn:aws[a-z-]{0,12}:bedrock:[a-z0-9-]{1,30}:\d{12}:agent)-alias/([A-Za-z0-9]{1,20})/\w{1,20}", re.ASCII
)
_FLOW_ALIAS = re.compile(
    r"(arn:aws[a-z-]{0,12}:bedrock:[a-z0-9-]{1,30}:\d{12}:flow/[A-Za-z0-9]{1,20})/alias/\w{1,20}", re.ASCII
)


def callee(arn: str) -> str:
    """Id of the workload, or of the API destination, that a target's ARN stands for; empty for all else.

    A queue, a topic, a stream or a log group only takes in what is sent to it.
    """
    for pattern in _PATTERNS:
        if match := pattern.fullmatch(arn):
            return match[1]
    if match := _AGENT_ALIAS.fullmatch(arn):
        return f"{match[1]}/{match[2]}"
    match = _FLOW_ALIAS.fullmatch(arn)
    return match[1] if match else ""


def short(arn: str) -> str:
    """What a sentence calls something: its ARN from the service on, or the text as it is."""
    return arn.split(":", 2)[2] if arn.startswith("arn:") and arn.count(":") > 2 else arn


def stated(facts: dict[str, str]) -> dict[str, str]:
    """The facts that were told."""
    return {key: value for key, value in facts.items() if value}
