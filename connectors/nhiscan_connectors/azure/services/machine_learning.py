"""Machine Learning: workspaces, hubs and projects of the classic Foundry, online endpoints, machines and connections.

Calls in a subscription beside the sweep: three for each workspace (endpoints, connections,
computes).

Attributes of a workspace: "kind" (Default, Hub, Project, FeatureStore), "public_network", "hub", "vault", "storage",
"isolation". Of an endpoint ("azure-ml-endpoint"): "auth" (Key, AMLToken, AADToken), "local_auth", "public_network",
"scoring_uri". Of a machine ("azure-ml-compute"): "type", "size", "user" (object id of the person that it is for).
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.azure.api import arm
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.connections import connections
from nhiscan_connectors.azure.resources.reading import LIVES_IN, Reading
from nhiscan_connectors.azure.resources.rows import Row, network_facts
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import ML_WORKSPACES
from nhiscan_connectors.azure.resources.variables import in_resources
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

TYPE = "microsoft.machinelearningservices/workspaces"
ENDPOINTS = arm(
    "Microsoft.MachineLearningServices:workspaces.onlineEndpoints.list",
    "/{+id}/onlineEndpoints",
    "2024-10-01",
    permission="Microsoft.MachineLearningServices/workspaces/onlineEndpoints/read",
    purpose="lists the endpoints that serve models of a workspace, and how callers prove themselves",
    hides="which endpoints the workspace has, what they act as and how they let callers in",
    blinds=("workloads", "secrets"),
)
CONNECTIONS = arm(
    "Microsoft.MachineLearningServices:workspaces.connections.list",
    "/{+id}/connections",
    "2024-10-01",
    permission="Microsoft.MachineLearningServices/workspaces/connections/read",
    purpose="lists what a workspace is connected to, and how it signs in there",
    hides="what the workspace is connected to, and which keys are kept for that",
    blinds=("secrets",),
    drop=("credentials",),
)
COMPUTES = arm(
    "Microsoft.MachineLearningServices:workspaces.computes.list",
    "/{+id}/computes",
    "2024-10-01",
    permission="Microsoft.MachineLearningServices/workspaces/computes/read",
    purpose="lists the machines of a workspace and the identities that everything on them can act as",
    hides="which machines the workspace has, and what they act as",
    blinds=("workloads",),
    drop=("adminUserPassword", "adminUserSshPublicKey", "sshPublicKey"),
)
_FOUNDRY = frozenset({"hub", "project"})


def collect(calls: Calls) -> None:
    """Endpoints, connections and machines of every workspace."""
    calls.each(lambda row: calls.ask(ENDPOINTS, CONNECTIONS, COMPUTES, id=row.id), swept(calls, TYPE))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Workspaces, their endpoints and their machines."""
    reading = Reading(shard, answers)
    for row in reading.rows(TYPE):
        yield from _workspace(reading, row)
        for item in reading.children(ENDPOINTS, row.id):
            yield from _endpoint(reading, row, item)
        for item in reading.children(COMPUTES, row.id):
            yield from _compute(reading, row, item)
    yield from in_resources(reading, ENDPOINTS, CONNECTIONS, COMPUTES)
    yield from reading.gaps()


def _workspace(reading: Reading, row: Row) -> Iterator[AnyRecord]:
    properties = row.properties
    foundry = row.kind.lower() in _FOUNDRY
    title = f"workspace {row.name}"
    facts = {
        **network_facts(properties),
        "kind": row.kind,
        "hub": text(properties.get("hubResourceId")).lower(),
        "vault": text(properties.get("keyVault")).lower(),
        "storage": text(properties.get("storageAccount")).lower(),
        "isolation": text(table(properties.get("managedNetwork")).get("isolationMode")),
    }
    yield reading.workload(
        row,
        "azure-ml-workspace",
        attributes=facts,
        public=False,
        machine_learning=True,
        ai_platform="Microsoft Foundry (classic)" if foundry else "Azure Machine Learning",
    )
    # A workspace that is no hub trains models and may have nothing to do with agents.
    yield from reading.acts_as(row, title, ai=foundry)
    yield from connections(reading, CONNECTIONS, row, title)


def _endpoint(reading: Reading, workspace: Row, item: Row) -> Iterator[AnyRecord]:
    title = f"endpoint {item.name}"
    auth = text(item.properties.get("authMode"))
    facts = {
        "auth": auth,
        "local_auth": "" if not auth else "true" if auth.lower() == "key" else "false",
        "public_network": text(item.properties.get("publicNetworkAccess")),
        "scoring_uri": text(item.properties.get("scoringUri")),
    }
    # Each way of `authMode` is one to prove who calls.
    yield reading.workload(
        item,
        "azure-ml-endpoint",
        attributes=facts,
        public=False if auth else None,
        machine_learning=True,
        ai_platform="Azure Machine Learning",
    )
    yield from reading.acts_as(item, title, source=ENDPOINTS)
    reason = f"{title} lives in workspace {workspace.name}"
    yield Link(source=item.id, target=workspace.id, kind=LIVES_IN, reason=reason)
    if facts["local_auth"] == "true":
        yield from reading.keys(item, "azure-ml-endpoint-keys", title)


def _compute(reading: Reading, workspace: Row, item: Row) -> Iterator[AnyRecord]:
    title = f"compute {item.name}"
    inner = table(item.properties.get("properties"))
    facts = {
        "type": text(item.properties.get("computeType")),
        "size": text(inner.get("vmSize")),
        "user": text(table(table(inner.get("personalComputeInstanceSettings")).get("assignedUser")).get("objectId")),
    }
    yield reading.workload(
        item,
        "azure-ml-compute",
        attributes=facts,
        machine_learning=True,
        ai_platform="Azure Machine Learning",
    )
    yield from reading.acts_as(item, title, source=COMPUTES)
    reason = f"{title} lives in workspace {workspace.name}"
    yield Link(source=item.id, target=workspace.id, kind=LIVES_IN, reason=reason)


SERVICE = Service(
    name="machine-learning",
    part="subscription",
    operations=(RESOURCES, ML_WORKSPACES, ENDPOINTS, CONNECTIONS, COMPUTES),
    collect=collect,
    parse=parse,
)
