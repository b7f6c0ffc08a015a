"""Calls about one thing that were refused: what is hidden, and of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from nhiscan.connector import Evidence, Shard
from nhiscan.model import Gap, GapReason
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.service import Answers


def refusals(shard: Shard, answers: Answers, operation: Api, id_of: Callable[[str], str]) -> Iterator[Gap]:
    """One gap a reason, with the ids of those that the refused calls were about.

    Calls name a thing by its object id alone, so only the reader of the directory knows whom a refusal concerns.
    """
    refused: dict[GapReason, list[Evidence]] = defaultdict(list)
    for item in answers.of(operation):
        if item.problem is not None:
            refused[item.problem].append(item)
    for reason, items in refused.items():
        yield Gap(
            connector=shard.connector,
            scope=shard.scope,
            region=shard.region,
            operation=operation.name,
            reason=reason,
            hides=operation.hides,
            detail=items[-1].detail,
            blinds=operation.blinds,
            subjects=tuple(sorted({id_of(str(item.params.get(operation.about) or "")) for item in items})),
        )
