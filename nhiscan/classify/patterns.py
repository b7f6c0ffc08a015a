"""Patterns that a company writes for names: globs, and regular expressions that cannot run away.

Names are the attacker's to choose, so an expression must be quick on every one of them. Python's engine tries every
way to match; `compile_pattern` counts those ways from the expression alone and refuses one that has too many.
"""

from __future__ import annotations

import fnmatch
import re
import warnings
from collections.abc import Callable
from typing import Final, TypeAlias

from nhiscan.errors import UsageError

LONGEST_NAME: Final = 128
"""Characters of a name that an expression looks at; a longer name does not match an expression at all."""

LONGEST_PATTERN: Final = 256
MOST_WAYS: Final = 1 << 16
"""Most ways in which an expression may be able to match one name: about a millisecond's work."""

Matches: TypeAlias = Callable[[str], bool]

_EXPRESSION: Final = "re:"
_REPEAT: Final = re.compile(r"\{(\d*)(,?)(\d*)\}")
_ADVICE: Final = "Write a glob such as svc-*, or a simpler expression: no repeated groups, at most two of * and +."


def compile_pattern(pattern: str) -> Matches:
    """A test for whole names, case ignored: a glob (`svc-*`), or an expression after `re:` (`re:svc-[0-9]+`).

    Raises UsageError for an empty or overlong pattern, an expression that Python does not know, and one that could
    take long on a name made for it.
    """
    if not pattern or len(pattern) > LONGEST_PATTERN:
        raise UsageError(f"the pattern {pattern[:60]!r} has {len(pattern)} characters", "Use 1 to 256 characters.")
    if not pattern.startswith(_EXPRESSION):
        # A glob's translation makes each star commit to its first match, so it is quick whatever the name.
        glob = re.compile(fnmatch.translate(pattern.casefold()))
        return lambda name: glob.match(name.casefold()) is not None
    text = pattern.removeprefix(_EXPRESSION)
    try:
        with warnings.catch_warnings():
            # Python warns of sets that it will read differently one day; a rule must not change its meaning then.
            warnings.simplefilter("error")
            expression = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise UsageError(f"the expression {text!r} is not one: {error}", _ADVICE) from error
    if ways(text) > MOST_WAYS:
        raise UsageError(f"the expression {text!r} could take very long on a name made for it", _ADVICE)
    return lambda name: len(name) <= LONGEST_NAME and expression.fullmatch(name) is not None


def ways(expression: str) -> int:
    """An upper bound of the number of ways in which a valid expression can match a name of LONGEST_NAME characters.

    Each choice multiplies: `?` two ways, an alternation one more for each bar, a repetition as many as it may last.
    Raises UsageError for what cannot be bounded by counting: repeated groups, look-around, back-references.
    """
    total = 1
    at = 0
    after_group = False
    while at < len(expression):
        char = expression[at]
        repeat = _REPEAT.match(expression, at) if char == "{" else None
        if char == "\\":
            if at + 1 < len(expression) and expression[at + 1].isdigit():
                raise UsageError(f"the expression {expression!r} refers back to a group", _ADVICE)
            at, after_group = at + 2, False
        elif char == "[":
            at, after_group = _end_of_set(expression, at), False
        elif char == "(" and expression.startswith("(?", at) and not expression.startswith("(?:", at):
            raise UsageError(f"the expression {expression!r} uses an extension of the syntax", _ADVICE)
        elif char in "*+" or repeat:
            if after_group:
                raise UsageError(f"the expression {expression!r} repeats a group", _ADVICE)
            total *= _lengths(repeat) if repeat else LONGEST_NAME
            at = repeat.end() if repeat else at + 1
        else:
            total *= 2 if char in "?|" else 1
            # A `?` leaves the flag as it is, so that `(ab)?+` and its like are refused too.
            after_group = char == ")" or (after_group and char == "?")
            at += 1
        if total > MOST_WAYS:
            return total
    return total


def _lengths(repeat: re.Match[str]) -> int:
    """How many lengths `{m,n}` allows, at least one."""
    low, comma, high = repeat.groups()
    if not comma:
        return 1
    return max(1, (int(high) if high else LONGEST_NAME) - int(low or 0) + 1)


def _end_of_set(expression: str, at: int) -> int:
    """Index after the set that opens at `at`; a bracket that comes first stands for itself."""
    at += 1
    if expression.startswith("^", at):
        at += 1
    first = at
    while at < len(expression) and (expression[at] != "]" or at == first):
        at += 2 if expression[at] == "\\" else 1
    return at + 1
