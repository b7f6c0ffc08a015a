"""Conditions of providers: which tokens of an issuer a pool takes at all.

A condition is an expression over claims and over the attributes that are mapped from them. It is read as alternatives,
each of which says all that a token must fulfil. What is not understood remains in them as a need that nobody has read.
Source: "Workload Identity Federation: Attribute conditions".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import product
from typing import Final

from nhiscan.access.names import literal
from nhiscan_connectors.gcp.access.expressions import And, Node, Not, Open, Or, Test, parse
from nhiscan_connectors.gcp.federation.needs import How, Need, Needs, needs_of, plain_names, together, unread

KEY: Final = "attributeCondition"
_MOST: Final = 24
"""Alternatives of a condition that are kept apart."""
_REGULAR: Final = re.compile(r"[.^$*+?()\[\]{}|\\]")


def alternatives(condition: str, mapping: Mapping[str, str]) -> list[Needs]:
    """What a condition asks for: any one of the alternatives. Without a condition nothing is asked for."""
    if not condition.strip():
        return [()]
    text, names = plain_names(condition)
    whole = (unread(KEY, condition[:300]),)
    found = _Reader(names, mapping, whole).of(parse(text), negated=False)
    return [whole] if found is None else found


class _Reader:
    """Reads one condition. `whole`: stands for what is not understood."""

    def __init__(self, names: Mapping[str, str], mapping: Mapping[str, str], whole: Needs) -> None:
        self._names = names
        self._mapping = mapping
        self._whole = whole

    def of(self, node: Node, *, negated: bool) -> list[Needs] | None:
        """Alternatives of a node; None when they are too many."""
        match node:
            case Not():
                return self.of(node.part, negated=not negated)
            case And() | Or():
                parts = [self.of(part, negated=negated) for part in node.parts]
                read = [part for part in parts if part is not None]
                if len(read) < len(parts):
                    return None
                return _all(read) if isinstance(node, And) != negated else _any(read)
            case Open() if node.value is not None:
                return [()] if node.value != negated else []
            case Test():
                return self._test(node, negated=negated)
            case _:
                return [self._whole]

    def _test(self, test: Test, *, negated: bool) -> list[Needs]:
        asked = _asked(test, negated=negated)
        if asked is None:
            return [self._whole]
        how, values = asked
        before, dot, name = test.attribute.partition(".")
        if before == "assertion" and dot:
            return [(Need(claim=self._names.get(name, name), how=how, values=values),)]
        if test.attribute in self._mapping:
            found = needs_of(self._mapping, test.attribute, how, values)
            if not (how == "not equals" and found and found[0][0].how == "unread"):
                return found
        return [self._whole]


def _asked(test: Test, *, negated: bool) -> tuple[How, tuple[str, ...]] | None:
    """How a claim is compared and with what; None for what has no like among the needs."""
    values = test.values
    if test.asks in ("==", "!=") and len(values) == 1:
        return ("equals" if (test.asks == "==") != negated else "not equals"), values
    if test.asks == "in":
        return ("not equals" if negated else "equals"), values
    if negated or len(values) != 1:
        return None
    whole = literal(values[0])
    match test.asks:
        case "startsWith":
            return "like", (f"{whole}*",)
        case "endsWith":
            return "like", (f"*{whole}",)
        case "contains":
            return "like", (f"*{whole}*",)
        case "matches":
            return _matched(values[0])
        case _:
            return None


def _matched(expression: str) -> tuple[How, tuple[str, ...]] | None:
    """A regular expression as a pattern, where it is no more than a text with ".*" at an end."""
    begins, ends = expression.startswith("^"), expression.endswith("$") and not expression.endswith("\\$")
    inner = expression.removeprefix("^").removesuffix("$" if ends else "")
    before = "" if begins and not inner.startswith(".*") else "*"
    after = "" if ends and not inner.endswith(".*") else "*"
    inner = inner.removeprefix(".*").removesuffix(".*")
    bare = re.sub(r"\\([^\w\s])", lambda found: f"\0{ord(found[1])}\0", inner)
    if _REGULAR.search(bare):
        return None
    text = re.sub(r"\0(\d+)\0", lambda found: chr(int(found[1])), bare)
    if not before and not after:
        return "equals", (text,)
    return "like", (f"{before}{literal(text)}{after}",)


def _all(parts: list[list[Needs]]) -> list[Needs] | None:
    size = 1
    for part in parts:
        size *= len(part)
        if size > _MOST:
            return None
    joined = (together(*(need for needs in chosen for need in needs)) for chosen in product(*parts))
    return list(dict.fromkeys(needs for needs in joined if needs is not None))


def _any(parts: list[list[Needs]]) -> list[Needs] | None:
    found = list(dict.fromkeys(needs for part in parts for needs in part))
    if () in found:
        return [()]
    merged: dict[str, Need] = {}
    left: list[Needs] = []
    for needs in found:
        if len(needs) == 1 and needs[0].how == "equals":
            known = merged.get(needs[0].claim)
            values = (*known.values, *needs[0].values) if known else needs[0].values
            merged[needs[0].claim] = Need(claim=needs[0].claim, how="equals", values=tuple(dict.fromkeys(values)))
        else:
            left.append(needs)
    both = [*((need,) for need in merged.values()), *left]
    return both if len(both) <= _MOST else None
