"""Lambda: functions, the role that each runs as, the keys that its environment holds, and who can call it.

Calls in an account and region: one a page of functions (AWS gives 50), one in an empty region; one a hundred event
source mappings where there are functions; two for each function that looks like an agent, and one for each of its
aliases that has a URL without signature. 2,000 functions of which 60 look like agents: about 165.

There is no list of URLs and resource policies, so they are asked only for functions whose name, description or layers
speak of AI, or whose variables do. The others have `public` None: nobody looked.

Attributes: "runtime", "package" (Zip, Image), "layers", "frameworks" (of agents, by the names of layers), "url",
"url_auth" ("NONE": one of its URLs asks for no signature; "AWS_IAM": all do).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Gap, Workload
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.compute.frameworks import frameworks_in, looks_like_an_agent
from nhiscan_connectors.aws.compute.function_exposure import POLICY, URLS, Exposures, ask_exposure
from nhiscan_connectors.aws.compute.function_triggers import MAPPINGS, triggers
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.aws.tagging import gaps_of_tags, tags_by_arn
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

FUNCTIONS = call(
    "lambda:ListFunctions",
    "lists functions, the role that each runs as and the names of its environment variables",
    "which functions exist, what they run as and which keys they hold",
)


def collect(calls: Calls) -> None:
    """One sweep holds roles and variables; a second one what starts functions; a closer look at a few of them."""
    functions = [table(function) for function in calls.items(FUNCTIONS, "Functions")]
    if not functions:
        return
    for _ in calls.pages(MAPPINGS):
        pass
    ask_exposure(calls, [name for one in functions if (name := text(one.get("FunctionName"))) and _like_an_agent(one)])


def _like_an_agent(function: dict[str, Any]) -> bool:
    texts = [text(function.get("FunctionName")), text(function.get("Description")), *_layers(function)]
    return looks_like_an_agent(texts, _variables(function))


def _layers(function: dict[str, Any]) -> list[str]:
    """Names of the layers that a function loads, without what all ARNs of a region have in common."""
    layers = function.get("Layers")
    arns = [text(table(layer).get("Arn")) for layer in layers] if isinstance(layers, list) else []
    return [arn.partition(":layer:")[2] for arn in arns]


def _variables(function: dict[str, Any]) -> Mapping[str, object]:
    return dict(variables_of(table(function.get("Environment")).get("Variables")))


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a function."""
    reading = Reading(shard, answers)
    exposures = Exposures(reading)
    tags = tags_by_arn(reading, "lambda")
    arns: dict[str, str] = {}
    unreadable: list[str] = []
    for function in reading.items(FUNCTIONS, "Functions", "FunctionArn", "FunctionName"):
        arn = function["FunctionArn"]
        arns[function["FunctionName"]] = arn
        if table(table(function.get("Environment")).get("Error")):
            unreadable.append(arn)
        yield from _function(reading, function, tags.get(arn, {}), exposures)
    yield from triggers(reading)
    yield from reading.sightings(FUNCTIONS, named_on_the_way("FunctionArn", {"Description": "its description"}))
    yield from reading.gaps_of_details(URLS, "FunctionName", arns)
    yield from reading.gaps_of_details(POLICY, "FunctionName", arns)
    yield from gaps_of_tags(reading, arns.values())
    yield from _unreadable(reading, unreadable)
    yield from reading.gaps()


def _function(
    reading: Reading, function: dict[str, Any], tags: dict[str, str], exposures: Exposures
) -> Iterator[AnyRecord]:
    arn, name = function["FunctionArn"], function["FunctionName"]
    variables = _variables(function)
    layers = [text(layer.get("Arn")) for layer in reading.within(FUNCTIONS, function, "Layers", subject=arn)]
    exposure = exposures.of(name, arn)
    facts = {
        "runtime": text(function.get("Runtime")),
        "package": text(function.get("PackageType")),
        "layers": ", ".join(layers),
        "frameworks": frameworks_in(_layers(function)),
        "url": exposure.url,
        "url_auth": exposure.url_auth,
    }
    yield Workload(
        id=arn,
        provider="aws",
        kind="lambda-function",
        name=name,
        scope=reading.scope,
        region=reading.region,
        updated_at=moment(function.get("LastModified")),
        public=exposure.public,
        variables=tuple(variables),
        tags=tags,
        attributes={key: value for key, value in facts.items() if value},
    )
    yield from reading.runs_as(arn, function.get("Role"))
    yield from reading.environment(arn, f"function {name}", variables.items())
    yield from exposures.policies(name, arn)


def _unreadable(reading: Reading, functions: list[str]) -> Iterator[Gap]:
    """Functions whose variables are encrypted with a key that the scanner may not use, and must not."""
    if functions:
        yield Gap(
            connector=reading.shard.connector,
            scope=reading.scope,
            region=reading.region,
            # Not the call itself was refused, but a part of its answer.
            operation=f"{FUNCTIONS.name} (Environment)",
            reason="denied",
            hides="which variables and keys these functions hold",
            detail="their environment is encrypted with a key of the customer's own",
            blinds=("workloads",),
            subjects=tuple(functions),
        )


SERVICE = Service(
    name="lambda",
    part="region",
    operations=(FUNCTIONS, URLS, POLICY, MAPPINGS),
    collect=collect,
    parse=parse,
)
