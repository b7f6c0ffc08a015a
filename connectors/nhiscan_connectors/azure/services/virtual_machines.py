"""Virtual machines and scale sets, and the identities that everything on them can act as.

No calls beside the sweep of the subscription.

Attributes: "size", "os", "state", "orchestration" (scale sets), "extensions_allowed".
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.azure.calls import Calls
from nhiscan_connectors.azure.resources.reading import Reading
from nhiscan_connectors.azure.resources.rows import Row
from nhiscan_connectors.azure.resources.sweep import RESOURCES, swept
from nhiscan_connectors.azure.resources.types import MACHINES, SCALE_SETS
from nhiscan_connectors.azure.service import Answers, Service
from nhiscan_connectors.azure.values import flag
from nhiscan_connectors.common.fields import table, text

_KINDS = {
    "microsoft.compute/virtualmachines": ("azure-vm", "virtual machine"),
    "microsoft.compute/virtualmachinescalesets": ("azure-vm-scale-set", "scale set"),
}


def collect(calls: Calls) -> None:
    """The sweep tells all of it."""
    swept(calls)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a machine or scale set."""
    reading = Reading(shard, answers)
    for row in reading.rows(*_KINDS):
        kind, words = _KINDS[row.type]
        yield reading.workload(row, kind, attributes=_facts(row))
        yield from reading.acts_as(row, f"{words} {row.name}")
    yield from reading.gaps()


def _facts(row: Row) -> dict[str, str]:
    profile = table(row.properties.get("virtualMachineProfile")) or row.properties
    extensions = flag(table(profile.get("osProfile")).get("allowExtensionOperations"))
    disk = table(table(profile.get("storageProfile")).get("osDisk"))
    return {
        "size": text(table(row.properties.get("hardwareProfile")).get("vmSize")) or text(row.sku.get("name")),
        "os": text(disk.get("osType")),
        "orchestration": text(row.properties.get("orchestrationMode")),
        "extensions_allowed": "" if extensions is None else str(extensions).lower(),
    }


SERVICE = Service(
    name="virtual-machines",
    part="subscription",
    operations=(RESOURCES, MACHINES, SCALE_SETS),
    collect=collect,
    parse=parse,
)
