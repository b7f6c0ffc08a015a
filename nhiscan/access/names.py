"""Names that stand for many identities: an OIDC trust may accept every subject that fits a pattern."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache

_END = "\U0010ffff"


def is_pattern(name: str) -> bool:
    """Whether a name of a trusted principal stands for all that fit: `oidc:<issuer>#repo:acme/*`."""
    return name.startswith("oidc:") and ("*" in name or "?" in name)


def literal(subject: str) -> str:
    """A subject as part of a name that stands for it alone, where the trust compares it letter by letter.

    Names have no other way to tell a star from a pattern's: "repo:acme/*" becomes "repo:acme/%2A".
    """
    return subject.replace("*", "%2A").replace("?", "%3F")


@lru_cache(maxsize=1 << 14)
def _expression(pattern: str) -> re.Pattern[str]:
    pieces = ["".join("." if char == "?" else re.escape(char) for char in piece) for piece in pattern.split("*")]
    if len(pieces) == 1:
        return re.compile(pieces[0] + r"\Z", re.DOTALL)
    # Atomic groups: a hostile pattern full of stars costs no more than a harmless one.
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    return re.compile(f"{pieces[0]}{middle}.*{pieces[-1]}\\Z", re.DOTALL)


def fits(pattern: str, name: str) -> bool:
    """Whether a name is among those that a pattern stands for. `*` is any text, `?` one character."""
    return _expression(pattern).match(name) is not None


class Names:
    """Names of identities, to be found by pattern without looking at all of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._sorted = sorted(name for name in names if name.startswith("oidc:"))

    def fitting(self, pattern: str) -> Iterator[str]:
        """Names that a pattern stands for."""
        prefix = re.split(r"[*?]", pattern, maxsplit=1)[0]
        start = bisect_left(self._sorted, prefix)
        for name in self._sorted[start : bisect_left(self._sorted, prefix + _END)]:
            if fits(pattern, name):
                yield name


def members_by_pattern(patterns: Iterable[str], names: Iterable[str]) -> dict[str, list[str]]:
    """Pattern -> the names that it stands for, the pattern itself left out."""
    index = Names(names)
    found: dict[str, list[str]] = defaultdict(list)
    for pattern in patterns:
        if is_pattern(pattern):
            found[pattern] = [name for name in index.fitting(pattern) if name != pattern]
    return found
