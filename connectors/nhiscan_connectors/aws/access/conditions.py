"""Conditions of a statement: every operator of the policy language, over a context in which keys may be open.

The answer to a condition is True, False, or the set of open keys that decide it.
Source: IAM User Guide, "IAM JSON policy elements: Condition operators" and "Multivalued context keys".
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal, TypeAlias

import msgspec

from nhiscan_connectors.aws.access.context import Context
from nhiscan_connectors.aws.access.patterns import Tokens, expression, matches, tokens

Truth: TypeAlias = bool | frozenset[str]
"""True, False, or the keys that would have to be known."""

Quantifier: TypeAlias = Literal["", "forallvalues", "foranyvalue"]


class Test(msgspec.Struct, frozen=True):
    """One operator on one key."""

    operator: str
    """Lower-case, without quantifier and IfExists: "stringnotlike"."""
    quantifier: Quantifier
    if_exists: bool
    key: str
    """As written; compared without regard to case."""
    lower: str
    values: tuple[str, ...]
    variables: bool
    """Whether `${...}` in the values are policy variables."""
    text: str
    """Operator as written, for sentences."""


Compare: TypeAlias = Callable[[str, str], bool]
"""(policy value, request value) -> whether they match."""


_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)


def _number(text: str) -> float | None:
    # Python's own reading takes "nan", "inf", "1_0" and digits of other scripts as well.
    return float(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date or an epoch number."""
    number = _number(text)
    if number is not None:
        return number
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


@lru_cache(maxsize=4096)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _in_network(policy: str, request: str) -> bool:
    wide, narrow = _network(policy), _network(request)
    if isinstance(wide, ipaddress.IPv4Network):
        return isinstance(narrow, ipaddress.IPv4Network) and narrow.subnet_of(wide)
    return wide is not None and isinstance(narrow, ipaddress.IPv6Network) and narrow.subnet_of(wide)


def _ordered(parse: Callable[[str], float | None], test: Callable[[float, float], bool]) -> Compare:
    def compare(policy: str, request: str) -> bool:
        limit, value = parse(policy), parse(request)
        return limit is not None and value is not None and test(value, limit)

    return compare


_ORDER: dict[str, Callable[[float, float], bool]] = {
    "equals": lambda value, limit: value == limit,
    "lessthan": lambda value, limit: value < limit,
    "lessthanequals": lambda value, limit: value <= limit,
    "greaterthan": lambda value, limit: value > limit,
    "greaterthanequals": lambda value, limit: value >= limit,
}

_COMPARE: dict[str, Compare] = {
    "stringequals": lambda policy, request: policy == request,
    "stringequalsignorecase": lambda policy, request: policy.casefold() == request.casefold(),
    "binaryequals": lambda policy, request: policy == request,
    "bool": lambda policy, request: policy.lower() == request.lower(),
    "ipaddress": _in_network,
    **{f"numeric{name}": _ordered(_number, test) for name, test in _ORDER.items()},
    **{f"date{name}": _ordered(_moment, test) for name, test in _ORDER.items()},
}
_PATTERNS: dict[str, Literal["text", "arn"]] = {"stringlike": "text", "arnlike": "arn", "arnequals": "arn"}
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
}
_KNOWN = {*_COMPARE, *_PATTERNS, *_NEGATED, "null"}
OPERATORS = frozenset(_KNOWN)
"""Every base operator, lower-case."""


def takes_variables(operator: str) -> bool:
    """Whether policy variables are filled in in the values of a base operator: those of text and ARNs alone.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    return operator.startswith(("string", "arn"))


def split_operator(written: str) -> tuple[str, Quantifier, bool] | None:
    """Base operator, quantifier and IfExists of an operator as written; None when there is no such operator."""
    name = written.strip().lower()
    quantifier: Quantifier = ""
    if name.startswith("forallvalues:"):
        quantifier, name = "forallvalues", name.removeprefix("forallvalues:")
    elif name.startswith("foranyvalue:"):
        quantifier, name = "foranyvalue", name.removeprefix("foranyvalue:")
    if_exists = name.endswith("ifexists") and name != "nullifexists"
    name = name.removesuffix("ifexists") if if_exists else name
    return (name, quantifier, if_exists) if name in _KNOWN else None


def all_of(truths: Iterable[Truth]) -> Truth:
    """True when all are; open when none is False and some are open."""
    keys: frozenset[str] = frozenset()
    for truth in truths:
        if truth is False:
            return False
        if truth is not True:
            keys |= truth
    return keys or True


def any_of(truths: Iterable[Truth]) -> Truth:
    """True when one is; open when none is True and some are open."""
    keys: frozenset[str] = frozenset()
    for truth in truths:
        if truth is True:
            return True
        if truth is not False:
            keys |= truth
    return keys or False


def negated_of(truth: Truth) -> Truth:
    return not truth if isinstance(truth, bool) else truth


def holds(tests: Iterable[Test], context: Context) -> Truth:
    """Whether all conditions of a statement hold."""
    return all_of(evaluate(test, context) for test in tests)


def evaluate(test: Test, context: Context) -> Truth:
    """Whether one condition holds."""
    present = context.get(test.lower)
    if test.operator == "null":
        if present is None:
            return frozenset((test.key,))
        return any_of(value.lower() == ("false" if present else "true") for value in test.values)
    if present is None:
        return frozenset((test.key,))
    if test.quantifier:
        present = tuple(value for value in present if value)  # set operators take empty texts as no values
    if not present:
        return _without_key(test)
    base = _NEGATED.get(test.operator, test.operator)
    negated = base != test.operator

    def one(value: str) -> Truth:
        found = any_of(_compare(base, policy, value, test.variables, context) for policy in test.values)
        return negated_of(found) if negated else found

    if test.quantifier == "forallvalues":
        return all_of(one(value) for value in present)
    if test.quantifier == "foranyvalue":
        return any_of(one(value) for value in present)
    return all_of(one(value) for value in present) if negated else any_of(one(value) for value in present)


def _without_key(test: Test) -> bool:
    if test.if_exists or test.quantifier == "forallvalues":
        return True
    if test.quantifier == "foranyvalue":
        return False
    return test.operator in _NEGATED


def _compare(base: str, policy: str, request: str, variables: bool, context: Context) -> Truth:
    kind = _PATTERNS.get(base)
    if not variables or "${" not in policy:
        if kind is None:
            return _COMPARE[base](policy, request)
        return matches(policy, request, kind)
    parts = substitute(policy, context)
    if isinstance(parts, frozenset):
        return parts
    if parts is None:
        return False
    if kind is None:
        return _COMPARE[base]("".join(part[0] if isinstance(part, tuple) else part for part in parts), request)
    return with_parts(parts, kind).match(request) is not None


Parts: TypeAlias = tuple[str | tuple[str], ...]
"""Pattern text, and literal text wrapped in a tuple."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_ESCAPES = {"*", "?", "$"}


def substitute(text: str, context: Context) -> Parts | frozenset[str] | None:
    """Fill in policy variables. None: one has no value, so nothing matches; a set: the keys that are open.

    Source: IAM User Guide, "IAM policy elements: Variables and tags".
    """
    parts: list[str | tuple[str]] = []
    position = 0
    keys: set[str] = set()
    for found in _VARIABLE.finditer(text):
        if found.start() > position:
            parts.append(text[position : found.start()])
        position = found.end()
        name, comma, default = found.group(1).partition(",")
        name = name.strip()
        if name in _ESCAPES:
            parts.append((name,))
            continue
        values = context.get(name.lower())
        if values is None:
            keys.add(name)
        elif len(values) == 1:
            parts.append((values[0],))
        elif not values and comma:
            parts.append((default.strip().strip("'"),))
        else:
            return None  # no value, or several: a variable stands for exactly one
    if keys:
        return frozenset(keys)
    if position < len(text):
        parts.append(text[position:])
    return tuple(parts)


@lru_cache(maxsize=1 << 14)
def _compiled_parts(items: Tokens) -> re.Pattern[str]:
    return expression(items)


def with_parts(parts: Parts, kind: Literal["text", "resource", "arn"]) -> re.Pattern[str]:
    """The expression of a pattern after its variables were filled in."""
    return _compiled_parts(tokens(parts, kind))
