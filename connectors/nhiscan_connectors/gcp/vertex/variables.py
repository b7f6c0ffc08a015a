"""Environment variables of agents and jobs: which secrets they read, and which keys stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nhiscan.connector import Evidence, Operation
from nhiscan.detectors import llm_name, names_a_secret
from nhiscan.llm import llm_title
from nhiscan.model import Link, Sighting, llm_provider
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.assets import Reading
from nhiscan_connectors.gcp.sighted import where_in

_SECRET = re.compile(r"(?:projects/([^/]{1,80})/)?(?:secrets/)?([A-Za-z0-9_-]{1,255})(?:/versions/[^/]{1,80})?")

Variable = tuple[str, str]
"""Name, and the id of the secret that its value comes from; empty where the value stands in the open."""


def secret_id(reading: Reading, written: str, project: str) -> str:
    """Id of a secret that is written by its name alone or in full; empty where it is neither."""
    found = _SECRET.fullmatch(written.strip())
    if found is None:
        return ""
    owner = reading.projects.id_of(found[1]) if found[1] else project
    return f"//secretmanager.googleapis.com/projects/{owner}/secrets/{found[2]}"


def variables_in(reading: Reading, spec: dict[str, Any], project: str) -> list[Variable]:
    """Variables of fields "env" and "secretEnv"."""
    found = [(name, "") for item in _list(spec.get("env")) if (name := text(table(item).get("name")))]
    for item in _list(spec.get("secretEnv")):
        told = table(item)
        if name := text(told.get("name")):
            found.append((name, secret_id(reading, text(table(told.get("secretRef")).get("secret")), project)))
    return found


def links_of(workload: str, title: str, variables: Iterable[Variable]) -> Iterator[Link]:
    """What names of variables and the secrets behind them say. `title`: how a sentence about the workload begins."""
    for name, secret in variables:
        if secret:
            reason = f"{title} takes variable {name} from secret {secret.rpartition('/')[2]}"
            yield Link(source=workload, target=secret, kind="reads_secret", reason=reason)
        provider = llm_name(name)
        if provider and (names_a_secret(name) or secret):
            reason = f"{title} is set up with a key of {llm_title(provider)} in variable {name}"
            yield Link(source=workload, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def sightings(
    reading: Reading, operation: Operation, key: str, subject_of: Callable[[Evidence, dict[str, Any]], str]
) -> Iterator[Sighting]:
    """One sighting for each secret value in the entries of the list `key`. `subject_of`: the record of an entry."""
    for item in reading.answers.of(operation):
        for found in item.sightings:
            path = list(found.get("path") or [])
            entries = table(item.body).get(key)
            number = path[1] if len(path) > 1 and path[0] == key else None
            entry: dict[str, Any] = {}
            if isinstance(entries, list) and isinstance(number, int) and 0 <= number < len(entries):
                entry = table(entries[number])
            yield Sighting(
                detector=text(found.get("detector")),
                fingerprint=text(found.get("fingerprint")),
                last4=text(found.get("last4")),
                subject=subject_of(item, entry) or reading.shard.scope,
                where=where_in(entry, path[2:]) or f"an answer of {item.operation}",
                scope=reading.shard.scope,
                ai_provider=text(found.get("ai_provider")),
                decoded={str(name): str(value) for name, value in table(found.get("decoded")).items()},
            )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
