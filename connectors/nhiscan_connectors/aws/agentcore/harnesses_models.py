"""The model that a harness thinks with: which one, whose, and whose key pays for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.detectors import llm_name
from nhiscan.llm import llm_title
from nhiscan.model import Link, llm_provider
from nhiscan_connectors.aws.agentcore.endpoints import LLM_HOSTS, host_of, origin
from nhiscan_connectors.aws.agentcore.identity_ids import provider_id
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.common.fields import table, text

_OTHERS = "llm"
"""The provider of a model whose endpoint says only that it speaks a known protocol."""
_DOMAINS = {
    ".openai.azure.com": "azure-openai",
    ".services.ai.azure.com": "azure-openai",
    "-aiplatform.googleapis.com": "google",
}
"""Ends of hosts that belong to an LLM provider, which makes one for each customer or region."""


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """What a harness is set up with."""

    id: str = ""
    """As the provider names it."""
    provider: str = ""
    """LLM provider, named as detectors name it; empty when not known."""
    source: str = ""
    """Attribute model_source: bedrock, openai, gemini, litellm."""
    key: str = ""
    """Id of the credential provider that holds the key."""
    endpoint: str = ""
    """Scheme and host of an endpoint of its own."""


def model_of(settings: object) -> Model:
    """The model of `model` in a harness's answer."""
    models = table(settings)
    for field, source in (
        ("bedrockModelConfig", "bedrock"),
        ("openAiModelConfig", "openai"),
        ("geminiModelConfig", "gemini"),
        ("liteLlmModelConfig", "litellm"),
    ):
        chosen = table(models.get(field))
        if chosen:
            return _model(chosen, source)
    return Model()


def links_of(model: Model, profiles: Profiles, harness: str, name: str) -> Iterator[Link]:
    """The model that it uses, the key that it reads, and the provider that the key opens."""
    if model.source == "bedrock":
        yield from profiles.uses(harness, f"harness {name}", model.id)
    elif model.provider:
        reason = f"harness {name} is set up with model {model.id} of {model.provider}"
        yield Link(source=harness, target=llm_provider(model.provider), kind="uses_model", reason=reason)
    if model.key:
        holder = model.key.rpartition("/")[2]
        reason = f"harness {name} pays for its model with the key in credential provider {holder}"
        yield Link(source=harness, target=model.key, kind="reads_secret", reason=reason)
        if model.provider:
            opens = llm_provider(model.provider)
            reason = (
                f"harness {name} is set up with a key of {llm_title(model.provider)}, in credential provider {holder}"
            )
            yield Link(source=harness, target=opens, kind="holds_key_of", reason=reason)
            reason = f"harness {name} opens {llm_title(model.provider)} with the key in credential provider {holder}"
            yield Link(source=model.key, target=opens, kind="holds_key_of", reason=reason)


def _model(chosen: dict[str, Any], source: str) -> Model:
    id, endpoint = text(chosen.get("modelId")), origin(chosen.get("apiBase"))
    match source:
        case "bedrock":
            provider = "bedrock"
        case "gemini":
            provider = "google"
        case "openai":
            provider = _by_host(endpoint) if endpoint else "openai"
        case _:
            provider = _by_prefix(id) or (_by_host(endpoint) if endpoint else _OTHERS)
    return Model(id=id, provider=provider, source=source, key=provider_id(chosen.get("apiKeyArn")), endpoint=endpoint)


def _by_prefix(id: str) -> str:
    """LiteLLM writes the provider before the model: "groq/llama-3"; models of a few stand alone."""
    prefix, slash, _ = id.partition("/")
    if not slash:
        return llm_name(id) or ("openai" if id.startswith(("gpt-", "chatgpt-", "o1", "o3", "o4")) else "")
    return "azure-openai" if prefix in ("azure", "azure_ai") else llm_name(f"{prefix}_api_key")


def _by_host(endpoint: str) -> str:
    host = host_of(endpoint)
    named = (provider for end, provider in _DOMAINS.items() if host.endswith(end))
    return LLM_HOSTS.get(host) or next(named, _OTHERS)
