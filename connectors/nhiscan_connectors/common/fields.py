"""Fields of answers that may be damaged: what is not as it should be is left out, and told in a gap.

An export may have been cut, edited or made up. One bad entry must not hide the others, and must not vanish either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from nhiscan.connector import Operation, Shard
from nhiscan.model import Gap
from nhiscan_connectors.common.answers import Answers
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

_SHOWN = 3
"""Places that a gap names; the rest is counted."""


class Fields:
    """The answers of one shard, read entry by entry. Ask `gaps` last: it tells what had to be left out."""

    def __init__(self, shard: Shard, answers: Answers) -> None:
        self._shard = shard
        self._answers = answers
        self._damage: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._operations: dict[str, Operation] = {}
        self._answered_at: dict[str, datetime | None] = {}

    def bodies(self, operation: Operation) -> Iterator[dict[str, Any]]:
        """Bodies of all answered pages that are objects."""
        for body in self._answers.bodies(operation):
            if isinstance(body, dict):
                yield body
            else:
                self.leave_out(operation, f"a page is {_kind(body)}, not an object", "")

    def items(self, operation: Operation, key: str, *required: str) -> Iterator[dict[str, Any]]:
        """Objects of the list `key` over all pages, each with text in its `required` fields."""
        for body in self.bodies(operation):
            yield from self.within(operation, body, key, *required)

    def within(
        self, operation: Operation, body: dict[str, Any], key: str, *required: str, subject: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Objects of the list `key` of one body. `subject` is whom the body is about; empty: the whole scope."""
        for number, item in self._entries(operation, body, key, subject):
            if not isinstance(item, dict):
                self.leave_out(operation, f"{key}[{number}] is {_kind(item)}, not an object", subject)
                continue
            lacking = [name for name in required if not text(item.get(name))]
            if lacking:
                self.leave_out(operation, f"{key}[{number}] has no {' and no '.join(lacking)}", subject)
            else:
                yield item

    def texts(self, operation: Operation, body: dict[str, Any], key: str, subject: str = "") -> Iterator[str]:
        """Texts of the list `key` of one body."""
        for number, item in self._entries(operation, body, key, subject):
            if found := text(item):
                yield found
            else:
                self.leave_out(operation, f"{key}[{number}] is {_kind(item)}, not text", subject)

    def by_param(self, operation: Operation, param: str) -> dict[str, list[dict[str, Any]]]:
        """Bodies by the value of a parameter: {"alice": [body, ...]}."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for item in self._answers.of(operation):
            if isinstance(item.body, dict):
                found[str(item.params.get(param) or "")].append(item.body)
            elif item.body is not None:
                self.leave_out(operation, f"a page is {_kind(item.body)}, not an object", "")
        return found

    def answered_at(self, operation: Operation) -> datetime | None:
        """When an operation was last answered; None when nobody says."""
        if operation.name not in self._answered_at:
            told = (moment(item.at) for item in self._answers.of(operation) if item.problem is None)
            self._answered_at[operation.name] = max((at for at in told if at is not None), default=None)
        return self._answered_at[operation.name]

    def leave_out(self, operation: Operation, place: str, subject: str = "") -> None:
        """Note something that an answer should tell and does not. `subject`: whom it is about; empty: the scope."""
        self._operations[operation.name] = operation
        self._damage[operation.name, subject].append(place)

    def gaps(self) -> Iterator[Gap]:
        """One gap for each operation and subject of which something was left out."""
        for (name, subject), places in self._damage.items():
            operation = self._operations[name]
            more = f" (and {len(places) - _SHOWN} more)" if len(places) > _SHOWN else ""
            detail = "the answer is damaged: " + "; ".join(places[:_SHOWN]) + more
            yield gap_of(self._shard, operation, "failed", detail, subjects=(subject,) if subject else ())

    def _entries(
        self, operation: Operation, body: dict[str, Any], key: str, subject: str
    ) -> Iterator[tuple[int, object]]:
        value = body.get(key)
        if isinstance(value, list):
            yield from enumerate(value)
        elif value is not None:
            self.leave_out(operation, f"{key} is {_kind(value)}, not a list", subject)


def text(value: object) -> str:
    """A text as it is; empty for anything else."""
    return value if isinstance(value, str) else ""


def table(value: object) -> dict[str, Any]:
    """An object as it is; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def kind_of(value: object) -> str:
    """What JSON calls it."""
    match value:
        case None:
            return "null"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _kind(value: object) -> str:
    """Of an entry that should be there: an empty text is as good as none, and is said so."""
    return "an empty text" if value == "" else kind_of(value)
