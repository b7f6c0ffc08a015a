"""Policies that AgentCore resources carry themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers


@dataclass
class ResourcePolicies:
    """State of an account in a region: the document of each resource, as text, by ARN."""

    documents: dict[str, str] = field(default_factory=dict)


@answers("bedrock-agentcore-control", "GetResourcePolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    document = context.regional(ResourcePolicies).documents.get(params["resourceArn"])
    if document is None:
        raise ServiceError("ResourceNotFoundException", "No resource policy found.", 404)
    return {"policy": document}
