"""What ids, aliases and versions of Bedrock stand for."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan_connectors.aws.bedrock.names import (
    agent_of_alias,
    bot_of_alias,
    function_arn,
    guardrail_arn,
    knowledge_base_arn,
    short,
)
from nhiscan_connectors.aws.bedrock.versions import alias_text, routed_versions
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.service import Answers
from tests.connectors.aws.answers import REGION_SHARD

HERE = "eu-west-1:123456789012"
READING = Reading(REGION_SHARD, Answers([]))


@pytest.mark.parametrize(
    ("value", "agent"),
    [
        (f"arn:aws:bedrock:{HERE}:agent-alias/AAAA/BBBB", f"arn:aws:bedrock:{HERE}:agent/AAAA"),
        (f"arn:aws-us-gov:bedrock:{HERE}:agent-alias/AAAA/BBBB", f"arn:aws-us-gov:bedrock:{HERE}:agent/AAAA"),
        (f"arn:aws:bedrock:{HERE}:agent/AAAA", ""),
        (f"arn:aws:bedrock:{HERE}:agent-alias/AAAA/BBBB\n", ""),
        (f"arn:aws:bedrock:{HERE}:agent-alias/AAAA", ""),
        (None, ""),
    ],
)
def test_agents_of_aliases(value: object, agent: str) -> None:
    assert agent_of_alias(value) == agent


@pytest.mark.parametrize(
    ("value", "bot"),
    [(f"arn:aws:lex:{HERE}:bot-alias/AAAA/BBBB", f"arn:aws:lex:{HERE}:bot/AAAA"), ("bot-alias/AAAA/BBBB", ""), (7, "")],
)
def test_bots_of_aliases(value: object, bot: str) -> None:
    assert bot_of_alias(value) == bot


@pytest.mark.parametrize("end", ["", ":7", ":live", ":$LATEST"])
def test_functions_lose_their_versions(end: str) -> None:
    assert function_arn(f"arn:aws:lambda:{HERE}:function:pay{end}") == f"arn:aws:lambda:{HERE}:function:pay"


@pytest.mark.parametrize(
    "value", ["pay", f"arn:aws:lambda:{HERE}:layer:pay:1", f"arn:aws:lambda:{HERE}:function:a b", 7]
)
def test_what_is_no_function(value: object) -> None:
    assert function_arn(value) == ""


def test_guardrails_and_bases_have_an_id_or_an_arn() -> None:
    assert guardrail_arn(READING, "gr1") == f"arn:aws:bedrock:{HERE}:guardrail/gr1"
    foreign = "arn:aws:bedrock:eu-west-1:222222222222:guardrail/gr1"
    assert guardrail_arn(READING, foreign) == foreign
    assert guardrail_arn(READING, "arn:aws:s3:::guardrail") == ""
    assert guardrail_arn(READING, "two words") == ""
    assert knowledge_base_arn(READING, "KB1") == f"arn:aws:bedrock:{HERE}:knowledge-base/KB1"
    assert knowledge_base_arn(READING, "") == ""


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        (f"arn:aws:lambda:{HERE}:function:pay", "pay"),
        (f"arn:aws:secretsmanager:{HERE}:secret:prod/db-AbCdEf", "prod/db-AbCdEf"),
        ("arn:aws:bedrock:eu-west-1::foundation-model/a.b-v1:0", "a.b-v1:0"),
        ("arn:aws:s3:::docs", "docs"),
        ("a.b-v1:0", "a.b-v1:0"),
        ("arn:odd", "arn:odd"),
    ],
)
def test_short_names(arn: str, name: str) -> None:
    assert short(arn) == name


def test_versions_that_aliases_route_to() -> None:
    aliases: list[dict[str, Any]] = [
        {"name": "a", "routingConfiguration": [{"version": "9"}, {"version": "DRAFT"}, {"version": 7}, "x"]},
        {"name": "b", "routingConfiguration": [{"version": "10"}]},
        {"name": "c", "routingConfiguration": {}},
        {"routingConfiguration": [{"version": "8"}]},
    ]
    assert routed_versions(aliases, "version") == ["10", "9", "8"]
    assert routed_versions(["x", None], "version") == []
    assert alias_text(aliases[:3], "name", "version") == "a (9 DRAFT), b (10), c"
