"""Build: the identity graph that an inventory amounts to."""

from __future__ import annotations

from nhiscan.graph import Edge, IdentityGraph, NodeType
from nhiscan.inventory import Inventory
from nhiscan.llm import llm_title
from nhiscan.model import EVERYONE, Trust, llm_provider

ANY_OF = "any-of:"
"""Beginning of the names of hubs: nodes that stand for each of many targets, so that edges stay linear."""

_LLM = llm_provider("")

_TRUST_NODES: dict[str, NodeType] = {
    "everyone": "everyone",
    "service": "service",
    "account": "scope",
}


def build(inventory: Inventory) -> IdentityGraph:
    """The graph of all records. Cost grows linearly with them."""
    graph = IdentityGraph()
    _add_nodes(graph, inventory)
    _add_holdings(graph, inventory)
    _add_trusts(graph, inventory)
    _add_powers(graph, inventory)
    return graph


def _add_nodes(graph: IdentityGraph, inventory: Inventory) -> None:
    for identity in inventory.identities.values():
        graph.add_node(identity.id, "identity", identity.name, identity.provider)
    for group in inventory.groups.values():
        graph.add_node(group.id, "group", group.name, group.provider)
    for workload in inventory.workloads.values():
        graph.add_node(workload.id, "workload", workload.name, workload.provider)
    for secret in inventory.secrets.values():
        graph.add_node(secret.id, "secret", secret.name, secret.provider)
    for resource in inventory.resources.values():
        graph.add_node(resource.id, resource.node, resource.name, resource.provider)
    for provider in inventory.federation_providers.values():
        graph.add_node(provider.id, "federation_provider", provider.name, provider.provider)
    for scope in inventory.scopes.values():
        graph.add_node(scope.id, "scope", scope.name, scope.provider)
    for credential in inventory.credentials.values():
        graph.add_node(credential.id, "credential", credential.name or credential.id, credential.provider)


def _add_holdings(graph: IdentityGraph, inventory: Inventory) -> None:
    name = graph.name_of
    for credential in inventory.credentials.values():
        reason = f"{name(credential.holder)} is authenticated by {credential.kind} {credential.name or credential.id}"
        graph.add_edge(Edge(source=credential.holder, target=credential.id, kind="has_credential", reason=reason))
    for membership in inventory.memberships:
        reason = f"{name(membership.member)} is a member of {name(membership.group)}"
        graph.add_edge(Edge(source=membership.member, target=membership.group, kind="member_of", reason=reason))
    for run in inventory.runs_as:
        how = f" ({run.detail})" if run.detail else ""
        if run.by_platform:
            reason = f"the platform uses {name(run.identity)} for {name(run.workload)}{how}"
            graph.add_edge(Edge(source=run.workload, target=run.identity, kind="served_by", reason=reason))
        else:
            reason = f"{name(run.workload)} runs as {name(run.identity)}{how}"
            graph.add_edge(Edge(source=run.workload, target=run.identity, kind="runs_as", reason=reason))
    for ownership in inventory.ownerships:
        owner = f"owner:{ownership.owner}"
        graph.add_node(owner, "owner", ownership.owner)
        reason = f"{name(ownership.subject)} is answered for by {ownership.owner} ({ownership.source})"
        graph.add_edge(Edge(source=ownership.subject, target=owner, kind="owned_by", reason=reason))
    for assignment in inventory.assignments:
        how = "may activate" if assignment.eligible else "is assigned"
        reason = f"{name(assignment.principal)} {how} {name(assignment.role)} in {name(assignment.scope)}"
        graph.add_edge(Edge(source=assignment.principal, target=assignment.role, kind="assigned", reason=reason))
    for link in inventory.links:
        _name_provider(graph, link.target)
        for end in (link.source, link.target):
            if end.startswith(ANY_OF):
                graph.add_node(end, "group", end.removeprefix(ANY_OF))
        graph.add_edge(Edge(source=link.source, target=link.target, kind=link.kind, reason=link.reason))
    for sighting in inventory.sightings:
        secret = f"sighting:{sighting.fingerprint}"
        graph.add_node(secret, "secret", f"{sighting.detector} …{sighting.last4}", sighting.ai_provider)
        reason = f"a secret value ({sighting.detector}) stands in {sighting.where} of {name(sighting.subject)}"
        graph.add_edge(Edge(source=sighting.subject, target=secret, kind="exposes", reason=reason))
        if sighting.ai_provider:
            provider = llm_provider(sighting.ai_provider)
            _name_provider(graph, provider)
            reason = (
                f"the value opens {llm_title(sighting.ai_provider)}, by its form or by the name that it stood under"
            )
            graph.add_edge(Edge(source=secret, target=provider, kind="holds_key_of", reason=reason))


def _name_provider(graph: IdentityGraph, id: str) -> None:
    """An LLM provider is nobody's record: it becomes a node by being spoken of."""
    if id.startswith(_LLM):
        graph.add_node(id, "model", id.removeprefix(_LLM), id.removeprefix(_LLM))


def _add_trusts(graph: IdentityGraph, inventory: Inventory) -> None:
    for trust in inventory.trusts:
        type_: NodeType = _TRUST_NODES.get(trust.kind, "outside_identity")
        graph.add_node(trust.principal, type_, _principal_name(trust))
        reason = f"{graph.name_of(trust.identity)} trusts {_principal_name(trust)}"
        if trust.statement:
            reason += f" ({trust.statement})"
        graph.add_edge(
            Edge(
                source=trust.principal,
                target=trust.identity,
                kind="trusted_by",
                reason=reason,
                conditions=tuple(guard.key for guard in trust.guards),
            )
        )


def _principal_name(trust: Trust) -> str:
    return "everyone" if trust.principal == EVERYONE else trust.principal


def _add_powers(graph: IdentityGraph, inventory: Inventory) -> None:
    for become in inventory.becomes:
        if become.target.startswith("administrator:"):
            scope = become.target.removeprefix("administrator:")
            graph.add_node(become.target, "administration", f"administration of {graph.name_of(scope)}")
        for end in (become.identity, become.target):
            if end.startswith(ANY_OF):
                graph.add_node(end, "group", end.removeprefix(ANY_OF))
        graph.add_edge(
            Edge(
                source=become.identity,
                target=become.target,
                kind="can_become",
                reason=become.reason or f"{become.identity} can become {become.target} by {become.method}",
                answer=become.answer,
                conditions=become.conditions,
                fix=become.fix,
            )
        )
