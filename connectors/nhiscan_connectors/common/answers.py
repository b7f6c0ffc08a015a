"""The evidence of one shard, arranged by operation, as parsers read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from nhiscan.connector import JSON, Evidence, Operation


class Answers:
    """The evidence of one shard, by operation."""

    def __init__(self, evidence: Iterable[Evidence]) -> None:
        self._by_operation: dict[str, list[Evidence]] = defaultdict(list)
        for item in evidence:
            self._by_operation[item.operation].append(item)
        for items in self._by_operation.values():
            # Pages arrive in the order of the network; records must not depend on it.
            items.sort(key=lambda item: (msgspec.json.encode(item.params, order="deterministic"), item.page))

    def __contains__(self, operation: Operation) -> bool:
        return operation.name in self._by_operation

    def of(self, operation: Operation) -> list[Evidence]:
        """Every page and refusal of an operation, pages of one call in order."""
        return self._by_operation.get(operation.name, [])

    def bodies(self, operation: Operation) -> Iterator[JSON]:
        """Bodies of all answered pages."""
        for item in self.of(operation):
            if item.body is not None:
                yield item.body

    def items(self, operation: Operation, key: str) -> Iterator[JSON]:
        """Elements of the list `key` over all answered pages."""
        for body in self.bodies(operation):
            yield from body.get(key) or ()

    def by_param(self, operation: Operation, param: str) -> dict[Any, list[JSON]]:
        """Bodies by the value of a parameter: {"alice": [body, ...]}."""
        found: dict[Any, list[JSON]] = defaultdict(list)
        for item in self.of(operation):
            if item.body is not None:
                found[item.params.get(param)].append(item.body)
        return found

    def answered(self, operation: Operation) -> bool:
        """Whether the operation was asked and no page of it was refused."""
        items = self.of(operation)
        return bool(items) and all(item.problem is None for item in items)
