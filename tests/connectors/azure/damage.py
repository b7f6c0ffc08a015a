"""Answers with damage strewn in: what stands in them is now and then something else."""

from __future__ import annotations

import random
from typing import Any

_ODD: tuple[Any, ...] = (
    None, 7, -1.5, True, "", "x", "/", "\x1b[2J", [], {}, [None], [[]], {"x": {"x": 7}}, 10**30, "/subscriptions/",
    "2026-13-45T99:99:99Z",
)  # fmt: skip


def damaged(value: Any, chance: random.Random, share: float = 0.05) -> Any:
    """A copy in which about `share` of all values are something else, or gone."""
    if chance.random() < share:
        return chance.choice(_ODD)
    match value:
        case dict():
            kept = {key: item for key, item in value.items() if chance.random() >= share / 2}
            return {key: damaged(item, chance, share) for key, item in kept.items()}
        case list():
            return [damaged(item, chance, share) for item in value]
        case _:
            return value
