"""Tags of a region's workloads, in one sweep: a call a hundred things that are tagged, one in an empty region.

Where AWS refuses the sweep because the region does not know one of the younger services, those are left out of a
second one; the gap of the first then says that their tags are unknown.

It makes no records: the services whose lists lack tags take them with `aws.tagging.tags_by_arn`.
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, named_on_the_way
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.tagging import SETTLED, TAGS, YOUNG


def collect(calls: Calls) -> None:
    """All types in one sweep; without the younger ones where that was refused."""
    if not _swept(calls, [*SETTLED, *YOUNG]):
        _swept(calls, list(SETTLED))


def _swept(calls: Calls, types: list[str]) -> bool:
    """Whether there was any answer: an empty region gives one page without entries."""
    return sum(1 for _ in calls.pages(TAGS, ResourcesPerPage=100, ResourceTypeFilters=types)) > 0


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Only what was damaged; and values of tags that are secrets."""
    reading = Reading(shard, answers)
    for entry in reading.items(TAGS, "ResourceTagMappingList", "ResourceARN"):
        for _ in reading.within(TAGS, entry, "Tags", "Key", subject=entry["ResourceARN"]):
            pass
    yield from reading.sightings(TAGS, named_on_the_way("ResourceARN"))
    yield from reading.gaps()


SERVICE = Service(name="resource_tags", part="region", operations=(TAGS,), collect=collect, parse=parse)
