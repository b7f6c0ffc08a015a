"""Agents of Entra Agent ID: their identities, the blueprints that they are made from, and who sponsors them.

A blueprint holds the credentials, and acts with them for each agent that was made from it.

Calls: one a 999 of each of three lists, one $batch a 20 agents and blueprints for their sponsors, and two a 20 agents
for the permissions that they inherit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.directory.known import Known, shown
from nhiscan_connectors.azure.directory.operations import (
    AGENT_IDENTITIES,
    BLUEPRINT_PRINCIPALS,
    BLUEPRINTS,
    INHERITED_GRANTS,
    INHERITED_ROLES,
    SPONSORS_OF_AGENT,
    SPONSORS_OF_BLUEPRINT,
    SPONSORS_OF_BLUEPRINT_PRINCIPAL,
)
from nhiscan_connectors.azure.directory.refusals import refusals
from nhiscan_connectors.azure.ids import application_id, service_principal_id
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import Fields, text


def collect(calls: Calls) -> None:
    """Three lists, the sponsors of what stands in them, and what agents inherit."""
    for operation, sponsors, param in (
        (AGENT_IDENTITIES, SPONSORS_OF_AGENT, "principal"),
        (BLUEPRINTS, SPONSORS_OF_BLUEPRINT, "application"),
        (BLUEPRINT_PRINCIPALS, SPONSORS_OF_BLUEPRINT_PRINCIPAL, "principal"),
    ):
        found = [item for item in calls.items(operation) if isinstance(item, dict) and text(item.get("id"))]
        calls.batch(sponsors, [{param: item["id"]} for item in found])
        if operation is AGENT_IDENTITIES:
            for inherited in (INHERITED_ROLES, INHERITED_GRANTS):
                calls.batch(inherited, [{param: item["id"]} for item in found])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Which blueprint each agent belongs to. Identities are told by other services, sponsors with the owners."""
    fields = Fields(shard, answers)
    known = Known(answers)
    for agent in fields.items(AGENT_IDENTITIES, "value", "id"):
        yield from _part_of(known, agent)
    for operation in (BLUEPRINTS, BLUEPRINT_PRINCIPALS):
        for _ in fields.items(operation, "value", "id"):
            pass  # only its damage is told here
    for operation in (INHERITED_ROLES, INHERITED_GRANTS):
        yield from refusals(shard, answers, operation, service_principal_id)
    yield from fields.gaps()


def _part_of(known: Known, agent: dict[str, Any]) -> Iterator[Link]:
    client = text(agent.get("agentIdentityBlueprintId"))
    application = known.application_of(client)
    target = known.principal_of(client) or (application_id(application["id"]) if application else "")
    if target:
        name = shown(agent.get("displayName"), agent["id"])
        reason = f"agent {name} is made from this blueprint, whose credentials act for it"
        yield Link(source=service_principal_id(agent["id"]), target=target, kind="part_of", reason=reason)


SERVICE = Service(
    name="agent-identities",
    part="tenant",
    operations=(
        AGENT_IDENTITIES,
        BLUEPRINTS,
        BLUEPRINT_PRINCIPALS,
        SPONSORS_OF_AGENT,
        SPONSORS_OF_BLUEPRINT,
        SPONSORS_OF_BLUEPRINT_PRINCIPAL,
        INHERITED_ROLES,
        INHERITED_GRANTS,
    ),
    collect=collect,
    parse=parse,
)
