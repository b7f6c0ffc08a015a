"""Bedrock AgentCore Identity: what agents are, and the credentials that they may be given.

Workload identities are identities of agents by their very kind. Credential providers are secrets (their attributes:
see `agentcore.identity_providers`). The token vault is a resource with the attributes key_type (CustomerManagedKey,
ServiceManagedKey), kms_key and modified_at. Attributes of a workload identity: return_urls (where a user's consent may
lead back to), updated_at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Identity, Resource, Signal
from nhiscan_connectors.aws.agentcore.identity_providers import FAMILIES, ask_providers, providers
from nhiscan_connectors.aws.agentcore.runtimes_settings import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

IDENTITIES = call(
    "bedrock-agentcore-control:ListWorkloadIdentities",
    "lists the identities of agents",
    "which identities agents have",
    permission="bedrock-agentcore:ListWorkloadIdentities",
    blinds=("agents", "workloads"),
)
IDENTITY = call(
    "bedrock-agentcore-control:GetWorkloadIdentity",
    "reads when an agent's identity was made and where a user's consent may lead back to",
    "how old an agent's identity is",
    permission="bedrock-agentcore:GetWorkloadIdentity",
    blinds=(),
    about="name",
)
VAULT = call(
    "bedrock-agentcore-control:GetTokenVault",
    "reads which key encrypts the tokens and keys of agents",
    "which key encrypts the tokens and keys of agents",
    permission="bedrock-agentcore:GetTokenVault",
    blinds=("secrets",),
)


def collect(calls: Calls) -> None:
    """Four lists, for providers exist without identities and each kind apart; details and the vault where any is."""
    calls.each(lambda ask: ask(calls), (_ask_identities, _ask_providers))


def _ask_identities(calls: Calls) -> None:
    found = (item for item in calls.items(IDENTITIES, "workloadIdentities") if isinstance(item, dict))
    names = [name for item in found if (name := text(item.get("name")))]
    calls.each(lambda name: calls.page(IDENTITY, name=name), names)


def _ask_providers(calls: Calls) -> None:
    if ask_providers(calls):
        calls.page(VAULT)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One identity a workload identity, one secret a credential provider, and the vault."""
    reading = Reading(shard, answers)
    details = reading.details(IDENTITY, "name")
    for listed in reading.items(IDENTITIES, "workloadIdentities", "workloadIdentityArn", "name"):
        name, arn = listed["name"], listed["workloadIdentityArn"]
        yield from _identity(reading, name, arn, details.get(name, {}))
    for family in FAMILIES:
        yield from providers(reading, family)
        yield from reading.sightings(family.reading, named_on_the_way("credentialProviderArn"))
    for body in reading.bodies(VAULT):
        yield from _vault(reading, body)
    yield from reading.gaps()


def _identity(reading: Reading, name: str, arn: str, detail: dict[str, Any]) -> Iterator[AnyRecord]:
    updated = moment(detail.get("lastUpdatedTime"))
    facts = {
        "return_urls": ", ".join(reading.texts(IDENTITY, detail, "allowedResourceOauth2ReturnUrls", arn)),
        "updated_at": updated.isoformat().replace("+00:00", "Z") if updated else "",
    }
    yield Identity(
        id=arn,
        provider="aws",
        kind="agentcore-workload-identity",
        name=name,
        scope=reading.scope,
        created_at=moment(detail.get("createdTime")),
        attributes={"region": reading.region, **stated(facts)},
    )
    said = "is a workload identity of Bedrock AgentCore, which are for agents"
    yield Signal(subject=arn, name="agent-identity-object", detail=said, source=IDENTITIES.name)


def _vault(reading: Reading, body: dict[str, Any]) -> Iterator[AnyRecord]:
    id = text(body.get("tokenVaultId"))
    if not id:
        return
    key = table(body.get("kmsConfiguration"))
    modified = moment(body.get("lastModifiedDate"))
    facts = {
        "key_type": text(key.get("keyType")),
        "kms_key": text(key.get("kmsKeyArn")),
        "modified_at": modified.isoformat().replace("+00:00", "Z") if modified else "",
    }
    yield Resource(
        id=reading.arn("bedrock-agentcore", f"token-vault/{id}"),
        provider="aws",
        kind="agentcore-token-vault",
        name=id,
        scope=reading.scope,
        region=reading.region,
        attributes=stated(facts),
    )


SERVICE = Service(
    name="agentcore-identity",
    part="region",
    operations=(
        IDENTITIES,
        IDENTITY,
        VAULT,
        *(operation for family in FAMILIES for operation in (family.listing, family.reading)),
    ),
    collect=collect,
    parse=parse,
)
