"""CloudTrail's event history: what was called in a region in the last 90 days."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class EventHistory:
    """State of an account in a region: events as LookupEvents shows them."""

    events: list[dict[str, Any]] = field(default_factory=list)


@answers("cloudtrail", "LookupEvents")
def _lookup(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    found = context.regional(EventHistory).events
    for attribute in params.get("LookupAttributes") or []:
        found = [event for event in found if event.get(attribute["AttributeKey"]) == attribute["AttributeValue"]]
    latest_first = sorted(found, key=lambda event: event["EventTime"], reverse=True)
    page, token = paged(latest_first, params.get("NextToken"), min(int(params.get("MaxResults") or 50), 50))
    return {"Events": page, **({"NextToken": token} if token else {})}
