"""Administrative units: what a role in one of them reaches, and whom a restricted one shields.

Only who holds a role in a restricted unit may change its members: no administrator of the tenant, no permission of
Microsoft Graph, no owner. What could not be read of units leaves answers as they are: a shield only takes away, and a
role in a unit whose members are not known reaches whoever belongs to it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Final

from nhiscan.inventory import Inventory
from nhiscan_connectors.azure.ids import IN_UNIT, UNITS


class Units:
    """The administrative units of an inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._listed = {r.id: r for r in inventory.resources.values() if r.kind == UNIT and r.provider == "azure"}
        self._restricted = frozenset(
            id for id, unit in self._listed.items() if unit.attributes.get(RESTRICTED) == "true"
        )
        self._of: dict[str, set[str]] = defaultdict(set)
        for link in inventory.links:
            if link.kind == IN_UNIT:
                self._of[link.source].add(link.target)

    def knows(self, unit: str) -> bool:
        """Whether it is known who belongs to a unit."""
        listed = self._listed.get(unit)
        return listed is not None and self._inventory.knows(listed.scope, "policies", unit)

    def holds(self, unit: str, id: str) -> bool:
        """Whether a role in a unit reaches somebody who belongs to it, or a group that does."""
        within = self._of.get(id, ())
        return unit in within and (unit in self._restricted or self._restricted.isdisjoint(within))

    def shield(self, id: str) -> bool:
        """Whether a restricted unit keeps everybody off who holds no role in it."""
        return not self._restricted.isdisjoint(self._of.get(id, ()))

    def told(self, unit: str) -> str:
        """What sentences call a unit."""
        listed = self._listed.get(unit)
        return f"administrative unit {listed.name if listed is not None else unit.removeprefix(UNITS)}"


UNIT: Final = "administrative-unit"
"""Kind of the resource that stands for a unit."""
RESTRICTED: Final = "restricted"
"""Attribute of a unit: "true" where only its own administrators may change its members."""
