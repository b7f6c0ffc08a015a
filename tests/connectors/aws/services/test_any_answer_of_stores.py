"""Whatever stands in the answers about secrets, integrations and resource policies, no parser gives up on them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Operation, Shard
from nhiscan_connectors.aws.services import (
    apigateway,
    appflow,
    cognito,
    event_connections,
    kms_key_policies,
    s3_bucket_policies,
    secretsmanager,
    ssm_parameters,
)
from tests.connectors.aws.answers import ACCOUNT_SHARD, REGION_SHARD, answer, parse

LISTS: tuple[tuple[Shard, Operation, str, dict[str, Any]], ...] = (
    (REGION_SHARD, secretsmanager.SECRETS, "SecretList", {"ARN": "arn:aws:secretsmanager:a", "Name": "openai"}),
    (REGION_SHARD, ssm_parameters.PARAMETERS, "Parameters", {"Name": "/openai/key", "Type": "String"}),
    (REGION_SHARD, event_connections.CONNECTIONS, "Connections", {"ConnectionArn": "c", "Name": "c"}),
    (
        REGION_SHARD,
        event_connections.DESTINATIONS,
        "ApiDestinations",
        {"ConnectionArn": "c", "InvocationEndpoint": "https://x/"},
    ),
    (
        REGION_SHARD,
        appflow.PROFILES,
        "connectorProfileDetails",
        {"connectorProfileArn": "p", "connectorProfileName": "p", "connectorProfileProperties": {"Slack": {}}},
    ),
    (REGION_SHARD, apigateway.KEYS, "items", {"id": "k"}),
    (REGION_SHARD, cognito.USER_POOLS, "UserPools", {"Id": "u"}),
    (REGION_SHARD, cognito.CLIENTS, "UserPoolClients", {"ClientId": "c", "UserPoolId": "u"}),
    (REGION_SHARD, cognito.CLIENT_SECRETS, "ClientSecrets", {"ClientSecretId": "c--1"}),
    (REGION_SHARD, cognito.SERVERS, "ResourceServers", {"Scopes": []}),
    (REGION_SHARD, cognito.GROUPS, "Groups", {"RoleArn": "r"}),
    (REGION_SHARD, cognito.IDENTITY_POOLS, "IdentityPools", {"IdentityPoolId": "i"}),
    (REGION_SHARD, kms_key_policies.KEYS, "Keys", {"KeyId": "k", "KeyArn": "arn:aws:kms:::key/k"}),
    (REGION_SHARD, kms_key_policies.ALIASES, "Aliases", {"AliasName": "alias/a", "TargetKeyId": "k"}),
    (ACCOUNT_SHARD, s3_bucket_policies.BUCKETS, "Buckets", {"Name": "b"}),
)
DETAILS: tuple[tuple[Shard, Operation, dict[str, Any]], ...] = (
    (REGION_SHARD, secretsmanager.POLICY, {"SecretId": "arn:aws:secretsmanager:a"}),
    (REGION_SHARD, event_connections.CONNECTION, {"Name": "c"}),
    (REGION_SHARD, cognito.IDENTITY_POOL, {"IdentityPoolId": "i"}),
    (REGION_SHARD, cognito.ROLES, {"IdentityPoolId": "i"}),
    (REGION_SHARD, kms_key_policies.POLICY, {"KeyId": "k"}),
    (ACCOUNT_SHARD, s3_bucket_policies.POLICY, {"Bucket": "b"}),
)
FIELDS = st.sampled_from([
    "ARN", "Name", "Tags", "Key", "Value", "Description", "Type", "RotationRules", "AutomaticallyAfterDays", "Version",
    "SecretVersionsToStages", "LastAccessedDate", "LastChangedDate", "LastRotatedDate", "DeletedDate", "Policies",
    "PolicyType", "PolicyText", "LastModifiedUser", "AuthParameters", "OAuthParameters", "InvocationHttpParameters",
    "HeaderParameters", "AuthorizationEndpoint", "SecretArn", "connectorProfileProperties", "profileProperties",
    "oAuth2Properties", "tokenUrl", "stageKeys", "tags", "enabled", "Roles", "authenticated", "RoleMappings", "Rules",
    "RulesConfiguration", "RoleARN", "CognitoIdentityProviders", "ProviderName", "AllowUnauthenticatedIdentities",
    "SupportedLoginProviders", "ResourcePolicy", "Policy", "BucketRegion", "TargetKeyId", "RoleArn", "PolicyStatus",
])  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    [
        "",
        "openai",
        "Token",
        "Expiration",
        "{}",
        '{"Attributes":{"Timestamp":1e999}}',
        "2024-01-01",
        "https://[::1]/",
        "arn:",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(FIELDS | TEXTS, inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=120, deadline=None)
@given(ANY, st.dictionaries(FIELDS, ANY, max_size=6))
def test_anything_in_place_of_an_entry_or_in_its_fields(value: Any, fields: dict[str, Any]) -> None:
    for shard in (REGION_SHARD, ACCOUNT_SHARD):
        lists = [item for item in LISTS if item[0] == shard]
        found = [answer(op, {key: [{**fields, **known}, value]}, page=0) for _, op, key, known in lists]
        found += [answer(op, {key: value}, page=1) for _, op, key, _ in lists]
        found += [answer(op, body, **params) for at, op, params in DETAILS if at == shard for body in (fields, value)]
        inventory = parse(shard, found)
        assert not [gap.operation for gap in inventory.gaps if gap.operation.startswith("parse:")]
        if shard == REGION_SHARD:
            kinds = {secret.kind for secret in inventory.secrets.values()}
            assert {"secretsmanager-secret", "ssm-parameter", "eventbridge-connection", "apigateway-key"} <= kinds
            assert [workload.kind for workload in inventory.workloads.values()] == ["cognito-identity-pool"]
        if isinstance(value, int | str | float):
            told = {gap.operation for gap in inventory.gaps}
            assert {op.name for _, op, _, _ in lists} - {cognito.CLIENT_SECRETS.name, cognito.GROUPS.name} <= told
