"""Step Functions: state machines, the role that each acts as, and what they call.

Calls in a region: ListStateMachines, and one DescribeStateMachine a machine, for the list has no roles. A machine whose
definition is encrypted with a key that the scanner may not use is asked once more, for what is not encrypted.

What a machine calls stands in its definition only. The definition is kept in the bundle as the redactor leaves it,
without every value that it knows for a secret; records hold no more of it than the attributes and links below.

Attributes: type (STANDARD, EXPRESS), status, logging (OFF, ERROR, FATAL, ALL), logs_data (true: what passes through is
written to the log), tracing (true), integrations (services and calls of its tasks, "bedrock:invokeModel,
lambda:invoke"). A machine answers nobody without a signature: its `public` is False, None when it was not described.
`model` is the model that it calls in Bedrock, where it names one and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap, Link, Workload, llm_provider
from nhiscan_connectors.aws.callees import short, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.state_language import Calling, calling
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import gap_of
from nhiscan_connectors.common.times import moment

MACHINES = call(
    "stepfunctions:ListStateMachines",
    "lists state machines",
    "which state machines exist",
    permission="states:ListStateMachines",
)
MACHINE = call(
    "stepfunctions:DescribeStateMachine",
    "reads the role of a state machine and what it calls",
    "what a state machine runs as, and which functions, models and agents it calls",
    permission="states:DescribeStateMachine",
)


def collect(calls: Calls) -> None:
    """One list, and one call a machine; two where the first was refused."""
    listed = calls.items(MACHINES, "stateMachines")
    arns = [arn for machine in listed if (arn := text(table(machine).get("stateMachineArn")))]
    calls.each(lambda arn: _describe(calls, arn), arns)


def _describe(calls: Calls, arn: str) -> None:
    if calls.page(MACHINE, stateMachineArn=arn) is None:
        calls.page(MACHINE, stateMachineArn=arn, includedData="METADATA_ONLY")


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a machine."""
    reading = Reading(shard, answers)
    details = reading.details(MACHINE, "stateMachineArn")
    arns: dict[str, str] = {}
    for machine in reading.items(MACHINES, "stateMachines", "stateMachineArn", "name"):
        arn = machine["stateMachineArn"]
        arns[arn] = arn
        yield from _machine(reading, machine, details.get(arn, {}))
    yield from reading.sightings(
        MACHINE, lambda item, _: (text(table(item.body).get("stateMachineArn")), "its definition")
    )
    yield from reading.gaps_of_details(MACHINE, "stateMachineArn", arns)
    yield from reading.gaps()


def _machine(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["stateMachineArn"], listed["name"]
    definition = text(detail.get("definition"))
    called = calling(definition, reading.arn) if definition else Calling()
    if called is None:
        yield _unreadable(reading, arn)
        called = Calling()
    logging = table(detail.get("loggingConfiguration"))
    facts = {
        "type": text(listed.get("type")),
        "status": text(detail.get("status")),
        "logging": text(logging.get("level")),
        "logs_data": "true" if logging.get("includeExecutionData") is True else "",
        "tracing": "true" if table(detail.get("tracingConfiguration")).get("enabled") is True else "",
        "integrations": ", ".join(sorted(called.integrations)),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="stepfunctions-state-machine",
        name=name,
        scope=reading.scope,
        region=reading.region,
        model=next(iter(called.models)) if len(called.models) == 1 else "",
        created_at=moment(listed.get("creationDate")),
        public=False if detail else None,
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, detail.get("roleArn"))
    yield from _links(arn, name, called)


def _links(arn: str, name: str, called: Calling) -> Iterator[Link]:
    for id, action in sorted(called.callees.items()):
        verb = "runs" if action == "runs" else f"calls, with {action},"
        yield Link(source=arn, target=id, kind="invokes_tool", reason=f"state machine {name} {verb} {short(id)}")
    for model in sorted(called.models):
        target = model if model.startswith("arn:") else llm_provider("bedrock")
        reason = f"state machine {name} calls model {model} in Bedrock"
        yield Link(source=arn, target=target, kind="uses_model", reason=reason)
    for connection in sorted(called.connections):
        reason = f"state machine {name} calls outside APIs with the login in {short(connection)}"
        yield Link(source=arn, target=connection, kind="connects_through", reason=reason)


def _unreadable(reading: Reading, arn: str) -> Gap:
    hides = "which functions, models and agents a state machine calls"
    return gap_of(reading.shard, MACHINE, "failed", "its definition is not JSON", hides=hides, subjects=(arn,))


SERVICE = Service(
    name="stepfunctions",
    part="region",
    operations=(MACHINES, MACHINE),
    collect=collect,
    parse=parse,
)
