"""S3's list of buckets as it pages: with the region of each, which moto leaves out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Buckets:
    """Buckets of an account, each as the list shows it. Where there is none, moto answers."""

    buckets: list[dict[str, Any]] = field(default_factory=list)
    page: int = 10_000
    """Largest page; tests make it smaller than AWS's."""


@answers("s3", "ListBuckets")
def _list(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    state = context.state(Buckets)
    if not state.buckets:
        return None
    size = min(int(params.get("MaxBuckets") or 10_000), state.page)
    page, token = paged(state.buckets, params.get("ContinuationToken"), size)
    return {"Buckets": page, **({"ContinuationToken": token} if token else {})}
