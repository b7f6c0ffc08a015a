"""Secrets Manager and Parameter Store with the fields that moto does not keep: last reads, rotation, who changed what.

Where nothing is seeded, moto answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class SecretStores:
    """State of an account in a region, each record as the API shows it."""

    secrets: list[dict[str, Any]] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)
    """Resource policies by the ARN of their secret."""
    parameters: list[dict[str, Any]] = field(default_factory=list)
    page: int = 100
    """Largest page; tests make it smaller than AWS's."""


@answers("secretsmanager", "ListSecrets")
def _secrets(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(SecretStores)
    if not state.secrets:
        return None
    shown = [one for one in state.secrets if params.get("IncludePlannedDeletion") or "DeletedDate" not in one]
    page, token = paged(shown, params.get("NextToken"), min(int(params.get("MaxResults") or 100), state.page))
    return {"SecretList": page, **({"NextToken": token} if token else {})}


@answers("secretsmanager", "GetResourcePolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(SecretStores)
    arn = params["SecretId"]
    name = next((one["Name"] for one in state.secrets if one["ARN"] == arn), None)
    if name is None:
        return None
    policy = state.policies.get(arn)
    return {"ARN": arn, "Name": name, **({"ResourcePolicy": policy} if policy is not None else {})}


@answers("ssm", "DescribeParameters")
def _parameters(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.regional(SecretStores)
    if not state.parameters:
        return None
    size = min(int(params.get("MaxResults") or 10), state.page, 50)
    page, token = paged(state.parameters, params.get("NextToken"), size)
    return {"Parameters": page, **({"NextToken": token} if token else {})}
