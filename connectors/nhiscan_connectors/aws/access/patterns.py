"""Wildcard patterns of policy documents: action names, resource ARNs, ARN operators and plain text.

Only `*` and `?` are special. Every pattern compiles to a regular expression whose middle pieces are atomic groups,
so that a hostile pattern such as "*a*a*a*b" costs what a harmless one costs. In a Resource element a `*` stays
within its colon-separated segment unless it is the last character of the segment, which may run on past the colon
(IAM User Guide, "IAM JSON policy elements: Resource").
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal, TypeAlias

ONE: Final = 0
"""Token: exactly one character, no colon."""
ANY: Final = 1
"""Token: exactly one character."""
STAR: Final = 2
"""Token: any characters within a segment."""
CROSS: Final = 3
"""Token: any characters, colons as well."""

Token: TypeAlias = str | int
"""A stretch of literal text, or a wildcard."""
Tokens: TypeAlias = tuple[Token, ...]

PatternKind: TypeAlias = Literal["text", "resource", "arn"]
"""How far a wildcard reaches: `text` anywhere, `resource` as in Resource elements, `arn` as in ArnLike."""

_FIXED_SEGMENTS = 5  # the colons before the resource part of an ARN


def tokens(parts: tuple[str | tuple[str], ...], kind: PatternKind) -> Tokens:
    """Tokens of a pattern. `parts` are pattern text, and, wrapped in a tuple, text that is literal."""
    out: list[Token] = []
    colons = 0
    for number, part in enumerate(parts):
        literal = isinstance(part, tuple)
        text = part[0] if isinstance(part, tuple) else part
        for position, char in enumerate(text):
            if literal or char not in "*?":
                _literal(out, char)
                colons += char == ":"
            else:
                last = position + 1 == len(text)
                at_end = last and number + 1 == len(parts)
                ends_segment = at_end or (not last and text[position + 1] == ":")
                out.append(_wildcard(char, kind, colons, ends_segment, at_end))
    return tuple(out)


def _literal(out: list[Token], char: str) -> None:
    if out and isinstance(out[-1], str):
        out[-1] += char
    else:
        out.append(char)


def _wildcard(char: str, kind: PatternKind, colons: int, ends_segment: bool, at_end: bool) -> int:
    free = kind == "text" or colons >= _FIXED_SEGMENTS
    if char == "?":
        return ANY if free else ONE
    if free or at_end:
        return CROSS
    return CROSS if kind == "resource" and ends_segment else STAR


def expression(items: Tokens) -> re.Pattern[str]:
    """The regular expression of a pattern: matched against the whole of a text, in time at most quadratic."""
    blocks: list[list[Token]] = [[]]
    for item in items:
        if item == CROSS:
            blocks.append([])
        else:
            blocks[-1].append(item)
    if len(blocks) == 1:
        return re.compile(_block(blocks[0]) + r"\Z", re.DOTALL)
    middle = "".join(f"(?>.*?{_block(block)})" for block in blocks[1:-1] if block)
    return re.compile(f"{_block(blocks[0])}{middle}.*{_block(blocks[-1])}\\Z", re.DOTALL)


_SINGLE = {ONE: "[^:]", ANY: "."}


def _block(items: list[Token]) -> str:
    """A stretch without colon-crossing wildcards. All stars but the last are atomic: leftmost is as good as any."""
    pieces: list[str] = [""]
    for item in items:
        if item == STAR:
            pieces.append("")
        else:
            pieces[-1] += _SINGLE[item] if isinstance(item, int) else re.escape(item)
    if len(pieces) == 1:
        return pieces[0]
    # A piece that holds a colon fixes where its star must end, so it may not be taken leftmost-first blindly;
    # [^:]* cannot pass that colon, which keeps the choice unique.
    middle = "".join(f"(?>[^:]*?{piece})" for piece in pieces[1:-1] if piece)
    return f"{pieces[0]}{middle}[^:]*{pieces[-1]}"


def has_wildcard(pattern: str) -> bool:
    """Whether a pattern can match more than itself."""
    return "*" in pattern or "?" in pattern


_FIRST_WILDCARD = re.compile(r"[*?]")


def literal_prefix(pattern: str) -> str:
    """The text that everything a pattern matches begins with."""
    found = _FIRST_WILDCARD.search(pattern)
    return pattern if found is None else pattern[: found.start()]


def literal_suffix(pattern: str) -> str:
    """The text that everything a pattern matches ends with."""
    return pattern[max(pattern.rfind("*"), pattern.rfind("?")) + 1 :]


@lru_cache(maxsize=1 << 16)
def compiled(pattern: str, kind: PatternKind) -> re.Pattern[str]:
    """The expression of a pattern without policy variables."""
    return expression(tokens((pattern,), kind))


def matches(pattern: str, text: str, kind: PatternKind) -> bool:
    """Whether `pattern` matches the whole of `text`, case counting."""
    if pattern == "*":
        return True
    found = _FIRST_WILDCARD.search(pattern)
    if found is None:
        return pattern == text
    if not text.startswith(pattern[: found.start()]):
        return False
    if pattern.find("*") == len(pattern) - 1 and "?" not in pattern:
        return True  # a star at the very end takes everything, colons as well
    return compiled(pattern, kind).match(text) is not None


_STANDS_FOR = {ONE: "\x02", ANY: "\x02", STAR: "\x01", CROSS: ":\x01:"}


@lru_cache(maxsize=1 << 16)
def covers(wide: str, narrow: str) -> bool:
    """Whether everything that the resource pattern `narrow` matches is matched by `wide`. Errs towards False."""
    if wide in ("*", narrow):
        return True
    if not narrow.startswith(literal_prefix(wide)):
        return False
    # A wildcard of `narrow` becomes characters that nothing but a wildcard of `wide` takes.
    text = "".join(_STANDS_FOR[item] if isinstance(item, int) else item for item in tokens((narrow,), "resource"))
    return matches(wide, text, "resource")


@lru_cache(maxsize=1 << 16)
def meet(a: str, b: str) -> str | None:
    """What two resource patterns have in common: the narrower one, or a pattern that both cover; None: nothing.

    Where the segments of two ARNs fit one by one, that is the answer. A star that runs over colons is followed only
    where they do not.
    """
    if a == "*" or a == b:
        return b
    if b == "*":
        return a
    left, right = literal_prefix(a), literal_prefix(b)
    if not left.startswith(right) and not right.startswith(left):
        return None
    return by_segments(a, b) or _common_text(a, b, "resource")


_SEGMENTS = 6


def by_segments(a: str, b: str) -> str | None:
    """What two ARN patterns have in common when no wildcard leaves its segment."""
    left, right = a.split(":", 5), b.split(":", 5)
    if len(left) != _SEGMENTS or len(right) != _SEGMENTS:
        return None
    out: list[str] = []
    for one, other in zip(left, right, strict=True):
        common = _meet_text(one, other)
        if common is None:
            return None
        out.append(common)
    return ":".join(out)


def _meet_text(a: str, b: str) -> str | None:
    """What two patterns without segments have in common."""
    if a == b or b == "*":
        return a
    if a == "*":
        return b
    if matches(a, b.replace("*", "\x01").replace("?", "\x02"), "text"):
        return b
    if matches(b, a.replace("*", "\x01").replace("?", "\x02"), "text"):
        return a
    if not has_wildcard(a) or not has_wildcard(b):
        return None
    return _common_text(a, b, "text")


_MOST_STATES = 50_000
"""Pairs of positions that are followed. A hostile pair is taken to have in common what its second pattern matches."""


def _common_text(a: str, b: str, kind: PatternKind) -> str | None:
    """A text that both patterns match, found breadth first over pairs of positions."""
    left, right = _units(tokens((a,), kind)), _units(tokens((b,), kind))
    start = (0, 0)
    came: dict[tuple[int, int], tuple[tuple[int, int], str]] = {start: (start, "")}
    queue = [start]
    for state in queue:
        if state == (len(left), len(right)):
            return _text(came, state)
        if len(queue) > _MOST_STATES:
            return b
        for following, char in _moves(left, right, *state):
            if following not in came:
                came[following] = (state, char)
                queue.append(following)
    return None


def _units(items: Tokens) -> list[Token]:
    out: list[Token] = []
    for item in items:
        out.extend(item if isinstance(item, str) else [item])
    return out


_FILLER = "w"
"""Stands where both patterns take any character."""


def _moves(left: list[Token], right: list[Token], i: int, j: int) -> list[tuple[tuple[int, int], str]]:
    moves: list[tuple[tuple[int, int], str]] = []
    a = left[i] if i < len(left) else None
    b = right[j] if j < len(right) else None
    if a in (STAR, CROSS):
        moves.append(((i + 1, j), ""))
    if b in (STAR, CROSS):
        moves.append(((i, j + 1), ""))
    if a is None or b is None:
        return moves
    char = _shared(a, b)
    if char is not None:
        # A star takes the character and stays, anything else moves on; two stars need no character at all.
        stay_left, stay_right = a in (STAR, CROSS), b in (STAR, CROSS)
        if not (stay_left and stay_right):
            moves.append(((i if stay_left else i + 1, j if stay_right else j + 1), char))
    return moves


def _shared(a: Token, b: Token) -> str | None:
    if isinstance(a, str) and isinstance(b, str):
        return a if a == b else None
    char, wildcard = (a, b) if isinstance(a, str) else (b, a)
    if not isinstance(char, str):
        return _FILLER
    return None if char == ":" and wildcard in (STAR, ONE) else char


def _text(came: dict[tuple[int, int], tuple[tuple[int, int], str]], state: tuple[int, int]) -> str:
    out: list[str] = []
    while state != (0, 0):
        state, char = came[state]
        out.append(char)
    return "".join(reversed(out))
