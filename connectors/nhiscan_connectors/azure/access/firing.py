"""Which methods fire for a set of actions, by the type of thing that they take over. Worked out once a set."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from nhiscan_connectors.azure.access.method import Method
from nhiscan_connectors.azure.access.methods import METHODS
from nhiscan_connectors.azure.access.universe import mask_of

SCOPE: Final = "scope"
"""Stands among kinds of hosts for the scope itself."""


class Firing(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What can be taken over, and by which methods, the simplest first."""

    free: dict[str, tuple[Method, ...]]
    """Kind -> methods that need nothing but permissions."""
    noted: dict[tuple[str, str], tuple[Method, ...]]
    """Kind and note -> methods that need what the note says besides."""


class _Needs(msgspec.Struct, frozen=True, gc=False):
    method: Method
    on: int
    anywhere: tuple[int, ...]


_NEEDS: Final = tuple(
    _Needs(method, mask_of(method.on), tuple(mask_of(some) for some in method.anywhere)) for method in METHODS
)
_ON: Final = {needs.method.id: needs.on for needs in _NEEDS}
USED: Final = mask_of(action for method in METHODS for action in method.on)
ELSEWHERE: Final = mask_of(one for method in METHODS for some in method.anywhere for one in some)


def fire(mask: int, elsewhere: int) -> Firing:
    """What fires for actions held on a thing, and actions held at some scope or other."""
    return _fire(mask & USED, elsewhere & ELSEWHERE)


@lru_cache(maxsize=1 << 14)
def _fire(mask: int, elsewhere: int) -> Firing:
    free: dict[str, list[Method]] = {}
    noted: dict[tuple[str, str], list[Method]] = {}
    for needs in _NEEDS:
        method = needs.method
        if mask & needs.on != needs.on:
            continue
        if needs.anywhere and not any(elsewhere & some == some for some in needs.anywhere):
            continue
        for kind in method.kinds if method.aim == "host" else (SCOPE,):
            if method.note:
                noted.setdefault((kind, method.note), []).append(method)
            else:
                free.setdefault(kind, []).append(method)
    return Firing(
        {kind: tuple(methods) for kind, methods in free.items()},
        {key: tuple(methods) for key, methods in noted.items()},
    )


def actions_of(methods: tuple[Method, ...]) -> tuple[int, ...]:
    """The actions of each method on the thing that it takes over."""
    return tuple(_ON[method.id] for method in methods)


_COMBINED: Final = tuple(
    (1 << place, needs) for place, needs in enumerate(_NEEDS) if needs.anywhere or needs.on.bit_count() > 1
)


def partly(mask: int, elsewhere: int = 0) -> int:
    """Bits of the methods of which actions on a thing, and actions elsewhere, are some but not all that is needed."""
    return _partly(mask & USED, elsewhere & ELSEWHERE)


@lru_cache(maxsize=1 << 14)
def _partly(mask: int, elsewhere: int) -> int:
    found = 0
    for bit, needs in _COMBINED:
        whole = mask & needs.on == needs.on and (
            not needs.anywhere or any(elsewhere & some == some for some in needs.anywhere)
        )
        if mask & needs.on and not whole:
            found |= bit
    return found
