"""Bedrock's inference profiles, throughput, marketplace endpoints and guardrails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.bedrock_agents import only, page


@dataclass
class BedrockModels:
    """State of an account in a region, each record as the API shows it."""

    profiles: list[dict[str, Any]] = field(default_factory=list)
    throughputs: list[dict[str, Any]] = field(default_factory=list)
    endpoints: list[dict[str, Any]] = field(default_factory=list)
    guardrails: list[dict[str, Any]] = field(default_factory=list)
    enforced: list[dict[str, Any]] = field(default_factory=list)
    policies: dict[str, str] = field(default_factory=dict)
    """Policies by the ARN of the guardrail."""
    most: int = 1000
    """Entries of a page, where the caller asks for no fewer."""


@answers("bedrock", "ListInferenceProfiles")
def _profiles(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockModels)
    # Whoever asks for no type gets those that AWS defined, and no others.
    wanted = params.get("typeEquals") or "SYSTEM_DEFINED"
    found = [profile for profile in state.profiles if profile["type"] == wanted]
    return page("inferenceProfileSummaries", found, params, state.most)


@answers("bedrock", "ListProvisionedModelThroughputs")
def _throughputs(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockModels)
    return page("provisionedModelSummaries", state.throughputs, params, state.most)


@answers("bedrock", "ListMarketplaceModelEndpoints")
def _endpoints(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockModels)
    names = ("endpointArn", "modelSourceIdentifier", "status", "createdAt", "updatedAt")
    found = [only(endpoint, names) for endpoint in state.endpoints]
    return page("marketplaceModelEndpoints", found, params, state.most)


@answers("bedrock", "GetMarketplaceModelEndpoint")
def _endpoint(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for endpoint in context.regional(BedrockModels).endpoints:
        if endpoint["endpointArn"] == params["endpointArn"]:
            return {"marketplaceModelEndpoint": endpoint}
    raise ServiceError("ResourceNotFoundException", "The endpoint could not be found.", 404)


@answers("bedrock", "ListGuardrails")
def _guardrails(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockModels)
    return page("guardrails", state.guardrails, params, state.most)


@answers("bedrock", "ListEnforcedGuardrailsConfiguration")
def _enforced(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockModels)
    return page("guardrailsConfig", state.enforced, params, state.most)


@answers("bedrock", "GetResourcePolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    policies = context.regional(BedrockModels).policies
    if params["resourceArn"] not in policies:
        raise ServiceError("ResourceNotFoundException", "The resource policy could not be found.", 404)
    return {"resourcePolicy": policies[params["resourceArn"]]}
