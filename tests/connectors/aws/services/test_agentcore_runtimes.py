"""AgentCore runtimes over a socket: roles, identities, authorizers, endpoints, keys in their variables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.agentcore_runtimes import ENDPOINTS, RUNTIME, RUNTIMES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.agentcore_resource_policies import ResourcePolicies
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_agentcore import Agents
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/support-agent"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
ARN = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:runtime/support-abcdefghij"
# Made up; in parts, so that no scanner of secrets takes it for one.
ANTHROPIC_KEY = "sk-ant-" + "api03-" + "Qw3rTy7uIoPaSdFgHjKlZxCvBnM1Lk2Jh3Gf4" * 2 + "Ds5Aq6We7Rt8Yu9Io0p" + "AA"


@pytest.fixture
def agents(aws: Aws) -> Agents:
    return Agents(aws.account, REGION)


def written(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def test_a_runtime_its_role_its_identity_and_its_keys(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.runtime(
        "support",
        ROLE,
        created=ago(120),
        updated=ago(5),
        endpoints=("DEFAULT", "live"),
        environmentVariables={"ANTHROPIC_API_KEY": ANTHROPIC_KEY, "DB_SECRET_ARN": SECRET, "STAGE": "production-x"},
        protocolConfiguration={"serverProtocol": "MCP"},
        metadataConfiguration={"requireMMDSV2": False},
        requestHeaderConfiguration={"requestHeaderAllowlist": ["Authorization", "X-Team"]},
        allowedPorts=[{"port": 8080}, {"portRange": {"from": 9000, "to": 9010}}],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.region) == ("support", "agentcore-runtime", REGION)
    assert workload.agent
    assert workload.ai_platform == "Bedrock AgentCore"
    assert (workload.created_at, workload.updated_at) == (ago(120), ago(5))
    assert workload.variables == ("ANTHROPIC_API_KEY", "DB_SECRET_ARN", "STAGE")
    assert workload.attributes == {
        "status": "READY",
        "version": "1",
        "authorizer": "AWS_IAM",
        "protocol": "MCP",
        "network": "PUBLIC",
        "idle_timeout_seconds": "900",
        "max_lifetime_seconds": "28800",
        "requires_mmdsv2": "false",
        "request_headers": "Authorization, X-Team",
        "image": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/support:latest",
        "ports": "8080, 9000-9010",
    }
    identity = agents.identity.identities[0]["workloadIdentityArn"]
    assert inventory.runs_as == [
        RunsAs(workload=arn, identity=ROLE, detail="execution role"),
        RunsAs(workload=arn, identity=identity, detail="workload identity"),
    ]
    assert {(link.kind, link.target) for link in inventory.links_from(arn)} == {
        ("holds_key_of", "llm:anthropic"),
        ("reads_secret", SECRET),
    }
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("anthropic", "environment variable ANTHROPIC_API_KEY")
    endpoint = inventory.resources[f"{arn}/runtime-endpoint/live"]
    assert (endpoint.kind, endpoint.name) == ("agentcore-runtime-endpoint", "support/live")
    assert endpoint.attributes == {"status": "READY", "live_version": "1", "target_version": "1"}
    assert [(link.kind, link.target) for link in inventory.links_from(endpoint.id)] == [("part_of", arn)]
    assert not inventory.gaps
    assert ANTHROPIC_KEY.encode() not in written(tmp_path)


def test_a_runtime_in_code_that_takes_tokens(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    gateway = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:gateway/tools-abcdefghij"
    jwt = {
        "discoveryUrl": "https://id.example.com/.well-known/openid-configuration",
        "allowedAudience": ["support"],
        "allowedClients": ["web", "phone"],
        "customClaims": [
            {
                "inboundTokenClaimName": "team",
                "inboundTokenClaimValueType": "STRING",
                "authorizingClaimMatchValue": {
                    "claimMatchValue": {"matchValueString": "support"},
                    "claimMatchOperator": "EQUALS",
                },
            }
        ],
        "allowedWorkloadConfiguration": {"hostingEnvironments": [{"arn": gateway}], "workloadIdentities": ["tools"]},
    }
    arn = agents.runtime(
        "support",
        ROLE,
        authorizerConfiguration={"customJWTAuthorizer": jwt},
        networkConfiguration={
            "networkMode": "VPC",
            "networkModeConfig": {"securityGroups": ["sg-1"], "subnets": ["subnet-1", "subnet-2"]},
        },
        agentRuntimeArtifact={
            "codeConfiguration": {
                "code": {"s3": {"bucket": "agents", "prefix": "support/main.zip"}},
                "runtime": "PYTHON_3_13",
                "entryPoint": ["main.py"],
            }
        },
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert workload.public is False
    expected = {
        "protocol": "HTTP",
        "authorizer": "CUSTOM_JWT",
        "discovery_url": "https://id.example.com/.well-known/openid-configuration",
        "allowed_audiences": "support",
        "allowed_clients": "web, phone",
        "custom_claims": "team",
        "allowed_workloads": f"tools, {gateway}",
        "token_limits": "allowed_audiences, allowed_clients, custom_claims, allowed_workloads",
        "network": "VPC",
        "security_groups": "sg-1",
        "subnets": "subnet-1, subnet-2",
        "code": "s3://agents/support/main.zip",
        "language": "PYTHON_3_13",
    }
    assert expected.items() <= workload.attributes.items()
    assert "requires_mmdsv2" not in workload.attributes


def test_the_policy_that_a_runtime_carries(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.runtime("support", ROLE)
    state = aws.emulator.store.get(ResourcePolicies, ACCOUNT, REGION)
    state.documents[arn] = '{"Version":"2012-10-17","Statement":[]}'
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert [use.policy for use in inventory.policy_uses_of(arn)] == [f"{arn}/policy/resource"]
    assert inventory.policies[f"{arn}/policy/resource"].document == state.documents[arn]


def test_what_moto_keeps_is_read_too(aws: Aws, tmp_path: Path) -> None:
    made: dict[str, Any] = aws.client("bedrock-agentcore-control", REGION).create_agent_runtime(
        agentRuntimeName="pay",
        agentRuntimeArtifact={
            "containerConfiguration": {"containerUri": f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/p"}
        },
        roleArn=ROLE,
        networkConfiguration={"networkMode": "PUBLIC"},
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[made["agentRuntimeArn"]]
    assert (workload.name, workload.public) == ("pay", False)
    assert RunsAs(workload=workload.id, identity=ROLE, detail="execution role") in inventory.runs_as


def test_more_runtimes_than_a_page(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    for number in range(101):
        agents.runtime(f"agent{number}", ROLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 101
    assert aws.calls.count("bedrock-agentcore-control", "ListAgentRuntimes") == 2
    assert aws.calls.count("bedrock-agentcore-control", "GetAgentRuntime") == 101


def test_a_region_without_runtimes_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 1


def test_a_refused_list_hides_agents(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    agents.runtime("support", ROLE)
    aws.faults.deny("bedrock-agentcore-control", "ListAgentRuntimes")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    (gap,) = inventory.gaps
    assert (gap.permission, gap.blinds) == ("bedrock-agentcore:ListAgentRuntimes", ("agents", "workloads"))
    assert not gap.subjects


def test_refused_details_leave_one_runtime_unknown(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.runtime("support", ROLE)
    aws.faults.deny("bedrock-agentcore-control", "GetAgentRuntime")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert workload.public is None
    assert workload.attributes == {"status": "READY", "version": "1"}
    assert not inventory.runs_as
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("bedrock-agentcore:GetAgentRuntime", (arn,))


def listed(**fields: Any) -> dict[str, Any]:
    return {"agentRuntimeArn": ARN, "agentRuntimeId": "support-abcdefghij", "agentRuntimeName": "support", **fields}


def with_details(**fields: Any) -> Inventory:
    return parse(
        REGION_SHARD,
        [
            answer(RUNTIMES, {"agentRuntimes": [listed()]}),
            answer(RUNTIME, listed(**fields), agentRuntimeId="support-abcdefghij"),
        ],
    )


def test_an_issuer_whose_every_token_is_taken_is_told() -> None:
    jwt = {"customJWTAuthorizer": {"discoveryUrl": "https://accounts.google.com/.well-known/openid-configuration"}}
    workload = with_details(authorizerConfiguration=jwt).workloads[ARN]
    assert workload.attributes["token_limits"] == "none"


@pytest.mark.parametrize("strange", [{"newAuthorizer": {}}, "none", [], 0, {"customJWTAuthorizer": "x"}])
def test_an_authorizer_that_nobody_knows_is_unknown_not_fine(strange: Any) -> None:
    workload = with_details(authorizerConfiguration=strange).workloads[ARN]
    assert workload.public is None
    assert workload.attributes["authorizer"] == "unknown"


def test_a_damaged_runtime_is_left_out_and_told() -> None:
    page = {"agentRuntimes": [{"agentRuntimeName": "a"}, 7, listed()]}
    inventory = parse(REGION_SHARD, [answer(RUNTIMES, page)])
    assert list(inventory.workloads) == [ARN]
    (gap,) = inventory.gaps
    assert "agentRuntimes[0] has no agentRuntimeArn" in gap.detail
    assert "agentRuntimes[1] is a number" in gap.detail


def test_damaged_details_are_told_for_their_runtime() -> None:
    inventory = with_details(
        roleArn="role/x",
        environmentVariables="none",
        networkConfiguration=[],
        lifecycleConfiguration={"maxLifetime": "long", "idleRuntimeSessionTimeout": True},
        requestHeaderConfiguration={"requestHeaderAllowlist": [7]},
        workloadIdentityDetails=7,
        createdAt="soon",
    )
    workload = inventory.workloads[ARN]
    assert not inventory.runs_as
    assert not workload.variables
    assert workload.created_at is None
    assert workload.attributes == {"authorizer": "AWS_IAM", "protocol": "HTTP"}
    (gap,) = inventory.gaps
    assert gap.subjects == (ARN,)


def test_endpoints_of_a_refused_runtime_stay_unknown() -> None:
    inventory = parse(
        REGION_SHARD,
        [
            answer(RUNTIMES, {"agentRuntimes": [listed()]}),
            refused(ENDPOINTS, agentRuntimeId="support-abcdefghij"),
            answer(ENDPOINTS, {"runtimeEndpoints": [{"name": "x"}]}, agentRuntimeId="other"),
        ],
    )
    assert not inventory.resources
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == (ENDPOINTS.name, (ARN,))


def test_a_secret_in_the_description_is_redacted(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.runtime("support", ROLE, description=f"key {ANTHROPIC_KEY}")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert {(sighting.subject, sighting.where) for sighting in inventory.sightings} == {(arn, "description")}
    assert ANTHROPIC_KEY.encode() not in written(tmp_path)
