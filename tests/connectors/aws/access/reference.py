"""A second evaluator of identity policies, written to be read: slow, literal, and sharing no code with the real one.

It answers for a request whose context is wholly known.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

Request = dict[str, Any]
"""action, resource, and context: condition key -> list of values; a key that is not there is absent."""


def evaluate(documents: list[dict[str, Any]], request: Request) -> bool:
    """Whether documents that apply together allow a request: some Allow, no Deny."""
    statements = [s for d in documents for s in listed(d["Statement"]) if applies(s, d.get("Version"), request)]
    effects = {s["Effect"] for s in statements}
    return "Allow" in effects and "Deny" not in effects


def evaluate_layers(layers: list[list[dict[str, Any]]], request: Request) -> bool:
    """Whether every layer allows and none denies."""
    return all(evaluate(documents, request) for documents in layers)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def applies(statement: dict[str, Any], version: str | None, request: Request) -> bool:
    variables = version == "2012-10-17"
    if "Action" in statement:
        if not any(glob(a.lower(), request["action"].lower()) for a in listed(statement["Action"])):
            return False
    elif any(glob(a.lower(), request["action"].lower()) for a in listed(statement["NotAction"])):
        return False
    if "Resource" in statement:
        if not any(resource_fits(r, variables, request) for r in listed(statement["Resource"])):
            return False
    elif any(resource_fits(r, variables, request) for r in listed(statement["NotResource"])):
        return False
    for operator, keys in statement.get("Condition", {}).items():
        for key, values in keys.items():
            if not condition_holds(operator, key, listed(values), variables, request):
                return False
    return True


def fill(text: str, variables: bool, request: Request) -> list[tuple[str, bool]] | None:
    """Characters with whether each is literal; None when a variable has no single value."""
    out: list[tuple[str, bool]] = []
    i = 0
    while i < len(text):
        if variables and text.startswith("${", i) and "}" in text[i:]:
            end = text.index("}", i)
            name = text[i + 2 : end]
            i = end + 1
            if name in ("*", "?", "$"):
                out.append((name, True))
                continue
            name, _, default = name.partition(",")
            values = lookup(name.strip(), request)
            if values is not None and len(values) == 1:
                out.extend((c, True) for c in values[0])
            elif values is None and default:
                out.extend((c, True) for c in default.strip().strip("'"))
            else:
                return None
        else:
            out.append((text[i], False))
            i += 1
    return out


def lookup(key: str, request: Request) -> list[str] | None:
    for name, values in request["context"].items():
        if name.lower() == key.lower():
            return values or None
    return None


def resource_fits(pattern: str, variables: bool, request: Request) -> bool:
    chars = fill(pattern, variables, request)
    return chars is not None and resource_match(tuple(chars), request["resource"])


@lru_cache(maxsize=200_000)
def resource_match(chars: tuple[tuple[str, bool], ...], text: str) -> bool:
    """A star stays within its segment unless it ends it, and is free after the fifth colon of the pattern."""

    @cache
    def at(i: int, j: int, colons: int) -> bool:
        if i == len(chars):
            return j == len(text)
        char, literal = chars[i]
        if literal or char not in "*?":
            return j < len(text) and text[j] == char and at(i + 1, j + 1, colons + (char == ":"))
        last = i + 1 == len(chars)
        free = colons >= 5
        if char == "?":
            return j < len(text) and (free or text[j] != ":") and at(i + 1, j + 1, colons)
        crosses = free or last or chars[i + 1] == (":", False)
        if at(i + 1, j, colons):
            return True
        return j < len(text) and (crosses or text[j] != ":") and at(i, j + 1, colons)

    return at(0, 0, 0)


def glob(pattern: str, text: str) -> bool:
    """Wildcards that match anything, colons as well."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return glob(pattern[1:], text) or (bool(text) and glob(pattern, text[1:]))
    if not text or (pattern[0] != "?" and pattern[0] != text[0]):
        return False
    return glob(pattern[1:], text[1:])


def condition_holds(operator: str, key: str, values: list[Any], variables: bool, request: Request) -> bool:
    name = operator.lower()
    present = lookup(key, request)
    if name == "null":
        return any((present is None) == (str(v).lower() == "true") for v in values)
    every, some = name.startswith("forallvalues:"), name.startswith("foranyvalue:")
    name = name.rpartition(":")[2]
    optional = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    negative = "not" in name
    if present is not None and (every or some):
        present = [value for value in present if value] or None
    variables = variables and name.startswith(("string", "arn"))
    if present is None:
        return optional or every or (negative and not some)

    def one(value: str) -> bool:
        hit = any(compare(name.replace("not", ""), str(v), value, variables, request) for v in values)
        return hit != negative

    if every:
        return all(one(v) for v in present)
    if some:
        return any(one(v) for v in present)
    return all(one(v) for v in present) if negative else any(one(v) for v in present)


def compare(name: str, policy: str, value: str, variables: bool, request: Request) -> bool:
    chars = fill(policy, variables, request)
    if chars is None:
        return False
    plain = "".join(c for c, _ in chars)
    if name in ("stringlike", "arnlike", "arnequals"):
        segments = name.startswith("arn") and plain != "*"
        return like(tuple(chars), value, segments)
    if name == "stringequals":
        return plain == value
    if name == "stringequalsignorecase":
        return plain.casefold() == value.casefold()
    if name == "bool":
        return plain.lower() == value.lower()
    if name == "ipaddress":
        return ipaddress.ip_address(value) in ipaddress.ip_network(plain, strict=False)
    moment = name.startswith("date")
    left, right = (seconds(value), seconds(plain)) if moment else (float(value), float(plain))
    order = name.removeprefix("date").removeprefix("numeric")
    return {
        "equals": left == right,
        "lessthan": left < right,
        "lessthanequals": left <= right,
        "greaterthan": left > right,
        "greaterthanequals": left >= right,
    }[order]


def like(chars: tuple[tuple[str, bool], ...], text: str, segments: bool) -> bool:
    @cache
    def at(i: int, j: int, colons: int) -> bool:
        if i == len(chars):
            return j == len(text)
        char, literal = chars[i]
        if literal or char not in "*?":
            return j < len(text) and text[j] == char and at(i + 1, j + 1, colons + (char == ":"))
        free = not segments or colons >= 5 or (char == "*" and i + 1 == len(chars))
        if char == "?":
            return j < len(text) and (free or text[j] != ":") and at(i + 1, j + 1, colons)
        return at(i + 1, j, colons) or (j < len(text) and (free or text[j] != ":") and at(i, j + 1, colons))

    return at(0, 0, 0)


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
