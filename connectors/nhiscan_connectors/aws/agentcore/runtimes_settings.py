"""Settings that agent runtimes, harnesses and payment managers have in common: who may call them, and where they run.

The platform authorises every call. Without an authorizer of its own a runtime takes calls that are signed with IAM
credentials (SigV4), with one it takes tokens of the issuer that is named; there is no setting that lets everybody in
(AgentCore developer guide, "Authenticate and authorize with Inbound Auth and Outbound Auth"). So `public` is False
where the setting was read, whatever the network mode: that one is about the way out of the microVM, not the way in.
"""

from __future__ import annotations

from typing import Any

import msgspec

from nhiscan.connector import Operation
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.common.fields import table, text

NO_LIMITS = "none"
"""In `token_limits`: any token of the issuer is taken, whoever and whatever it was made for."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """Who may call."""

    public: bool | None
    """False: authorisation is asked for; None: a kind of authorisation that nhiscan does not know."""
    facts: dict[str, str]
    """Attributes of the record: authorizer, discovery_url, allowed_audiences, allowed_clients, allowed_scopes,
    custom_claims, allowed_workloads, token_limits."""


def inbound(reading: Reading, operation: Operation, detail: dict[str, Any], subject: str) -> Inbound:
    """Who may call, by `authorizerConfiguration` of an answer about `subject`."""
    configuration = detail.get("authorizerConfiguration")
    if configuration is None or configuration == {}:
        return Inbound(public=False, facts={"authorizer": "AWS_IAM"})
    jwt = table(table(configuration).get("customJWTAuthorizer"))
    if not jwt:
        return Inbound(public=None, facts={"authorizer": "unknown"})

    def texts(body: dict[str, Any], key: str) -> str:
        return ", ".join(reading.texts(operation, body, key, subject))

    claims = reading.within(operation, jwt, "customClaims", "inboundTokenClaimName", subject=subject)
    workloads = table(jwt.get("allowedWorkloadConfiguration"))
    hosts = [
        text(host.get("arn")) for host in reading.within(operation, workloads, "hostingEnvironments", subject=subject)
    ]
    limits = {
        "allowed_audiences": texts(jwt, "allowedAudience"),
        "allowed_clients": texts(jwt, "allowedClients"),
        "allowed_scopes": texts(jwt, "allowedScopes"),
        "custom_claims": ", ".join(claim["inboundTokenClaimName"] for claim in claims),
        "allowed_workloads": ", ".join(filter(None, (texts(workloads, "workloadIdentities"), *hosts))),
    }
    facts = {
        "authorizer": "CUSTOM_JWT",
        "discovery_url": text(jwt.get("discoveryUrl")),
        **limits,
        "token_limits": ", ".join(name for name, value in limits.items() if value) or NO_LIMITS,
    }
    return Inbound(public=False, facts=facts)


def network(configuration: object) -> dict[str, str]:
    """Attributes for the way out: network ("PUBLIC" or "VPC"), security_groups, subnets.

    Where variables are redacted the mode itself may be hidden; then the settings of a VPC, which AWS gives with that
    mode alone, tell the two apart.
    """
    settings = table(configuration)
    vpc = table(settings.get("networkModeConfig"))
    mode = text(settings.get("networkMode"))
    if mode not in ("PUBLIC", "VPC"):
        mode = "VPC" if vpc else "PUBLIC" if mode else ""
    return {
        "network": mode,
        "security_groups": _joined(vpc.get("securityGroups"), "sg-"),
        "subnets": _joined(vpc.get("subnets"), "subnet-"),
    }


def lifecycle(configuration: object) -> dict[str, str]:
    """Attributes for how long a session lives: idle_timeout_seconds, max_lifetime_seconds."""
    settings = table(configuration)
    return {
        "idle_timeout_seconds": number(settings.get("idleRuntimeSessionTimeout")),
        "max_lifetime_seconds": number(settings.get("maxLifetime")),
    }


def stated(facts: dict[str, str]) -> dict[str, str]:
    """The attributes that have a value."""
    return {key: value for key, value in facts.items() if value}


def number(value: object) -> str:
    """A whole number as text; empty for anything else."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def flag(value: object) -> str:
    """ "true" or "false"; empty for anything else."""
    return str(value).lower() if isinstance(value, bool) else ""


def _joined(value: object, prefix: str) -> str:
    """Ids of a list, without what redaction put in place of others."""
    items = value if isinstance(value, list) else []
    return ", ".join(item for item in items if isinstance(item, str) and item.startswith(prefix))
