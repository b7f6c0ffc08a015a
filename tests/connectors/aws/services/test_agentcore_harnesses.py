"""AgentCore harnesses over a socket: roles, models and whose key pays for them, tools, prompts that stay behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Link, RunsAs
from nhiscan_connectors.aws.agentcore.harnesses_models import Model, model_of
from nhiscan_connectors.aws.bedrock.profiles import PROFILES
from nhiscan_connectors.aws.service import Answers
from nhiscan_connectors.aws.services import agentcore_identity, agentcore_runtimes
from nhiscan_connectors.aws.services.agentcore_harnesses import HARNESS, HARNESSES, SERVICE, join
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_agentcore import Agents
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/orders-agent"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}"
ARN = f"{HERE}:harness/orders-abcdefghij"
GATEWAY = f"{HERE}:gateway/tools-abcdefghij"
KEY = f"{HERE}:token-vault/default/apikeycredentialprovider/openai"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:guard"
PROMPT = "You help people with their orders and never speak of Project Nightingale."
# Made up; in parts, so that no scanner of secrets takes it for one.
GROQ_KEY = "gsk_" + "aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY" + "zA3bC6dE9fG2hJ5kL8mN"


@pytest.fixture
def agents(aws: Aws) -> Agents:
    return Agents(aws.account, REGION)


def written(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def links(inventory: Inventory, source: str) -> set[tuple[str, str]]:
    return {(link.kind, link.target) for link in inventory.links_from(source)}


def test_a_harness_with_a_model_of_openai(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    key = agents.api_key("openai")
    arn = agents.harness(
        "orders",
        ROLE,
        {"openAiModelConfig": {"modelId": "gpt-5", "apiKeyArn": key}},
        created=ago(70),
        allowedTools=["shell", "@search"],
        maxIterations=40,
        maxTokens=90_000,
        timeoutSeconds=600,
        environmentVariables={"GROQ_API_KEY": GROQ_KEY, "STAGE": "production-x"},
        memory={"disabled": {}},
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert (workload.name, workload.kind, workload.model) == ("orders", "agentcore-harness", "gpt-5")
    assert (workload.agent, workload.ai_platform, workload.public) == (True, "Bedrock AgentCore", False)
    assert workload.created_at == ago(70)
    assert workload.variables == ("GROQ_API_KEY", "STAGE")
    expected = {
        "status": "READY",
        "version": "1",
        "authorizer": "AWS_IAM",
        "allowed_tools": "shell, @search",
        "network": "PUBLIC",
        "idle_timeout_seconds": "600",
        "max_lifetime_seconds": "7200",
        "model_source": "openai",
        "model_provider": "openai",
        "memory": "disabled",
        "max_iterations": "40",
        "max_tokens": "90000",
        "timeout_seconds": "600",
    }
    assert expected.items() <= workload.attributes.items()
    assert inventory.runs_as == [RunsAs(workload=arn, identity=ROLE, detail="execution role")]
    assert links(inventory, arn) == {
        ("uses_model", "llm:openai"),
        ("reads_secret", key),
        ("holds_key_of", "llm:openai"),
        ("holds_key_of", "llm:groq"),
    }
    assert links(inventory, key) == {("holds_key_of", "llm:openai")}
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.ai_provider, sighting.where) == ("groq", "environment variable GROQ_API_KEY")
    assert not inventory.gaps
    assert GROQ_KEY.encode() not in written(tmp_path)


def test_what_a_harness_can_reach(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    oauth, git = agents.oauth2("crm"), agents.api_key("git")
    tools = [
        {
            "type": "remote_mcp",
            "name": "search",
            "config": {
                "remoteMcp": {
                    "url": "https://MCP.Example.com/s/1f3c/mcp",
                    "headers": {"Authorization": f"Bearer {GROQ_KEY}", "X-Team": "orders"},
                }
            },
        },
        {"type": "remote_mcp", "name": "open", "config": {"remoteMcp": {"url": "http://tools.example.org:8080/mcp"}}},
        {
            "type": "remote_mcp",
            "name": "signed",
            "config": {
                "remoteMcp": {
                    "url": "https://aws.example.net/mcp",
                    "outboundAuth": {"awsIam": {"service": "execute-api", "region": REGION}},
                }
            },
        },
        {
            "type": "agentcore_gateway",
            "name": "crm",
            "config": {
                "agentCoreGateway": {
                    "gatewayArn": GATEWAY,
                    "outboundAuth": {"oauth": {"providerArn": oauth, "scopes": ["read"]}},
                }
            },
        },
        {"type": "agentcore_browser"},
        {
            "type": "agentcore_code_interpreter",
            "name": "run",
            "config": {
                "agentCoreCodeInterpreter": {"codeInterpreterArn": f"{HERE}:code-interpreter-custom/own-abcdefghij"}
            },
        },
        {
            "type": "inline_function",
            "name": "confirm",
            "config": {"inlineFunction": {"description": "asks a person", "inputSchema": {"type": "object"}}},
        },
    ]
    arn = agents.harness(
        "orders",
        ROLE,
        tools=tools,
        skills=[
            {"git": {"url": "https://git.example.com/team/skills.git", "auth": {"credentialArn": git}}},
            {"s3": {"uri": "s3://skills/orders"}},
            {"awsSkills": {}},
        ],
        hooks=[{"beforeToolCall": {"name": "guard", "target": {"lambda": {"arn": f"{FUNCTION}:live"}}}}],
        network={
            "networkMode": "VPC",
            "networkModeConfig": {"securityGroups": ["sg-1"], "subnets": ["subnet-1"]},
        },
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    facts = inventory.workloads[arn].attributes
    assert facts["tools"] == (
        "search (remote_mcp), open (remote_mcp), signed (remote_mcp), crm (agentcore_gateway), agentcore_browser,"
        " run (agentcore_code_interpreter), confirm (inline_function)"
    )
    assert facts["unauthenticated_tools"] == "open"
    assert facts["skills"] == "git https://git.example.com, s3 s3://skills/orders, aws"
    assert (facts["hooks"], facts["network"]) == ("beforeToolCall", "VPC")
    assert links(inventory, arn) == {
        ("uses_model", "llm:bedrock"),
        ("invokes_tool", "https://mcp.example.com"),
        ("invokes_tool", "http://tools.example.org:8080"),
        ("invokes_tool", "https://aws.example.net"),
        ("invokes_tool", GATEWAY),
        ("invokes_tool", f"arn:aws:bedrock-agentcore:{REGION}:aws:browser/aws.browser.v1"),
        ("invokes_tool", f"{HERE}:code-interpreter-custom/own-abcdefghij"),
        ("invokes_tool", FUNCTION),
        ("reads_secret", oauth),
        ("reads_secret", git),
    }
    called = inventory.resources["https://mcp.example.com"]
    assert (called.kind, called.node, called.name) == ("mcp-endpoint", "tool", "mcp.example.com")
    (sighting,) = inventory.sightings_in(arn)
    assert (sighting.detector, sighting.where) == ("groq-key", "header Authorization of tool search")
    reasons = {link.target: link.reason for link in inventory.links_from(arn)}
    assert reasons["https://mcp.example.com"] == (
        "harness orders calls the MCP server at mcp.example.com as tool search (remote_mcp, authentication headers)"
    )
    assert GROQ_KEY.encode() not in written(tmp_path)


def test_no_record_holds_a_prompt_and_a_key_in_it_is_seen(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.harness("orders", ROLE, systemPrompt=[{"text": f"{PROMPT} Use key {GROQ_KEY}."}])
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    kept = [*inventory.workloads.values(), *inventory.links, *inventory.sightings, *inventory.resources.values()]
    assert "Nightingale" not in repr(kept)
    assert [(sighting.subject, sighting.where) for sighting in inventory.sightings] == [(arn, "system prompt")]
    assert GROQ_KEY.encode() not in written(tmp_path)


def together(*inventories: Inventory) -> Inventory:
    whole = Inventory()
    for inventory in inventories:
        records: list[AnyRecord] = [*inventory.identities.values(), *inventory.workloads.values(), *inventory.runs_as]
        for record in records:
            whole.add(record)
    return whole


def test_the_runtime_and_the_identity_of_a_harness(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    alone = agents.harness("orders", ROLE)
    shown = agents.harness("returns", ROLE, listed_as_runtime=True)
    services = (SERVICE, agentcore_identity.SERVICE, agentcore_runtimes.SERVICE)
    inventories = [
        collected(service, tmp_path / service.name, endpoint=aws.endpoint, region=REGION) for service in services
    ]
    whole = together(*inventories)
    joined = list(join(whole))
    acts = {record.workload: record.identity for record in joined if isinstance(record, RunsAs)}
    assert set(acts) == {alone, shown}
    assert all(whole.identities[id].kind == "agentcore-workload-identity" for id in acts.values())
    runtime = whole.workloads[shown].attributes["runtime"]
    assert acts[shown] in {run.identity for run in whole.runs_as if run.workload == runtime}
    (link,) = (record for record in joined if isinstance(record, Link))
    assert link.reason == "runtime harness_returns is run by AWS for harness returns"
    assert not list(join(inventories[0]))  # an identity that was not listed is not made up


def test_more_harnesses_than_a_page(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    for number in range(101):
        agents.harness(f"agent{number}", ROLE)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert len(inventory.workloads) == 101
    assert aws.calls.count("bedrock-agentcore-control", "ListHarnesses") == 2


def test_a_region_without_harnesses_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 1


def test_a_refused_list_hides_agents(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    agents.harness("orders", ROLE)
    aws.faults.deny("bedrock-agentcore-control", "ListHarnesses")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.permission, gap.blinds) == ("bedrock-agentcore:ListHarnesses", ("agents", "workloads"))


def test_refused_details_leave_one_harness_unknown(aws: Aws, agents: Agents, tmp_path: Path) -> None:
    arn = agents.harness("orders", ROLE)
    aws.faults.deny("bedrock-agentcore-control", "GetHarness")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workload = inventory.workloads[arn]
    assert workload.public is None
    assert workload.attributes == {"status": "READY", "version": "1"}
    assert not inventory.links
    (gap,) = inventory.gaps
    assert gap.subjects == (arn,)


def listed(**fields: Any) -> dict[str, Any]:
    return {"arn": ARN, "harnessId": "orders-abcdefghij", "harnessName": "orders", **fields}


def evidence(**fields: Any) -> list[Evidence]:
    detail = answer(HARNESS, {"harness": listed(**fields)}, harnessId="orders-abcdefghij")
    return [answer(HARNESSES, {"harnesses": [listed()]}), detail]


@pytest.mark.parametrize(
    ("settings", "model"),
    [
        (
            {"bedrockModelConfig": {"modelId": "us.amazon.nova-pro-v1:0"}},
            Model(id="us.amazon.nova-pro-v1:0", provider="bedrock", source="bedrock"),
        ),
        (
            {"geminiModelConfig": {"modelId": "gemini-3-pro", "apiKeyArn": KEY}},
            Model(id="gemini-3-pro", provider="google", source="gemini", key=KEY),
        ),
        (
            {"openAiModelConfig": {"modelId": "m", "apiKeyArn": KEY, "apiBase": "https://api.groq.com/openai/v1"}},
            Model(id="m", provider="groq", source="openai", key=KEY, endpoint="https://api.groq.com"),
        ),
        (
            {"openAiModelConfig": {"modelId": "m", "apiKeyArn": KEY, "apiBase": "https://us.openai.azure.com/x"}},
            Model(id="m", provider="azure-openai", source="openai", key=KEY, endpoint="https://us.openai.azure.com"),
        ),
        (
            # A host that only looks like OpenAI's gets a key that is not known to be one of OpenAI.
            {"openAiModelConfig": {"modelId": "m", "apiKeyArn": KEY, "apiBase": "https://api.openai.com.example.org"}},
            Model(id="m", provider="llm", source="openai", key=KEY, endpoint="https://api.openai.com.example.org"),
        ),
        (
            {"liteLlmModelConfig": {"modelId": "anthropic/claude-3-sonnet", "apiKeyArn": KEY}},
            Model(id="anthropic/claude-3-sonnet", provider="anthropic", source="litellm", key=KEY),
        ),
        (
            {"liteLlmModelConfig": {"modelId": "azure/gpt-4o"}},
            Model(id="azure/gpt-4o", provider="azure-openai", source="litellm"),
        ),
        ({"liteLlmModelConfig": {"modelId": "gpt-4o"}}, Model(id="gpt-4o", provider="openai", source="litellm")),
        ({"liteLlmModelConfig": {"modelId": "own/x"}}, Model(id="own/x", provider="llm", source="litellm")),
        ({"newModelConfig": {"modelId": "x"}}, Model()),
        ([], Model()),
    ],
)
def test_whose_model_it_is(settings: Any, model: Model) -> None:
    assert model_of(settings) == model


def test_a_model_with_an_arn_is_linked_by_it() -> None:
    profile = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abc"
    inventory = parse(REGION_SHARD, evidence(model={"bedrockModelConfig": {"modelId": profile}}))
    assert links(inventory, ARN) == {("uses_model", profile)}


def test_a_profile_is_found_among_those_of_the_region() -> None:
    own = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/abc"
    listed_profiles = {"inferenceProfileSummaries": [7, {"inferenceProfileArn": own, "inferenceProfileId": "abc"}]}
    known = [answer(PROFILES, listed_profiles), *evidence(model={"bedrockModelConfig": {"modelId": "abc"}})]
    inventory = Inventory(SERVICE.parse(REGION_SHARD, Answers(known)))
    assert ("uses_model", own) in links(inventory, ARN)
    assert not inventory.gaps  # what is damaged among profiles is for the service to tell that lists them


def test_headers_that_refer_to_keys() -> None:
    """In the form that the platform itself puts keys into headers."""
    secret = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:x-AbCdEf"
    runtime = f"{HERE}:runtime/search-abcdefghij"
    url = f"https://bedrock-agentcore.{REGION}.amazonaws.com/runtimes/{runtime.replace(':', '%3A').replace('/', '%2F')}"
    remote = {"url": f"{url}/invocations?qualifier=DEFAULT", "headers": {"x-api-key": f"${{{KEY}}}", "x-other": secret}}
    tools = [{"type": "remote_mcp", "name": "search", "config": {"remoteMcp": remote}}]
    inventory = parse(REGION_SHARD, evidence(tools=tools))
    assert links(inventory, ARN) == {("reads_secret", KEY), ("reads_secret", secret), ("invokes_tool", runtime)}


def test_a_damaged_harness_is_left_out_and_told() -> None:
    inventory = parse(REGION_SHARD, [answer(HARNESSES, {"harnesses": [{"harnessName": "a"}, None, listed()]})])
    assert list(inventory.workloads) == [ARN]
    (gap,) = inventory.gaps
    assert "harnesses[0] has no arn" in gap.detail
    assert "harnesses[1] is null" in gap.detail


def test_damaged_tools_are_told_once_and_hide_no_other() -> None:
    tools = [
        {"name": "x"},
        "y",
        {"type": "remote_mcp", "name": "bad", "config": {"remoteMcp": {"url": "javascript:alert(1)"}}},
        {"type": "agentcore_gateway", "config": {"agentCoreGateway": {"gatewayArn": "administrator:aws"}}},
        {"type": "agentcore_gateway", "config": {"agentCoreGateway": {"gatewayArn": GATEWAY, "outboundAuth": 7}}},
        {"type": "made_up", "config": []},
    ]
    inventory = parse(
        REGION_SHARD,
        evidence(tools=tools, skills=[7], hooks={"beforeToolCall": 1}, allowedTools=[None], executionRoleArn=7),
    )
    assert links(inventory, ARN) == {("invokes_tool", GATEWAY)}
    assert not inventory.runs_as
    (gap,) = inventory.gaps
    assert gap.subjects == (ARN,)
    assert "tools[0] has no type" in gap.detail
    assert "and 2 more" in gap.detail


def test_details_of_something_else_do_not_rename_a_harness() -> None:
    inventory = parse(
        REGION_SHARD, evidence(arn="arn:x", harnessName="y", model={"bedrockModelConfig": {"modelId": "m"}})
    )
    assert list(inventory.workloads) == [ARN]
    assert {link.source for link in inventory.links} == {ARN}


def test_a_refusal_seen_in_an_export() -> None:
    inventory = parse(
        REGION_SHARD, [answer(HARNESSES, {"harnesses": [listed()]}), refused(HARNESS, harnessId="orders-abcdefghij")]
    )
    (gap,) = inventory.gaps
    assert gap.permission == "bedrock-agentcore:GetHarness, bedrock-agentcore:GetAgentRuntime"
