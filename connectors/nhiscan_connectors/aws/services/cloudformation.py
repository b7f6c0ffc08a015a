"""CloudFormation: stacks, the roles that they are deployed with, and keys in their parameters and outputs.

Calls in a region: DescribeStacks, page by page; the list holds everything.

A stack with a role of its own acts as it for whoever may change the stack, and is a workload. One without is deployed
with the rights of whoever calls, and is left out unless a key stands in it: a secret in the open, or a parameter that
is one. AWS masks parameters that are declared secret.

The variables of a stack are the names of its parameters. Attributes: status, parent (of a nested stack), protected
(true: it cannot be deleted), capabilities.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.callees import stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, role_arn, tags_of, variables_of, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import text
from nhiscan_connectors.common.times import moment

STACKS = call(
    "cloudformation:DescribeStacks",
    "lists stacks, their roles and the names of their parameters",
    "which roles stacks are deployed with and which keys stand in them",
)


def collect(calls: Calls) -> None:
    """One sweep."""
    for _ in calls.pages(STACKS):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload for each stack that acts as a role, or holds a key."""
    reading = Reading(shard, answers)
    holding = {
        _place(item, list(found.get("path") or []))[0] for item in answers.of(STACKS) for found in item.sightings
    }
    for stack in reading.items(STACKS, "Stacks", "StackId", "StackName"):
        yield from _stack(reading, stack, holding)
    yield from reading.sightings(STACKS, _place)
    yield from reading.gaps()


def _stack(reading: Reading, stack: dict[str, Any], holding: set[str]) -> Iterator[AnyRecord]:
    arn, name = stack["StackId"], stack["StackName"]
    parameters = variables_of(stack.get("Parameters"), "ParameterKey", "ParameterValue")
    keys = list(reading.environment(arn, f"stack {name}", parameters, what="parameter"))
    role = role_arn(stack.get("RoleARN"))
    if not role and not keys and arn not in holding:
        return
    facts = {
        "status": text(stack.get("StackStatus")),
        "parent": text(stack.get("ParentId")),
        "protected": "true" if stack.get("EnableTerminationProtection") is True else "",
        "capabilities": ", ".join(reading.texts(STACKS, stack, "Capabilities", subject=arn)),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="cloudformation-stack",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(stack.get("CreationTime")),
        updated_at=moment(stack.get("LastUpdatedTime")),
        variables=tuple(parameter for parameter, _ in parameters),
        tags=tags_of(stack.get("Tags")),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, role, "role that it is deployed with")
    yield from keys


def _place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    subject, where = "", ""
    for step, here in walked(item.body, path):
        if isinstance(here, dict):
            subject = text(here.get("StackId")) or subject
            for key, word in (("ParameterKey", "parameter"), ("OutputKey", "output"), ("Key", "tag")):
                if text(here.get(key)):
                    where = f"{word} {here[key]}"
        elif step == "Description" and not where:
            where = "its description"
    return subject, where


SERVICE = Service(
    name="cloudformation",
    part="region",
    operations=(STACKS,),
    collect=collect,
    parse=parse,
    # Code, in which secrets stand.
    never=("cloudformation:GetTemplate",),
)
