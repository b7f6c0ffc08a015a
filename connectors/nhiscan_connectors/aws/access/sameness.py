"""When two identities get the same answers about a class of targets, whatever their policies look like.

A statement is reduced to what can matter for the class: its resource patterns with the caller's variables filled
in, without those that match nothing there or are covered by others, and those conditions that the caller alone does
not decide. Equal reductions give equal answers, so an answer is worked out once for each.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from nhiscan_connectors.aws.access.aims import AimClass, Item
from nhiscan_connectors.aws.access.conditions import Parts, Test, evaluate, substitute
from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.document import Statement
from nhiscan_connectors.aws.access.layers import Line, View
from nhiscan_connectors.aws.access.patterns import covers, has_wildcard

_OF_ITEMS = ("aws:resource", "iam:resourcetag/", "iam:permissionsboundary", "iam:passedtoservice")
"""Beginnings of condition keys that the target decides, or the method."""

_TOTAL: Hashable = ("*",)


def sameness(view: View, class_: AimClass, context: Context) -> Hashable:
    """Equal for two callers whose statements say the same about every item of a class."""
    if not view.personal:
        found = view.reduced.get(id(class_))
        if found is None:
            found = view.reduced[id(class_)] = _reduce(view, class_, context)
        return found
    return _reduce(view, class_, context)


def _reduce(view: View, class_: AimClass, context: Context) -> Hashable:
    allows: list[Hashable] = []
    for group in view.allows:
        reduced = set(_statements(group, class_, context))
        allows.append(frozenset((_TOTAL,)) if _TOTAL in reduced else frozenset(reduced))
    return tuple(allows), frozenset(_statements(view.denies, class_, context))


def _statements(lines: tuple[Line, ...], class_: AimClass, context: Context) -> Iterator[Hashable]:
    for line in lines:
        statement = line.statement
        tests = _tests(statement.tests, context)
        if tests is None:
            continue
        resources = _resources(statement, class_, context)
        if not statement.not_resource:
            if not resources:
                continue
            if not tests and resources == frozenset(("*",)):
                yield _TOTAL
                continue
        yield statement.not_resource, resources, tests


def _tests(tests: tuple[Test, ...], context: Context) -> tuple[Hashable, ...] | None:
    """Conditions that are left; None when one fails already."""
    left: list[Hashable] = []
    for test in tests:
        if not test.lower.startswith(_OF_ITEMS):
            truth = evaluate(test, context)
            if truth is False:
                return None
            if truth is True:
                continue
        filled: list[Hashable] = []
        if test.variables:
            filled = [substitute(value, context) for value in test.values if "${" in value]
        left.append((test.operator, test.quantifier, test.if_exists, test.lower, test.values, tuple(filled)))
    return tuple(left)


def _resources(statement: Statement, class_: AimClass, context: Context) -> frozenset[Hashable]:
    found: list[str] = []
    others: list[Hashable] = []
    for pattern, parts in filled_resources(statement, context):
        if pattern is not None:
            if pattern == "*":
                return frozenset(("*",))
            if class_.may_match(pattern):
                found.append(pattern)
        else:
            others.append(parts)
    wide = [pattern for pattern in found if has_wildcard(pattern)]
    if len(wide) <= _MOST_COMPARED:
        found = [one for one in found if not any(other != one and covers(other, one) for other in wide)]
    return frozenset((*found, *others))


_MOST_COMPARED = 8  # beyond that, comparing the patterns of a statement with each other costs more than it saves


def filled_resources(statement: Statement, context: Context) -> Iterator[tuple[str | None, Hashable]]:
    """Resource patterns with variables filled in: as a pattern where that is possible, else in parts.

    A value that holds a wildcard is literal there, so it cannot be written as a pattern; an open variable has no value.
    """
    for pattern in statement.resources:
        if not statement.variables or "${" not in pattern:
            yield pattern, None
            continue
        parts = substitute(pattern, context)
        if parts is None:
            continue
        if isinstance(parts, frozenset):
            yield None, (pattern, parts)
        else:
            text = as_pattern(parts)
            yield text, (None if text is not None else parts)


def as_pattern(parts: Parts) -> str | None:
    """Parts as one pattern; None when literal text in them looks like a wildcard."""
    out: list[str] = []
    for part in parts:
        if isinstance(part, tuple):
            if "*" in part[0] or "?" in part[0]:
                return None
            out.append(part[0])
        else:
            out.append(part)
    return "".join(out)


def candidates(view: View, class_: AimClass, context: Context) -> list[Item]:
    """Items that the caller's own statements may allow an action on; looks at few others."""
    seen: dict[int, Item] = {}
    for line in view.allows[0]:
        statement = line.statement
        if statement.not_resource:
            return class_.items
        for pattern, _ in filled_resources(statement, context):
            if pattern is None or pattern == "*":
                return class_.items
            for item in class_.matching(pattern):
                seen[id(item)] = item
    return sorted(seen.values(), key=lambda item: (item.arn, item.gains))
