"""Conditions of role assignments (ABAC): which of the actions they bind, and what sentences call them.

Most are written as the portal makes them: clauses joined by AND, each "the action is none of these OR an expression
holds". Of those, actions that no clause names are free. What is not of that form binds everything.
Source: "Azure role assignment condition format and syntax".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

import msgspec

from nhiscan_connectors.azure.access.patterns import matches
from nhiscan_connectors.azure.access.universe import pattern_mask

_LONGEST: Final = 240
_MOST_READ: Final = 8192
"""Azure's own limit is 8 KB; what is longer is not taken apart."""
_DEEPEST: Final = 20
"""Brackets around brackets that are taken off; nobody writes so many."""
_TARGET: Final = re.compile(
    r"!\s{0,9}\(\s{0,9}ActionMatches\s{0,9}\{\s{0,9}'([^']{1,400})'\s{0,9}\}"
    # Some uses of the action are left free then; that they are does not make the others free.
    r"(?:\s{1,9}(?:AND|&&)\s{1,9}(?:NOT\s{1,9}|!\s{0,9})?SubOperationMatches\s{0,9}\{[^}]{0,400}\})?\s{0,9}\)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"(AND|OR|&&|\|\|)(?=[\s(!]|$)", re.IGNORECASE)


class Bound(msgspec.Struct, frozen=True, gc=False):
    """What a condition does to a set of actions."""

    free: int
    """Actions that it leaves alone."""
    name: str
    """The condition as text, shortened."""


def name_of(condition: str) -> str:
    """A condition as a report shows it: on one line, shortened."""
    text = " ".join(condition.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


@lru_cache(maxsize=1 << 12)
def bound(condition: str) -> Bound:
    """Which actions a condition leaves free. None are where it cannot be taken apart."""
    targets = _targets(condition)
    if targets is None:
        return Bound(0, name_of(condition))
    taken = 0
    for target in targets:
        taken |= pattern_mask(target, True) | pattern_mask(target, False)
    return Bound(~taken, name_of(condition))


def binds(condition: str, action: str) -> bool:
    """Whether a condition says anything about one action, which is in lower case."""
    targets = _targets(condition)
    return targets is None or any(matches(target.lower(), action) for target in targets)


@lru_cache(maxsize=1 << 12)
def _targets(condition: str) -> tuple[str, ...] | None:
    """The actions that the clauses name; None where some clause is of another form."""
    if len(condition) > _MOST_READ:
        return None
    found: list[str] = []
    for clause in _parts(_bare(condition), ("and", "&&")):
        alternatives = _parts(_bare(clause), ("or", "||"))
        if len(alternatives) < 2:
            return None
        guard = alternatives[0]
        named = _TARGET.findall(guard)
        rest = _TARGET.sub("", guard)
        if not named or re.sub(r"AND|&&|[()\s]", "", rest, flags=re.IGNORECASE):
            return None
        found += named
    return tuple(found)


def _bare(text: str) -> str:
    """A text without brackets around all of it."""
    text = text.strip()
    for _ in range(_DEEPEST):
        if not text.startswith("(") or _closing(text) != len(text) - 1:
            break
        text = text[1:-1].strip()
    return text


def _closing(text: str) -> int:
    """Where the bracket that a text begins with is closed; -1 where it never is."""
    depth = 0
    quoted = False
    for place, char in enumerate(text):
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return place
    return -1


def _parts(text: str, words: tuple[str, ...]) -> list[str]:
    """A text split at a word that stands outside of all brackets and quotes."""
    parts: list[str] = []
    depth, start, place = 0, 0, 0
    quoted = False
    while place < len(text):
        char = text[place]
        if char == "'":
            quoted = not quoted
        elif not quoted and char in "({":
            depth += 1
        elif not quoted and char in ")}":
            depth -= 1
        elif not quoted and depth == 0 and (place == 0 or text[place - 1] in " \t\r\n)"):
            word = _WORD.match(text, place)
            if word is not None and word[1].lower() in words:
                parts.append(text[start:place])
                place = start = word.end()
                continue
        place += 1
    parts.append(text[start:])
    return parts
