"""A question about access and its answer, in the form that every connector's evaluator gives it."""

from __future__ import annotations

from nhiscan.model import Answer, Record


class Question(Record, frozen=True, kw_only=True):
    """May `identity` do `action` on `resource`?"""

    identity: str
    action: str
    """The provider's own word: "s3:GetObject"."""
    resource: str = "*"
    context: dict[str, tuple[str, ...]] = {}  # noqa: RUF012 - msgspec copies it
    """Condition keys whose values are known; every other key is open."""


class Layer(Record, frozen=True, kw_only=True):
    """What one layer of policies says: identity policies, boundary, organization limits, resource policy."""

    name: str
    answer: Answer
    statements: tuple[str, ...] = ()
    """The statements that decide, as sentences."""
    missing: tuple[str, ...] = ()
    """Documents that were not readable."""


class Decision(Record, frozen=True, kw_only=True):
    """The answer and, layer by layer, the reasons for it."""

    question: Question
    answer: Answer
    layers: tuple[Layer, ...] = ()
    conditions: tuple[str, ...] = ()
    """Condition keys that decide, when `conditional`."""
    reason: str = ""
    """One sentence that sums it up."""
