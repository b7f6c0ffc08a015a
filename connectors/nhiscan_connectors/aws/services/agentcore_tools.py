"""What AgentCore lends to agents: browsers and code interpreters of the account's own, and memories.

The browser and the interpreter that AWS keeps for everybody have no role and no settings, and lie in no account; only
those that the account made are asked for. Attributes: `status`; of a browser and an interpreter `network` (PUBLIC,
SANDBOX, VPC), of a browser `recording` ("yes", "no") and `signing` ("yes", "no": whether it signs its requests as a
bot); of a memory `kms_key` (an ARN, or "none"), `expiry_days`, `strategies` (their types) and `managed_by` (ARN of the
harness that it belongs to). An attribute that is missing is not known. Nobody calls any of the three without IAM
credentials, so none is public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from nhiscan.connector import Operation, Shard
from nhiscan.model import AnyRecord, Link, Workload
from nhiscan_connectors.aws.agentcore.places import field_of
from nhiscan_connectors.aws.agentcore.resource_policies import GET_POLICY, ask_policies, resource_policies
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Bedrock AgentCore"
_API = "bedrock-agentcore-control"
_IAM = "bedrock-agentcore"


def _operation(name: str, purpose: str, hides: str, drop: tuple[str, ...] = ()) -> Operation:
    return call(
        f"{_API}:{name}", purpose, hides, permission=f"{_IAM}:{name}", blinds=("agents", "workloads"), drop=drop
    )


LIST_BROWSERS = _operation("ListBrowsers", "lists the browsers that agents drive", "which browsers agents drive")
GET_BROWSER = _operation(
    "GetBrowser", "tells the role and the network of a browser", "the role and the network of the browser"
)
LIST_INTERPRETERS = _operation(
    "ListCodeInterpreters", "lists the interpreters that agents run code in", "where agents run code"
)
GET_INTERPRETER = _operation(
    "GetCodeInterpreter", "tells the role and the network of a code interpreter", "the role of the code interpreter"
)
LIST_MEMORIES = _operation("ListMemories", "lists the memories of agents", "which memories agents keep")
GET_MEMORY = _operation(
    "GetMemory",
    "tells the role of a memory and how long it keeps what agents were told",
    "the role and the encryption of the memory",
    # Prompts of the account's own, which say nothing that nhiscan reads.
    drop=("appendToPrompt",),
)


class _Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two tools, which AWS lists and describes alike."""

    kind: str
    title: str
    """How a sentence about one begins: "browser"."""
    listed: Operation
    told: Operation
    items: str
    """Field of the list."""
    param: str
    """Parameter that names one, and the field of its id."""
    arn: str
    """Field of its ARN."""
    facts: Callable[[dict[str, Any]], dict[str, str]]
    """Attributes that only this tool has."""


def _yes(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def _browser(body: dict[str, Any]) -> dict[str, str]:
    """A browser without the settings neither records nor signs."""
    facts = {"recording": "recording", "signing": "browserSigning"}
    return {
        name: _yes(table(body.get(field)).get("enabled")) if body.get(field) is not None else "no"
        for name, field in facts.items()
    }


KINDS: Final = (
    _Kind(
        kind="agentcore-browser",
        title="browser",
        listed=LIST_BROWSERS,
        told=GET_BROWSER,
        items="browserSummaries",
        param="browserId",
        arn="browserArn",
        facts=_browser,
    ),
    _Kind(
        kind="agentcore-code-interpreter",
        title="code interpreter",
        listed=LIST_INTERPRETERS,
        told=GET_INTERPRETER,
        items="codeInterpreterSummaries",
        param="codeInterpreterId",
        arn="codeInterpreterArn",
        facts=lambda body: {},
    ),
)


def collect(calls: Calls) -> None:
    """Three lists where there is nothing; one call more for each thing, for no list tells a role."""
    calls.each(lambda ask: ask(calls), [*(_asked(kind) for kind in KINDS), _ask_memories])


def _asked(kind: _Kind) -> Callable[[Calls], None]:
    def ask(calls: Calls) -> None:
        items = calls.items(kind.listed, kind.items, type="CUSTOM")
        ids = [id for item in items if (id := text(item.get(kind.param)))]
        calls.each(lambda id: calls.page(kind.told, **{kind.param: id}), ids)

    return ask


def _ask_memories(calls: Calls) -> None:
    """What the account encrypted with a key of its own is not asked for: roles and settings stand in the open."""
    memories = list(calls.items(LIST_MEMORIES, "memories"))
    ids = [id for item in memories if (id := text(item.get("id")))]
    calls.each(lambda id: calls.page(GET_MEMORY, memoryId=id, view="without_decryption"), ids)
    ask_policies(calls, [arn for item in memories if (arn := text(item.get("arn")))])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a browser, interpreter and memory."""
    reading = Reading(shard, answers)
    for kind in KINDS:
        yield from _tools(reading, kind)
        yield from reading.sightings(kind.told, field_of(kind.arn))
    yield from _memories(reading)
    yield from reading.sightings(GET_MEMORY, field_of("arn"))
    yield from reading.gaps()


def _tools(reading: Reading, kind: _Kind) -> Iterator[AnyRecord]:
    details = reading.details(kind.told, kind.param)
    arns: dict[str, str] = {}
    for item in reading.items(kind.listed, kind.items, kind.param, kind.arn):
        if _of_aws(item[kind.arn]):
            continue  # an export may hold what a list without the filter told
        arn = arns[item[kind.param]] = item[kind.arn]
        body = details.get(item[kind.param], {})
        name = text(item.get("name")) or item[kind.param]
        facts = {"status": text(item.get("status"))}
        if body:
            facts |= {"network": text(table(body.get("networkConfiguration")).get("networkMode")), **kind.facts(body)}
        yield _workload(reading, kind.kind, arn, name, item, facts)
        yield from reading.runs_as(arn, body.get("executionRoleArn"))
        yield from _certificates(reading, kind, arn, f"{kind.title} {name}", body)
    yield from reading.gaps_of_details(kind.told, kind.param, arns)


def _of_aws(arn: str) -> bool:
    """Whether it is one that AWS keeps for everybody."""
    return arn.split(":")[4:5] == ["aws"]


def _certificates(reading: Reading, kind: _Kind, arn: str, title: str, body: dict[str, Any]) -> Iterator[Link]:
    for given in reading.within(kind.told, body, "certificates", subject=arn):
        place = table(table(given.get("location")).get("secretsManager"))
        if secret := reading.secret_id(place.get("secretArn")):
            reason = f"{title} takes a certificate from {secret}"
            yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)


def _memories(reading: Reading) -> Iterator[AnyRecord]:
    details = reading.details(GET_MEMORY, "memoryId", "memory")
    arns: dict[str, str] = {}
    names: dict[str, str] = {}
    for item in reading.items(LIST_MEMORIES, "memories", "id", "arn"):
        arn = arns[item["id"]] = item["arn"]
        body = details.get(item["id"], {})
        names[arn] = text(body.get("name")) or item["id"]
        owner = text(item.get("managedByResourceArn")) or text(body.get("managedByResourceArn"))
        facts = {"status": text(item.get("status")), "managed_by": owner}
        if body:
            facts |= _of_memory(reading, arn, body)
        yield _workload(reading, "agentcore-memory", arn, names[arn], item, facts)
        yield from reading.runs_as(arn, body.get("memoryExecutionRoleArn"))
        if owner.startswith("arn:"):
            reason = f"memory {names[arn]} belongs to {owner.rpartition('/')[2]}"
            yield Link(source=arn, target=owner, kind="part_of", reason=reason)
    yield from resource_policies(reading, names)
    yield from reading.gaps_of_details(GET_MEMORY, "memoryId", arns)


def _of_memory(reading: Reading, arn: str, body: dict[str, Any]) -> dict[str, str]:
    days = body.get("eventExpiryDuration")
    types = [text(strategy.get("type")) for strategy in reading.within(GET_MEMORY, body, "strategies", subject=arn)]
    return {
        "kms_key": text(body.get("encryptionKeyArn")) or "none",
        "expiry_days": str(days) if isinstance(days, int) and not isinstance(days, bool) else "",
        "strategies": ", ".join(dict.fromkeys(type for type in types if type)),
    }


def _workload(
    reading: Reading, kind: str, arn: str, name: str, item: dict[str, Any], facts: dict[str, str]
) -> Workload:
    return Workload(
        id=arn,
        provider="aws",
        kind=kind,
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        created_at=moment(item.get("createdAt")),
        updated_at=moment(item.get("lastUpdatedAt") or item.get("updatedAt")),
        public=False,
        attributes={key: value for key, value in facts.items() if value},
    )


SERVICE = Service(
    name="agentcore-tools",
    part="region",
    operations=(
        *(operation for kind in KINDS for operation in (kind.listed, kind.told)),
        LIST_MEMORIES,
        GET_MEMORY,
        GET_POLICY,
    ),
    collect=collect,
    parse=parse,
)
