"""Calls about one thing that were refused: what is hidden, and of whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from nhiscan.connector import Evidence, Shard
from nhiscan.model import Gap, GapReason
from nhiscan_connectors.azure.api import Api
from nhiscan_connectors.azure.service import Answers
from nhiscan_connectors.common.gaps import gap_of


def refusals(shard: Shard, answers: Answers, operation: Api, id_of: Callable[[str], str]) -> Iterator[Gap]:
    """One gap a reason, with the ids of those that the refused calls were about; with none when one names nobody.

    Calls name a thing by its object id alone, so only the reader of the directory knows whom a refusal concerns.
    """
    refused: dict[GapReason, list[Evidence]] = defaultdict(list)
    for item in answers.of(operation):
        if item.problem is not None:
            refused[item.problem].append(item)
    for reason, items in refused.items():
        named = {str(item.params.get(operation.about) or "") for item in items}
        subjects = () if "" in named else tuple(sorted({id_of(name) for name in named}))
        yield gap_of(shard, operation, reason, items[-1].detail, subjects=subjects)
