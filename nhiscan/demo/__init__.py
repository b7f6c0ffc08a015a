"""The embedded sample estate: a bundle that the real collectors recorded from emulated clouds.

`python -m tests.clouds.record_demo` makes it again.
"""

from __future__ import annotations

from pathlib import Path

ESTATE = Path(__file__).parent / "estate"
"""Directory of the bundle."""
