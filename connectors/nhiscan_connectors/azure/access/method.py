"""What an escalation method of Azure RBAC is: the actions that it needs, what they must be held on, what it gives."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Aim: TypeAlias = Literal["scope", "host"]
"""scope: administration of the scope at which the actions are held; below a subscription, every identity hosted in it.
host: the managed identity of a thing of one of `kinds` in that scope."""


class Method(msgspec.Struct, frozen=True, kw_only=True):
    """One way to gain power."""

    id: str
    aim: Aim = "host"
    on: tuple[str, ...]
    """Actions that are needed on the thing aimed at; "data:" before one that works on data."""
    anywhere: tuple[tuple[str, ...], ...] = ()
    """Further sets of actions, one whole set of which is needed at some scope; none when empty."""
    kinds: tuple[str, ...] = ()
    """Types of resources whose identity is gained."""
    note: str = ""
    """What must hold beyond permissions; a method with a note is never better than `conditional`."""
    can: str
    """Rest of a sentence after the principal's name; `{target}` is the thing aimed at."""
    fix: str
    """What breaks it: a sentence; `{who}`, `{role}` and `{scope}` are filled in."""
