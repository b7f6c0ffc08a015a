"""Whatever stands in an answer about agents, nothing raises, and what is well beside it is read."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Operation
from nhiscan_connectors.aws.agentcore.identity_providers import API_KEY, FAMILIES
from nhiscan_connectors.aws.services import (
    agentcore_evaluations,
    agentcore_harnesses,
    agentcore_identity,
    agentcore_runtimes,
)
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, answer, parse

HERE = f"arn:aws:bedrock-agentcore:eu-west-1:{ACCOUNT}"
KEY = f"{HERE}:token-vault/default/apikeycredentialprovider/k"
WORDS = st.sampled_from(
    ["", "arn:", HERE, KEY, f"{HERE}:runtime/a-abcdefghij", "https://x.example/y", "http://[", "s3://"]
)
KEYS = st.sampled_from([
    "customJWTAuthorizer", "networkMode", "networkModeConfig", "securityGroups", "containerConfiguration", "url",
    "name", "headers", "outboundAuth", "oauth", "providerArn", "bedrockModelConfig", "liteLlmModelConfig",
    "modelId", "apiBase", "apiKeyArn", "remoteMcp", "agentCoreGateway", "gatewayArn", "type", "config", "git",
    "auth", "credentialArn", "lambda", "beforeToolCall", "target", "arn", "secretArn", "oauthDiscovery",
    "agentCoreRuntimeEnvironment", "agentRuntimeArn", "environmentVariables", "cloudWatchLogs", "serviceNames",
    "kmsConfiguration", "customClaims",
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)

RUNTIME = {
    "agentRuntimeArn": f"{HERE}:runtime/ada-abcdefghij",
    "agentRuntimeId": "ada-abcdefghij",
    "agentRuntimeName": "ada",
}
HARNESS = {"arn": f"{HERE}:harness/ada-abcdefghij", "harnessId": "ada-abcdefghij", "harnessName": "ada"}
PROVIDER = {"name": "ada", "credentialProviderArn": f"{HERE}:token-vault/default/apikeycredentialprovider/ada"}
IDENTITY = {
    "name": "ada",
    "workloadIdentityArn": f"{HERE}:workload-identity-directory/default/workload-identity/ada",
}
EVALUATION = {
    "onlineEvaluationConfigArn": f"{HERE}:online-evaluation-config/ada-abcdefghij",
    "onlineEvaluationConfigId": "ada-abcdefghij",
    "onlineEvaluationConfigName": "ada",
}
MANAGER = {
    "paymentManagerArn": f"{HERE}:payment-manager/ada-abcdefghij",
    "paymentManagerId": "ada-abcdefghij",
    "name": "ada",
}


def changed(known: dict[str, Any], *fields: str) -> st.SearchStrategy[Any]:
    """An answer with anything in some of its fields, or anything in its place."""
    return ANY | st.dictionaries(st.sampled_from([*known, *fields]), ANY, max_size=5).map(lambda bad: {**known, **bad})


DETAIL = changed(
    RUNTIME, "authorizerConfiguration", "networkConfiguration", "environmentVariables", "agentRuntimeArtifact",
    "lifecycleConfiguration", "workloadIdentityDetails", "allowedPorts", "requestHeaderConfiguration", "roleArn",
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(changed(RUNTIME), DETAIL, ANY)
def test_any_runtime(bad: Any, detail: Any, endpoints: Any) -> None:
    id = RUNTIME["agentRuntimeId"]
    inventory = parse(
        REGION_SHARD,
        [
            answer(agentcore_runtimes.RUNTIMES, {"agentRuntimes": [RUNTIME, bad]}),
            answer(agentcore_runtimes.RUNTIME, detail, agentRuntimeId=id),
            answer(agentcore_runtimes.ENDPOINTS, {"runtimeEndpoints": endpoints}, agentRuntimeId=id),
        ],
    )
    assert RUNTIME["agentRuntimeArn"] in inventory.workloads
    assert not [gap for gap in inventory.gaps if gap.operation == "parse"]


@settings(max_examples=200, deadline=None)
@given(
    changed(HARNESS),
    changed(
        HARNESS, "model", "tools", "skills", "hooks", "environment", "memory", "allowedTools", "authorizerConfiguration"
    ),
)
def test_any_harness(bad: Any, detail: Any) -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(agentcore_harnesses.HARNESSES, {"harnesses": [HARNESS, bad]}),
            answer(agentcore_harnesses.HARNESS, {"harness": detail}, harnessId="ada-abcdefghij"),
        ],
    )
    assert HARNESS["arn"] in inventory.workloads
    assert not [gap for gap in inventory.gaps if gap.operation == "parse"]
    list(agentcore_harnesses.join(inventory))


@settings(max_examples=200, deadline=None)
@given(
    changed(PROVIDER, "createdTime", "lastUpdatedTime", "credentialProviderVendor"),
    changed(
        PROVIDER,
        "apiKeySecretArn",
        "clientSecretArn",
        "oauth2ProviderConfigOutput",
        "providerConfigurationOutput",
        "tags",
    ),
    changed(IDENTITY, "allowedResourceOauth2ReturnUrls"),
    changed({"tokenVaultId": "default"}, "kmsConfiguration"),
)
def test_any_provider_and_identity(bad: Any, detail: Any, identity: Any, vault: Any) -> None:
    listings: list[Operation] = [family.listing for family in FAMILIES]
    inventory = parse(
        REGION_SHARD,
        [
            *(answer(listing, {"credentialProviders": [PROVIDER, bad]}) for listing in listings),
            *(answer(family.reading, detail, name="ada") for family in FAMILIES),
            answer(agentcore_identity.IDENTITIES, {"workloadIdentities": [IDENTITY, identity]}),
            answer(agentcore_identity.IDENTITY, identity, name="ada"),
            answer(agentcore_identity.VAULT, vault),
        ],
    )
    assert inventory.secrets[PROVIDER["credentialProviderArn"]].kind == API_KEY.kind
    assert IDENTITY["workloadIdentityArn"] in inventory.identities
    assert not [gap for gap in inventory.gaps if gap.operation == "parse"]


@settings(max_examples=100, deadline=None)
@given(
    changed(EVALUATION),
    changed(EVALUATION, "dataSourceConfig", "rule", "evaluators", "outputConfig"),
    changed(MANAGER, "authorizerConfiguration", "workloadIdentityDetails", "tags"),
)
def test_any_evaluation_and_payment_manager(bad: Any, detail: Any, manager: Any) -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(agentcore_evaluations.EVALUATIONS, {"onlineEvaluationConfigs": [EVALUATION, bad]}),
            answer(agentcore_evaluations.EVALUATION, detail, onlineEvaluationConfigId="ada-abcdefghij"),
            answer(agentcore_evaluations.MANAGERS, {"paymentManagers": [MANAGER, manager]}),
            answer(agentcore_evaluations.MANAGER, manager, paymentManagerId="ada-abcdefghij"),
        ],
    )
    assert {EVALUATION["onlineEvaluationConfigArn"], MANAGER["paymentManagerArn"]} <= set(inventory.workloads)
    assert not [gap for gap in inventory.gaps if gap.operation == "parse"]
