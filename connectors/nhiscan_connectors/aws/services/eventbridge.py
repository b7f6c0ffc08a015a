"""EventBridge rules: what they start when something happens, and the roles with which they do.

Calls in a region: ListEventBuses, one ListRules a bus, one ListTargetsByRule a rule; rules that a service of AWS
manages for itself are not asked for their targets. An account always has its default bus: two calls in a region without
rules.

A rule is a workload when it acts as a role or starts something that runs; one that only sends to a topic, a queue or a
log is neither, and is left out. A rule whose targets were refused stays in, for nobody knows.

Attributes of a rule: bus, state, trigger ("schedule" or "events"), expression (of a schedule), targets (ARNs of what it
sends to and that runs nothing here).

A bus that takes events from other accounts is a resource of kind "event-bus", with its policy. An outside API that a
rule sends to is a resource of kind "api-destination".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.model import AnyRecord, Link, Policy, PolicyUse, Resource, Workload
from nhiscan_connectors.aws.callees import callee, short, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.documents import document_text
from nhiscan_connectors.aws.regional import Reading, call, role_arn
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal
from nhiscan_connectors.common.times import moment

BUSES = call(
    "events:ListEventBuses",
    "lists event buses and who may send to each",
    "which event buses exist, and the rules on them",
)
RULES = call("events:ListRules", "lists the rules of a bus", "which rules start something when an event happens")
TARGETS = call(
    "events:ListTargetsByRule",
    "lists what a rule starts, and the role with which it does",
    "what a rule starts and acts as",
    # Statements may set a password and a path may hold a token, in a form that no detector knows.
    drop=("Sql", "Sqls", "GraphQLOperation", "PathParameterValues"),
)

_Key = tuple[str, str]
"""Name of a bus and of a rule on it, which together name a rule."""


def collect(calls: Calls) -> None:
    """Buses, their rules, and the targets of those that are people's own."""
    buses = [name for bus in calls.items(BUSES, "EventBuses") if (name := text(table(bus).get("Name")))]
    listed = calls.each(
        lambda bus: [(bus, table(rule)) for rule in calls.items(RULES, "Rules", EventBusName=bus)], buses
    )
    own = [
        (bus, name)
        for rules in listed
        for bus, rule in rules
        if (name := text(rule.get("Name"))) and not text(rule.get("ManagedBy"))
    ]
    calls.each(lambda rule: list(calls.pages(TARGETS, EventBusName=rule[0], Rule=rule[1])), own)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload for each rule that acts or starts something."""
    reading = Reading(shard, answers)
    for bus in reading.items(BUSES, "EventBuses", "Arn", "Name"):
        yield from _bus(reading, bus)
    rules = {
        (bus, rule["Name"]): rule
        for bus, pages in reading.by_param(RULES, "EventBusName").items()
        for page in pages
        for rule in reading.within(RULES, page, "Rules", "Arn", "Name")
    }
    asked: dict[_Key, list[Evidence]] = {}
    for item in answers.of(TARGETS):
        asked.setdefault(_key(item), []).append(item)
    destinations: dict[str, None] = {}
    for key, rule in rules.items():
        yield from _rule(reading, rule, asked.get(key, []), destinations)
    for arn in destinations:
        yield _destination(reading, arn)
    yield from reading.sightings(
        TARGETS, lambda item, _: (text(rules.get(_key(item), {}).get("Arn")), "what it sends to a target")
    )
    yield from reading.gaps()


def _key(item: Evidence) -> _Key:
    return str(item.params.get("EventBusName") or ""), str(item.params.get("Rule") or "")


def _rule(
    reading: Reading, rule: dict[str, Any], asked: list[Evidence], destinations: dict[str, None]
) -> Iterator[AnyRecord]:
    arn, name = rule["Arn"], rule["Name"]
    targets = [
        target
        for item in asked
        if item.body is not None
        for target in reading.within(TARGETS, table(item.body), "Targets", "Id", "Arn", subject=arn)
    ]
    roles = dict.fromkeys(filter(None, (role_arn(one.get("RoleArn")) for one in (rule, *targets))))
    called = dict.fromkeys(filter(None, map(_called, targets)))
    destinations.update(dict.fromkeys(id for id in called if ":api-destination/" in id))
    unread = [item for item in asked if item.problem is not None or not isinstance(item.body, dict)]
    if not (roles or called or unread or any(item.sightings for item in asked)):
        return
    others = dict.fromkeys(target["Arn"] for target in targets if not _called(target))
    facts = {
        "bus": text(rule.get("EventBusName")),
        "state": text(rule.get("State")),
        "trigger": "schedule" if text(rule.get("ScheduleExpression")) else "events",
        "expression": text(rule.get("ScheduleExpression")),
        "targets": ", ".join(others),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="eventbridge-rule",
        name=name,
        scope=reading.scope,
        region=reading.region,
        attributes=stated(facts),
    )
    for role in roles:
        yield from reading.runs_as(arn, role, "role with which it starts its targets")
    for id in called:
        yield Link(source=arn, target=id, kind="invokes_tool", reason=f"rule {name} starts {short(id)}")
    for target in targets:
        secret = reading.secret_id(table(target.get("RedshiftDataParameters")).get("SecretManagerArn"))
        if secret:
            reason = f"rule {name} logs in at Redshift with {secret}"
            yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)
    for item in unread[:1]:
        yield refusal(reading.shard, TARGETS, item, arn)


def _called(target: dict[str, Any]) -> str:
    """What a target runs: of ECS and Batch the definition, for the ARN is only that of where it runs."""
    inner = table(target.get("EcsParameters")).get("TaskDefinitionArn")
    inner = inner or table(target.get("BatchParameters")).get("JobDefinition")
    return callee(text(inner)) or callee(target["Arn"])


def _bus(reading: Reading, bus: dict[str, Any]) -> Iterator[AnyRecord]:
    if not text(bus.get("Policy")):
        return
    arn, name = bus["Arn"], bus["Name"]
    yield Resource(
        id=arn,
        provider="aws",
        kind="event-bus",
        name=name,
        scope=reading.scope,
        region=reading.region,
        created_at=moment(bus.get("CreationTime")),
    )
    document, problem = document_text(bus["Policy"])
    policy = f"{arn}/policy/resource"
    yield Policy(
        id=policy,
        provider="aws",
        kind="resource",
        name=f"policy of event bus {name}",
        scope=reading.scope,
        document=document,
        problem=problem,
    )
    yield PolicyUse(policy=policy, target=arn, use="resource")


def _destination(reading: Reading, arn: str) -> Resource:
    return Resource(
        id=arn,
        provider="aws",
        kind="api-destination",
        name=arn.split("/")[1],
        scope=reading.scope,
        region=reading.region,
        node="tool",
    )


SERVICE = Service(name="eventbridge", part="region", operations=(BUSES, RULES, TARGETS), collect=collect, parse=parse)
