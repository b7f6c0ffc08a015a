"""Amazon Nova Act: workflows in which an agent works a browser for somebody.

A definition has no role of its own: whoever starts a run acts in it, and must sign the call, so `public` is False.

Attributes of a workflow: `status`, `last_run`
(when its latest run began, RFC 3339; "never" when it had none), `last_run_status`, `traces` (the bucket that keeps
the screenshots and steps of the latest run).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Amazon Nova Act"

LIST = call(
    "nova-act:ListWorkflowDefinitions",
    "lists the workflows in which an agent works a browser",
    "which Nova Act workflows exist",
    blinds=("agents", "workloads"),
)
RUNS = call(
    "nova-act:ListWorkflowRuns",
    "tells when a workflow last ran",
    "when the workflow last ran",
    blinds=("activity",),
)


def collect(calls: Calls) -> None:
    """One call in a region without workflows, and one for the latest run of each."""
    names = [
        name
        for item in calls.items(LIST, "workflowDefinitionSummaries")
        if (name := text(item.get("workflowDefinitionName")))
    ]
    calls.each(lambda name: calls.page(RUNS, workflowDefinitionName=name, sortOrder="Descending", maxResults=1), names)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a definition."""
    reading = Reading(shard, answers)
    runs = reading.details(RUNS, "workflowDefinitionName")
    arns: dict[str, str] = {}
    for item in reading.items(LIST, "workflowDefinitionSummaries", "workflowDefinitionArn", "workflowDefinitionName"):
        arn, name = item["workflowDefinitionArn"], item["workflowDefinitionName"]
        arns[name] = arn
        facts = {"status": text(item.get("status")), **(_latest(reading, arn, runs[name]) if name in runs else {})}
        yield Workload(
            id=arn,
            provider="aws",
            kind="nova-act-workflow",
            name=name,
            scope=reading.scope,
            region=reading.region,
            agent=True,
            ai_platform=PLATFORM,
            created_at=moment(item.get("createdAt")),
            public=False,
            attributes={key: value for key, value in facts.items() if value},
        )
    yield from reading.gaps_of_details(RUNS, "workflowDefinitionName", arns)
    yield from reading.gaps()


def _latest(reading: Reading, arn: str, body: dict[str, Any]) -> dict[str, str]:
    runs = list(reading.within(RUNS, body, "workflowRunSummaries", subject=arn))
    if not runs:
        # An entry that could not be read is no proof that there was none.
        return {"last_run": "never"} if body.get("workflowRunSummaries") == [] else {}
    began = moment(runs[0].get("startedAt"))
    traces = text(table(runs[0].get("traceLocation")).get("location"))
    return {
        "last_run": began.isoformat() if began else "",
        "last_run_status": text(runs[0].get("status")),
        "traces": traces.removeprefix("s3://").partition("/")[0],
    }


SERVICE = Service(name="nova-act", part="region", operations=(LIST, RUNS), collect=collect, parse=parse)
