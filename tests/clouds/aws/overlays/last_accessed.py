"""IAM's last accessed data: a job for each identity, done after some polls, in pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers


@dataclass
class LastAccessed:
    """What identities used."""

    used: dict[str, dict[str, tuple[datetime | None, Mapping[str, datetime]]]] = field(default_factory=dict)
    """ARN -> service -> when it was last used (None: never), and when its tracked actions were."""
    polls: int = 0
    """How often a job says that it is in progress."""
    page: int = 100
    failing: set[str] = field(default_factory=set)
    """ARNs of identities whose jobs fail."""
    jobs: dict[str, tuple[str, bool, int]] = field(default_factory=dict)
    """Job -> ARN, whether actions are asked for, and polls that are left."""

    def use(self, arn: str, service: str, last: datetime | None = None, **actions: datetime) -> None:
        """Say that an identity may use a service, and when it did."""
        self.used.setdefault(arn, {})[service] = (last, actions)


@answers("iam", "GenerateServiceLastAccessedDetails")
def _generate(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.state(LastAccessed)
    job = str(uuid5(NAMESPACE_URL, f"{params['Arn']} {len(state.jobs)}"))
    state.jobs[job] = (params["Arn"], params.get("Granularity") == "ACTION_LEVEL", state.polls)
    return {"JobId": job}


@answers("iam", "GetServiceLastAccessedDetails")
def _get(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.state(LastAccessed)
    job = params["JobId"]
    if job not in state.jobs:
        raise ServiceError("NoSuchEntity", "There is no such job.", 404)
    arn, with_actions, left = state.jobs[job]
    times = {"JobCreationDate": context.now, "JobCompletionDate": context.now}
    if left:
        state.jobs[job] = (arn, with_actions, left - 1)
        return {"JobStatus": "IN_PROGRESS", "ServicesLastAccessed": [], **times}
    if arn in state.failing:
        error = {"Message": "An internal error occurred.", "Code": "SERVICE_ERROR"}
        return {"JobStatus": "FAILED", "ServicesLastAccessed": [], "Error": error, **times}
    entries = [_entry(arn, name, *uses, with_actions) for name, uses in sorted(state.used.get(arn, {}).items())]
    start = int(params.get("Marker") or 0)
    size = min(int(params.get("MaxItems") or state.page), state.page)
    more = start + size < len(entries)
    return {
        "JobStatus": "COMPLETED",
        "JobType": "ACTION_LEVEL" if with_actions else "SERVICE_LEVEL",
        "ServicesLastAccessed": entries[start : start + size],
        "IsTruncated": more,
        **({"Marker": str(start + size)} if more else {}),
        **times,
    }


def _entry(
    arn: str, service: str, last: datetime | None, actions: Mapping[str, datetime], with_actions: bool
) -> dict[str, Any]:
    entry: dict[str, Any] = {"ServiceName": service, "ServiceNamespace": service, "TotalAuthenticatedEntities": 0}
    if last is not None:
        entry |= {"LastAuthenticated": last, "LastAuthenticatedEntity": arn, "TotalAuthenticatedEntities": 1}
    if with_actions and actions:
        entry["TrackedActionsLastAccessed"] = [
            {"ActionName": name, "LastAccessedEntity": arn, "LastAccessedTime": when, "LastAccessedRegion": "eu-west-1"}
            for name, when in sorted(actions.items())
        ]
    return entry
