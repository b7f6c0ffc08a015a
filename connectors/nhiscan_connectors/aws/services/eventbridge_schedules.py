"""EventBridge Scheduler: what schedules start, and the role with which they do.

Calls in a region: ListSchedules, and one GetSchedule a schedule, for the list has no roles. Applications make schedules
by the hundred thousand, one for each thing that they must not forget, all with the same target and role: of those of a
group with the same target the first 50 are asked about, and a gap says how many were not.

Attributes: group, state, expression, target (its ARN), action (the call that it makes, where the target is an API:
"bedrockruntime:invokeModel"). `model` is the model that it calls in Bedrock.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Gap, Link, Workload, llm_provider
from nhiscan_connectors.aws.callees import callee, short, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.state_language import Calling, calling_with
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of, refusal
from nhiscan_connectors.common.times import moment

SCHEDULES = call("scheduler:ListSchedules", "lists schedules and their targets", "which schedules exist")
SCHEDULE = call(
    "scheduler:GetSchedule",
    "reads the role of a schedule and what it does",
    "what a schedule starts and acts as",
    # Parameters of a pipeline may be a password, in a form that no detector knows.
    drop=("PipelineParameterList",),
)

MOST: Final = 50
"""Schedules of one group with one target that are asked about."""

_ACTION = re.compile(r"arn:aws[a-z-]{0,12}:scheduler:::aws-sdk:([a-zA-Z0-9]{1,40}):([a-zA-Z0-9]{1,80})", re.ASCII)

_Key = tuple[str, str]
"""Group and name, which together name a schedule."""


def collect(calls: Calls) -> None:
    """One list, and one call for each schedule that stands for itself or for its like."""
    keys = [key for key, asked in _sampled(calls.items(SCHEDULES, "Schedules")) if asked]
    calls.each(lambda key: calls.page(SCHEDULE, GroupName=key[0], Name=key[1]), keys)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload for each schedule that was asked about."""
    reading = Reading(shard, answers)
    told: dict[_Key, Evidence] = {}
    for item in answers.of(SCHEDULE):
        told[str(item.params.get("GroupName")), str(item.params.get("Name"))] = item
    listed = list(reading.items(SCHEDULES, "Schedules", "Arn", "Name", "GroupName"))
    left = 0
    for schedule, (key, asked) in zip(listed, _sampled(listed), strict=True):
        if not asked:
            left += 1
            continue
        found = told.get(key)
        yield from _schedule(reading, schedule, table(found.body) if found is not None else {})
        if found is not None and found.problem is not None:
            yield refusal(reading.shard, SCHEDULE, found, schedule["Arn"])
    if left:
        yield _unasked(reading, left)
    yield from reading.sightings(
        SCHEDULE, lambda item, _: (text(table(item.body).get("Arn")), "what it sends to its target")
    )
    yield from reading.gaps()


def _sampled(schedules: Iterator[Any] | list[Any]) -> Iterator[tuple[_Key, bool]]:
    """Each schedule that has a name, and whether it is one of those that are asked about."""
    counts: Counter[tuple[str, str]] = Counter()
    for item in schedules:
        schedule = table(item)
        key = text(schedule.get("GroupName")), text(schedule.get("Name"))
        if not all(key) or not text(schedule.get("Arn")):
            continue
        alike = key[0], text(table(schedule.get("Target")).get("Arn"))
        counts[alike] += 1
        yield key, counts[alike] <= MOST


def _schedule(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["Arn"], listed["Name"]
    target = table(detail.get("Target")) or table(listed.get("Target"))
    where = text(target.get("Arn"))
    action = _ACTION.fullmatch(where)
    called = Calling()
    if action is not None:
        called = calling_with(action[1], action[2], text(target.get("Input")), reading.arn)
    elif id := callee(text(table(target.get("EcsParameters")).get("TaskDefinitionArn"))) or callee(where):
        called.callees[id] = ""
    facts = {
        "group": listed["GroupName"],
        "state": text(listed.get("State")),
        "expression": text(detail.get("ScheduleExpression")),
        "target": where,
        "action": f"{action[1]}:{action[2]}" if action is not None else "",
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="eventbridge-schedule",
        name=name,
        scope=reading.scope,
        region=reading.region,
        model=next(iter(called.models), ""),
        created_at=moment(listed.get("CreationDate")),
        updated_at=moment(listed.get("LastModificationDate")),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, target.get("RoleArn"))
    for id in called.callees:
        yield Link(source=arn, target=id, kind="invokes_tool", reason=f"schedule {name} starts {short(id)}")
    for model in called.models:
        id = model if model.startswith("arn:") else llm_provider("bedrock")
        reason = f"schedule {name} calls model {model} in Bedrock"
        yield Link(source=arn, target=id, kind="uses_model", reason=reason)


def _unasked(reading: Reading, number: int) -> Gap:
    hides = f"what {number} more schedules act as, each like {MOST} others of its group in what it starts"
    detail = f"of the schedules of a group with the same target only {MOST} are asked about"
    return gap_of(reading.shard, SCHEDULE, "unsupported", detail, hides=hides)


SERVICE = Service(
    name="eventbridge-schedules",
    part="region",
    operations=(SCHEDULES, SCHEDULE),
    collect=collect,
    parse=parse,
)
