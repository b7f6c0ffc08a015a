"""Tags of things whose own lists do not show them: one sweep of the Resource Groups Tagging API for a whole region.

`services.resource_tags` makes the sweep. A service whose answers lack tags reads them out of the same shard's answers:

    tags = tags_by_arn(reading, "lambda")
    ... Workload(..., tags=tags.get(arn, {}))
    yield from gaps_of_tags(reading, ids)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhiscan.model import Gap
from nhiscan_connectors.aws.regional import Reading, call, tags_of
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal

TAGS = call(
    "resourcegroupstaggingapi:GetResources",
    "reads the tags of functions, agents, state machines and other workloads in one sweep, for owners and purposes",
    "tags of workloads whose lists do not show them: who owns them, and what they are for",
    permission="tag:GetResources",
    # Whom it leaves without owners is told by those who read tags: it is never all of the account.
    blinds=(),
)

SETTLED = ("lambda:function", "states:stateMachine", "codebuild", "codepipeline", "glue:job")
"""What every partition lets ask for: one type of service that is not known there makes AWS refuse the whole call."""

YOUNG = (
    "bedrock",
    "sagemaker:notebook-instance",
    "sagemaker:endpoint",
    "sagemaker:domain",
    "sagemaker:user-profile",
    "sagemaker:pipeline",
)
"""What some regions may not know yet."""


def tags_by_arn(reading: Reading, service: str = "") -> dict[str, dict[str, str]]:
    """Tags by ARN, of one service as ARNs name it ("lambda") or of all.

    What is damaged is left out; `services.resource_tags` tells of it.
    """
    found: dict[str, dict[str, str]] = {}
    for body in reading.answers.bodies(TAGS):
        entries = table(body).get("ResourceTagMappingList")
        for entry in entries if isinstance(entries, list) else ():
            arn = text(table(entry).get("ResourceARN"))
            if arn and (not service or arn.split(":", 3)[2:3] == [service]):
                found[arn] = tags_of(entry.get("Tags"))
    return found


def gaps_of_tags(reading: Reading, ids: Iterable[str]) -> Iterator[Gap]:
    """A gap that names the workloads whose owners are unknown, where the sweep was refused."""
    refused = [item for item in reading.answers.of(TAGS) if item.problem is not None]
    answered = any(item.problem is None for item in reading.answers.of(TAGS))
    subjects = tuple(sorted(ids))
    if refused and not answered and subjects:
        yield refusal(reading.shard, TAGS, refused[0], *subjects, blinds=("owners",))
