"""The kinds of jobs that Bedrock runs with a role of the customer's, and what nhiscan asks about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from nhiscan.connector import Operation
from nhiscan_connectors.aws.regional import call
from nhiscan_connectors.common.fields import table, text

FINISHED: Final = frozenset({"Completed", "Failed", "Stopped", "PartiallyCompleted", "Expired", "Deleting"})
"""States that a job does not leave; one whose state is none of these may still act as its role."""


class JobKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of job."""

    kind: str
    """Kind of its workload."""
    words: str
    """For sentences, of one: "batch inference job"."""
    key: str
    """Where the list stands in the answer of `listing`."""
    listing: Operation
    details: Operation | None = None
    """The call that tells a job's role; None when the list does."""
    model: Callable[[dict[str, Any]], str]
    """The model that a job of the list works with."""


def _listing(name: str, what: str) -> Operation:
    return call(f"bedrock:{name}", f"lists {what}, the newest first", f"which {what} run")


def _details(name: str, what: str, drop: tuple[str, ...] = ()) -> Operation:
    return call(f"bedrock:{name}", f"reads the role of {what}", f"what {what} runs as", drop=drop)


def _first(value: object) -> str:
    return next((item for item in value if text(item)), "") if isinstance(value, list) else ""


def _evaluated(job: dict[str, Any]) -> str:
    """Newer answers hold the models in a summary, older ones in a list."""
    summary = table(table(job.get("inferenceConfigSummary")).get("modelConfigSummary"))
    return _first(summary.get("bedrockModelIdentifiers")) or _first(job.get("modelIdentifiers"))


KINDS: Final = (
    JobKind(
        kind="bedrock-invocation-job",
        words="batch inference job",
        key="invocationJobSummaries",
        listing=_listing("ListModelInvocationJobs", "batch inference jobs"),
        model=lambda job: text(job.get("modelId")),
    ),
    JobKind(
        kind="bedrock-customization-job",
        words="customization job",
        key="modelCustomizationJobSummaries",
        listing=_listing("ListModelCustomizationJobs", "customization jobs"),
        details=_details("GetModelCustomizationJob", "a customization job"),
        model=lambda job: text(job.get("baseModelArn")),
    ),
    JobKind(
        kind="bedrock-evaluation-job",
        words="evaluation job",
        key="jobSummaries",
        listing=_listing("ListEvaluationJobs", "evaluation jobs"),
        # Questions, answers and what graders are told: nothing of it says what the job runs as.
        details=_details(
            "GetEvaluationJob",
            "an evaluation job",
            ("data", "filter", "inferenceParams", "instructions", "textPromptTemplate"),
        ),
        model=_evaluated,
    ),
    JobKind(
        kind="bedrock-import-job",
        words="model import job",
        key="modelImportJobSummaries",
        listing=_listing("ListModelImportJobs", "model import jobs"),
        details=_details("GetModelImportJob", "a model import job"),
        model=lambda job: text(job.get("importedModelArn")),
    ),
)
