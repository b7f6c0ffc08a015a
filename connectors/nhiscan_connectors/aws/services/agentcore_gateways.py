"""Amazon Bedrock AgentCore gateways: the endpoint through which agents call tools, and everything behind it.

Attributes of a gateway: `authorizer` (AWS_IAM, CUSTOM_JWT, AUTHENTICATE_ONLY, NONE), `protocol`, `status`, `endpoint`
(scheme and host of its URL), `policy_mode` (LOG_ONLY, ENFORCE), `exception_level` (DEBUG), `kms_key`, `interceptors`
(REQUEST, RESPONSE), `web_acl` ("yes"); with CUSTOM_JWT those of `inbound` in
`nhiscan_connectors.aws.agentcore.runtimes_settings`. Where the gateway itself was read, the last five are "none" when
it has none; an attribute that is missing is not known. Those of a target stand in
`nhiscan_connectors.aws.agentcore.targets`.

AWS lets anybody call a gateway whose authorizer is NONE, and leaves the decision to what stands behind it. So it is
public, unless a policy engine decides or a function looks at each request first: then nobody can tell from here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, RunsAs, Workload
from nhiscan_connectors.aws.agentcore.endpoints import origin
from nhiscan_connectors.aws.agentcore.gateway_calls import (
    GET_GATEWAY,
    GET_TARGET,
    LIST_GATEWAYS,
    LIST_TARGETS,
    arn_of,
    ask_gateways,
)
from nhiscan_connectors.aws.agentcore.places import field_of, field_of_target
from nhiscan_connectors.aws.agentcore.resource_policies import GET_POLICY, resource_policies
from nhiscan_connectors.aws.agentcore.runtimes_settings import inbound
from nhiscan_connectors.aws.agentcore.targets import function_arn, targets_of
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

PLATFORM: Final = "Bedrock AgentCore"


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a gateway, with its targets, its credentials and what binds it."""
    reading = Reading(shard, answers)
    details = reading.details(GET_GATEWAY, "gatewayIdentifier")
    gateways: dict[str, tuple[str, str]] = {}
    names: dict[str, str] = {}
    for item in reading.items(LIST_GATEWAYS, "items", "gatewayId"):
        id = item["gatewayId"]
        body = details.get(id, {})
        arn = arn_of(reading, id, body)
        name = text(item.get("name")) or id
        gateways[id] = (arn, f"gateway {name}")
        names[arn] = name
        yield _workload(reading, arn, name, item, body)
        yield from _acts_as(reading, arn, body)
        yield from _bound_by(reading, arn, name, body)
    yield from targets_of(reading, gateways)
    yield from resource_policies(reading, names)
    yield from reading.gaps_of_details(GET_GATEWAY, "gatewayIdentifier", {id: arn for id, (arn, _) in gateways.items()})
    yield from reading.sightings(GET_GATEWAY, field_of("gatewayArn"))
    yield from reading.sightings(GET_TARGET, field_of_target)
    yield from reading.gaps()


def _workload(reading: Reading, arn: str, name: str, item: dict[str, Any], body: dict[str, Any]) -> Workload:
    facts = {
        "authorizer": text(item.get("authorizerType")),
        "protocol": text(item.get("protocolType")),
        "status": text(item.get("status")),
        **(_details(reading, arn, body) if body else {}),
    }
    return Workload(
        id=arn,
        provider="aws",
        kind="agentcore-gateway",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform=PLATFORM,
        created_at=moment(item.get("createdAt")),
        updated_at=moment(item.get("updatedAt")),
        public=_public(facts),
        attributes={key: value for key, value in facts.items() if value},
    )


def _details(reading: Reading, arn: str, body: dict[str, Any]) -> dict[str, str]:
    """What only the gateway's own call tells."""
    engine = body.get("policyEngineConfiguration")
    facts = {
        "endpoint": origin(body.get("gatewayUrl")),
        "policy_mode": "none" if engine is None else text(table(engine).get("mode")),
        "exception_level": _stated(body, "exceptionLevel"),
        "kms_key": _stated(body, "kmsKeyArn"),
        "interceptors": _interceptors(reading, arn, body),
        "web_acl": "yes" if body.get("webAclArn") else "none",
    }
    if text(body.get("authorizerType")) == "CUSTOM_JWT":
        facts |= inbound(reading, GET_GATEWAY, body, arn).facts
    return facts


def _stated(body: dict[str, Any], key: str) -> str:
    """A setting; "none" where it is not set, empty where what stands there cannot be read."""
    return "none" if body.get(key) is None else text(body[key])


def _interceptors(reading: Reading, arn: str, body: dict[str, Any]) -> str:
    """Where functions look at what passes; empty where that cannot be read of each of them."""
    given = body.get("interceptorConfigurations")
    if given in (None, []):
        return "none"
    points = [
        list(reading.texts(GET_GATEWAY, table(one), "interceptionPoints", subject=arn))
        for one in (given if isinstance(given, list) else [given])
    ]
    return ", ".join(sorted({point for some in points for point in some})) if all(points) else ""


def _public(facts: dict[str, str]) -> bool | None:
    match facts.get("authorizer"):
        case "AWS_IAM" | "CUSTOM_JWT":
            return False
        case "NONE" if facts.get("policy_mode") in ("none", "LOG_ONLY") and facts.get("interceptors") in _LATE:
            return True
    return None


_LATE: Final = ("none", "RESPONSE")
"""Interceptors that see no request before it is answered."""


def _acts_as(reading: Reading, arn: str, body: dict[str, Any]) -> Iterator[AnyRecord]:
    yield from reading.runs_as(arn, body.get("roleArn"))
    identity = text(table(body.get("workloadIdentityDetails")).get("workloadIdentityArn"))
    if identity.startswith("arn:"):
        yield RunsAs(workload=arn, identity=identity, detail="workload identity")


def _bound_by(reading: Reading, arn: str, name: str, body: dict[str, Any]) -> Iterator[Link]:
    """The policy engine that decides, and the functions that see what passes."""
    engine = table(body.get("policyEngineConfiguration"))
    if text(engine.get("arn")).startswith("arn:"):
        does = "obeys" if engine.get("mode") == "ENFORCE" else "logs the decisions of, and does not obey,"
        reason = f"gateway {name} {does} policy engine {engine['arn'].rpartition('/')[2]}"
        yield Link(source=arn, target=engine["arn"], kind="governed_by", reason=reason)
    functions = {
        function_arn(table(table(given.get("interceptor")).get("lambda")).get("arn")): "shows what passes to"
        for given in reading.within(GET_GATEWAY, body, "interceptorConfigurations", subject=arn)
    }
    transform = table(table(body.get("customTransformConfiguration")).get("lambda")).get("arn")
    functions.setdefault(function_arn(transform), "has what passes changed by")
    for function, does in functions.items():
        if function:
            reason = f"gateway {name} {does} function {function.rpartition(':')[2]}"
            yield Link(source=arn, target=function, kind="invokes_tool", reason=reason)


SERVICE = Service(
    name="agentcore-gateways",
    part="region",
    operations=(LIST_GATEWAYS, GET_GATEWAY, LIST_TARGETS, GET_TARGET, GET_POLICY),
    collect=ask_gateways,
    parse=parse,
)
