"""An inventory with its access evaluated, for commands that ask questions of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nhiscan.cli._options import DEFAULT_OUTPUT
from nhiscan.cli._run import EVIDENCE
from nhiscan.connector import Connector
from nhiscan.errors import InputError
from nhiscan.inventory import Inventory
from nhiscan.model import Identity, Secret, Workload

if TYPE_CHECKING:
    from nhiscan.access.reach import Goal
    from nhiscan.evidence import Bundle

DEFAULT_EVIDENCE = Path(DEFAULT_OUTPUT)


def read_inventory(directory: Path, *, access: bool) -> tuple[Inventory, Mapping[str, Connector]]:
    """The records of the bundle in a directory, or in the evidence of a report directory."""
    from nhiscan.analyze import connectors_of
    from nhiscan.judge import derive
    from nhiscan.parse import parse

    bundle = opened(directory)
    connectors = connectors_of(bundle)
    inventory = parse(bundle, connectors).inventory
    if access:
        derive(inventory, connectors)
    return inventory, connectors


def opened(directory: Path) -> Bundle:
    """The bundle in a directory, or in the evidence of a report directory."""
    from nhiscan.evidence import open_bundle

    place = directory if (directory / "manifest.json").exists() else directory / EVIDENCE
    return open_bundle(place if place.exists() else directory)


def goal_called(inventory: Inventory, connectors: Mapping[str, Connector], text: str) -> Goal:
    """What a person wants paths to: an identity, secret:NAME or data:ID. Raises InputError when there is no such."""
    from nhiscan.access.reach import Goal

    kind, colon, name = text.partition(":")
    if colon and kind == "secret":
        secret = secret_called(inventory, name)
        grants = tuple(connectors[secret.provider].readers(inventory, secret.id))
        return Goal(grants=grants, scope=secret.scope)
    if colon and kind == "data":
        grants = tuple(grant for connector in connectors.values() for grant in connector.readers(inventory, name))
        if not grants:
            raise InputError(
                f"Nobody is known to read {name!r}, or it is nothing that holds data.",
                "Give the whole id: data:arn:aws:s3:::BUCKET, for example.",
            )
        scopes = {
            inventory.identities[grant.identity].scope for grant in grants if grant.identity in inventory.identities
        }
        return Goal(grants=grants, scope=scopes.pop() if len(scopes) == 1 else "")
    id = identity_called(inventory, text)
    return Goal(nodes=(id,), scope=inventory.identities[id].scope)


def secret_called(inventory: Inventory, text: str) -> Secret:
    """The entry of a secret store that a person means, by id or name. Raises InputError for none, or more than one."""
    if text in inventory.secrets:
        return inventory.secrets[text]
    found = [secret for _, secret in sorted(inventory.secrets.items()) if secret.name == text]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"No secret is called {text!r}.", "Give its name in its store, or its whole id.")
    some = "\n".join(f"  {secret.id}" for secret in found[:20])
    raise InputError(f"{len(found)} secrets are called {text!r}:", f"{some}\nGive the whole id.")


def identity_called(inventory: Inventory, text: str) -> str:
    """The id of the identity that a person means. Raises InputError when there is none, or more than one."""
    return _called(text, inventory.identities, "identity", "identities")


def actor_called(inventory: Inventory, text: str) -> str:
    """The id of the identity or workload that a person means. Raises InputError for none, or more than one."""
    both: dict[str, Identity | Workload] = {**inventory.workloads, **inventory.identities}
    return _called(text, both, "identity or workload", "identities and workloads")


def _called(text: str, things: Mapping[str, Identity | Workload], one: str, many: str) -> str:
    if text in things:
        return text
    found = sorted(
        thing.id
        for thing in things.values()
        if thing.name == text or thing.id.endswith(f"/{text}") or thing.id.endswith(f":{text}")
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"No {one} is called {text!r}.", "Give a whole id; the CSV report lists them.")
    some = "\n".join(f"  {candidate}" for candidate in found[:20])
    raise InputError(f"{len(found)} {many} are called {text!r}:", f"{some}\nGive the whole id.")
