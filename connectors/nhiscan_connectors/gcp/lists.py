"""Lists in answers that may be damaged, where the damage is told elsewhere."""

from __future__ import annotations

from typing import Any


def listed(holder: dict[str, Any], key: str) -> list[Any]:
    """The list `key` of an object; an empty one for anything else."""
    value = holder.get(key)
    return value if isinstance(value, list) else []
