"""What a tenant holds: tables of raw JSON, as the APIs answer with it."""

from __future__ import annotations

import threading
from typing import Any

Item = dict[str, Any]

TENANT_ID = "7e57ab1e-0000-4000-8000-000000000001"
CLIENT_ID = "5ca77e20-0000-4000-8000-000000000002"
CLIENT_SECRET = "emulated-client-secret"  # opens nothing but the emulator


class State:
    """Tables by name. A route reads them, a seed fills them, and a new table needs nobody's leave."""

    def __init__(self) -> None:
        self.tenant_id = TENANT_ID
        self.clients: dict[str, str] = {CLIENT_ID: CLIENT_SECRET}
        """Applications that may sign in, with their secrets."""
        self.tables: dict[str, dict[str, Item]] = {}
        self._lock = threading.RLock()
        self._number = 0

    def table(self, name: str) -> dict[str, Item]:
        """A table by name, items by id; an empty one where nobody filled it.

        Graph collections are named by their path ("users", "servicePrincipals"), lists of one object by theirs
        ("servicePrincipals/<id>/owners"), Azure resources stand in "resources" by lower-case id.
        """
        with self._lock:
            return self.tables.setdefault(name, {})

    def put(self, table: str, item: Item, key: str = "") -> Item:
        """Put an item into a table under its id, or under `key`."""
        with self._lock:
            self.tables.setdefault(table, {})[(key or str(item["id"])).lower()] = item
        return item

    def guid(self) -> str:
        """A GUID that is the same in every run."""
        with self._lock:
            self._number += 1
            return f"00000000-0000-4000-9000-{self._number:012x}"

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self.tables.clear()
            self.clients = {CLIENT_ID: CLIENT_SECRET}
            self._number = 0
