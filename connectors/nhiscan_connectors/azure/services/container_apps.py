"""Container Apps, their jobs, and container instances: identities, variables and the secrets behind them.

No calls beside the sweep of the subscription. Values of secrets are not in these answers; literal values of variables
are, and are replaced before anything is written.

Attributes: "ingress" (external, internal, none), "host", "images", "environment", "trigger" (of jobs), "secrets"
(names), "registries". `public` is False where no caller from the internet gets in; None otherwise, for whether the
container asks its callers who they are is not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import CONTAINER_APPS, CONTAINER_GROUPS, CONTAINER_JOBS
from nhiscan_connectors.azure.resources.variables import (
    Vaults,
    environment,
    secret_uri,
)
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.common.fields import table, text

_KINDS = {
    "microsoft.app/containerapps": ("azure-container-app", "container app"),
    "microsoft.app/jobs": ("azure-container-app-job", "container job"),
    "microsoft.containerinstance/containergroups": ("azure-container-group", "container group"),
}


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload an app, job or group."""
    reading = Reading(shard, answers)
    vaults = Vaults(reading)
    for row in reading.rows(*_KINDS):
        yield from _one(reading, vaults, row)
    yield from reading.gaps()


def _one(reading: Reading, vaults: Vaults, row: Row) -> Iterator[AnyRecord]:
    kind, words = _KINDS[row.type]
    title = f"{words} {row.name}"
    containers = _containers(row)
    variables = [variable for container in containers for variable in _variables(container)]
    configuration = table(row.properties.get("configuration"))
    secrets = {text(item.get("name")): item for item in _objects(configuration.get("secrets"))}
    ingress, host = _ingress(row)
    facts = {
        "ingress": ingress,
        "host": host,
        "images": ", ".join(sorted({image for one in containers if (image := text(one.get("image")))})),
        "environment": text(row.properties.get("managedEnvironmentId") or row.properties.get("environmentId")).lower(),
        "trigger": text(configuration.get("triggerType")),
        "secrets": ", ".join(sorted(name for name in secrets if name)),
        "registries": ", ".join(
            sorted(text(item.get("server")) for item in _objects(configuration.get("registries")) if item.get("server"))
        ),
    }
    yield reading.workload(
        row,
        kind,
        attributes=facts,
        public=False if ingress in ("internal", "none") else None,
        variables=tuple(dict.fromkeys(name for name, _ in variables)),
    )
    yield from reading.acts_as(row, title)
    for registry in _objects(configuration.get("registries")):
        yield from reading.user_assigned(row.id, text(registry.get("identity")), "pulls images", by_platform=True)
    stored = {
        name: vaults.secret_id(uri)
        for name, item in secrets.items()
        if (uri := secret_uri(text(item.get("keyVaultUrl"))))
    }
    yield from environment(row.id, title, [(name, stored.get(secret, "")) for name, secret in variables])
    used = {secret for _, secret in variables}
    unused = [(name, secret) for name, secret in stored.items() if name not in used]
    yield from environment(row.id, title, unused, what="secret")


def _containers(row: Row) -> list[dict[str, Any]]:
    template = table(row.properties.get("template"))
    if template:
        return [*_objects(template.get("containers")), *_objects(template.get("initContainers"))]
    groups = [*_objects(row.properties.get("containers")), *_objects(row.properties.get("initContainers"))]
    return [table(item.get("properties")) for item in groups]


def _variables(container: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names of variables, each with the name of the secret that it is taken from."""
    for item in (*_objects(container.get("env")), *_objects(container.get("environmentVariables"))):
        if name := text(item.get("name")):
            yield name, text(item.get("secretRef"))


def _ingress(row: Row) -> tuple[str, str]:
    """How callers get in, and at which host; empty where it is not told."""
    if row.type == "microsoft.containerinstance/containergroups":
        address = table(row.properties.get("ipAddress"))
        if not row.properties:
            return "", ""
        kind = text(address.get("type")).lower()
        found = "external" if kind == "public" else "internal" if kind == "private" else "none"
        return found, text(address.get("fqdn")) or text(address.get("ip"))
    if row.type == "microsoft.app/jobs":
        return "none", ""
    if not table(row.properties.get("configuration")):
        return "", ""
    ingress = table(table(row.properties.get("configuration")).get("ingress"))
    if not ingress:
        return "none", ""
    return "external" if ingress.get("external") is True else "internal", text(ingress.get("fqdn"))


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


SERVICE = Service(
    name="container-apps",
    part="subscription",
    operations=(RESOURCES, CONTAINER_APPS, CONTAINER_JOBS, CONTAINER_GROUPS),
    collect=collect,
    parse=parse,
)
