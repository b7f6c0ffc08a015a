"""Logic Apps of the consumption plan and their connections, and Automation accounts.

No calls beside the sweep of the subscription. Connections answer a GET without what they sign in with.

Attributes of a logic app: "state", "triggers" (types), "actions" (types), "trigger_auth" (signature, entra). One with
an action of the type Agent is an agent. Of a connection (a secret, or a resource where a managed identity signs in):
"api", "auth" (stored, managed-identity), "status". Of an automation account: "local_auth", "public_network".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.detectors import llm_name
from nhiscan.model import AnyRecord, Link, Resource, Secret
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row, shown
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import API_CONNECTIONS, AUTOMATION, LOGIC_APPS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

WORKFLOW = "microsoft.logic/workflows"
CONNECTION = "microsoft.web/connections"
ACCOUNT = "microsoft.automation/automationaccounts"
_DEEPEST = 12
_WEB = frozenset({"request", "httpwebhook", "apiconnectionwebhook"})


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Workflows, what they are connected to, and automation accounts."""
    reading = Reading(shard, answers)
    stored: dict[str, bool] = {}
    for row in reading.rows(CONNECTION):
        stored[row.id] = not _by_identity(row)
        yield _connection(reading, row)
    for row in reading.rows(WORKFLOW):
        yield from _workflow(reading, row, stored)
    for row in reading.rows(ACCOUNT):
        facts = {
            "local_auth": reading.local_auth(row),
            "public_network": text(row.properties.get("publicNetworkAccess")),
        }
        yield reading.workload(row, "azure-automation-account", attributes=facts)
        yield from reading.acts_as(row, f"automation account {row.name}")
    yield from reading.gaps()


def _workflow(reading: Reading, row: Row, stored: dict[str, bool]) -> Iterator[AnyRecord]:
    title = f"logic app {row.name}"
    definition = table(row.properties.get("definition"))
    triggers = {text(table(item).get("type")) for item in table(definition.get("triggers")).values()} - {""}
    actions = set(_actions(definition.get("actions"), _DEEPEST)) - {""}
    callers = {name.lower() for name in triggers} & _WEB
    entra = bool(table(table(row.properties.get("accessControl")).get("triggers")).get("openAuthenticationPolicies"))
    agent = "agent" in {name.lower() for name in actions}
    facts = {
        "state": text(row.properties.get("state")),
        "triggers": ", ".join(sorted(triggers)),
        "actions": ", ".join(sorted(actions)),
        "trigger_auth": ("entra" if entra else "signature") if callers else "",
    }
    yield reading.workload(
        row,
        "azure-logic-app",
        attributes=facts,
        # Callers need the signature in the address, or a token.
        public=False if definition else None,
        agent=agent,
        ai_platform="Azure Logic Apps" if agent else "",
    )
    yield from reading.acts_as(row, title)
    for connection in _connections(row):
        name = connection.rpartition("/")[2]
        if stored.get(connection, True):
            reason = f"{title} signs in with what connection {name} keeps"
            yield Link(source=row.id, target=connection, kind="reads_secret", reason=reason)
        else:
            reason = f"{title} calls a service through connection {name}"
            yield Link(source=row.id, target=connection, kind="invokes_tool", reason=reason)


def _actions(value: object, depth: int) -> Iterator[str]:
    """Types of actions, those within loops, conditions and tools of agents included."""
    for item in table(value).values() if depth else ():
        action = table(item)
        yield text(action.get("type"))
        yield from _actions(action.get("actions"), depth - 1)
        yield from _actions(table(action.get("else")).get("actions"), depth - 1)
        for group in (*table(action.get("cases")).values(), *table(action.get("tools")).values()):
            yield from _actions(table(group).get("actions"), depth - 1)


def _connections(row: Row) -> list[str]:
    given = table(table(table(row.properties.get("parameters")).get("$connections")).get("value"))
    ids = (text(table(item).get("connectionId")) for item in given.values())
    return sorted({resource_id(id) for id in ids if id})


def _by_identity(row: Row) -> bool:
    """Whether the workflow's identity signs in, so that the connection keeps nothing."""
    values: dict[str, Any] = table(row.properties.get("parameterValueSet"))
    return (
        text(row.properties.get("parameterValueType")).lower() == "alternative"
        or text(values.get("name")).lower() == "managedidentityauth"
    )


def _connection(reading: Reading, row: Row) -> Secret | Resource:
    api = (
        text(table(row.properties.get("api")).get("name"))
        or text(table(row.properties.get("api")).get("id")).rpartition("/")[2]
    )
    identity = _by_identity(row)
    facts = shown({
        "api": api,
        "auth": "managed-identity" if identity else "stored",
        "status": text(row.properties.get("overallStatus")),
    })  # fmt: skip
    name = text(row.properties.get("displayName")) or row.name
    if identity:
        return Resource(
            id=row.id,
            provider="azure",
            kind="azure-api-connection",
            name=name,
            scope=reading.scope,
            region=row.location,
            node="tool",
            created_at=row.created_at,
            tags=row.tags,
            attributes=facts,
        )
    return Secret(
        id=row.id,
        provider="azure",
        kind="azure-api-connection",
        name=name,
        scope=reading.scope,
        region=row.location,
        ai_provider=llm_name(f"{api} {row.name}"),
        created_at=row.created_at,
        description=f"What the connection to {api or 'a service'} signs in with",
        tags=row.tags,
        attributes=facts,
    )


SERVICE = Service(
    name="logic-apps",
    part="subscription",
    operations=(RESOURCES, LOGIC_APPS, API_CONNECTIONS, AUTOMATION),
    collect=collect,
    parse=parse,
    # A variable that is not encrypted is listed with its value.
    never=("Microsoft.Automation:automationAccounts.variables.list",),
)
