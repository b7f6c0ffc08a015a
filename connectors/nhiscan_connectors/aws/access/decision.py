"""One question about access, answered layer by layer."""

from __future__ import annotations

from nhiscan.access.question import Decision, Question
from nhiscan.inventory import Inventory


def decide(inventory: Inventory, question: Question) -> Decision:
    """Pure: may this identity do this here, and why."""
    raise NotImplementedError
