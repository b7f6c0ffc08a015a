"""Whatever an answer about Bedrock holds, no parser of it raises, and the rest of the region is still read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Operation
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.services import (
    bedrock_agents,
    bedrock_flows,
    bedrock_guardrails,
    bedrock_jobs,
    bedrock_knowledge_bases,
    bedrock_logging,
    bedrock_models,
)
from tests.connectors.aws.answers import REGION_SHARD, answer

SERVICES = tuple(
    module.SERVICE
    for module in (
        bedrock_agents,
        bedrock_flows,
        bedrock_guardrails,
        bedrock_jobs,
        bedrock_knowledge_bases,
        bedrock_logging,
        bedrock_models,
    )
)
KEYS = st.sampled_from([
    "agentSummaries", "agentId", "agentName", "agent", "foundationModel", "guardrailConfiguration",
    "guardrailIdentifier",
    "agentAliasSummaries", "agentAliasName", "routingConfiguration", "agentVersion", "actionGroupSummaries",
    "agentActionGroup", "actionGroupExecutor", "lambda", "functionSchema", "functions", "name", "apiSchema", "s3",
    "agentCollaboratorSummaries", "agentDescriptor", "aliasArn", "agentKnowledgeBaseSummaries", "knowledgeBaseId",
    "knowledgeBaseSummaries", "knowledgeBase", "storageConfiguration", "knowledgeBaseConfiguration", "dataSource",
    "dataSourceConfiguration", "webConfiguration", "sourceConfiguration", "siteUrls", "policy", "flowSummaries", "id",
    "arn", "definition", "nodes", "configuration", "loop", "prompt", "modelId", "flowAliasSummaries", "flowVersion",
    "inferenceProfileSummaries", "inferenceProfileArn", "inferenceProfileId", "models", "modelArn", "type",
    "guardrails",
    "guardrailsConfig", "guardrailArn", "modelEnforcement", "includedModels", "resourcePolicy", "loggingConfig",
    "s3Config", "cloudWatchConfig", "bucketName", "logGroupName", "roleArn", "jobArn", "jobName", "status",
    "jobSummaries",
    "invocationJobSummaries", "modelCustomizationJobSummaries", "modelImportJobSummaries", "endTime", "vpcConfig",
    "marketplaceModelEndpoints", "marketplaceModelEndpoint", "endpointArn", "provisionedModelSummaries",
])  # fmt: skip
WORDS = st.sampled_from([
    "A", "DRAFT", "1", "99999999999999", "arn:aws:lambda:eu-west-1:123456789012:function:f", "SYSTEM_DEFINED", "Failed",
    "arn:aws:iam::123456789012:role/r", "https://[", "eu.x.y", "arn:aws:bedrock:eu-west-1:123456789012:agent-alias/A/B",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:s-AbCdEf", "2024-01-01T00:00:00Z", "SUPERVISOR",
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=14,
)
PARAMS = {
    "agentId": "A", "agentVersion": "DRAFT", "actionGroupId": "1", "knowledgeBaseId": "A", "dataSourceId": "1",
    "flowIdentifier": "A", "flowVersion": "1", "resourceArn": "A", "jobIdentifier": "A", "endpointArn": "A",
}  # fmt: skip


def listing(operation: Operation) -> dict[str, Any]:
    """A page with one entry that is well."""
    arn = f"arn:aws:bedrock:eu-west-1:123456789012:{operation.name}/A"
    entry = {"agentId": "A", "agentName": "a", "knowledgeBaseId": "A", "id": "A", "arn": arn, "name": "a",
             "inferenceProfileArn": arn, "inferenceProfileId": "A", "type": "APPLICATION", "jobArn": arn,
             "jobName": "a", "endpointArn": arn, "provisionedModelArn": arn, "provisionedModelName": "a"}  # fmt: skip
    keys = ("agentSummaries", "knowledgeBaseSummaries", "flowSummaries", "guardrails", "inferenceProfileSummaries",
            "provisionedModelSummaries", "marketplaceModelEndpoints", "jobSummaries", "invocationJobSummaries",
            "modelCustomizationJobSummaries", "modelImportJobSummaries")  # fmt: skip
    return {key: [entry] for key in keys}


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_answer(service: Service, data: st.DataObject) -> None:
    well = [answer(operation, listing(operation)) for operation in service.operations]
    known = Inventory(service.parse(REGION_SHARD, Answers(well)))
    bad = [
        answer(operation, body, page=1, **PARAMS)
        for operation in service.operations
        if (body := data.draw(ANY)) is not None
    ]
    inventory = Inventory(service.parse(REGION_SHARD, Answers([*well, *bad])))
    assert set(known.workloads) <= set(inventory.workloads)
    assert set(known.resources) <= set(inventory.resources)
