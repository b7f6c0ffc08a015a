"""Fields that AWS's own models call sensitive: each is dropped, read as variables, or known to hold no secret."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

import botocore.session
import msgspec
import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from nhiscan.connector import Operation
from nhiscan.redact import VARIABLES, Redactor
from nhiscan_connectors.aws.connector import AwsConnector

_SESSION = botocore.session.get_session()
OPERATIONS: Final = {operation.name: operation for operation in AwsConnector().operations}
UNRECORDED: Final = {"sts:AssumeRole"}
"""The SDK makes this call to log in; its answer goes into no bundle."""

# Each stays in the bundle after the redactor's detectors have looked at it, and each reason says what it is.
NO_SECRET: Final = {
    "names, descriptions and titles that people gave": (
        "agent-registry-control:* description", "bedrock:Get* jobDescription", "bedrock:Get* name",
        "bedrock:List* description", "bedrock:List* name", "bedrock:GetEvaluationJob description",
        "bedrock-agent:GetKnowledgeBase name", "bedrock-agentcore-control:* description",
        "bedrock-agentcore-control:List* name", "bedrock-agentcore-control:GetGatewayTarget name",
        "identitystore:ListGroups D*", "organizations:* Name", "pipes:DescribePipe Description",
        "qbusiness:ListDataAccessors displayName", "qconnect:ListAIAgents title", "qconnect:ListAIAgents description",
        "quicksight:*ActionConnector* Name", "quicksight:DescribeActionConnector Description",
        "stepfunctions:DescribeStateMachine description",
    ),
    "names of people and accounts, and where mail reaches them": (
        "identitystore:ListUsers UserName", "identitystore:ListUsers Title",
        "identitystore:ListUsers Value", "identitystore:ListUsers Type", "organizations:* *Email",
    ),
    "identifiers of groups at the provider of identities": ("identitystore:ListGroups Id", "identitystore:* Issuer"),
    "where a secret is kept, not the secret": (
        "ecs:DescribeTaskDefinition repositoryCredentials", "apprunner:DescribeService RuntimeEnvironmentSecrets",
    ),
    "names, ARNs and addresses of resources": (
        "bedrock-agent:GetKnowledgeBase *Arn", "bedrock-agent:GetKnowledgeBase *ndexName",
        "bedrock-agentcore-control:GetHarness apiBase", "qbusiness:GetApplication kmsKeyId",
        "cognito-idp:ListUserPoolClients ClientId", "bedrock:GetEvaluationJob identifier",
        "pipes:DescribePipe AdditionalBootstrapServers", "pipes:DescribePipe Subnets", "pipes:DescribePipe DbUser",
        "pipes:DescribePipe SecurityGroup*", "pipes:DescribePipe EndpointId", "pipes:DescribePipe Database",
        "pipes:DescribePipe *Name", "pipes:DescribePipe VirtualHost", "pipes:DescribePipe ConsumerGroupID",
        "pipes:DescribePipe Source", "pipes:DescribePipe ReferenceId", "pipes:DescribePipe capacityProvider",
    ),
    "tags, whose values detectors look at with the name": ("pipes:DescribePipe Tags", "pipes:DescribePipe Value"),
    "which fields, files and events count, and in which order": (
        "agent-registry-control:GetRegistry *chema*", "bedrock:Get* fields*", "bedrock:GetModelCustomizationJob *quals",
        "bedrock:GetEvaluationJob met*", "bedrock-agent:Get* fields*", "bedrock-agent:GetDataSource *lusion*",
        "bedrock-agent:GetDataSource filters", "bedrock-agent:GetDataSource objectType", "pipes:DescribePipe Pattern",
        "bedrock-agent:GetDataSource userAgent*", "pipes:DescribePipe DetailType", "pipes:DescribePipe PartitionKey",
        "pipes:DescribePipe Message*Id", "pipes:DescribePipe expression", "pipes:DescribePipe field",
        "qconnect:ListAIAgents annotations", "qconnect:ListAIAgents outputFilters",
        "bedrock-agent:GetKnowledgeBase generationContext",
    ),
    "prompts and tools of a model, in which detectors find keys": (
        "agent-registry-control:GetRegistryRecord data", "bedrock:GetEvaluationJob customMetricDefinition",
        "bedrock-agent:Get* instruction", "bedrock-agent:Get* *romptTemplate", "bedrock-agent:Get* promptOverride*",
        "bedrock-agent:ListAgentCollaborators collaborationInstruction", "bedrock-agent:GetAgentActionGroup payload",
        "bedrock-agentcore-control:GetGatewayTarget inlinePayload", "bedrock-agentcore-control:GetHarness inputSchema",
        "bedrock-agentcore-control:GetHarness text", "bedrock-agentcore-control:GetMemory definition",
        "bedrock-agentcore-control:GetMemory llmExtractionInstruction",
    ),
    "what flows, machines, pipes and services run: parsers read it, and detectors find keys in it": (
        "bedrock-agent:GetFlow* *", "stepfunctions:DescribeStateMachine definition",
        "stepfunctions:DescribeStateMachine variableReferences", "apprunner:DescribeService *Command",
        "pipes:DescribePipe InputTemplate",
    ),
    "what went wrong, in AWS's words": ("lambda:ListFunctions Message", "bedrock:ListModelInvocationJobs message"),
    "tokens that ask for the next page": ("* [nN]extToken",),
    "public certificates": ("securityagent:* trustedCaCertificates",),
}  # fmt: skip


def sensitive(operation: Operation) -> set[str]:
    """The members of an answer that AWS calls sensitive and that are neither dropped nor read as variables."""
    service, _, call = operation.name.partition(":")
    model = _SESSION.get_service_model(service).operation_model(call)
    hidden = VARIABLES.union(operation.drop)
    return set(_within(model.output_shape, "", hidden, set()))


def _within(shape: Shape | None, field: str, hidden: frozenset[str], seen: set[tuple[str, str]]) -> Iterator[str]:
    """`field` is the member under which the shape stands; elements of lists and maps go by the name of their list."""
    if shape is None or (field, shape.name) in seen:
        return
    seen.add((field, shape.name))
    if shape.metadata.get("sensitive"):
        yield field
    match shape:
        case StructureShape():
            for name, member in shape.members.items():
                if name not in hidden:
                    yield from _within(member, name, hidden, seen)
        case ListShape():
            yield from _within(shape.member, field, hidden, seen)
        case MapShape():
            yield from _within(shape.key, field, hidden, seen)
            yield from _within(shape.value, field, hidden, seen)
        case _:
            pass


def _known(name: str, field: str) -> list[str]:
    """The lines of the table that a field of an operation falls under."""
    return [
        line
        for lines in NO_SECRET.values()
        for line in lines
        if fnmatchcase(name, line.partition(" ")[0]) and fnmatchcase(field, line.partition(" ")[2])
    ]


@pytest.mark.parametrize("name", sorted(OPERATIONS.keys() - UNRECORDED))
def test_what_aws_calls_sensitive_is_dropped_or_accounted_for(name: str) -> None:
    unknown = {field for field in sensitive(OPERATIONS[name]) if not _known(name, field)}
    assert not unknown, f"{name}: drop {sorted(unknown)}, or say in NO_SECRET why they may be kept"


def test_every_line_of_the_table_is_needed() -> None:
    kept = {(name, field) for name, operation in OPERATIONS.items() for field in sensitive(operation)}
    needed = {line for name, field in kept for line in _known(name, field)}
    assert not {line for lines in NO_SECRET.values() for line in lines} - needed


def test_a_field_that_is_not_dropped_is_seen() -> None:
    operation = OPERATIONS["events:ListTargetsByRule"]
    assert not sensitive(operation)
    assert "Sql" in sensitive(msgspec.structs.replace(operation, drop=()))
    # A shape that holds itself ends.
    assert "definition" in sensitive(OPERATIONS["bedrock-agent:GetFlow"])


PLAIN: Final = "summer2024!"  # a password that no detector tells from a word
HELD: Final = (
    ("glue:GetJobs", {"Jobs": [{"SourceControlDetails": {"AuthToken": PLAIN}}]}),
    ("batch:DescribeJobDefinitions", {"jobDefinitions": [{"parameters": {"password": PLAIN}}]}),
    ("events:ListTargetsByRule", {"Targets": [{"RedshiftDataParameters": {"Sql": PLAIN, "Sqls": [PLAIN]}}]}),
    ("events:ListTargetsByRule", {"Targets": [{"HttpParameters": {"PathParameterValues": [PLAIN]}}]}),
    ("pipes:DescribePipe", {"TargetParameters": {"HttpParameters": {"PathParameterValues": [PLAIN]}}}),
    ("pipes:DescribePipe", {"TargetParameters": {"BatchJobParameters": {"Parameters": {"password": PLAIN}}}}),
    ("scheduler:GetSchedule", {"Target": {"SageMakerPipelineParameters": {"PipelineParameterList": [PLAIN]}}}),
    ("bedrock-agentcore-control:GetHarness", {"harness": {"tools": [{"customParameters": {"password": PLAIN}}]}}),
    ("identitystore:ListUsers", {"Users": [{"Extensions": {"aws:x": {"password": PLAIN}}, "Birthdate": PLAIN}]}),
)


@pytest.mark.parametrize(("name", "body"), HELD, ids=[f"{name} {next(iter(body))}" for name, body in HELD])
def test_what_no_detector_knows_leaves_with_its_field(name: str, body: dict[str, Any]) -> None:
    redacted, _ = Redactor(b"key").redact(body, drop=frozenset(OPERATIONS[name].drop))
    assert PLAIN not in str(redacted)
