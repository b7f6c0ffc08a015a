"""Patterns of actions in role definitions: `*` is any text, slashes included; letters of either case are the same."""

from __future__ import annotations


def matches(pattern: str, action: str) -> bool:
    """Whether an action is among those that a pattern stands for; both in lower case.

    Pieces between stars are looked for from left to right, each once, so that no pattern is costly.
    """
    pieces = pattern.split("*")
    if len(pieces) == 1:
        return pattern == action
    first, last = pieces[0], pieces[-1]
    if len(action) < len(first) + len(last) or not action.startswith(first) or not action.endswith(last):
        return False
    place, end = len(first), len(action) - len(last)
    for piece in pieces[1:-1]:
        found = action.find(piece, place, end)
        if found < 0:
            return False
        place = found + len(piece)
    return True
