"""Calls whose refusal or damage leaves open what certain identities may do, and nobody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from nhiscan.connector import Evidence, Operation, Shard
from nhiscan.model import Gap, GapReason
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.common.fields import Fields
from nhiscan_connectors.common.gaps import gap_of


def gaps_about(
    shard: Shard, answers: Answers, fields: Fields, deciding: Sequence[Operation], subjects: tuple[str, ...]
) -> Iterator[Gap]:
    """Everything that had to be left out, and the refusals of the `deciding` calls, as gaps that name the subjects.

    Without subjects nobody is unknown; the gap that the core makes of a refusal then says all there is to say.
    """
    names = {operation.name for operation in deciding}
    for gap in fields.gaps():
        if subjects and gap.operation in names and not gap.blinds:
            gap = msgspec.structs.replace(gap, blinds=("policies",), subjects=subjects)
        yield gap
    for operation in deciding if subjects else ():
        refused: dict[GapReason, list[Evidence]] = defaultdict(list)
        for item in answers.of(operation):
            if item.problem is not None:
                refused[item.problem].append(item)
        for reason, items in refused.items():
            more = f" (and {len(items) - 1} more calls alike)" if len(items) > 1 else ""
            detail = items[0].detail + more
            yield gap_of(shard, operation, reason, detail, blinds=("policies",), subjects=subjects)
