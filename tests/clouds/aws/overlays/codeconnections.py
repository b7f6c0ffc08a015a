"""CodeConnections, which moto lacks: connections to source hosts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Connections:
    """Connections of an account in a region, as the API shows them."""

    shown: list[dict[str, Any]] = field(default_factory=list)


@answers("codeconnections", "ListConnections")
def _connections(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    size = int(params.get("MaxResults") or 100)
    page, token = paged(context.regional(Connections).shown, params.get("NextToken"), size)
    return {"Connections": page, **({"NextToken": token} if token else {})}
