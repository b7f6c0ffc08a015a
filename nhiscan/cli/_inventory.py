"""An inventory with its access evaluated, for commands that ask questions of a bundle."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nhiscan.cli._options import DEFAULT_OUTPUT
from nhiscan.cli._run import EVIDENCE
from nhiscan.connector import Connector
from nhiscan.errors import InputError
from nhiscan.inventory import Inventory

DEFAULT_EVIDENCE = Path(DEFAULT_OUTPUT)


def read_inventory(directory: Path, *, access: bool) -> tuple[Inventory, Mapping[str, Connector]]:
    """The records of the bundle in a directory, or in the evidence of a report directory."""
    from nhiscan.analyze import connectors_of
    from nhiscan.evidence import open_bundle
    from nhiscan.judge import derive
    from nhiscan.parse import parse

    place = directory if (directory / "manifest.json").exists() else directory / EVIDENCE
    bundle = open_bundle(place if place.exists() else directory)
    connectors = connectors_of(bundle)
    inventory = parse(bundle, connectors).inventory
    if access:
        derive(inventory, connectors)
    return inventory, connectors


def identity_called(inventory: Inventory, text: str) -> str:
    """The id of the identity that a person means. Raises InputError when there is none, or more than one."""
    if text in inventory.identities:
        return text
    found = sorted(
        identity.id
        for identity in inventory.identities.values()
        if identity.name == text or identity.id.endswith(f"/{text}") or identity.id.endswith(f":{text}")
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError(f"No identity is called {text!r}.", "Give a whole id; the CSV report lists them.")
    some = "\n".join(f"  {candidate}" for candidate in found[:20])
    raise InputError(f"{len(found)} identities are called {text!r}:", f"{some}\nGive the whole id.")
