"""Needs: what a token must say to be let in, in terms of the claims that its issuer wrote.

Google compares attributes that a provider maps from claims: "attribute.repository" from `assertion.repository`. A rule
about an attribute is one about claims as long as the mapping can be turned round; what cannot is kept as it is, and
nobody may read more into it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Final, Literal, TypeAlias

import msgspec

from nhiscan.access.names import fits, literal

How: TypeAlias = Literal["equals", "like", "not equals", "unread"]

_CLAIM: Final = re.compile(r"assertion((?:\.\w{1,100}|\[\s*(?:'[^'\\]{1,200}'|\"[^\"\\]{1,200}\")\s*\]){1,6})")
_STEP: Final = re.compile(r"\.(\w+)|\[\s*['\"]([^'\"]+)['\"]\s*\]")
_TEXT: Final = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")


class Need(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a token must say."""

    claim: str
    """Claim that is looked at; for one that is not read the words for what is."""
    how: How
    values: tuple[str, ...] = ()
    """Any of them will do; with "not equals" none of them will."""


Needs: TypeAlias = tuple[Need, ...]
"""All of them must hold."""


def unread(what: str, *values: str) -> Need:
    """A need that is there and is not understood."""
    return Need(claim=what, how="unread", values=values)


def claim_of(expression: str) -> str:
    """Claim that an expression is and nothing more: "kubernetes.io.namespace"; empty for any other expression."""
    found = _CLAIM.fullmatch(expression.strip())
    return ".".join(a or b for a, b in _STEP.findall(found[1])) if found else ""


def plain_names(expression: str) -> tuple[str, dict[str, str]]:
    """An expression with `assertion['a/b']` written as `assertion.q0`, and what each such name stands for."""
    names: dict[str, str] = {}

    def rename(found: re.Match[str]) -> str:
        if "[" not in found[0]:
            return found[0]
        name = f"q{len(names)}"
        names[name] = claim_of(found[0])
        return f"assertion.{name}"

    return _CLAIM.sub(rename, expression[:8192]), names


def needs_of(mapping: Mapping[str, str], attribute: str, how: How, values: tuple[str, ...]) -> list[Needs]:
    """What claims must say for an attribute to have one of some values: any one of the alternatives.

    Empty when the provider does not give the attribute at all, or never such a value.
    """
    expression = mapping.get(attribute)
    if expression is None:
        return []
    if claim := claim_of(expression):
        return [(Need(claim=claim, how=how, values=values),)]
    pieces = _pieces(expression)
    if pieces is None or how != "equals":
        return [(unread(attribute, *values),)]
    found = [_split(pieces, value) for value in values]
    if any(one is None for one in found):
        return [(unread(attribute, *values),)]
    return [one for one in found if one is not None and one != _NEVER]


_NEVER: Final = (unread("never"),)


def _pieces(expression: str) -> list[tuple[str, str]] | None:
    """Claims and texts that are joined: `assertion.repository + "::" + assertion.ref`; None for more than that."""
    found: list[tuple[str, str]] = []
    place = 0
    while True:
        place = len(expression) - len(expression[place:].lstrip())
        if text := _TEXT.match(expression, place):
            found.append(("text", text[1] if text[1] is not None else text[2]))
            place = text.end()
        elif claim := _CLAIM.match(expression, place):
            found.append(("claim", claim_of(claim[0])))
            place = claim.end()
        else:
            return None
        rest = expression[place:].lstrip()
        if not rest:
            return found
        if not rest.startswith("+") or len(found) > 12:
            return None
        place = len(expression) - len(rest) + 1


def _split(pieces: list[tuple[str, str]], value: str) -> Needs | None:
    """Which claims make up a value; None when it can be cut in several ways, `_NEVER` when in none."""
    claims = [name for kind, name in pieces if kind == "claim"]
    between = [name for kind, name in pieces if kind == "text"]
    if any(a[0] == b[0] == "claim" for a, b in pairwise(pieces)):
        return None
    pattern = "".join(re.escape(name) if kind == "text" else "(.+)" for kind, name in pieces)
    if len(claims) > 1 and any(not text or value.count(text) != 1 for text in between):
        return None
    found = re.fullmatch(pattern, value, re.DOTALL)
    if found is None:
        return _NEVER
    return tuple(
        Need(claim=claim, how="equals", values=(part,)) for claim, part in zip(claims, found.groups(), strict=True)
    )


def together(*needs: Need) -> Needs | None:
    """Needs with those on one claim made one, as far as they can be; None when no token meets them all."""
    exact: dict[str, tuple[str, ...]] = {}
    for need in needs:
        if need.how == "equals" and need.claim not in _LISTS:
            known = exact.get(need.claim)
            exact[need.claim] = need.values if known is None else tuple(v for v in known if v in need.values)
    for need in needs:
        if need.claim in exact and need.how != "unread":
            exact[need.claim] = tuple(v for v in exact[need.claim] if meets(need, v))
    if not all(exact.values()):
        return None
    one = tuple(Need(claim=claim, how="equals", values=values) for claim, values in exact.items())
    return (*one, *dict.fromkeys(need for need in needs if need.claim not in exact or need.how == "unread"))


_LISTS: Final = frozenset({"groups", "roles", "scope", "scp", "wids", "aud"})
"""Claims that may hold several values at once."""


def meets(need: Need, value: str) -> bool:
    """Whether a token whose claim has this value fulfils a need; never one that is not understood."""
    match need.how:
        case "unread":
            return False
        case "equals":
            return value in need.values
        case "not equals":
            return value not in need.values
        case _:
            return any(fits(pattern, literal(value)) for pattern in need.values)
