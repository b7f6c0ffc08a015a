"""What the layers of a decision say of one question, as the deciders of several clouds gather it."""

from __future__ import annotations

import msgspec

from nhiscan.access.question import Layer
from nhiscan.model import Answer


class Said(msgspec.Struct):
    """What a layer says: allowed or denied for sure, or under conditions; and what could not be read."""

    name: str
    sure: bool = False
    tied: list[tuple[str, ...]] = []
    """Conditions under which it says so, one entry each time that it does."""
    sentences: list[str] = []
    missing: list[str] = []

    def layer(self, *, denies: bool = False) -> Layer:
        """The layer as a decision tells it. `denies`: it is one that takes away."""
        answer: Answer
        if self.sure:
            answer = "denied" if denies else "allowed"
        elif self.missing:
            answer = "unknown"
        elif self.tied:
            answer = "conditional"
        else:
            answer = "allowed" if denies else "denied"
        return Layer(name=self.name, answer=answer, statements=tuple(self.sentences), missing=tuple(self.missing))
