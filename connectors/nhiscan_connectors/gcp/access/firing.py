"""Which methods fire for a set of permissions, by the kind of thing that they take over. Worked out once a set."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from nhiscan_connectors.gcp.access.hosts import DELEGATE
from nhiscan_connectors.gcp.access.method import ACCOUNT, ACT_AS, PERHAPS, Method
from nhiscan_connectors.gcp.access.methods import METHODS
from nhiscan_connectors.gcp.access.universe import mask_of

SCOPE: Final = "scope:"
"""Stands before the kind of a scope among the kinds of hosts, for its administration."""
CROSS_PROJECT: Final = "accounts may be attached in other projects than their own"


class Firing(msgspec.Struct, frozen=True, gc=False, eq=False):
    """What can be taken over, and by which methods, the simplest first."""

    free: dict[str, tuple[Method, ...]]
    """Kind -> methods that need nothing but permissions."""
    noted: dict[tuple[str, str], tuple[Method, ...]]
    """Kind and note -> methods that need what the note says besides."""


class _Needs(msgspec.Struct, frozen=True, gc=False):
    method: Method
    on: int
    there: int
    kinds: tuple[str, ...]


def _kinds(method: Method) -> tuple[str, ...]:
    match method.aim:
        case "scope":
            return (f"{SCOPE}{method.level}",)
        case "delegate":
            return (DELEGATE,)
        case _:
            return method.all_kinds


_NEEDS: Final = tuple(
    _Needs(method, mask_of(method.on), mask_of(method.there), _kinds(method))
    for method in METHODS
    if method.aim in ("scope", "host", "delegate")
)
_ON: Final = {needs.method.id: needs.on for needs in _NEEDS}
_ALL: Final = {needs.method.id: needs.on | needs.there for needs in _NEEDS}
USED: Final = mask_of(permission for method in METHODS for permission in method.on)
_ACT_AS: Final = mask_of((ACT_AS,))
THERE: Final = mask_of(permission for method in METHODS for permission in method.there)
_UNSEEN: Final = f"{ACCOUNT}{PERHAPS}"
UNSEEN: Final = "there is something of the kind, which could not be read"


def fire(mask: int, there: int, elsewhere: int) -> Firing:
    """What fires for permissions held on a thing, in its project, and in any project."""
    if not mask & _ACT_AS:
        return _fire(mask & USED, 0, 0)  # only what attaches an account needs anything else
    return _fire(mask & USED, there & THERE, elsewhere & THERE)


@lru_cache(maxsize=1 << 14)
def _fire(mask: int, there: int, elsewhere: int) -> Firing:
    free: dict[str, list[Method]] = {}
    noted: dict[tuple[str, str], list[Method]] = {}
    for needs in _NEEDS:
        method = needs.method
        if mask & needs.on != needs.on:
            continue
        notes = [method.note] if method.note else []
        if there & needs.there != needs.there:
            if elsewhere & needs.there != needs.there:
                continue
            notes.append(CROSS_PROJECT)
        for kind in needs.kinds:
            unseen = [UNSEEN] if kind.startswith(_UNSEEN) else []
            if notes or unseen:
                noted.setdefault((kind, " and ".join((*notes, *unseen))), []).append(method)
            else:
                free.setdefault(kind, []).append(method)
    return Firing(
        {kind: tuple(methods) for kind, methods in free.items()},
        {key: tuple(methods) for key, methods in noted.items()},
    )


@lru_cache(maxsize=1 << 14)
def needed_by(methods: tuple[Method, ...], conditions: tuple[str, ...]) -> tuple[int, ...]:
    """The permissions of each method where the thing lies that it takes over."""
    elsewhere = any(CROSS_PROJECT in condition for condition in conditions)
    return tuple((_ON if elsewhere else _ALL)[method.id] for method in methods)


def all_needed_by(methods: tuple[Method, ...]) -> int:
    """The permissions of some methods, wherever they are needed."""
    found = 0
    for method in methods:
        found |= _ALL[method.id]
    return found


_COMBINED: Final = tuple(
    (1 << place, needs.on | needs.there)
    for place, needs in enumerate(_NEEDS)
    if (needs.on | needs.there).bit_count() > 1
)


def partly(mask: int) -> int:
    """Bits of the methods of which permissions are some but not all that is needed."""
    return _partly(mask & (USED | THERE))


@lru_cache(maxsize=1 << 14)
def _partly(mask: int) -> int:
    found = 0
    for bit, needed in _COMBINED:
        if mask & needed and mask & needed != needed:
            found |= bit
    return found
