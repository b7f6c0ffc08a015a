"""What is left out of what somebody controls: scopes that are denied inside of one that is held."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec


class Cut(msgspec.Struct, frozen=True, gc=False, eq=False):
    """Scopes that are left out of what somebody controls, and a name for just those."""

    scopes: frozenset[str]
    digest: str


def cut(scopes: Iterable[str]) -> Cut | None:
    """Some scopes as one; None for none."""
    found = sorted({*scopes})
    return Cut(frozenset(found), digest_of(found)) if found else None


def digest_of(parts: Iterable[str]) -> str:
    """A short name for some texts in their order."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
