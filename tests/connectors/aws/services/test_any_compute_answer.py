"""Whatever stands in place of a workload or a part of one, the parsers go on, and the others are still told."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Evidence, Operation
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.compute import eks_operations as eks
from nhiscan_connectors.aws.compute import function_exposure as exposure
from nhiscan_connectors.aws.compute.function_triggers import MAPPINGS
from nhiscan_connectors.aws.services import apprunner, batch, ec2, ecs, lambda_functions
from nhiscan_connectors.aws.tagging import TAGS
from tests.connectors.aws.answers import REGION_SHARD, answer, parse

KEYS = st.sampled_from([
    "FunctionArn", "FunctionName", "Environment", "Variables", "Error", "Layers", "Arn", "Role", "FunctionUrlConfigs",
    "AuthType", "SourceAccessConfigurations", "URI", "EventSourceArn", "taskDefinitionArn", "containerDefinitions",
    "environment", "secrets", "name", "valueFrom", "value", "image", "logConfiguration", "secretOptions", "taskRoleArn",
    "repositoryCredentials", "environmentFiles", "tags", "key", "serviceArn", "serviceName", "deployments", "taskSets",
    "networkConfiguration", "arn", "clusterName", "namespace", "serviceAccount", "associationId", "roleArn",
    "selectors", "identity", "oidc", "issuer", "resourcesVpcConfig", "publicAccessCidrs", "endpointPublicAccess",
    "accessConfig", "overrides", "containerOverrides", "taskArn",
    "InstanceId", "State", "Name", "MetadataOptions", "IamInstanceProfile", "NetworkInterfaces", "Attachment",
    "DeviceIndex", "AttachTime", "Instances", "Tags", "Key", "Value", "ServiceArn", "SourceConfiguration", "env",
    "ImageRepository", "ImageConfiguration", "RuntimeEnvironmentVariables", "RuntimeEnvironmentSecrets", "status",
    "jobDefinitionArn", "jobDefinitionName", "containerProperties", "ecsProperties", "taskProperties", "containers",
    "eksProperties", "podProperties", "nodeProperties", "nodeRangeProperties", "container", "ResourceARN",
])  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=6),
    max_leaves=16,
)

ANSWERS: tuple[tuple[Operation, str, str], ...] = (
    (lambda_functions.FUNCTIONS, "Functions", ""),
    (exposure.URLS, "FunctionUrlConfigs", "FunctionName"),
    (exposure.POLICY, "Policy", "FunctionName"),
    (MAPPINGS, "EventSourceMappings", ""),
    (ecs.FAMILIES, "families", ""),
    (ecs.DEFINITION, "taskDefinition", "taskDefinition"),
    (ecs.SERVICE_DETAILS, "services", "cluster"),
    (ecs.TASK_DETAILS, "tasks", "cluster"),
    (eks.CLUSTERS, "clusters", ""),
    (eks.CLUSTER, "cluster", "name"),
    (eks.ENTRIES, "accessEntries", "clusterName"),
    (eks.POD_IDENTITIES.list, "associations", "clusterName"),
    (eks.POD_IDENTITIES.describe, "association", "associationId"),
    (eks.ADDONS.describe, "addon", "addonName"),
    (eks.NODE_GROUPS.describe, "nodegroup", "nodegroupName"),
    (eks.FARGATE.describe, "fargateProfile", "fargateProfileName"),
    (eks.CAPABILITIES.describe, "capability", "capabilityName"),
    (ec2.INSTANCES, "Reservations", ""),
    (apprunner.SERVICES, "ServiceSummaryList", ""),
    (apprunner.SERVICE_DETAILS, "Service", "ServiceArn"),
    (apprunner.TAGS, "Tags", "ResourceArn"),
    (batch.DEFINITIONS, "jobDefinitions", ""),
    (TAGS, "ResourceTagMappingList", ""),
)
WELL = (
    answer(lambda_functions.FUNCTIONS, {"Functions": [{"FunctionArn": "arn:f", "FunctionName": "f"}]}, page=1),
    answer(ecs.DEFINITION, {"taskDefinition": {"taskDefinitionArn": "arn:t/t:1"}}, taskDefinition="well"),
    answer(eks.CLUSTERS, {"clusters": ["well"]}, page=1),
    answer(ec2.INSTANCES, {"Reservations": [{"Instances": [{"InstanceId": "i-1"}]}]}, page=1),
    answer(apprunner.SERVICE_DETAILS, {"Service": {"ServiceName": "well"}}, ServiceArn="arn:w"),
    answer(batch.DEFINITIONS, {"jobDefinitions": [{"jobDefinitionArn": "arn:j", "jobDefinitionName": "j"}]}, page=1),
)
KINDS = {
    "lambda-function",
    "ecs-task-definition",
    "eks-cluster",
    "ec2-instance",
    "apprunner-service",
    "batch-job-definition",
}


def told(operation: Operation, body: Any, param: str, page: int = 0) -> Evidence:
    """An answer of a call that was made for one thing, or for all when there is no `param`."""
    params: dict[str, Any] = {param: f"thing-{page}"} if param else {}
    return msgspec.structs.replace(answer(operation, body, page=page), params=params)


def those_who_are_well(inventory: Inventory) -> set[str]:
    return KINDS & {workload.kind for workload in inventory.workloads.values()}


@settings(max_examples=250, deadline=None)
@given(ANY)
def test_anything_in_place_of_an_answer(value: Any) -> None:
    found = [told(operation, {key: value}, param) for operation, key, param in ANSWERS]
    found += [told(operation, {key: [value]}, param, page=2) for operation, key, param in ANSWERS]
    inventory = parse(REGION_SHARD, [*found, *WELL])
    assert those_who_are_well(inventory) == KINDS
    assert not [gap for gap in inventory.gaps if gap.operation.startswith("parse:")]


THINGS: tuple[tuple[Operation, str, dict[str, Any], str], ...] = (
    (lambda_functions.FUNCTIONS, "Functions", {"FunctionArn": "arn:x", "FunctionName": "x"}, ""),
    (ecs.DEFINITION, "taskDefinition", {"taskDefinitionArn": "arn:x/x:1"}, "taskDefinition"),
    (ecs.SERVICE_DETAILS, "services", {"serviceArn": "arn:s", "serviceName": "s"}, "cluster"),
    (ecs.TASK_DETAILS, "tasks", {"taskArn": "arn:t"}, "cluster"),
    (eks.CLUSTER, "cluster", {}, "name"),
    (eks.NODE_GROUPS.describe, "nodegroup", {"nodegroupArn": "arn:n", "clusterName": "c"}, "nodegroupName"),
    (ec2.INSTANCES, "Instances", {"InstanceId": "i-2"}, ""),
    (apprunner.SERVICE_DETAILS, "Service", {"ServiceName": "x"}, "ServiceArn"),
    (batch.DEFINITIONS, "jobDefinitions", {"jobDefinitionArn": "arn:x", "jobDefinitionName": "x"}, ""),
)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(KEYS, ANY, max_size=8))
def test_anything_inside_of_a_thing(fields: dict[str, Any]) -> None:
    found = []
    for operation, key, known, param in THINGS:
        thing: Any = {**fields, **known}
        if not param or param == "cluster":
            thing = [thing]
        body = {key: thing} if key != "Instances" else {"Reservations": [{key: thing}]}
        found.append(told(operation, body, param))
    inventory = parse(REGION_SHARD, [*found, *WELL])
    assert those_who_are_well(inventory) == KINDS
    assert "arn:x" in inventory.workloads
    assert not [gap for gap in inventory.gaps if gap.operation.startswith("parse:")]
