"""Conditional Access for workload identities: which policies bind service principals and agents, and which are spared.

Calls: one list.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource
from nhiscan_connectors.azure.api import graph
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import listed, shown
from nhiscan_connectors.azure.ids import is_guid, service_principal_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, table, text
from nhiscan_connectors.common.times import moment

POLICIES = graph(
    "identity.conditionalAccess.policies.list",
    "/identity/conditionalAccess/policies",
    permission="Policy.Read.All",
    purpose="reads which policies of Conditional Access bind workload identities and agents",
    hides="which workload identities Conditional Access binds",
    select=("id", "displayName", "state", "conditions", "grantControls", "createdDateTime"),
    headers=(("Prefer", "include-unknown-enum-members"),),
    top=0,
    optional=True,
)
_INCLUDED: Final = ("includeServicePrincipals", "includeAgentIdServicePrincipals")
_EXCLUDED: Final = ("excludeServicePrincipals", "excludeAgentIdServicePrincipals")
_WORDS: Final = {
    "serviceprincipalsinmytenant": "all service principals of the tenant's own applications",
    "all": "all agents",
}
_SHOWN: Final = 20


def collect(calls: Calls) -> None:
    """All policies."""
    calls.ask(POLICIES)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One resource a policy that speaks of workload identities, and a link from each that it names and binds."""
    fields = Fields(shard, answers)
    for policy in fields.items(POLICIES, "value", "id"):
        clients = table(table(policy.get("conditions")).get("clientApplications"))
        included, excluded = _named(clients, _INCLUDED), _named(clients, _EXCLUDED)
        filtered = table(clients.get("servicePrincipalFilter"))
        if included or filtered:
            yield _resource(shard, policy, included, excluded, text(filtered.get("rule")))
            if text(policy.get("state")) == "enabled":
                yield from _links(policy, included - excluded)
    yield from fields.gaps()


def _named(clients: dict[str, Any], keys: tuple[str, ...]) -> set[str]:
    return {
        text(item).lower()
        for key in keys
        for item in listed(clients.get(key))
        if text(item) and text(item).lower() != "none"
    }


def _resource(shard: Shard, policy: dict[str, Any], included: set[str], excluded: set[str], rule: str) -> Resource:
    controls = table(policy.get("grantControls")).get("builtInControls")
    attributes = {
        "state": text(policy.get("state")),
        "covers": ", ".join(_WORDS[name] for name in sorted(included & set(_WORDS))),
        "filter": rule[:500],
        "controls": ", ".join(text(item) for item in listed(controls) if text(item)),
        "spares": ", ".join(service_principal_id(name) for name in sorted(excluded)[:_SHOWN] if is_guid(name)),
    }
    return Resource(
        id=_id(policy),
        provider="azure",
        kind="conditional-access-policy",
        name=text(policy.get("displayName")) or policy["id"],
        scope=shard.scope,
        created_at=moment(policy.get("createdDateTime")),
        attributes={key: value for key, value in attributes.items() if value},
    )


def _links(policy: dict[str, Any], bound: set[str]) -> Iterator[Link]:
    name = shown(policy.get("displayName"), policy["id"])
    for principal in sorted(bound):
        if is_guid(principal):
            reason = f"Conditional Access policy {name} binds it"
            yield Link(source=service_principal_id(principal), target=_id(policy), kind="governed_by", reason=reason)


def _id(policy: dict[str, Any]) -> str:
    return f"/identity/conditionalAccess/policies/{policy['id'].lower()}"


SERVICE = Service(name="conditional-access", part="tenant", operations=(POLICIES,), collect=collect, parse=parse)
