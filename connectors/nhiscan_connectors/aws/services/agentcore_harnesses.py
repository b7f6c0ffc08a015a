"""Bedrock AgentCore harnesses: agents that AWS runs from settings alone, with their model, tools and keys.

Attributes of a harness: status, version, those that runtimes have for callers and network (see `agentcore_runtimes`),
idle_timeout_seconds, max_lifetime_seconds, model_source (bedrock, openai, gemini, litellm), model_provider,
model_endpoint (scheme and host, where it is not the provider's own), tools ("search (remote_mcp), ..."),
unauthenticated_tools, allowed_tools ("*": all), skills (where they come from), hooks (before and after what), memory
(ARN, "managed" or "disabled"), max_iterations, max_tokens, timeout_seconds, image, runtime (ARN that it runs on).
A harness whose details were refused has status and version only, and `public` is None. No prompt is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Evidence, Shard
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, RunsAs, Workload
from nhiscan_connectors.aws.agentcore.harnesses_models import Model, links_of, model_of
from nhiscan_connectors.aws.agentcore.harnesses_tools import Reach
from nhiscan_connectors.aws.agentcore.identity_ids import identity_of_runtime
from nhiscan_connectors.aws.agentcore.runtimes_settings import inbound, lifecycle, network, number, stated
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, variables_of, walked
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

HARNESSES = call(
    "bedrock-agentcore-control:ListHarnesses",
    "lists the harnesses, agents that AWS runs from settings alone",
    "which harnesses exist, what they run as, which models, tools and keys they have",
    permission="bedrock-agentcore:ListHarnesses",
    blinds=("agents", "workloads"),
)
HARNESS = call(
    "bedrock-agentcore-control:GetHarness",
    "reads the role, the model, the tools, the authorizer and the names of the variables of a harness",
    "what a harness runs as, who may call it, which model, tools and keys it has",
    # A harness is a runtime too, and AWS asks for the permission of both.
    permission="bedrock-agentcore:GetHarness, bedrock-agentcore:GetAgentRuntime",
    blinds=("agents", "workloads"),
    # What is sent along to whoever gives a token may be a secret under any name.
    drop=("customParameters",),
)
_KIND = "agentcore-harness"


def collect(calls: Calls) -> None:
    """One list, and the details of each."""
    found = (item for item in calls.items(HARNESSES, "harnesses") if isinstance(item, dict))
    ids = [id for item in found if (id := text(item.get("harnessId")))]
    calls.each(lambda id: calls.page(HARNESS, harnessId=id), ids)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a harness, with what it is linked to."""
    reading = Reading(shard, answers)
    details = reading.details(HARNESS, "harnessId", "harness")
    # The service that lists profiles tells what is damaged among them.
    profiles = Profiles(Reading(shard, answers))
    arns: dict[str, str] = {}
    for listed in reading.items(HARNESSES, "harnesses", "arn", "harnessId", "harnessName"):
        arns[listed["harnessId"]] = listed["arn"]
        yield from _harness(reading, profiles, listed, details.get(listed["harnessId"], {}))
    yield from reading.sightings(HARNESS, _place)
    yield from reading.gaps_of_details(HARNESS, "harnessId", arns)
    yield from reading.gaps()


def _harness(
    reading: Reading, profiles: Profiles, listed: dict[str, Any], detail: dict[str, Any]
) -> Iterator[AnyRecord]:
    arn, name = listed["arn"], listed["harnessName"]
    variables = variables_of(detail.get("environmentVariables"))
    model = model_of(detail.get("model"))
    facts = {
        "status": text(detail.get("status")) or text(listed.get("status")),
        "version": text(detail.get("harnessVersion")) or text(listed.get("harnessVersion")),
    }
    public: bool | None = None
    # The list is what names it; the details may be damaged.
    reach = Reach(reading, HARNESS, {**detail, "arn": arn, "harnessName": name})
    if detail:
        callers = inbound(reading, HARNESS, detail, arn)
        public = callers.public
        facts |= callers.facts | reach.facts() | _settings(detail, model)
    yield Workload(
        id=arn,
        provider="aws",
        kind=_KIND,
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform="Bedrock AgentCore",
        model=model.id,
        created_at=moment(detail.get("createdAt") or listed.get("createdAt")),
        updated_at=moment(detail.get("updatedAt") or listed.get("updatedAt")),
        public=public,
        variables=tuple(key for key, _ in variables),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, detail.get("executionRoleArn"))
    yield from links_of(model, profiles, arn, name)
    yield from reach.records()
    yield from reading.environment(arn, f"harness {name}", variables)


def _settings(detail: dict[str, Any], model: Model) -> dict[str, str]:
    runs_on = table(table(detail.get("environment")).get("agentCoreRuntimeEnvironment"))
    image = table(table(detail.get("environmentArtifact")).get("containerConfiguration"))
    return {
        **network(runs_on.get("networkConfiguration")),
        **lifecycle(runs_on.get("lifecycleConfiguration")),
        "runtime": text(runs_on.get("agentRuntimeArn")),
        "model_source": model.source,
        "model_provider": model.provider,
        "model_endpoint": model.endpoint,
        "memory": _memory(table(detail.get("memory"))),
        "max_iterations": number(detail.get("maxIterations")),
        "max_tokens": number(detail.get("maxTokens")),
        "timeout_seconds": number(detail.get("timeoutSeconds")),
        "image": text(image.get("containerUri")),
    }


def _memory(memory: dict[str, Any]) -> str:
    for field in ("agentCoreMemoryConfiguration", "managedMemoryConfiguration"):
        if field in memory:
            return text(table(memory[field]).get("arn")) or "managed"
    return "disabled" if "disabled" in memory else ""


def _place(item: Evidence, path: list[str | int]) -> tuple[str, str]:
    """Where in a harness's settings a secret stood."""
    harness = table(table(item.body).get("harness"))
    steps = [str(step) for step in path[1:]]
    where = f"field {'.'.join(steps)}" if steps else ""
    match steps:
        case ["environmentVariables", name, *_]:
            where = f"environment variable {name}"
        case ["systemPrompt", *_]:
            where = "system prompt"
        case ["tools", *rest]:
            names = [text(here.get("name")) for _, here in walked(harness, path[1:3]) if isinstance(here, dict)]
            tool = f"tool {names[-1]}" if names and names[-1] else "a tool"
            header = rest[rest.index("headers") + 1 :] if "headers" in rest else []
            where = f"header {header[0]} of {tool}" if header else f"settings of {tool}"
        case ["model", *_]:
            where = "model settings"
        case ["skills", *_]:
            where = "settings of a skill"
        case _:
            pass
    return text(harness.get("arn")), where


def join(inventory: Inventory) -> Iterator[AnyRecord]:
    """The runtime that a harness runs on, and the workload identity that AgentCore made for that runtime.

    A harness's answer names the runtime alone; the identity has the runtime's id for its name.
    """
    for harness in inventory.workloads.values():
        runtime = harness.attributes.get("runtime", "") if harness.kind == _KIND else ""
        if not runtime:
            continue
        if runtime in inventory.workloads:
            reason = f"runtime {inventory.workloads[runtime].name} is run by AWS for harness {harness.name}"
            yield Link(source=runtime, target=harness.id, kind="part_of", reason=reason)
        identity = identity_of_runtime(runtime)
        if identity in inventory.identities:
            yield RunsAs(workload=harness.id, identity=identity, detail="workload identity")


SERVICE = Service(
    name="agentcore-harnesses",
    part="region",
    operations=(HARNESSES, HARNESS),
    collect=collect,
    parse=parse,
    join=join,
)
