"""Calls of one shard through the sink: what connectors that speak HTTP themselves have in common."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from nhiscan.connector import Fetch, Operation, Params, Shard, Sink

O = TypeVar("O", bound=Operation)  # noqa: E741
T = TypeVar("T")
R = TypeVar("R")


class _Once:
    """A list that is asked for by whoever needs it first."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.items: tuple[Any, ...] | None = None


class ShardCalls(ABC, Generic[O]):
    """The calls of one shard. Parameters of a call fill the fields of its path, and are recorded with its answer."""

    def __init__(self, shard: Shard, sink: Sink) -> None:
        self.shard = shard
        self.sink = sink
        self._lists_lock = threading.Lock()
        self._lists: dict[tuple[object, ...], _Once] = {}

    @abstractmethod
    def fetch(self, operation: O, params: Params) -> Fetch:
        """How one page of a call is asked for."""

    def pages(self, operation: O, **params: str) -> Iterator[dict[str, Any]]:
        """Bodies of all pages of a call. Ends early where a page is refused; the sink keeps the gap."""
        return self.sink.pages(operation, self.fetch(operation, params), params)

    def page(self, operation: O, **params: str) -> dict[str, Any] | None:
        """Body of a call with one page; None when it was refused or the thing is not there."""
        body: dict[str, Any] | None = self.sink.page(operation, self.fetch(operation, params), params)
        return body

    def items(self, operation: O, key: str, **params: str) -> Iterator[Any]:
        """Elements of the list `key`, over all pages; what is no list has none."""
        for body in self.pages(operation, **params):
            found = body.get(key)
            if isinstance(found, list):
                yield from found

    def listed(self, operation: O, key: str, **params: str) -> tuple[Any, ...]:
        """Elements of the list `key`, asked for once in a shard however many services need them.

        What one service lists and another goes through one by one (applications, and their owners) is asked for in this
        way by both. A refused list is empty; the sink keeps the gap.
        """
        with self._lists_lock:
            once = self._lists.setdefault((operation.name, key, *sorted(params.items())), _Once())
        with once.lock:
            if once.items is None:
                once.items = tuple(self.items(operation, key, **params))
            return once.items

    def ask(self, *operations: O, **params: str) -> None:
        """Read all pages of each operation into the bundle."""
        for operation in operations:
            for _ in self.pages(operation, **params):
                pass

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """Call `function` for each item, several at a time."""
        return self.sink.each(function, items)
