"""URLs that agents and gateways call, and cards name: only their scheme and host are kept.

Whoever sets a tool up chooses its URL, so it may hold a user name, a key, or what looks like another host. What is no
plain web address has no origin.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote

from nhiscan.model import Resource
from nhiscan_connectors.aws.regional import Reading

_URL = re.compile(
    r"(https?|wss?)://(?:[^/?#\\\s]{0,1024}@)?"
    r"([a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,15}|\[[0-9a-f:.]{2,45}\])(?::(\d{1,5}))?(?=[/?#]|\Z)",
    re.IGNORECASE | re.ASCII,
)
_PORTS: Final = {"https": "443", "wss": "443", "http": "80", "ws": "80"}
_INVOKED = re.compile(
    r"https://bedrock-agentcore(?:-fips)?\.[a-z0-9-]{1,30}\.amazonaws\.com(?:\.cn)?/runtimes/([^/?#\s]{1,600})",
    re.ASCII,
)
_RUNTIME = re.compile(
    r"(arn:aws[a-z-]{0,12}:bedrock-agentcore:[a-z0-9-]{1,30}:\d{12}:runtime/[\w-]{1,100})(?:/runtime-endpoint/.{1,100})?",
    re.ASCII,
)

LLM_HOSTS: Final = {
    "api.anthropic.com": "anthropic",
    "api.cohere.com": "cohere",
    "api.deepseek.com": "deepseek",
    "api.groq.com": "groq",
    "api.mistral.ai": "mistral",
    "api.openai.com": "openai",
    "api.together.xyz": "together",
    "api.x.ai": "xai",
    "generativelanguage.googleapis.com": "google",
    "openrouter.ai": "openrouter",
}
"""LLM providers by the host of their API. Only whole names count: anybody can own a host with "openai" in it."""


_LLM_DOMAINS: Final = {
    ".openai.azure.com": "azure-openai",
    ".services.ai.azure.com": "azure-openai",
    "-aiplatform.googleapis.com": "google",
}
"""Ends of hosts that an LLM provider makes for each customer or region."""
_BEDROCK = re.compile(
    r"bedrock-(?:runtime|mantle)(?:-fips)?\.[a-z0-9-]{1,30}\.(?:amazonaws\.com(?:\.cn)?|api\.aws)", re.ASCII
)


def llm_of(address: str) -> str:
    """The LLM provider whose API stands behind an origin, as detectors name it; empty for any other host."""
    host = host_of(address)
    if _BEDROCK.fullmatch(host):
        return "bedrock"
    return LLM_HOSTS.get(host) or next((name for end, name in _LLM_DOMAINS.items() if host.endswith(end)), "")


def origin(url: object) -> str:
    """Scheme, host and port of a web address, in lower case: "https://mcp.example.com"; empty for anything else."""
    match = _URL.match(url) if isinstance(url, str) else None
    if match is None:
        return ""
    scheme, host, port = match[1].lower(), match[2].lower(), match[3] or ""
    return f"{scheme}://{host}" + (f":{port}" if port and port != _PORTS[scheme] else "")


def host_of(address: str) -> str:
    """Host of an origin, without its port."""
    name = address.partition("://")[2]
    return name.partition("]")[0] + "]" if name.startswith("[") else name.partition(":")[0]


def runtime_arn(value: object) -> str:
    """ARN of the agent runtime that an ARN, of it or of an endpoint of it, or an invocation URL names; else empty."""
    if not isinstance(value, str):
        return ""
    if invoked := _INVOKED.match(value):
        value = unquote(invoked[1])
    match = _RUNTIME.fullmatch(value)
    return match[1] if match else ""


def endpoint(reading: Reading, address: str, kind: str) -> Resource:
    """The host behind an origin. Its id is the origin, so that all who call one host meet there.

    `kind`: "mcp-endpoint", "api-endpoint" or "llm-endpoint".
    """
    return Resource(
        id=address,
        provider="aws",
        kind=kind,
        name=host_of(address),
        scope=reading.scope,
        region=reading.region,
        node="model" if kind == "llm-endpoint" else "tool",
        attributes={"scheme": address.partition("://")[0]},
    )
