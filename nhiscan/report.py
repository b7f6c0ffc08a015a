"""What a report is: a pure function from a ScanResult to text, in pieces so that no estate must fit one string."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from nhiscan.result import ScanResult


class Report(Protocol):
    """A form that a result can be given. Implementations take no arguments to construct; they open no file."""

    name: str
    """As given to `-f`."""
    suffix: str
    """Of the file that it makes: ".html"."""
    title: str
    """One line for `nhiscan plugins`."""

    def render(self, result: ScanResult) -> Iterator[str]:
        """Yield the text, piece by piece."""
        ...
