"""Containers as ECS and Batch describe them: their variables, the secrets put into them, the images they run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from nhiscan.connector import Evidence
from nhiscan.model import Link
from nhiscan_connectors.aws.compute.frameworks import frameworks_in
from nhiscan_connectors.aws.regional import Place, Reading, named_on_the_way, variables_of, walked
from nhiscan_connectors.common.fields import table, text

Containers = Sequence[dict[str, Any]]

_PLACES = {
    "command": "its command",
    "args": "its command",
    "entryPoint": "its entry point",
    "dockerLabels": "its Docker labels",
    "options": "its log options",
    "healthCheck": "its health check",
    "parameters": "its parameters",
    "StartCommand": "its command",
    "BuildCommand": "its build command",
}
"""Where secrets stand that are no variables, for sentences."""


def place_of(id_key: str) -> Place:
    """Where a secret stood: the object with `id_key`, and the variable or the part of a container."""
    usual = named_on_the_way(id_key, _PLACES)

    def place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
        subject, where = usual(item, path)
        variable = _variable_on(item.body, path)
        return subject, f"environment variable {variable}" if variable else where

    return place


def _variable_on(body: Any, path: list[str | int]) -> str:
    """The variable on the way to a secret, in fields that only some services have; empty when there is none."""
    field = ""
    for step, here in walked(body, path):
        if field == "RuntimeEnvironmentVariables":
            return str(step)
        if field == "env":
            return text(table(here).get("name"))
        field = str(step)
    return ""


def variable_names(containers: Containers) -> tuple[str, ...]:
    """Names of the variables that containers get, plain or out of a store, each once."""
    names = [
        name
        for container in containers
        for name, _ in (*_variables(container), *variables_of(container.get("secrets"), "name", "valueFrom"))
    ]
    return tuple(dict.fromkeys(names))


def facts_of(containers: Containers) -> dict[str, str]:
    """What reports tell of containers: each image under "image", or under "image <container>" where there are several;
    "frameworks" that images speak of; "privileged" containers; "environment_files" in buckets, whose variables only
    those see who may read the bucket."""
    facts: dict[str, str] = {}
    images = [(text(container.get("name")), text(container.get("image"))) for container in containers]
    for number, (name, image) in enumerate(images, start=1):
        facts["image" if len(images) == 1 else f"image {name or number}"] = image
    facts["frameworks"] = frameworks_in(image for _, image in images)
    facts["privileged"] = ", ".join(_name(container) for container in containers if container.get("privileged") is True)
    facts["environment_files"] = ", ".join(
        text(file.get("value"))
        for container in containers
        for file in _objects(container.get("environmentFiles"))
        if text(file.get("value"))
    )
    return {key: value for key, value in facts.items() if value}


def links_of(reading: Reading, workload: str, title: str, containers: Containers) -> Iterator[Link]:
    """Secrets that containers read and LLM keys that they hold. `title`: "task definition pay:3"."""
    for container in containers:
        who = f"container {_name(container)} of {title}"
        yield from reading.environment(workload, who, _variables(container))
        yield from reading.environment(workload, who, _references(reading, container.get("secrets")), what="secret")
        options = _references(reading, table(container.get("logConfiguration")).get("secretOptions"))
        yield from reading.environment(workload, who, options, what="log option")
        registry = table(container.get("repositoryCredentials")).get("credentialsParameter")
        yield from reading.environment(workload, who, [("registry", reading.secret_id(registry))], what="credentials")


def _variables(container: dict[str, Any]) -> list[tuple[str, object]]:
    return variables_of(container.get("environment")) or variables_of(container.get("env"))


def _references(reading: Reading, value: object) -> Iterable[tuple[str, object]]:
    """Names with the id of the store's entry; a name without ARN is a parameter of the same region."""
    for name, reference in variables_of(value, "name", "valueFrom"):
        yield name, reading.secret_id(reference, bare="parameter")


def _objects(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _name(container: dict[str, Any]) -> str:
    return text(container.get("name")) or "without a name"
