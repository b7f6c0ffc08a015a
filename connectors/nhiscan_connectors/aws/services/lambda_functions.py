"""Lambda: functions, the role that each runs as, and the keys that its environment holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.fields import table, text
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.times import moment

FUNCTIONS = call(
    "lambda:ListFunctions",
    "lists functions, the role that each runs as and the names of its environment variables",
    "which functions exist, what they run as and which keys they hold",
)


def collect(calls: Calls) -> None:
    """One sweep: the list holds the role and the variables."""
    for _ in calls.pages(FUNCTIONS):
        pass


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a function."""
    reading = Reading(shard, answers)
    for function in reading.items(FUNCTIONS, "Functions", "FunctionArn", "FunctionName"):
        yield from _function(reading, function)
    yield from reading.sightings(FUNCTIONS, named_on_the_way("FunctionArn"))
    yield from reading.gaps()


def _function(reading: Reading, function: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = function["FunctionArn"], function["FunctionName"]
    variables = variables_of(table(function.get("Environment")).get("Variables"))
    layers = [text(layer.get("Arn")) for layer in reading.within(FUNCTIONS, function, "Layers", subject=arn)]
    facts = {
        "runtime": text(function.get("Runtime")),
        "package": text(function.get("PackageType")),
        "layers": ", ".join(layers),
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="lambda-function",
        name=name,
        scope=reading.scope,
        region=reading.region,
        updated_at=moment(function.get("LastModified")),
        variables=tuple(key for key, _ in variables),
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, function.get("Role"))
    yield from reading.environment(arn, f"function {name}", variables)


SERVICE = Service(name="lambda", part="region", operations=(FUNCTIONS,), collect=collect, parse=parse)
