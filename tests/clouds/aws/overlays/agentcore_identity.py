"""AgentCore Identity: workload identities, credential providers and the token vault, which moto has not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.agentcore_runtimes import one, page
from tests.clouds.aws.seed import ago

_LISTED: tuple[str, ...] = (
    "name",
    "credentialProviderArn",
    "credentialProviderVendor",
    "createdTime",
    "lastUpdatedTime",
)


@dataclass
class AgentIdentity:
    """State of an account in a region, each record as the API shows it in full."""

    identities: list[dict[str, Any]] = field(default_factory=list)
    api_keys: list[dict[str, Any]] = field(default_factory=list)
    oauth2: list[dict[str, Any]] = field(default_factory=list)
    payments: list[dict[str, Any]] = field(default_factory=list)
    kms: dict[str, Any] = field(default_factory=lambda: {"keyType": "ServiceManagedKey"})
    """How the token vault is encrypted."""


def _listed(items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    shown = [{key: item[key] for key in _LISTED if key in item} for item in items]
    return page("credentialProviders", shown, params)


@answers("bedrock-agentcore-control", "ListWorkloadIdentities")
def _identities(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(AgentIdentity)
    shown = [{key: item[key] for key in ("name", "workloadIdentityArn")} for item in state.identities]
    return page("workloadIdentities", shown, params)


@answers("bedrock-agentcore-control", "GetWorkloadIdentity")
def _identity(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return one(context.regional(AgentIdentity).identities, "name", params["name"])


@answers("bedrock-agentcore-control", "ListApiKeyCredentialProviders")
def _api_keys(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _listed(context.regional(AgentIdentity).api_keys, params)


@answers("bedrock-agentcore-control", "GetApiKeyCredentialProvider")
def _api_key(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return one(context.regional(AgentIdentity).api_keys, "name", params["name"])


@answers("bedrock-agentcore-control", "ListOauth2CredentialProviders")
def _oauth2s(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _listed(context.regional(AgentIdentity).oauth2, params)


@answers("bedrock-agentcore-control", "GetOauth2CredentialProvider")
def _oauth2(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return one(context.regional(AgentIdentity).oauth2, "name", params["name"])


@answers("bedrock-agentcore-control", "ListPaymentCredentialProviders")
def _payments(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _listed(context.regional(AgentIdentity).payments, params)


@answers("bedrock-agentcore-control", "GetPaymentCredentialProvider")
def _payment(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return one(context.regional(AgentIdentity).payments, "name", params["name"])


@answers("bedrock-agentcore-control", "GetTokenVault")
def _vault(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(AgentIdentity)
    id = params.get("tokenVaultId") or "default"
    return {"tokenVaultId": id, "kmsConfiguration": state.kms, "lastModifiedDate": ago(60)}
