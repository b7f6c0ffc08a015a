"""Parse: from the evidence of a bundle to an inventory, with a gap for everything that was refused."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping

import msgspec

from nhiscan.connector import Connector, Evidence, Operation, Shard
from nhiscan.evidence import Bundle
from nhiscan.inventory import Inventory, blind_to_all
from nhiscan.model import AnyRecord, Gap
from nhiscan.sink import DEFECT, PLAN

log = logging.getLogger(__name__)


MOST_DETAILS = 3
"""Different answers of refused calls that a gap tells; of more, it tells the first and their number."""


class Tally(msgspec.Struct, kw_only=True):
    """How much of what was asked was answered, in one scope."""

    asked: int = 0
    answered: int = 0


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """The inventory of a bundle, and how it came about."""

    inventory: Inventory
    tallies: dict[str, Tally]
    """By scope id."""
    optional_gaps: int
    """Gaps of operations that do not count as incomplete coverage."""


def parse(bundle: Bundle, connectors: Mapping[str, Connector]) -> Parsed:
    """Parse every shard of a bundle. A parser that raises makes its shard unknown, and ends nothing.

    Raises InputError where the bundle itself is damaged or names a connector that is not installed.
    """
    inventory = Inventory()
    tallies: dict[str, Tally] = {}
    optional = 0
    for shard in bundle.manifest.shards:
        connector = connectors[shard.connector]
        operations = {operation.name: operation for operation in connector.operations}
        evidence, ended = bundle.read(shard)
        tally = tallies.setdefault(shard.scope, Tally())
        for item in evidence:
            tally.asked += 1
            tally.answered += item.problem is None
        told: set[tuple[str, str]] = set()
        for record in _records(connector, shard, evidence):
            if isinstance(record, Gap):
                record = _with_permission(record, operations)
                if record.blinds and record.scope == shard.scope:
                    told.add((record.operation, record.reason))
            inventory.add(record)
        for gap, is_optional in _gaps(shard, evidence, operations, inventory):
            # A parser that tells of a refused call itself knows better whom it concerns.
            if (gap.operation, gap.reason) not in told:
                inventory.add(gap)
                optional += is_optional
        if not ended and shard.part != PLAN:  # a plan without an end is told of below, by its connector
            why = "the scan was interrupted before this part was complete; go on with --resume"
            inventory.add(blind_to_all(shard.connector, shard.scope, shard.region, why))
    for entry in bundle.manifest.connectors:
        if entry.failure:
            inventory.add(blind_to_all(entry.name, entry.name, "", entry.failure))
        elif not entry.planned:
            why = "the scan was interrupted before its parts were known; go on with --resume"
            inventory.add(blind_to_all(entry.name, entry.name, "", why))
    return Parsed(inventory=inventory, tallies=tallies, optional_gaps=optional)


def _with_permission(gap: Gap, operations: Mapping[str, Operation]) -> Gap:
    operation = operations.get(gap.operation)
    if operation is None or gap.permission or gap.reason != "denied":
        return gap
    return msgspec.structs.replace(gap, permission=operation.permission)


def _records(connector: Connector, shard: Shard, evidence: list[Evidence]) -> Iterator[AnyRecord]:
    try:
        yield from connector.parse(shard, evidence)
    except (
        Exception
    ) as error:  # whatever a hostile answer made the parser do, the shard is unknown and the scan goes on
        log.exception("parsing %s failed", shard.id)
        gap = blind_to_all(shard.connector, shard.scope, "", f"the parser raised {type(error).__name__}: {error}")
        yield msgspec.structs.replace(gap, operation="parse", region=shard.region)


def _gaps(
    shard: Shard, evidence: list[Evidence], operations: dict[str, Operation], inventory: Inventory
) -> Iterator[tuple[Gap, bool]]:
    """One gap for each operation and reason of a shard; calls that were refused alike are told together."""
    told: dict[tuple[str, str], list[Evidence]] = {}
    for item in evidence:
        if item.problem is not None:
            told.setdefault((item.operation, item.problem), []).append(item)
    for (name, reason), items in told.items():
        if name == DEFECT:
            yield (
                blind_to_all(shard.connector, shard.scope, shard.region, f"the collector raised {items[0].detail}"),
                False,
            )
            continue
        operation = operations.get(name)
        details = list(dict.fromkeys(item.detail for item in items))
        detail = "; ".join(details) if len(details) <= MOST_DETAILS else details[0]
        if len(items) > len(details) or len(details) > MOST_DETAILS:
            detail = f"{detail} ({len(items)} calls alike)"
        gap = Gap(
            connector=shard.connector,
            scope=shard.scope,
            region=shard.region,
            operation=name,
            reason=items[0].problem or "failed",
            permission=operation.permission if operation and reason == "denied" else "",
            hides=operation.hides if operation else "what this call would have told",
            detail=detail,
            blinds=operation.blinds if operation else (),
            subjects=_subjects(shard, operation, items, inventory),
        )
        yield gap, bool(operation and operation.optional)


def _subjects(
    shard: Shard, operation: Operation | None, items: list[Evidence], inventory: Inventory
) -> tuple[str, ...]:
    """Ids of the identities that refused calls were about; none when they were about the whole scope."""
    if operation is None or not operation.about:
        return ()
    names = {str(item.params.get(operation.about)) for item in items}
    return tuple(
        sorted(
            identity.id
            for identity in inventory.identities.values()
            if identity.scope == shard.scope and (identity.name in names or identity.id in names)
        )
    )
