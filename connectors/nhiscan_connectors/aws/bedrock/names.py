"""Ids of things that Bedrock names by an id, an alias or a version, as the records of those things have them."""

from __future__ import annotations

import re

from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import text

_AGENT_ALIAS = re.compile(
    r"(arn:aws[a-z-]{0,12}:bedrock:[a-z0-9-]{1,30}:\d{12}:)agent-alias/(\w{1,40})/\w{1,40}", re.ASCII
)
_BOT_ALIAS = re.compile(r"(arn:aws[a-z-]{0,12}:lex:[a-z0-9-]{1,30}:\d{12}:)bot-alias/(\w{1,40})/\w{1,40}", re.ASCII)
_FUNCTION = re.compile(
    r"(arn:aws[a-z-]{0,12}:lambda:[a-z0-9-]{1,30}:\d{12}:function:[\w-]{1,140})(?::[\w$-]{1,140})?", re.ASCII
)
_TYPE = re.compile(r"[a-z-]{1,60}[:/]", re.ASCII)
_PARTS = 6
"""Parts of an ARN, the last of which is the resource."""
_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)
DRAFT = "DRAFT"
"""The version that an agent, a flow or a guardrail has while people work on it."""


def agent_of_alias(value: object) -> str:
    """ARN of the agent whose alias an ARN names; empty for anything else."""
    match = _AGENT_ALIAS.fullmatch(text(value))
    return f"{match[1]}agent/{match[2]}" if match else ""


def bot_of_alias(value: object) -> str:
    """ARN of the Lex bot whose alias an ARN names; empty for anything else."""
    match = _BOT_ALIAS.fullmatch(text(value))
    return f"{match[1]}bot/{match[2]}" if match else ""


def function_arn(value: object) -> str:
    """ARN of a function, without the alias or version that may end it; empty for anything else."""
    match = _FUNCTION.fullmatch(text(value))
    return match[1] if match else ""


def agent_arn(reading: Reading, id: str) -> str:
    """ARN of an agent of this account and region."""
    return reading.arn("bedrock", f"agent/{id}")


def knowledge_base_arn(reading: Reading, value: object) -> str:
    """ARN of a knowledge base, which is named by its id or its ARN; empty for anything else."""
    return _arn(reading, value, "knowledge-base")


def guardrail_arn(reading: Reading, value: object) -> str:
    """ARN of a guardrail, which is named by its id or, when it belongs to another account, by its ARN."""
    return _arn(reading, value, "guardrail")


def short(arn: str) -> str:
    """What people call it: an ARN without account, region and type; anything else as it is."""
    parts = arn.split(":", 5)
    if parts[0] != "arn" or len(parts) < _PARTS:
        return arn
    return _TYPE.sub("", parts[5], count=1) or parts[5]


def _arn(reading: Reading, value: object, kind: str) -> str:
    given = text(value)
    if given.startswith("arn:"):
        return given if f":{kind}/" in given else ""
    return reading.arn("bedrock", f"{kind}/{given}") if _ID.fullmatch(given) else ""
