"""Amazon Bedrock jobs: batch inference, customization, evaluation and import of models, and the roles that they act as.

An account may have run many thousand jobs, and what matters of one that is over is its role. So each job that is not
over is a workload; those that are over are one workload for each kind and role, with the id
`arn:aws:bedrock:<region>:<account>:<kind>s-over/<role>`. AWS is asked for the newest first, and for no more than
`MOST_PAGES` pages of a kind; where only a call for each job tells its role, for that of the `MOST_OVER` newest that
are over. Older ones are left out: they act no more, and their role is told by IAM.

Attributes of a job: `status`, `input` and `output` (in S3), `network` ("VPC"); of jobs that are over: `over` ("true"),
`jobs` (how many of them were seen), `models`; `updated_at` is when the last of them ended.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap, GapReason, Link, Workload
from nhiscan_connectors.aws.bedrock.data_sources import texts_within
from nhiscan_connectors.aws.bedrock.job_kinds import FINISHED, KINDS, JobKind
from nhiscan_connectors.aws.bedrock.names import function_arn, short
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

MOST_PAGES: Final = 5
"""Pages of a list of jobs that are read; AWS puts up to 1000 jobs on one."""
MOST_OVER: Final = 50
"""Jobs of a kind that are over and whose details are read."""
MODELS: Final = tuple(kind.listing for kind in KINDS)
"""Operations whose answers name models."""


def collect(calls: Calls) -> None:
    """The newest jobs of each kind, and where the list does not tell their roles, the details of some."""
    calls.each(lambda kind: _ask(calls, kind), KINDS)


def _ask(calls: Calls, kind: JobKind) -> None:
    wanted: list[str] = []
    over = 0
    for body in islice(calls.pages(kind.listing, sortBy="CreationTime", sortOrder="Descending"), MOST_PAGES):
        jobs = body.get(kind.key)
        for job in jobs if isinstance(jobs, list) else ():
            arn = text(table(job).get("jobArn"))
            over += (finished := _is_over(table(job)))
            if arn and (not finished or over <= MOST_OVER):
                wanted.append(arn)
    if kind.details is not None:
        details = kind.details
        calls.each(lambda arn: calls.page(details, jobIdentifier=arn), wanted)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a job that is not over, one for each kind and role of those that are."""
    reading = Reading(shard, answers)
    profiles = Profiles(reading)
    for kind in KINDS:
        details = reading.details(kind.details, "jobIdentifier") if kind.details is not None else {}
        over: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for job in reading.items(kind.listing, kind.key, "jobArn", "jobName"):
            told = {**job, **details.get(job["jobArn"], {})}
            if not _is_over(job):
                yield from _job(reading, profiles, kind, job, told)
            elif role := role_arn(told.get("roleArn")):
                over[role].append(told | {"model": kind.model(job)})
        for role, jobs in over.items():
            yield from _jobs_over(reading, kind, role, jobs)
        yield from _refusals(reading, kind)
    yield from reading.gaps()


def _job(
    reading: Reading, profiles: Profiles, kind: JobKind, listed: dict[str, Any], told: dict[str, Any]
) -> Iterator[AnyRecord]:
    arn, model = listed["jobArn"], kind.model(listed)
    title = f"{kind.words} {listed['jobName']}"
    facts = {
        "status": text(listed.get("status")),
        "input": _place(told, "inputDataConfig", "trainingDataConfig", "modelDataSource"),
        "output": _place(told, "outputDataConfig"),
        "network": "VPC" if table(told.get("vpcConfig")) else "",
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind=kind.kind,
        name=listed["jobName"],
        scope=reading.scope,
        region=reading.region,
        machine_learning=True,
        ai_platform="Amazon Bedrock",
        model=model,
        created_at=moment(told.get("submitTime") or told.get("creationTime")),
        updated_at=moment(told.get("lastModifiedTime")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, told.get("roleArn"), "job role")
    yield from profiles.uses(arn, title, model)
    for _, value in texts_within(told):
        if function := function_arn(value):
            reason = f"{title} has answers graded by function {short(function)}"
            yield Link(source=arn, target=function, kind="invokes_tool", reason=reason)


def _jobs_over(reading: Reading, kind: JobKind, role: str, jobs: list[dict[str, Any]]) -> Iterator[AnyRecord]:
    name = role.partition(":role/")[2]
    id = reading.arn("bedrock", f"{kind.kind}s-over/{name}")
    ends = [end for job in jobs if (end := moment(job.get("endTime") or job.get("lastModifiedTime"))) is not None]
    facts = {
        "over": "true",
        "jobs": str(len(jobs)),
        "models": ", ".join(sorted({short(job["model"]) for job in jobs if job["model"]})),
    }
    yield Workload(
        id=id,
        provider="aws",
        kind=kind.kind,
        name=f"{kind.words}s of {name} that are over",
        scope=reading.scope,
        region=reading.region,
        machine_learning=True,
        ai_platform="Amazon Bedrock",
        updated_at=max(ends, default=None),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(id, role, "job role")


def _refusals(reading: Reading, kind: JobKind) -> Iterator[Gap]:
    """One gap for all jobs whose details were refused alike: there may be many."""
    if kind.details is None:
        return
    refused: dict[GapReason, list[str]] = defaultdict(list)
    said: dict[GapReason, str] = {}
    for arn, item in reading.refused(kind.details, "jobIdentifier").items():
        reason: GapReason = item.problem or "failed"
        refused[reason].append(arn)
        said.setdefault(reason, item.detail)
    for reason, arns in refused.items():
        detail = f"{said[reason]} ({len(arns)} calls alike)" if len(arns) > 1 else said[reason]
        yield gap_of(reading.shard, kind.details, reason, detail, subjects=tuple(arns))


def _is_over(job: dict[str, Any]) -> bool:
    return job.get("status") in FINISHED if isinstance(job.get("status"), str) else False


def _place(job: dict[str, Any], *fields: str) -> str:
    """The first S3 place in the fields that say where a job reads or writes."""
    for field in fields:
        for path, value in texts_within(table(job.get(field))):
            if path[-1] == "s3Uri":
                return value
    return ""


SERVICE = Service(
    name="bedrock-jobs",
    part="region",
    operations=(*MODELS, *(kind.details for kind in KINDS if kind.details is not None)),
    collect=collect,
    parse=parse,
)
