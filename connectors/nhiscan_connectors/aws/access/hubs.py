"""Hubs: one node that stands for many targets, so that edges grow with the estate and not with its square.

A principal that may create access keys for every user gets one edge to "any user of the account", and that node has one
edge to each user. Principals with the same reach share the hub. Few targets need no hub.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import msgspec

from nhiscan.model import CanBecome, administrator_of

_LEAST, _EACH = 500_000, 100
"""How many (caller, target) pairs are looked at: this many, and this many more for each identity."""

_ALWAYS = 64

DIRECT = 8
"""Up to this many targets are named one by one."""


UNREAD = "a trust policy that could not be read"
"""Stands among conditions for what nobody could look at: the answer is `unknown` then."""


def sure(conditions: Collection[str]) -> Literal["allowed", "conditional", "unknown"]:
    """The answer under some conditions."""
    if UNREAD in conditions:
        return "unknown"
    return "conditional" if conditions else "allowed"


class Reached(msgspec.Struct, frozen=True, gc=False, eq=False):
    """One target, with what its own side demands."""

    gains: str
    name: str
    conditions: tuple[str, ...] = ()
    via: str = ""
    """Workload or provider through which it is gained, for sentences."""
    arn: str = ""
    """What policies call the thing through which it is gained."""
    artifact: str = ""
    """What that thing is made from, when it is gained through that."""


class Reachable:
    """What a method, or assuming, reaches: worked out once for all who hold the same statements."""

    __slots__ = ("_hub", "class_id", "of_all", "targets", "title", "untold")

    def __init__(
        self, class_id: str, title: str, of_all: int, targets: tuple[Reached, ...], untold: bool = False
    ) -> None:
        self.class_id = class_id
        self.title = title
        """For sentences: "user of account 111122223333"."""
        self.of_all = of_all
        """How many there are of the kind."""
        self.targets = targets
        self.untold = untold
        """Set when they were too many to look at."""
        self._hub: tuple[str, frozenset[str], str] | None = None

    @property
    def many(self) -> bool:
        """Whether they are told as one. One more than named one by one, for whoever asks may be among them."""
        return self.untold or len(self.targets) > DIRECT + 1

    def hub(self, hubs: Hubs, account: str) -> tuple[str, frozenset[str], str]:
        """Id of the hub, the conditions that all share, and what a sentence calls them."""
        if self._hub is None and self.untold:
            self._hub = (hubs.untold(account), frozenset(), f"some {self.title}")
        if self._hub is None:
            whole = len(self.targets) == self.of_all
            id_, shared = hubs.hub(account, self.class_id, self.title, self.targets, whole)
            name = f"any {self.title}" if whole else f"any of {len(self.targets)}: {self.title}"
            self._hub = (id_, shared, name)
        return self._hub


class Hubs:
    """Hubs made so far, by their members."""

    def __init__(self, identities: int = 0) -> None:
        self._left = _LEAST + _EACH * identities
        self._made: dict[tuple[object, ...], str] = {}
        self._untold: set[str] = set()
        self._edges: list[CanBecome] = []
        self._new: list[tuple[str, Sequence[Reached], str]] = []

    def afford(self, count: int) -> bool:
        """Whether so many targets of one more set of statements may be looked at, so that cost stays in proportion.

        Sets that few targets match are always looked at. Only an estate in which very many identities have different
        statements, each with very many targets, comes to the end of it; what is not looked at is `unknown`.
        """
        if count <= _ALWAYS:
            return True
        self._left -= count
        return self._left >= 0

    def untold(self, account: str) -> str:
        """The hub of whoever reaches targets that were too many to look at: what it reaches is not known."""
        found = f"any-of:aws:{account}:untold"
        if found not in self._untold:
            self._untold.add(found)
            self._edges.append(
                CanBecome(
                    identity=found,
                    target=administrator_of(f"aws:{account}"),
                    method="member",
                    answer="unknown",
                    reason=f"which identities of account {account} these are was not worked out: there are too many"
                    " different sets of them",
                )
            )
        return found

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
        yield from self._edges
        self._edges.clear()
        for hub, members, title in self._new:
            for member in members:
                yield CanBecome(
                    identity=hub,
                    target=member.gains,
                    method="member",
                    answer=sure(member.conditions),
                    conditions=member.conditions,
                    reason=f"{member.name} is a {title}",
                )
        self._new.clear()
