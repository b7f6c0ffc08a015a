"""What shows only when all projects are put together: a project that another one names by its number."""

from __future__ import annotations

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.names import PROJECTS, Projects


def projects_in(inventory: Inventory) -> Projects:
    """Which number is which project, over all that was scanned."""
    return Projects(
        (number, scope.id.removeprefix(PROJECTS))
        for scope in inventory.scopes.values()
        if scope.provider == "gcp" and scope.kind == "project" and (number := scope.attributes.get("number", ""))
    )
