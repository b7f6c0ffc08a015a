"""Hubs: one node that stands for many targets, so that edges grow with the estate and not with its square.

A principal that may create access keys for every user gets one edge to "any user of the account", and that node has one
edge to each user. Principals with the same reach share the hub. Few targets need no hub.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import msgspec

from nhiscan.model import CanBecome

DIRECT = 8
"""Up to this many targets are named one by one."""


class Reached(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One target, with what its own side demands."""

    gains: str
    name: str
    conditions: tuple[str, ...] = ()
    via: str = ""
    """Workload or provider through which it is gained, for sentences."""
    arn: str = ""
    """What policies call the thing through which it is gained."""


class Reachable:
    """What a method, or assuming, reaches: worked out once for all who hold the same statements."""

    __slots__ = ("_hub", "class_id", "of_all", "targets", "title")

    def __init__(self, class_id: str, title: str, of_all: int, targets: tuple[Reached, ...]) -> None:
        self.class_id = class_id
        self.title = title
        """For sentences: "user of account 111122223333"."""
        self.of_all = of_all
        """How many there are of the kind."""
        self.targets = targets
        self._hub: tuple[str, frozenset[str], str] | None = None

    @property
    def many(self) -> bool:
        """Whether they are told as one. One more than named one by one, for whoever asks may be among them."""
        return len(self.targets) > DIRECT + 1

    def hub(self, hubs: Hubs, account: str) -> tuple[str, frozenset[str], str]:
        """Id of the hub, the conditions that all share, and what a sentence calls them."""
        if self._hub is None:
            whole = len(self.targets) == self.of_all
            id_, shared = hubs.hub(account, self.class_id, self.title, self.targets, whole)
            name = f"any {self.title}" if whole else f"any of {len(self.targets)}: {self.title}"
            self._hub = (id_, shared, name)
        return self._hub


class Hubs:
    """Hubs made so far, by their members."""

    def __init__(self) -> None:
        self._made: dict[tuple[object, ...], str] = {}
        self._new: list[tuple[str, Sequence[Reached], str]] = []

    def hub(
        self, account: str, class_id: str, title: str, members: Sequence[Reached], whole: bool
    ) -> tuple[str, frozenset[str]]:
        """Id of the hub with these members, and the conditions that all members share.

        Shared conditions belong on the edge to the hub, so that whoever reaches the same under another condition
        uses the same hub.
        """
        shared = frozenset(members[0].conditions).intersection(*(member.conditions for member in members))
        if shared:
            members = [
                msgspec.structs.replace(member, conditions=tuple(c for c in member.conditions if c not in shared))
                for member in members
            ]
        key = (class_id if whole else "", *((member.gains, member.conditions) for member in members))
        found = self._made.get(key)
        if found is None:
            found = f"any-of:aws:{account}:{class_id}"
            if not whole or any(member.conditions for member in members):
                text = "\n".join(f"{member.gains} {' '.join(member.conditions)}" for member in members)
                found += f":{hashlib.sha256(text.encode()).hexdigest()[:12]}"
            self._made[key] = found
            self._new.append((found, members, title))
        return found, shared

    def edges(self) -> Iterator[CanBecome]:
        """From each hub to its members."""
        for hub, members, title in self._new:
            for member in members:
                yield CanBecome(
                    identity=hub,
                    target=member.gains,
                    method="member",
                    answer="conditional" if member.conditions else "allowed",
                    conditions=member.conditions,
                    reason=f"{member.name} is a {title}",
                )
        self._new.clear()
