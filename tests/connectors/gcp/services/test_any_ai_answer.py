"""Whatever the services for AI answer, their parsers do not raise, and tell the same each time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan.model import Gap
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.services import (
    agent_identity,
    agent_registry,
    ai_signals,
    dialogflow,
    gemini_enterprise,
    reasoning_engines,
    vertex_agents,
    vertex_jobs,
)

SERVICES: tuple[Service, ...] = tuple(
    module.SERVICE
    for module in (
        agent_identity,
        agent_registry,
        ai_signals,
        dialogflow,
        gemini_enterprise,
        reasoning_engines,
        vertex_agents,
        vertex_jobs,
    )
)
OPERATIONS = tuple(dict.fromkeys(operation for service in SERVICES for operation in service.operations))
SHARDS = (
    Place(part="estate", root="organizations/1", swept=True).shard(),
    Place(part="project", root="organizations/1", project="lab", number="7").shard(),
)
NAMES = (
    "projects/7/locations/us-central1/reasoningEngines/1", "projects/lab/locations/eu/agents/a",
    "//aiplatform.googleapis.com/projects/7/locations/x/reasoningEngines/1", "//x", "", "/", "a",
    "agents.global.org-1.system.id.goog/resources/aiplatform/projects/7/x",
    "service-7@gcp-sa-aiplatform-re.googleapis.com",
    "bot@lab.iam.gserviceaccount.com", "user@acme.example", "urn:agent:a",
)  # fmt: skip
LISTS = (
    "assets", "reasoningEngines", "agents", "engines", "assistants", "mcpServers", "aiApplications", "bindings",
    "findings", "authProviders", "workloadIds", "accessSummaries", "endpoints", "customJobs", "pipelineJobs",
    "notebookRuntimes", "instances", "locations", "results",
)  # fmt: skip
FIELDS = (
    "name", "assetType", "resource", "data", "spec", "deploymentSpec", "env", "secretEnv", "secretRef", "secret",
    "effectiveIdentity", "identityType", "serviceAccount", "agentGatewayConfig", "clientToAgentConfig", "agentGateway",
    "buildSpec", "persona", "agentIdentity", "email", "owner", "id", "status", "state", "tools", "type", "url",
    "allowedTeammates", "teammates", "attributes", "protocols", "interfaces", "annotations", "businessOwners", "source",
    "target", "identifier", "authProviderBinding", "authProvider", "scopes", "files", "path", "findingClass",
    "authProviderTypeParams", "threeLeggedOauth", "xaaAuthProvider", "allowedScopes", "workloadId", "userId",
    "lastAccessTime", "sharingConfig", "authorizationConfig", "toolAuthorizations", "adkAgentDefinition",
    "a2aAgentDefinition", "jsonAgentCard", "provisionedReasoningEngine", "reasoningEngine", "deployedModels", "model",
    "jobSpec", "workerPoolSpecs", "containerSpec", "gceSetup", "serviceAccounts", "instanceOwners", "labels",
    "clientCertificateSettings", "privateKey", "genAppBuilderSettings", "engine", "updateTime", "aiApplication",
    "agentregistry.googleapis.com/system/RuntimeReference", "agentregistry.googleapis.com/system/RuntimeIdentity",
    "uri", "principal", "agentId", "mcpServerId", "ancestors",
)  # fmt: skip
TYPES = ("aiplatform.googleapis.com/ReasoningEngine", "aiplatform.googleapis.com/CustomJob", "x.googleapis.com/Y")
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.sampled_from([*NAMES, *TYPES, "AGENT_IDENTITY", "2026-01-01T00:00:00Z", "https://x:99999/y", "{", "[1]"]),
    st.text(max_size=8),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6)),
    max_leaves=25,
)
ITEMS = st.fixed_dictionaries(
    {"name": st.one_of(st.sampled_from(NAMES), LEAVES)},
    optional={"assetType": st.sampled_from(TYPES), **dict.fromkeys(FIELDS[2:], VALUES)},
)
BODIES = st.one_of(VALUES, st.dictionaries(st.sampled_from(LISTS), st.lists(st.one_of(ITEMS, VALUES), max_size=3)))


@st.composite
def pages(draw: st.DrawFn) -> list[Evidence]:
    """Pages and refusals of some operations."""
    found: list[Evidence] = []
    for operation in draw(st.lists(st.sampled_from(OPERATIONS), min_size=1, max_size=6, unique=True)):
        params: dict[str, Any] = {field: draw(st.sampled_from(NAMES)) for field in getattr(operation, "fields", ())}
        if draw(st.integers(0, 5)) == 0:
            found.append(Evidence(operation=operation.name, params=params, problem="denied", code="403"))
        else:
            found.append(
                Evidence(operation=operation.name, params=params, body=draw(BODIES), at="2026-11-24T09:00:00Z")
            )
    return found


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
@given(evidence=pages(), shard=st.sampled_from(SHARDS))
@settings(max_examples=60, deadline=None)
def test_no_answer_makes_a_parser_raise(service: Service, evidence: list[Evidence], shard: Any) -> None:
    first = list(service.parse(shard, Answers(evidence)))
    assert first == list(service.parse(shard, Answers(reversed(evidence))))
    for record in first:
        if isinstance(record, Gap):
            assert record.operation in {operation.name for operation in OPERATIONS}
    if service.join is not None:
        list(service.join(Inventory(first)))
