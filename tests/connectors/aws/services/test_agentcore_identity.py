"""AgentCore Identity over a socket: what agents are, and the keys and clients that they may be given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.classify.table import TABLE
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.agentcore.identity_ids import identity_of_runtime, provider_id, vault_of
from nhiscan_connectors.aws.agentcore.identity_providers import API_KEY, OAUTH2, PAYMENT
from nhiscan_connectors.aws.services.agentcore_identity import IDENTITIES, IDENTITY, SERVICE, VAULT
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_agentcore import Agents
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, SCOPE, answer, parse, refused, signals
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
CONTROL = "bedrock-agentcore-control"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}"
VAULT_ID = f"{HERE}:token-vault/default"
KMS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0d2f9c4e-6f0b-4a57-9c1d-2f4a1f6f7a10"


@pytest.fixture
def agents(aws: Aws) -> Agents:
    return Agents(aws.account, REGION)


def stores(inventory: Inventory, source: str) -> list[str]:
    return [link.target for link in inventory.links_from(source) if link.kind == "stored_in"]


def test_a_workload_identity_is_one_of_an_agent(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.workload_identity(
        "support",
        ago(120),
        lastUpdatedTime=ago(4),
        allowedResourceOauth2ReturnUrls=["https://app.example.com/back", "http://localhost:8081/back"],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    identity = inventory.identities[arn]
    assert (identity.name, identity.kind, identity.scope) == ("support", "agentcore-workload-identity", SCOPE)
    assert identity.created_at == ago(120)
    assert identity.enabled is None
    assert identity.attributes == {
        "region": REGION,
        "return_urls": "https://app.example.com/back, http://localhost:8081/back",
        "updated_at": "2026-11-20T00:00:00Z",
    }
    assert signals(inventory, arn) == {"agent-identity-object"}
    assert "agent-identity-object" in TABLE
    assert not inventory.gaps
    assert aws.calls.count(CONTROL, "GetTokenVault") == 0


def test_a_key_that_agents_may_be_given(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    id = agents.api_key("prod-anthropic", created=ago(400), updated=ago(30))
    agents.identity.kms = {"keyType": "CustomerManagedKey", "kmsKeyArn": KMS}
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    secret = inventory.secrets[id]
    assert (secret.name, secret.kind, secret.ai_provider) == (
        "prod-anthropic",
        "agentcore-api-key-provider",
        "anthropic",
    )
    assert (secret.created_at, secret.rotated_at, secret.encrypted) == (ago(400), ago(30), True)
    assert secret.attributes == {
        "provider_created_at": "2025-10-20T00:00:00Z",
        "provider_updated_at": "2026-10-25T00:00:00Z",
        "source": "MANAGED",
    }
    assert stores(inventory, id) == [agents.secret("bedrock-agentcore-identity!default/apikey/prod-anthropic")]
    assert {(link.kind, link.target) for link in inventory.links_from(id)} >= {
        ("part_of", VAULT_ID),
        ("holds_key_of", "llm:anthropic"),
    }
    vault = inventory.resources[VAULT_ID]
    assert (vault.kind, vault.name) == ("agentcore-token-vault", "default")
    assert vault.attributes == {
        "key_type": "CustomerManagedKey",
        "kms_key": KMS,
        "modified_at": "2026-09-25T00:00:00Z",
    }


def test_a_key_that_was_never_changed_and_one_that_the_owner_keeps(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    old = agents.api_key("old", created=ago(900))
    own = agents.api_key(
        "own",
        created=ago(300),
        updated=ago(3),
        apiKeySecretArn={"secretArn": agents.secret("team/own")},
        apiKeySecretSource="EXTERNAL",
        apiKeySecretJsonKey="key",
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert (inventory.secrets[old].created_at, inventory.secrets[old].rotated_at) == (ago(900), None)
    secret = inventory.secrets[own]
    # What was changed there is the reference; the store of the value knows when the value was.
    assert (secret.created_at, secret.rotated_at, secret.encrypted) == (None, None, None)
    assert secret.attributes["source"] == "EXTERNAL"
    assert stores(inventory, own) == [agents.secret("team/own")]


def test_oauth_clients(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    github = agents.oauth2("github", callbackUrl="https://bedrock-agentcore.example/callback")
    settings: dict[str, Any] = {
        "oauthDiscovery": {
            "authorizationServerMetadata": {
                "issuer": "https://id.example.com",
                "authorizationEndpoint": "https://id.example.com/authorize",
                "tokenEndpoint": "https://id.example.com/token",
            }
        },
        "clientId": "agents",
        "clientAuthenticationMethod": "PRIVATE_KEY_JWT",
        "privateKeyJwtConfig": {"privateKeySource": {"kmsKeySource": {"kmsKeyArn": KMS}}},
        "onBehalfOfTokenExchangeConfig": {
            "grantType": "TOKEN_EXCHANGE",
            "tokenExchangeGrantTypeConfig": {"actorTokenContent": "M2M"},
        },
    }
    own = agents.oauth2("erp", "CustomOauth2", {"customOauth2ProviderConfig": settings}, updated=ago(1))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.secrets[github].kind == "agentcore-oauth2-provider"
    assert inventory.secrets[github].attributes == {
        "vendor": "GithubOauth2",
        "provider_created_at": "2026-05-08T00:00:00Z",
        "provider_updated_at": "2026-05-08T00:00:00Z",
        "source": "MANAGED",
        "status": "READY",
        "client_id": "client-of-github",
        "issuer": "https://id.example.com/.well-known/openid-configuration",
        "callback_url": "https://bedrock-agentcore.example/callback",
    }
    expected = {
        "vendor": "CustomOauth2",
        "client_authentication": "PRIVATE_KEY_JWT",
        "grant_type": "TOKEN_EXCHANGE",
        "actor_token": "M2M",
        "issuer": "https://id.example.com",
        "signing_key": KMS,
    }
    assert expected.items() <= inventory.secrets[own].attributes.items()
    # Nothing is kept for it that could grow old.
    assert inventory.secrets[own].attributes["source"] == "none"
    assert (inventory.secrets[own].created_at, inventory.secrets[own].rotated_at) == (None, None)
    assert inventory.secrets[github].created_at == ago(200)
    assert not inventory.gaps


def test_keys_by_which_agents_pay(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    id = agents.payment("wallet", updated=ago(2))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    secret = inventory.secrets[id]
    assert (secret.kind, secret.attributes["vendor"]) == ("agentcore-payment-provider", "CoinbaseCDP")
    assert (secret.attributes["source"], secret.rotated_at, secret.encrypted) == ("MANAGED, EXTERNAL", None, None)
    assert stores(inventory, id) == [
        agents.secret("bedrock-agentcore-identity!default/payment/wallet/key"),
        agents.secret("wallets/wallet"),
    ]
    reasons = [link.reason for link in inventory.links_from(id) if link.kind == "stored_in"]
    assert reasons[1].startswith("credential provider wallet keeps its wallet secret in ")


def test_more_than_a_page_of_each(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    for number in range(101):
        agents.workload_identity(f"agent{number}")
        agents.api_key(f"key{number}")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert (len(inventory.identities), len(inventory.secrets)) == (101, 101)
    assert aws.calls.count(CONTROL, "ListWorkloadIdentities") == 6  # AWS gives twenty a page
    assert aws.calls.count(CONTROL, "ListApiKeyCredentialProviders") == 2


def test_an_empty_region_costs_one_call_a_root(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.identities
    assert not inventory.secrets
    assert not inventory.resources
    assert not inventory.gaps
    assert sorted(name.partition(":")[2] for name in aws.calls.names() if name.startswith(CONTROL)) == [
        "ListApiKeyCredentialProviders",
        "ListOauth2CredentialProviders",
        "ListPaymentCredentialProviders",
        "ListWorkloadIdentities",
    ]
    assert aws.calls.count(CONTROL) == 4


def test_refused_lists_hide_identities_and_secrets(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    agents.workload_identity("support")
    agents.api_key("key")
    for operation in ("ListWorkloadIdentities", "ListApiKeyCredentialProviders"):
        aws.faults.deny(CONTROL, operation)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {(gap.permission, gap.blinds) for gap in inventory.gaps} == {
        ("bedrock-agentcore:ListWorkloadIdentities", ("agents", "workloads")),
        ("bedrock-agentcore:ListApiKeyCredentialProviders", ("secrets",)),
    }


def test_refused_details_leave_the_rest_standing(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    identity, key = agents.workload_identity("support"), agents.api_key("key", created=ago(9), updated=ago(1))
    aws.faults.deny(CONTROL, "GetWorkloadIdentity")
    aws.faults.deny(CONTROL, "GetApiKeyCredentialProvider")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.identities[identity].created_at is None
    secret = inventory.secrets[key]
    # Whose the value is to keep is not known, so neither is when it was changed.
    assert (secret.created_at, secret.rotated_at) == (None, None)
    assert "source" not in secret.attributes
    subjects = {gap.operation: gap.subjects for gap in inventory.gaps}
    assert subjects == {IDENTITY.name: (identity,), API_KEY.reading.name: (key,)}


def test_nothing_that_hands_out_a_secret_is_called(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    agents.workload_identity("support")
    agents.api_key("key")
    agents.oauth2("client")
    agents.payment("wallet")
    collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {call.service for call in aws.calls} == {CONTROL}


def test_a_value_that_should_not_be_there_is_dropped() -> None:
    declared = {field for family in (API_KEY, OAUTH2, PAYMENT) for field in family.reading.drop}
    assert {"apiKey", "clientSecret", "walletSecret", "appSecret", "authorizationPrivateKey"} <= declared


def test_damaged_answers_are_told() -> None:
    arn = f"{HERE}:workload-identity-directory/default/workload-identity/a"
    provider = f"arn:aws:acps:{REGION}:{ACCOUNT}:token-vault/default/apikeycredentialprovider/a"
    inventory = parse(
        REGION_SHARD,
        [
            answer(IDENTITIES, {"workloadIdentities": [7, {"name": "a", "workloadIdentityArn": arn}]}),
            answer(IDENTITY, {"createdTime": [], "allowedResourceOauth2ReturnUrls": [{}]}, name="a"),
            answer(API_KEY.listing, {"credentialProviders": ["x", {"name": "a", "credentialProviderArn": provider}]}),
            answer(API_KEY.reading, {"apiKeySecretArn": "arn:aws:secretsmanager"}, name="a"),
            answer(OAUTH2.listing, {"credentialProviders": [{"name": "o", "credentialProviderArn": "made up"}]}),
            answer(OAUTH2.reading, {"oauth2ProviderConfigOutput": {"a": 7, "b": {"oauthDiscovery": 7}}}, name="o"),
            answer(PAYMENT.listing, {"credentialProviders": {}}),
            answer(VAULT, {"tokenVaultId": 7}),
        ],
    )
    assert list(inventory.identities) == [arn]
    assert list(inventory.secrets) == [f"{VAULT_ID}/apikeycredentialprovider/a", "made up"]
    assert not inventory.resources
    assert {gap.operation for gap in inventory.gaps} == {
        IDENTITIES.name,
        IDENTITY.name,
        API_KEY.listing.name,
        PAYMENT.listing.name,
    }


def test_a_refused_vault_is_the_cores_to_tell() -> None:
    assert not parse(REGION_SHARD, [refused(VAULT)]).resources


@pytest.mark.parametrize("service", ["acps", "bedrock-agentcore"])
@pytest.mark.parametrize("family", ["apikey", "oauth2", "payment"])
def test_one_provider_has_one_id(service: str, family: str) -> None:
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:token-vault/default/{family}credentialprovider/x"
    assert provider_id(arn) == f"{VAULT_ID}/{family}credentialprovider/x"
    assert vault_of(provider_id(arn)) == VAULT_ID


@pytest.mark.parametrize(
    "value", ["", None, 7, "x", f"{VAULT_ID}/mykind/x", f"{VAULT_ID}/apikeycredentialprovider/x\n"]
)
def test_what_is_no_provider_has_no_id(value: Any) -> None:
    assert provider_id(value) == ""


def test_the_identity_of_a_runtime() -> None:
    directory = f"{HERE}:workload-identity-directory/default/workload-identity"
    assert identity_of_runtime(f"{HERE}:runtime/a_b-abcdefghij") == f"{directory}/a_b-abcdefghij"
    assert identity_of_runtime(f"{HERE}:gateway/a-abcdefghij") == ""
    assert identity_of_runtime(None) == ""
