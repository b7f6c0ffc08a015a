"""Expressions over the claims of a token, as flexible federated credentials have them.

An expression is a chain of conjuncts, `claims['sub'] matches 'repo:acme/*' and claims['aud'] eq 'x'`. A quote inside a
quoted text is written twice. What cannot be read may be an alternative to all that stands before it, so nothing of an
expression counts unless the whole of it was read.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_LONGEST: Final = 4000
_PART: Final = re.compile(r"claims\['(\w{1,100})'\]\s{1,9}(\w{1,40})\s{1,9}'((?:[^'\\]|''){0,600})'(?!')")
_AND: Final = re.compile(r"\s{1,9}and\s{1,9}")
_HOW: Final = {"eq": "equals", "matches": "like"}


class Conjunct(msgspec.Struct, frozen=True):
    """What one claim is held against."""

    claim: str
    operator: str
    """ "equals" or "like"; empty for an operator that nobody knows here."""
    value: str
    written: str
    """The conjunct as it stands in the expression."""


def conjuncts(expression: str) -> list[Conjunct] | None:
    """All conditions of an expression, which have to hold together; None for one that is not read to its end."""
    whole = expression.strip()
    if len(whole) > _LONGEST:
        return None
    found: list[Conjunct] = []
    here = 0
    while True:
        part = _PART.match(whole, here)
        if part is None:
            return None
        claim, how, value = part.groups()
        found.append(Conjunct(claim, _HOW.get(how, ""), value.replace("''", "'"), part[0]))
        if part.end() == len(whole):
            return found
        joint = _AND.match(whole, part.end())
        if joint is None:
            return None
        here = joint.end()
