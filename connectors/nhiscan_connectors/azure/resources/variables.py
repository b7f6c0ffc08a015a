"""Environment variables and settings of workloads: which secrets they read, and which keys stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nhiscan.connector import JSON, Evidence, Operation
from nhiscan.detectors import llm_name, names_a_secret
from nhiscan.inventory import Inventory
from nhiscan.llm import llm_title
from nhiscan.model import Link, Sighting, llm_provider
from nhiscan_connectors.azure.ids import resource_id
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import row_of
from nhiscan_connectors.common.fields import table, text

Place = Callable[[Evidence, list[str | int]], tuple[str, str]]
"""From one page and the way to a secret in it: the id of the record in which it stood, and where in it."""

_SECRET_URI = re.compile(
    r"https://([a-z0-9-]{3,24})\.(vault\.[a-z.]{3,40})/secrets/([0-9a-z-]{1,127})(?:/[0-9a-z]*)?/?", re.IGNORECASE
)
_VAULTS = "microsoft.keyvault/vaults"


def secret_uri(reference: str) -> str:
    """The address of a secret in a vault, without its version and in lower case; empty for anything else."""
    match = _SECRET_URI.fullmatch(reference.strip())
    return f"https://{match[1]}.{match[2]}/secrets/{match[3]}".lower() if match else ""


def named_secret(vault: str, secret: str, suffix: str = "vault.azure.net") -> str:
    """The address of a secret by the names of its vault and its own; empty where one of them is none."""
    return secret_uri(f"https://{vault}.{suffix}/secrets/{secret}")


class Vaults:
    """The vaults of one subscription, by their names, which are unique in all of Azure."""

    def __init__(self, reading: Reading) -> None:
        self._ids = {row.name.lower(): row.id for row in reading.rows(_VAULTS)}

    def secret_id(self, uri: str) -> str:
        """Id of the secret at an address of `secret_uri`: the address itself where its vault lies elsewhere."""
        match = _SECRET_URI.fullmatch(uri)
        vault = self._ids.get(match[1]) if match else None
        return f"{vault}/secrets/{match[3]}" if match and vault else uri


def joined(inventory: Inventory) -> Iterator[Link]:
    """Links to secrets of vaults in other subscriptions, which a parser could name by their address only."""
    known = {secret.attributes.get("uri", ""): secret.id for secret in inventory.secrets.values()}
    known.pop("", None)
    for link in tuple(inventory.links):
        if link.kind in ("reads_secret", "stored_in") and link.target in known:
            yield Link(source=link.source, target=known[link.target], kind=link.kind, reason=link.reason)


def environment(
    workload: str, title: str, variables: Iterable[tuple[str, str]], *, what: str = "variable"
) -> Iterator[Link]:
    """What names of variables and the secrets behind them say. `variables`: name, and id of the secret or ""."""
    for name, secret in variables:
        if secret:
            reason = f"{title} takes {what} {name} from secret {secret.rpartition('/')[2]}"
            yield Link(source=workload, target=secret, kind="reads_secret", reason=reason)
        provider = llm_name(name)
        if provider and (names_a_secret(name) or secret):
            reason = f"{title} is set up with a key of {llm_title(provider)} in {what} {name}"
            yield Link(source=workload, target=llm_provider(provider), kind="holds_key_of", reason=reason)


def sightings(reading: Reading, operation: Operation, place: Place, keep: Callable[[str], bool]) -> Iterator[Sighting]:
    """One sighting for each secret value in the answers of a call, of the records that `keep` takes by their ids."""
    for item in reading.answers.of(operation):
        for found in item.sightings:
            subject, where = place(item, list(found.get("path") or []))
            if not keep(subject):
                continue
            yield Sighting(
                detector=text(found.get("detector")),
                fingerprint=text(found.get("fingerprint")),
                last4=text(found.get("last4")),
                subject=subject or reading.scope,
                where=where or f"an answer of {item.operation}",
                scope=reading.scope,
                ai_provider=text(found.get("ai_provider")),
                decoded={str(key): str(value) for key, value in table(found.get("decoded")).items()},
            )


def in_resources(reading: Reading, *operations: Operation) -> Iterator[Sighting]:
    """Sightings in the answers of calls that give resources."""
    for operation in operations:
        yield from sightings(reading, operation, place_in_resource, lambda _: True)


def place_in_resource(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    """Where a secret stood in a resource or a list of them: the resource, and the variable, tag or field."""
    here: JSON = item.body
    row = row_of(here)
    subject, where = row.id if row else "", ""
    for step in path:
        try:
            here = here[step]
        except (KeyError, IndexError, TypeError):
            break
        if not subject and (row := row_of(here)):
            subject = row.id
        where = _where(step, here, where)
    return subject or resource_id(text(item.params.get("id"))).removesuffix("/"), where


def _where(step: str | int, here: Any, known: str) -> str:
    if isinstance(here, dict) and text(here.get("name")) and {"value", "secretRef", "secureValue"} & here.keys():
        return f"environment variable {text(here.get('name'))}"
    if known.startswith(("environment variable", "tag ")):
        return known
    if known == "its tags" and isinstance(step, str):
        return f"tag {step}"
    if step == "tags":
        return "its tags"
    return f"field {step}" if isinstance(step, str) else known
