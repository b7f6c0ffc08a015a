"""A proposed policy: what an identity used of its permissions, written as a policy. Nothing applies it."""

from __future__ import annotations

from datetime import datetime, timedelta

from nhiscan.model import Record


class Window(Record, frozen=True, kw_only=True):
    """What counts as used."""

    clock: datetime
    """The moment that ages are counted to."""
    unused: timedelta
    """Time without use after which a permission counts as unused."""

    def holds(self, moment: datetime | None) -> bool:
        """Whether a use at `moment` is recent enough to count."""
        return moment is not None and self.clock - moment <= self.unused


class Proposal(Record, frozen=True, kw_only=True):
    """A narrower policy for one identity, and what speaks for and against each part of it."""

    identity: str
    document: str
    """The policy as text, in the provider's own language; empty when nothing can be proposed."""
    kept: tuple[str, ...] = ()
    """Sentences: what is kept, and why."""
    dropped: tuple[str, ...] = ()
    """Sentences: what is taken away, and when it was last used."""
    unknown: tuple[str, ...] = ()
    """Sentences: what could not be known, and what was done about it."""
