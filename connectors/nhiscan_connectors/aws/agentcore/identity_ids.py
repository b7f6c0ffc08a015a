"""Ids of what AgentCore Identity keeps: credential providers, token vaults, workload identities."""

from __future__ import annotations

import re

from nhiscan_connectors.common.fields import text

# AWS writes one and the same provider under two services: "acps" where it lists providers, "bedrock-agentcore" where
# others refer to them and where IAM policies name them.
_PROVIDER = re.compile(
    r"arn:(aws[a-z-]{0,12}):(?:acps|bedrock-agentcore):([a-z0-9-]{1,64}):(\d{12})"
    r":(token-vault/[\w.-]{1,128}/(?:apikey|oauth2|payment)credentialprovider/[\w.-]{1,256})",
    re.ASCII,
)
_RUNTIME = re.compile(
    r"(arn:aws[a-z-]{0,12}:bedrock-agentcore:[a-z0-9-]{1,64}:\d{12}):runtime/([A-Za-z]\w{0,127}-[A-Za-z0-9]{1,32})",
    re.ASCII,
)
_DEFAULT = "workload-identity-directory/default/workload-identity"


def provider_id(value: object) -> str:
    """Id of the credential provider that an ARN means, as IAM policies name it; empty for anything else."""
    match = _PROVIDER.fullmatch(text(value))
    return f"arn:{match[1]}:bedrock-agentcore:{match[2]}:{match[3]}:{match[4]}" if match else ""


def vault_of(provider: str) -> str:
    """Id of the token vault that a credential provider lies in, by the provider's id."""
    base, _, rest = provider.partition(":token-vault/")
    return f"{base}:token-vault/{rest.partition('/')[0]}"


def identity_of_runtime(runtime: object) -> str:
    """Id of the workload identity that AgentCore makes with a runtime, by the ARN of the runtime; empty for others.

    The identity has the runtime's id for its name.
    """
    match = _RUNTIME.fullmatch(text(runtime))
    return f"{match[1]}:{_DEFAULT}/{match[2]}" if match else ""
