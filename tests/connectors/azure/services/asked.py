"""What the services of a subscription asked and could not read, apart from those of access and of the directory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from nhiscan.evidence import open_bundle
from nhiscan.inventory import Inventory
from nhiscan.model import Gap
from nhiscan.parse import Parsed
from nhiscan_connectors.azure import AzureConnector

_OTHERS = (
    "Microsoft.Authorization", "Microsoft.Management", "Microsoft.Resources:subscriptions", "graph:",
    "Microsoft.ManagedServices", "Microsoft.ResourceGraph:managedservicesresources",
)  # fmt: skip


def asked(directory: Path) -> Counter[str]:
    """How many pages of each operation the bundle of a scan holds for its subscriptions."""
    bundle = open_bundle(directory)
    found: Counter[str] = Counter()
    for shard in bundle.manifest.shards:
        if shard.part == "subscription":
            found.update(item.operation for item in bundle.read(shard)[0] if not item.operation.startswith(_OTHERS))
    return found


def written(directory: Path) -> str:
    """All that the bundle holds of subscriptions, as text."""
    bundle = open_bundle(directory)
    shards = [shard for shard in bundle.manifest.shards if shard.part == "subscription"]
    return "\n".join(str(item) for shard in shards for item in bundle.read(shard)[0])


def gaps(parsed: Parsed) -> list[Gap]:
    """Gaps of the subscriptions."""
    return [gap for gap in parsed.inventory.gaps if gap.scope.startswith("/subscriptions/") and _is_ours(gap)]


def _is_ours(gap: Gap) -> bool:
    return not gap.operation.startswith(_OTHERS)


def joined(inventory: Inventory) -> Inventory:
    """The same inventory with what shows only when all shards are together."""
    for record in list(AzureConnector().join(inventory)):
        inventory.add(record)
    return inventory
