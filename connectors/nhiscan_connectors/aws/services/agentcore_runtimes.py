"""Bedrock AgentCore runtimes: where agents and MCP servers run, what they act as, and who may call them.

Attributes of a runtime: status, version, protocol (HTTP, MCP, A2A, AGUI), authorizer (AWS_IAM, CUSTOM_JWT, "unknown"),
discovery_url, allowed_audiences, allowed_clients, allowed_scopes, custom_claims, allowed_workloads, token_limits (names
of those that are set, or "none"), network (PUBLIC, VPC), security_groups, subnets, idle_timeout_seconds,
max_lifetime_seconds, requires_mmdsv2 (true, false), request_headers (passed through to the agent), image or code and
language, ports. A runtime whose details were refused has status and version only, and `public` is None.

Attributes of an endpoint: status, live_version, target_version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, Resource, RunsAs, Workload
from nhiscan_connectors.aws.agentcore.resource_policies import GET_POLICY, ask_policies, resource_policies
from nhiscan_connectors.aws.agentcore.runtimes_settings import flag, inbound, lifecycle, network, number, stated
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, variables_of
from nhiscan_connectors.aws.service import Answers, Service
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

RUNTIMES = call(
    "bedrock-agentcore-control:ListAgentRuntimes",
    "lists the runtimes of agents",
    "which agents run, what they run as and which keys they hold",
    permission="bedrock-agentcore:ListAgentRuntimes",
    blinds=("agents", "workloads"),
)
RUNTIME = call(
    "bedrock-agentcore-control:GetAgentRuntime",
    "reads the role, the identity, the authorizer and the names of the variables of a runtime",
    "what an agent runs as, who may call it and which keys it holds",
    permission="bedrock-agentcore:GetAgentRuntime",
    blinds=("agents", "workloads"),
)
ENDPOINTS = call(
    "bedrock-agentcore-control:ListAgentRuntimeEndpoints",
    "lists the endpoints of a runtime and the version that each serves",
    "under which endpoints an agent is called",
    permission="bedrock-agentcore:ListAgentRuntimeEndpoints",
    blinds=("agents",),
)


def collect(calls: Calls) -> None:
    """One list; of each runtime the details, the endpoints and the policy that it carries."""
    runtimes = [runtime for runtime in calls.items(RUNTIMES, "agentRuntimes") if isinstance(runtime, dict)]
    ids = [id for runtime in runtimes if (id := text(runtime.get("agentRuntimeId")))]
    calls.each(lambda id: calls.page(RUNTIME, agentRuntimeId=id), ids)
    calls.each(lambda id: list(calls.pages(ENDPOINTS, agentRuntimeId=id)), ids)
    ask_policies(calls, [arn for runtime in runtimes if (arn := text(runtime.get("agentRuntimeArn")))])


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload a runtime, one resource an endpoint."""
    reading = Reading(shard, answers)
    details = reading.details(RUNTIME, "agentRuntimeId")
    arns: dict[str, str] = {}
    names: dict[str, str] = {}
    for runtime in reading.items(RUNTIMES, "agentRuntimes", "agentRuntimeArn", "agentRuntimeId", "agentRuntimeName"):
        id, arn = runtime["agentRuntimeId"], runtime["agentRuntimeArn"]
        arns[id], names[arn] = arn, runtime["agentRuntimeName"]
        yield from _runtime(reading, runtime, details.get(id, {}))
    for id, pages in reading.by_param(ENDPOINTS, "agentRuntimeId").items():
        if id in arns:
            for page in pages:
                yield from _endpoints(reading, page, arns[id], names[arns[id]])
    yield from resource_policies(reading, names)
    yield from reading.sightings(
        RUNTIME, named_on_the_way("agentRuntimeArn", {"description": "description", "entryPoint": "entry point"})
    )
    yield from reading.sightings(RUNTIMES, named_on_the_way("agentRuntimeArn", {"description": "description"}))
    yield from reading.sightings(ENDPOINTS, named_on_the_way("agentRuntimeEndpointArn", {"description": "description"}))
    yield from reading.gaps_of_details(RUNTIME, "agentRuntimeId", arns)
    yield from reading.gaps_of_details(ENDPOINTS, "agentRuntimeId", arns)
    yield from reading.gaps()


def _runtime(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["agentRuntimeArn"], listed["agentRuntimeName"]
    variables = variables_of(detail.get("environmentVariables"))
    facts = {
        "status": text(detail.get("status")) or text(listed.get("status")),
        "version": text(detail.get("agentRuntimeVersion")) or text(listed.get("agentRuntimeVersion")),
    }
    public: bool | None = None
    if detail:
        callers = inbound(reading, RUNTIME, detail, arn)
        public = callers.public
        facts |= callers.facts | _settings(reading, detail, arn)
    yield Workload(
        id=arn,
        provider="aws",
        kind="agentcore-runtime",
        name=name,
        scope=reading.scope,
        region=reading.region,
        agent=True,
        ai_platform="Bedrock AgentCore",
        created_at=moment(detail.get("createdAt")),
        updated_at=moment(detail.get("lastUpdatedAt") or listed.get("lastUpdatedAt")),
        public=public,
        variables=tuple(key for key, _ in variables),
        attributes=stated(facts),
    )
    yield from reading.runs_as(arn, detail.get("roleArn"))
    identity = text(table(detail.get("workloadIdentityDetails")).get("workloadIdentityArn"))
    if identity:
        yield RunsAs(workload=arn, identity=identity, detail="workload identity")
    yield from reading.environment(arn, f"runtime {name}", variables)


def _settings(reading: Reading, detail: dict[str, Any], arn: str) -> dict[str, str]:
    artifact = table(detail.get("agentRuntimeArtifact"))
    code = table(artifact.get("codeConfiguration"))
    bundle = table(table(code.get("code")).get("s3"))
    headers = table(detail.get("requestHeaderConfiguration"))
    protocol = table(detail.get("protocolConfiguration"))
    ports = (
        number(port.get("port")) or "-".join(number(table(port.get("portRange")).get(end)) for end in ("from", "to"))
        for port in reading.within(RUNTIME, detail, "allowedPorts", subject=arn)
    )
    return {
        # A runtime without the setting speaks HTTP.
        "protocol": text(protocol.get("serverProtocol")) or ("" if protocol else "HTTP"),
        **network(detail.get("networkConfiguration")),
        **lifecycle(detail.get("lifecycleConfiguration")),
        "requires_mmdsv2": flag(table(detail.get("metadataConfiguration")).get("requireMMDSV2")),
        "request_headers": ", ".join(reading.texts(RUNTIME, headers, "requestHeaderAllowlist", arn)),
        "image": text(table(artifact.get("containerConfiguration")).get("containerUri")),
        "code": f"s3://{text(bundle.get('bucket'))}/{text(bundle.get('prefix'))}" if bundle else "",
        "language": text(code.get("runtime")),
        "ports": ", ".join(port for port in ports if port.strip("-")),
    }


def _endpoints(reading: Reading, page: dict[str, Any], arn: str, name: str) -> Iterator[AnyRecord]:
    for endpoint in reading.within(ENDPOINTS, page, "runtimeEndpoints", "agentRuntimeEndpointArn", "name", subject=arn):
        id, title = endpoint["agentRuntimeEndpointArn"], endpoint["name"]
        facts = {
            "status": text(endpoint.get("status")),
            "live_version": text(endpoint.get("liveVersion")),
            "target_version": text(endpoint.get("targetVersion")),
        }
        yield Resource(
            id=id,
            provider="aws",
            kind="agentcore-runtime-endpoint",
            name=f"{name}/{title}",
            scope=reading.scope,
            region=reading.region,
            created_at=moment(endpoint.get("createdAt")),
            attributes=stated(facts),
        )
        yield Link(source=id, target=arn, kind="part_of", reason=f"endpoint {title} is called for runtime {name}")


SERVICE = Service(
    name="agentcore-runtimes",
    part="region",
    operations=(RUNTIMES, RUNTIME, ENDPOINTS, GET_POLICY),
    collect=collect,
    parse=parse,
)
