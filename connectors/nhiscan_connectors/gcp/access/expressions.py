"""The part of the Common Expression Language in which conditions of IAM are written: read with limits, judged in three.

An expression is true, false, or open (None): open where it asks for what the evidence does not hold, such as the time
or the tags of a resource, and where it is written in words that are not understood. Every text comes from whoever may
write a policy, so its length, depth and number of words are limited; what goes beyond is open.
Source: "Attribute reference for IAM Conditions".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

import msgspec

MOST_READ: Final = 8192
"""Characters of an expression that is read; Google's own limit is lower."""
_MOST_WORDS: Final = 1200
_DEEPEST: Final = 24
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>[rR]?'(?:[^'\\\n]|\\.)*'|[rR]?\"(?:[^\"\\\n]|\\.)*\")|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<number>\d{1,20}(?:\.\d{1,20})?)|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>()\[\],.]))"
)
_COMPARED: Final = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))
_VAGUE: Final = "\0"
"""Stands among values for one that is no literal; no text of a policy is equal to it."""
MODIFIED: Final = "iam.googleapis.com/modifiedGrantsByRole"


class And(msgspec.Struct, frozen=True, gc=False):
    """All of several."""

    parts: tuple[Node, ...]


class Or(msgspec.Struct, frozen=True, gc=False):
    """One of several."""

    parts: tuple[Node, ...]


class Not(msgspec.Struct, frozen=True, gc=False):
    """The contrary."""

    part: Node


class Test(msgspec.Struct, frozen=True, gc=False):
    """An attribute, what is asked of it, and the values."""

    attribute: str
    asks: str
    values: tuple[str, ...]


class Only(msgspec.Struct, frozen=True, gc=False):
    """Whether a change to a policy is about some roles only."""

    roles: tuple[str, ...]


class Open(msgspec.Struct, frozen=True, gc=False):
    """What is not understood, or known always."""

    value: bool | None = None


Node: TypeAlias = And | Or | Not | Test | Only | Open

Limited: TypeAlias = Literal["applies", "holds", "fails"]


class Facts(msgspec.Struct, frozen=True, gc=False):
    """What is known where an expression is judged; None for what is not."""

    names: tuple[str, ...] | None = None
    """Names that the resource may have in `resource.name`: a project goes by its id and its number."""
    inside: bool = False
    """Whether it is something in the resource that is named, whose own name is longer."""
    type: str | None = None
    service: str | None = None
    only: bool | None = None
    """What tests for the roles of a change come to."""
    principal_type: str | None = None
    principal_subject: str | None = None


class _TooMuchError(Exception):
    """An expression that is not read."""


def parse(text: str) -> Node:
    """An expression; `Open` for one that is not understood as a whole."""
    return _parsed(text) if len(text) <= MOST_READ else Open()


@lru_cache(maxsize=1 << 12)
def _parsed(text: str) -> Node:
    try:
        return _Parser(_words(text)).whole()
    except _TooMuchError:
        return Open()


def _words(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place, end = 0, len(text.rstrip())
    while place < end:
        match = _TOKEN.match(text, place)
        if match is None or len(found) > _MOST_WORDS or match.lastgroup is None:
            raise _TooMuchError
        found.append((match.lastgroup, match[match.lastgroup]))
        place = match.end()
    return found


def _unquoted(text: str) -> str:
    raw = text[0] in "rR"
    inner = text[2:-1] if raw else text[1:-1]
    return inner if raw or "\\" not in inner else re.sub(r"\\(.)", r"\1", inner)


class _Parser:
    def __init__(self, words: list[tuple[str, str]]) -> None:
        self._words = words
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        found = self._or()
        if self._place != len(self._words):
            raise _TooMuchError
        return found

    def _peek(self) -> str:
        return self._words[self._place][1] if self._place < len(self._words) else ""

    def _kind(self) -> str:
        return self._words[self._place][0] if self._place < len(self._words) else ""

    def _next(self) -> tuple[str, str]:
        if self._place >= len(self._words):
            raise _TooMuchError
        self._place += 1
        return self._words[self._place - 1]

    def _expect(self, sign: str) -> None:
        if self._next()[1] != sign:
            raise _TooMuchError

    def _is(self, sign: str) -> bool:
        return self._kind() == "sign" and self._peek() == sign

    def _or(self) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooMuchError
        parts = [self._and()]
        while self._is("||"):
            self._next()
            parts.append(self._and())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        while self._is("&&"):
            self._next()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _not(self) -> Node:
        contrary = False
        while self._is("!"):
            self._next()
            contrary = not contrary
        if self._is("("):
            self._next()
            found = self._or()
            self._expect(")")
        else:
            found = self._test()
        return Not(found) if contrary else found

    def _test(self) -> Node:
        """An attribute with a call at its end, or a comparison."""
        left, call, values = self._term()
        if _VAGUE in values:
            return self._left_open()
        sign = self._peek()
        if sign in _COMPARED and self._kind() in ("sign", "name"):
            self._next()
            other, other_call, other_values = self._term()
            if call or other_call or _VAGUE in other_values:
                return Open()
            if left and not other:
                return Test(left, sign, other_values)
            return Test(other, sign, values) if other and not left and sign in ("==", "!=") else Open()
        if left in ("true", "false") and not call:
            return Open(left == "true")
        if call == "hasOnly" and left == MODIFIED:
            return Only(values)
        return Test(left, call, values) if call and left else Open()

    def _left_open(self) -> Node:
        """What is not judged, with what it is compared to."""
        if self._peek() in _COMPARED:
            self._next()
            self._term()
        return Open()

    def _term(self) -> tuple[str, str, tuple[str, ...]]:
        """Attribute, function called on it, and values: those of a literal, or those handed to the function."""
        kind, word = self._next()
        if kind == "text":
            return "", "", (_unquoted(word),)
        if kind == "number":
            return "", "", (word,)
        if word == "[" and kind == "sign":
            return "", "", self._values("]")
        if kind != "name":
            raise _TooMuchError
        path, call = word, ""
        values: tuple[str, ...] = ()
        if self._is("("):
            self._next()
            self._values(")")
            call = word  # timestamp("..."), duration("...")
        while self._is("."):
            self._next()
            kind, word = self._next()
            if kind != "name":
                raise _TooMuchError
            if not self._is("("):
                path = f"{path}.{word}"
                call = call and "?"
                continue
            self._next()
            values = self._values(")")
            if f"{path}.{word}" == "api.getAttribute" and values:
                path, call, values = values[0], "", ()
            else:
                call = "?" if call else word
        return path, call, values

    def _values(self, end: str) -> tuple[str, ...]:
        """The literals up to a closing bracket, those of lists among them; of anything else `_VAGUE` remains."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _TooMuchError
        found: list[str] = []
        while not self._is(end):
            kind, word = self._next()
            if kind == "text":
                found.append(_unquoted(word))
            elif kind == "number":
                found.append(word)
            elif word == "[":
                found += self._values("]")
            elif word != ",":
                found.append(_VAGUE)
        self._next()
        self._depth -= 1
        return tuple(found)


def judge(node: Node, facts: Facts) -> bool | None:
    """Whether an expression holds; None where the facts do not settle it."""
    match node:
        case And():
            results = {judge(part, facts) for part in node.parts}
            return False if False in results else None if None in results else True
        case Or():
            results = {judge(part, facts) for part in node.parts}
            return True if True in results else None if None in results else False
        case Not():
            found = judge(node.part, facts)
            return None if found is None else not found
        case Only():
            return facts.only
        case Test():
            return _tested(node, facts)
        case _:
            return node.value


def _tested(test: Test, facts: Facts) -> bool | None:
    match test.attribute:
        case "resource.name":
            return _name(test, facts)
        case "resource.type":
            return _text(test, facts.type)
        case "resource.service":
            return _text(test, facts.service)
        case "principal.type":
            return _text(test, facts.principal_type)
        case "principal.subject":
            return _text(test, facts.principal_subject)
        case _:
            return None


def _text(test: Test, value: str | None) -> bool | None:
    if value is None:
        return None
    match test.asks:
        case "==" if len(test.values) == 1:
            return value == test.values[0]
        case "!=" if len(test.values) == 1:
            return value != test.values[0]
        case "in":
            return value in test.values
        case "startsWith" if len(test.values) == 1:
            return value.startswith(test.values[0])
        case "endsWith" if len(test.values) == 1:
            return value.endswith(test.values[0])
        case _:
            return None


def _name(test: Test, facts: Facts) -> bool | None:
    """A test of the resource's name, which may be any of several, or longer than those."""
    if facts.names is None:
        return None
    if test.asks == "!=":
        found = _name(Test(test.attribute, "==", test.values), facts)
        return None if found is None else not found
    results = [_text(test, name) for name in facts.names]
    if not facts.inside:
        return True if True in results else None if None in results or not results else False
    if test.asks == "startsWith" and len(test.values) == 1:
        if True in results:
            return True
        return None if any(test.values[0].startswith(f"{name}/") for name in facts.names) else False
    if test.asks in ("==", "in"):
        deeper = any(value.startswith(f"{name}/") for value in test.values for name in facts.names)
        return None if deeper else False
    return None


def only_of(node: Node) -> tuple[str, ...] | None:
    """The roles that changes to policies are limited to, of all such tests; None where there is no such test."""
    match node:
        case Only():
            return node.roles
        case And() | Or():
            found = [roles for part in node.parts if (roles := only_of(part)) is not None]
            return tuple(dict.fromkeys(role for roles in found for role in roles)) if found else None
        case Not():
            return only_of(node.part)
        case _:
            return None
