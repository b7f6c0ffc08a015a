"""Values of answers that Azure's parsers read, beside those of `common.fields`."""

from __future__ import annotations


def flag(value: object) -> bool | None:
    """A truth value as it is; None, which is "not known", for anything else."""
    return value if isinstance(value, bool) else None
