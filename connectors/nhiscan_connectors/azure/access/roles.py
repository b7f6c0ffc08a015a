"""Role definitions of Azure RBAC, compiled: what a role allows, as bits, and exactly for one action."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from nhiscan.model import Policy
from nhiscan_connectors.azure.access.conditions import bound
from nhiscan_connectors.azure.access.patterns import matches
from nhiscan_connectors.azure.access.universe import pattern_mask


class Block(msgspec.Struct, frozen=True, gc=False):
    """One entry of `permissions`: what it names, but for what it takes away again."""

    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    data_actions: tuple[str, ...]
    not_data_actions: tuple[str, ...]
    condition: str = ""

    @property
    def mask(self) -> int:
        """The actions of the universe that it allows."""
        found = 0
        for data, given, taken in ((False, self.actions, self.not_actions), (True, *self._data)):
            mask = without = 0
            for pattern in given:
                mask |= pattern_mask(pattern, data)
            for pattern in taken:
                without |= pattern_mask(pattern, data)
            found |= mask & ~without
        return found

    @property
    def _data(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return self.data_actions, self.not_data_actions

    def allows(self, action: str, *, data: bool) -> bool:
        """Whether it allows an action, in lower case."""
        given, taken = self._data if data else (self.actions, self.not_actions)
        return any(matches(p, action) for p in given) and not any(matches(p, action) for p in taken)


class Role(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A role that was read."""

    id: str
    name: str
    custom: bool
    blocks: tuple[Block, ...]
    mask: int
    """Actions that it allows without a condition of its own."""
    bound: tuple[tuple[int, str], ...]
    """Actions that it allows under a condition, and the condition."""


def compile_role(policy: Policy) -> Role | None:
    """A role definition; None for one that was not read or does not have the form of one."""
    if policy.document is None or policy.problem:
        return None
    blocks = compile_blocks(policy.document)
    if blocks is None:
        return None
    mask = 0
    bound_masks: list[tuple[int, str]] = []
    for block in blocks:
        if not block.condition:
            mask |= block.mask
            continue
        parsed = bound(block.condition)
        mask |= block.mask & parsed.free
        if block.mask & ~parsed.free:
            bound_masks.append((block.mask & ~parsed.free, parsed.name))
    return Role(policy.id, policy.name or policy.id, not policy.managed_by_provider, blocks, mask, tuple(bound_masks))


def compile_blocks(document: str) -> tuple[Block, ...] | None:
    """The permissions of a role or of a deny assignment; None where they do not have the form of any."""
    try:
        found = json.loads(document)
    except (ValueError, RecursionError):
        return None
    entries = found.get("permissions") if isinstance(found, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        return None
    try:
        return tuple(_block(entry) for entry in entries)
    except TypeError:
        return None


def _block(entry: dict[str, Any]) -> Block:
    condition = entry.get("condition")
    return Block(
        actions=tuple(_texts(entry.get("actions"))),
        not_actions=tuple(_texts(entry.get("notActions"))),
        data_actions=tuple(_texts(entry.get("dataActions"))),
        not_data_actions=tuple(_texts(entry.get("notDataActions"))),
        condition=condition if isinstance(condition, str) else "",
    )


def _texts(value: object) -> Iterator[str]:
    """The texts of a list, in lower case. Raises TypeError for what is neither a list nor absent."""
    if value is None:
        return
    if not isinstance(value, list):
        raise TypeError(value)
    for one in value:
        if not isinstance(one, str):
            raise TypeError(one)
        yield one.strip().lower()
