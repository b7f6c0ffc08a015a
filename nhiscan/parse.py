"""Parse: from the evidence of a bundle to an inventory, with a gap for everything that was refused."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec

from nhiscan.connector import Connector, Evidence, Operation, Shard
from nhiscan.evidence import Bundle
from nhiscan.inventory import Inventory, blind_to_all
from nhiscan.model import AnyRecord, Gap, Group, Identity, Resource, Secret, Workload
from nhiscan.sink import DEFECT, PLAN

_LAST: Final = re.compile(r"[/:]")

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
        refused = _refused(evidence)
        told: set[tuple[str, str]] = set()
        for record in _records(connector, shard, evidence):
            if isinstance(record, Gap):
                record = _with_permission(record, operations)
                optional += is_limit(record)
                call = (record.operation, record.reason)
                if record.blinds and record.scope == shard.scope and _tells_of(record, refused.get(call, [])):
                    told.add(call)
            inventory.add(record)
        for gap, is_optional in _gaps(shard, refused, operations, inventory):
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


def is_limit(gap: Gap) -> bool:
    """Whether it tells of a limit of the provider's own: no permission would lift it, and no judgement waits for it."""
    return gap.reason == "unsupported" and not gap.blinds


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


def _refused(evidence: list[Evidence]) -> dict[tuple[str, str], list[Evidence]]:
    """Refused calls by operation and reason, in the order of the first of each."""
    found: dict[tuple[str, str], list[Evidence]] = {}
    for item in evidence:
        if item.problem is not None:
            found.setdefault((item.operation, item.problem), []).append(item)
    return found


def _tells_of(gap: Gap, refused: list[Evidence]) -> bool:
    """Whether a gap that a parser made stands for refused calls of its operation and reason.

    A parser that tells of a refusal says what the provider answered. One that is about some subjects and says
    something else, such as that an answer was damaged, knows nothing of the refusal: that still hides what it hides.
    """
    if not gap.subjects:
        return True
    return any(gap.detail == item.detail or (item.detail and gap.detail.startswith(item.detail)) for item in refused)


def _gaps(
    shard: Shard,
    refused: Mapping[tuple[str, str], list[Evidence]],
    operations: Mapping[str, Operation],
    inventory: Inventory,
) -> Iterator[tuple[Gap, bool]]:
    """One gap for each operation and reason of a shard; calls that were refused alike are told together."""
    known = _Known(shard.scope, inventory)
    for (name, reason), items in refused.items():
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
            subjects=known.subjects(operation, items),
            below=bool(operation and operation.below),
        )
        yield gap, is_limit(gap) or bool(operation and operation.optional)


class _Known:
    """Records of one scope, as calls name them."""

    def __init__(self, scope: str, inventory: Inventory) -> None:
        self._scope = scope
        self._inventory = inventory

    def subjects(self, operation: Operation | None, items: list[Evidence]) -> tuple[str, ...]:
        """Ids of the records that refused calls were about; none when one may be about anything in the scope."""
        if operation is None or not operation.about:
            return ()
        names = {str(item.params.get(operation.about) or "").casefold() for item in items}
        if not names <= self._ids.keys():
            return ()
        return tuple(sorted({id for name in names for id in self._ids[name]}))

    @cached_property
    def _ids(self) -> dict[str, set[str]]:
        """Ids of the records by what a call may name them by: the id, or its last part.

        Not by the name beside the id: whoever may choose one could draw a gap to a record of their own, and away from
        everybody else.
        """
        found: dict[str, set[str]] = defaultdict(set)
        inventory = self._inventory
        tables: tuple[Mapping[str, Identity | Group | Workload | Secret | Resource], ...] = (
            inventory.identities,
            inventory.groups,
            inventory.workloads,
            inventory.secrets,
            inventory.resources,
        )
        for record in (record for table in tables for record in table.values() if record.scope == self._scope):
            for name in (record.id, _LAST.split(record.id)[-1]):
                if name:
                    found[name.casefold()].add(record.id)
        return found
