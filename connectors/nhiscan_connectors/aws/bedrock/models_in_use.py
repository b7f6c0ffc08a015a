"""Which profiles that AWS defined are in use: their list is long, and the same in every account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from nhiscan.connector import Operation
from nhiscan_connectors.aws.bedrock import agent_calls
from nhiscan_connectors.aws.bedrock.data_sources import GET_SOURCE, texts_within
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.services import agentcore_harnesses, bedrock_flows, bedrock_jobs, bedrock_knowledge_bases

_WHERE: Final[tuple[Operation, ...]] = (
    agent_calls.GET_AGENT,
    agent_calls.GET_VERSION,
    bedrock_flows.GET_FLOW,
    bedrock_flows.GET_VERSION,
    bedrock_knowledge_bases.GET_BASE,
    GET_SOURCE,
    *bedrock_jobs.MODELS,
    agentcore_harnesses.HARNESS,
)
"""Answers in which agents, flows, knowledge bases, jobs and harnesses name their models."""


def named_in(reading: Reading, names: Collection[str]) -> set[str]:
    """Those of the names that stand alone, as a whole text, in an answer about something that uses models."""
    return {
        value
        for operation in _WHERE
        for item in reading.answers.of(operation)
        if isinstance(item.body, dict)
        for _, value in texts_within(item.body)
        if value in names
    }
