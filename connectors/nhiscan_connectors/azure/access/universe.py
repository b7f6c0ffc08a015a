"""The actions that judgements look at, each with a bit, so that a role is judged once and compared as a number."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from nhiscan_connectors.azure.access.capabilities import CAPABILITIES, DATA, SOMETIMES
from nhiscan_connectors.azure.access.methods import METHODS
from nhiscan_connectors.azure.access.patterns import matches

_ADMINISTERING: Final = (
    "Microsoft.Authorization/roleAssignments/write",
    "Microsoft.Authorization/roleAssignments/delete",
    "Microsoft.Authorization/roleDefinitions/write",
)

_NEEDED: Final = {
    *(action for actions in CAPABILITIES.values() for action in actions),
    *(action for _, action, _ in SOMETIMES),
    *(action for method in METHODS for action in (*method.on, *(one for some in method.anywhere for one in some))),
    *_ADMINISTERING,
}
ACTIONS: Final = tuple(sorted({action.lower(): action for action in sorted(_NEEDED)}.values(), key=str.lower))
BIT: Final = {action.lower(): 1 << place for place, action in enumerate(ACTIONS)}
_ACCOUNTS: Final = "microsoft.cognitiveservices/accounts"
_LOWER: Final = {
    True: tuple((a.lower().removeprefix(DATA), BIT[a.lower()]) for a in ACTIONS if a.startswith(DATA)),
    False: tuple((a.lower(), BIT[a.lower()]) for a in ACTIONS if not a.startswith(DATA)),
}
_EXACT: Final = {data: dict(pairs) for data, pairs in _LOWER.items()}


def mask_of(actions: Iterable[str]) -> int:
    """The bits of some actions, written as in the tables."""
    found = 0
    for action in actions:
        found |= BIT[action.lower()]
    return found


def pattern_mask(pattern: str, data: bool) -> int:
    """The bits of the actions that a pattern stands for, among those that work on data or among the others."""
    lowered = pattern.lower()
    if "*" not in lowered:
        return _EXACT[data].get(lowered, 0)
    return _wild(lowered, data)


@lru_cache(maxsize=1 << 14)
def _wild(pattern: str, data: bool) -> int:
    found = 0
    for action, bit in _LOWER[data]:
        if matches(pattern, action):
            found |= bit
    return found


@lru_cache(maxsize=1 << 12)
def possible_on(type_: str) -> int:
    """The bits of the actions that can be done to a resource of a type, or to what lies in it; all for no type.

    Owner of one machine may, by the letter of its role, read every secret; on the machine there is none to read.
    """
    if not type_:
        return (1 << len(ACTIONS)) - 1
    top = "/".join(type_.split("/")[:2])
    found = 0
    for action, bit in BIT.items():
        path = action.removeprefix(DATA)
        acted = path.rpartition("/")[0]
        if path.endswith("/action"):
            acted = acted.rpartition("/")[0]
        extends = acted.startswith(("microsoft.authorization/", "microsoft.insights/diagnosticsettings"))
        # Projects of an account are served by the data actions of the account.
        serves = action.startswith(DATA) and top == _ACCOUNTS and acted.startswith(f"{top}/")
        if extends or serves or f"{acted}/".startswith(f"{type_}/"):
            found |= bit
    return found


ADMINISTERS: Final = mask_of(_ADMINISTERING)
"""Whoever may do all of these administers: Owner and User Access Administrator, and custom roles that equal them."""
