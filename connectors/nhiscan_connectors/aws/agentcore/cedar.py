"""What a Cedar or Dogwood policy says, in short: its effect, whom and what it names, and whether it has conditions.

This is no evaluator. Dogwood is Cedar with more kinds of conditions, so the head of a policy reads alike in both. A
text that does not read as policies is `unknown`, never harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

Effect: TypeAlias = Literal["permit", "forbid"]

LONGEST: Final = 20_000
"""Characters of a statement that is read; AWS takes 10,000."""

_TOKEN = re.compile(r'\s+|//[^\n]*|("(?:[^"\\]|\\.)*")|([A-Za-z_]\w*)|(::|[^\s\w"])|(\d+)', re.ASCII | re.DOTALL)
_OPEN: Final = {"(": ")", "{": "}", "[": "]"}
_CLAUSES: Final = frozenset({"when", "unless"})


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """One policy of a statement."""

    effect: Effect
    principals: Literal["any", "some"]
    """`any` where the scope lets through every principal, or every one of a type."""
    actions: Literal["any", "some"]
    resources: Literal["any", "some"]
    conditions: tuple[str, ...] = ()
    """Kinds of its conditions: "when", "when temporal", "unless"."""

    @property
    def unconditional(self) -> bool:
        """Whether it holds for everybody and every action, whatever the request says."""
        return self.principals == "any" and self.actions == "any" and not self.conditions


def heads(statement: str) -> tuple[Head, ...] | None:
    """The policies of a statement; None where it is not one that can be read."""
    if len(statement) > LONGEST:
        return None
    tokens = _tokens(statement)
    if tokens is None:
        return None
    found: list[Head] = []
    for policy in _policies(tokens):
        head = _head(policy)
        if head is None:
            return None
        found.append(head)
    return tuple(found) or None


def _tokens(text: str) -> list[str] | None:
    """Tokens without comments; every string is one token. None where a string does not end."""
    found: list[str] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        if match.lastindex:
            found.append(match[0])
        at = match.end()
    return found


def _policies(tokens: Sequence[str]) -> Iterator[list[str]]:
    """Tokens up to each semicolon that stands in no bracket; what follows the last one is a policy too, if damaged."""
    policy: list[str] = []
    closing: list[str] = []
    for part in tokens:
        if part == ";" and not closing:
            yield policy
            policy = []
            continue
        policy.append(part)
        if part in _OPEN:
            closing.append(_OPEN[part])
        elif closing and part == closing[-1]:
            closing.pop()
    if policy:
        yield policy


def _head(tokens: list[str]) -> Head | None:
    rest = _after_annotations(tokens)
    if len(rest) < 2 or rest[0] not in ("permit", "forbid") or rest[1] != "(":
        return None
    end = _closing(rest, 1)
    if end is None:
        return None
    parts = _parts(rest[2:end])
    if [part[0] for part in parts if part] != ["principal", "action", "resource"]:
        return None
    conditions = _conditions(rest[end + 1 :])
    if conditions is None:
        return None
    principals, actions, resources = (_reach(part) for part in parts)
    return Head(
        effect="permit" if rest[0] == "permit" else "forbid",
        principals=principals,
        actions=actions,
        resources=resources,
        conditions=conditions,
    )


def _after_annotations(tokens: list[str]) -> list[str]:
    """Without `@name` and `@name("text")` before the effect."""
    at = 0
    while at + 1 < len(tokens) and tokens[at] == "@":
        at += 2
        if at < len(tokens) and tokens[at] == "(":
            end = _closing(tokens, at)
            at = len(tokens) if end is None else end + 1
    return tokens[at:]


def _closing(tokens: Sequence[str], opening: int) -> int | None:
    """Place of the bracket that closes the one at `opening`."""
    closing: list[str] = []
    for place in range(opening, len(tokens)):
        token = tokens[place]
        if token in _OPEN:
            closing.append(_OPEN[token])
        elif token in (")", "}", "]"):
            if not closing or closing.pop() != token:
                return None
            if not closing:
                return place
    return None


def _parts(scope: list[str]) -> list[list[str]]:
    """What stands between the commas of a scope that stand in no bracket."""
    parts: list[list[str]] = [[]]
    depth = 0
    for word in scope:
        depth += (word in _OPEN) - (word in (")", "}", "]"))
        if word == "," and not depth:
            parts.append([])
        else:
            parts[-1].append(word)
    if len(parts) > 1 and not parts[-1]:
        parts.pop()  # a comma may stand after the last
    return parts


def _reach(part: list[str]) -> Literal["any", "some"]:
    """`principal` and `principal is Type` let through all there are; anything more names some of them."""
    named = part[1:] and (part[1] != "is" or "in" in part[2:])
    return "some" if named else "any"


def _conditions(tokens: list[str]) -> tuple[str, ...] | None:
    """The kinds of the clauses after a scope; None where something else stands there."""
    found: list[str] = []
    at = 0
    while at < len(tokens):
        if tokens[at] not in _CLAUSES:
            return None
        words = [tokens[at]]
        at += 1
        while at < len(tokens) and tokens[at] != "{":
            if not tokens[at].isidentifier():
                return None
            words.append(tokens[at])
            at += 1
        end = _closing(tokens, at) if at < len(tokens) else None
        if end is None:
            return None
        found.append(" ".join(words[:2]))
        # `when { true }` is no condition.
        if tokens[at + 1 : end] == ["true"] and words == ["when"]:
            found.pop()
        at = end + 1
    return tuple(dict.fromkeys(found))
