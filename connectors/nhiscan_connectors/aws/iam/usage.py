"""What identities used of what they may: IAM's "last accessed" data, which AWS works out on order, one job an identity.

All jobs are ordered first and then read, for AWS works on them at the same time. A scan asks only when it is told to:
it costs two calls and more an identity. A job can be read by the session that ordered it alone, so a scan that is
resumed with other credentials may find some of them gone; what they would have told is then not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final

from nhiscan.connector import Evidence
from nhiscan.model import Gap, Signal, Usage
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.iam import operations as ops
from nhiscan_connectors.aws.iam.known import Known
from nhiscan_connectors.aws.iam.tables import AI_NAMESPACES
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

REMEMBERED: Final = timedelta(days=400)
"""For how long IAM keeps last accessed data, as the operation's documentation says."""
_DETAIL: Final = "ACTION_LEVEL"
_PROBE: Final = 16
"""Identities that are asked about first: when not one is answered, the rest would not be either."""


def collect_usage(calls: Calls, arns: Sequence[str]) -> None:
    """Order a job for each identity, then read them all."""
    jobs = [job for job in calls.each(lambda arn: _ordered(calls, arn), arns[:_PROBE]) if job]
    if jobs:
        jobs += [job for job in calls.each(lambda arn: _ordered(calls, arn), arns[_PROBE:]) if job]
    calls.each(lambda job: _read(calls, job), jobs)


def _ordered(calls: Calls, arn: str) -> str:
    answer = calls.page(ops.USAGE_JOB, Arn=arn, Granularity=_DETAIL)
    return text(table(answer).get("JobId"))


def _read(calls: Calls, job: str) -> None:
    for _ in calls.pages_when_done(ops.USAGE, lambda body: body.get("JobStatus") != "IN_PROGRESS", JobId=job):
        pass


def parse_usage(known: Known) -> Iterator[Usage | Signal | Gap]:
    """One record for each service that an identity may use, and one for each action that it was seen to use."""
    holder_of: dict[str, str] = {}
    unknown: dict[str, str] = {}
    for item in known.answers.of(ops.USAGE_JOB):
        arn = text(item.params.get("Arn"))
        job = text(table(item.body).get("JobId"))
        if job:
            holder_of[job] = arn
        else:
            unknown[arn] = item.detail or "no job was made"
    told: set[str] = set()
    for item in known.answers.of(ops.USAGE):
        job = text(item.params.get("JobId"))
        holder = holder_of.get(job, "")
        if not holder:
            continue
        problem = _problem(item)
        if problem:
            unknown[holder] = problem
        else:
            told.add(holder)
            yield from _page(known, holder, item)
    unknown |= {arn: "its job was not read" for arn in holder_of.values() if arn not in told and arn not in unknown}
    if unknown:
        why = next(iter(unknown.values()))
        hides = "which of its permissions an identity uses"
        yield known.gap(ops.USAGE, hides, "usage", subjects=sorted(unknown), detail=why)


def _problem(item: Evidence) -> str:
    """Why a page tells nothing; empty when it does."""
    body = table(item.body)
    match body.get("JobStatus"):
        case "COMPLETED":
            return ""
        case "IN_PROGRESS":
            return "AWS was still working on it"
        case "FAILED":
            return f"the job failed: {text(table(body.get('Error')).get('Message'))}"
        case _:
            return item.detail or "the answer is damaged"


def _page(known: Known, holder: str, item: Evidence) -> Iterator[Usage | Signal]:
    at = moment(item.at)
    since = at - REMEMBERED if at else None
    for service in known.fields.within(
        ops.USAGE, table(item.body), "ServicesLastAccessed", "ServiceNamespace", subject=holder
    ):
        name = service["ServiceNamespace"]
        used = moment(service.get("LastAuthenticated"))
        yield Usage(identity=holder, service=name, last_used_at=used, observed_since=since, source=ops.USAGE.name)
        if used and name in AI_NAMESPACES:
            detail = f"used {name} on {used.date().isoformat()}"
            yield Signal(subject=holder, name="uses-ai-service", detail=detail, source=ops.USAGE.name)
        for action in known.fields.within(
            ops.USAGE, service, "TrackedActionsLastAccessed", "ActionName", subject=holder
        ):
            seen = moment(action.get("LastAccessedTime"))
            if seen:
                yield Usage(
                    identity=holder,
                    service=name,
                    action=f"{name}:{action['ActionName']}",
                    last_used_at=seen,
                    observed_since=since,
                    source=ops.USAGE.name,
                )
