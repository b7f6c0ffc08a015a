"""What the emulated Google Cloud holds: assets, as Cloud Asset Inventory describes them, and their policies."""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from dataclasses import dataclass, field

from tests.clouds.gcp.answers import Item


@dataclass
class Asset:
    """One resource. All views of it, in lists and searches, are drawn from here."""

    name: str
    """Full resource name as Cloud Asset Inventory writes it: service accounts by unique id."""
    type: str
    data: Item
    ancestors: list[str]
    """"projects/<number>", "folders/1", "organizations/1"; from the nearest on."""
    created: str = ""
    updated: str = "2026-11-01T08:00:00Z"
    location: str = "global"
    search: Item = field(default_factory=dict)
    """Further fields of a search result."""


class State:
    """All that there is. Safe to read from any thread once it is seeded."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        """Empty everything."""
        self.assets: dict[str, Asset] = {}
        self.policies: dict[str, list[Item]] = defaultdict(list)
        """Bindings by the full resource name that they stand on."""
        self.roles: dict[str, Item] = {}
        """Predefined roles by name."""
        self.lists: dict[str, list[Item]] = defaultdict(list)
        """Further lists by "<service> <path>": what is asked for by path alone, such as "policyanalyzer v1/…"."""
        self.aliases: dict[str, str] = {}
        """Project numbers by id, and unique ids of service accounts by address."""
        self._numbers = itertools.count(100000000001)
        self.index: dict[str, list[Asset]] = defaultdict(list)
        """Assets by type."""
        self._within: dict[str, dict[str, list[Asset]]] = defaultdict(lambda: defaultdict(list))
        """Assets by what they lie in, then by type."""

    def number(self) -> str:
        """A number that nothing else has, the same in each run."""
        return str(next(self._numbers))

    def add(self, asset: Asset) -> Asset:
        """Take in an asset."""
        with self.lock:
            self.assets[asset.name] = asset
            self.index[asset.type].append(asset)
            for place in asset.ancestors:
                self._within[place][asset.type].append(asset)
        return asset

    def within(self, parent: str, *types: str) -> list[Asset]:
        """Assets of some types in an organization, folder or project ("projects/<id or number>"), itself included."""
        place = self.place(parent)
        found = self._within.get(place, {})
        return [asset for kind in types or tuple(found) for asset in found.get(kind, ())]

    def place(self, parent: str) -> str:
        """A container by its number: "projects/100000000001"."""
        kind, _, id = parent.partition("/")
        return f"{kind}/{self.aliases.get(id, id)}" if kind == "projects" else parent
