"""AgentCore gateways over a socket: who may call them, what they call, with which credential, and what binds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import Link, RunsAs
from nhiscan_connectors.aws.agentcore.endpoints import llm_of
from nhiscan_connectors.aws.agentcore.gateway_calls import GET_GATEWAY, GET_TARGET, LIST_GATEWAYS, LIST_TARGETS
from nhiscan_connectors.aws.agentcore.resource_policies import GET_POLICY
from nhiscan_connectors.aws.services.agentcore_gateways import SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_agentcore_gateways import AgentCore
from tests.connectors.aws.answers import IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:123456789012"
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:pay"
RUNTIME = f"{HERE}:runtime/helper-AbCdEf1234"
ENGINE = f"{HERE}:policy-engine/pe-1234567890"
PROVIDER = f"{HERE}:token-vault/default/apikeycredentialprovider/openai"
OAUTH = f"{HERE}:token-vault/default/oauth2credentialprovider/crm"
GATEWAY = f"{HERE}:gateway/g-1"


def tool(name: str) -> dict[str, Any]:
    """A tool as a function's target lists it."""
    return {"name": name, "description": "does it", "inputSchema": {"type": "object"}}


def links(inventory: Inventory, source: str) -> set[tuple[str, str]]:
    return {(link.kind, link.target) for link in inventory.links_from(source)}


def test_a_gateway_and_what_it_calls(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    gateway = core.gateway(
        "tools",
        "CUSTOM_JWT",
        authorizerConfiguration={"customJWTAuthorizer": {
            "discoveryUrl": "https://login.example.com/t/.well-known/openid-configuration", "allowedClients": ["web"]}},
        policyEngineConfiguration={"arn": ENGINE, "mode": "LOG_ONLY"},
        kmsKeyArn=f"arn:aws:kms:{REGION}:123456789012:key/k-1",
        exceptionLevel="DEBUG",
        interceptorConfigurations=[
            {"interceptor": {"lambda": {"arn": f"{FUNCTION}-check:live"}}, "interceptionPoints": ["REQUEST"]}],
    )  # fmt: skip
    key = {"credentialProviderType": "API_KEY", "credentialProvider": {"apiKeyCredentialProvider": {
        "providerArn": PROVIDER}}}  # fmt: skip
    oauth = {"credentialProviderType": "OAUTH", "credentialProvider": {"oauthCredentialProvider": {
        "providerArn": OAUTH, "scopes": ["crm.read"], "grantType": "CLIENT_CREDENTIALS"}}}  # fmt: skip
    lambda_ = {"lambdaArn": f"{FUNCTION}:3", "toolSchema": {"inlinePayload": [tool("refund"), tool("pay")]}}
    function = core.target(gateway, "pay", "LAMBDA", {"mcp": {"lambda": lambda_}})
    runtime = core.target(gateway, "helper", "AGENTCORE_RUNTIME", {"http": {"agentcoreRuntime": {"arn": RUNTIME}}})
    crm = core.target(
        gateway,
        "crm",
        "MCP_SERVER",
        {"mcp": {"mcpServer": {"endpoint": "https://user:pw@MCP.example.com/x?k=v"}}},
        oauth,
    )
    model = core.target(
        gateway, "llm", "PROVIDER", {"inference": {"provider": {"endpoint": "https://api.openai.com/v1",
        "operations": [{"path": "/chat", "models": [{"model": "gpt-5"}]}]}}}, key
    )  # fmt: skip
    api = core.target(
        gateway, "shop", "API_GATEWAY", {"mcp": {"apiGateway": {"restApiId": "a1b2", "stage": "prod",
        "apiGatewayToolConfiguration": {"toolFilters": []}}}}
    )  # fmt: skip
    core.resource_policy(
        gateway,
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "bedrock-agentcore:InvokeGateway", "Resource": gateway}
            ],
        },
    )

    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    workload = inventory.workloads[gateway]
    assert (workload.kind, workload.agent, workload.ai_platform) == ("agentcore-gateway", True, "Bedrock AgentCore")
    assert workload.public is False
    assert workload.attributes == {
        **workload.attributes,
        "authorizer": "CUSTOM_JWT",
        "protocol": "MCP",
        "policy_mode": "LOG_ONLY",
        "exception_level": "DEBUG",
        "kms_key": f"arn:aws:kms:{REGION}:123456789012:key/k-1",
        "interceptors": "REQUEST",
        "web_acl": "none",
        "token_limits": "allowed_clients",
    }
    id = gateway.rpartition("/")[2]
    assert inventory.identities_run_by(gateway) == [
        RunsAs(workload=gateway, identity=f"{IAM}:role/tools", detail="execution role"),
        RunsAs(
            workload=gateway,
            identity=f"{HERE}:workload-identity-directory/default/workload-identity/{id}",
            detail="workload identity",
        ),
    ]
    assert links(inventory, gateway) == {
        ("governed_by", ENGINE),
        ("invokes_tool", f"{FUNCTION}-check"),
        ("invokes_tool", FUNCTION),
        ("invokes_tool", RUNTIME),
        ("invokes_tool", "https://mcp.example.com"),
        ("uses_model", "llm:openai"),
        ("invokes_tool", f"arn:aws:apigateway:{REGION}::/restapis/a1b2"),
        ("reads_secret", PROVIDER),
        ("reads_secret", OAUTH),
        ("holds_key_of", "llm:openai"),
    }
    kinds = {id: resource.kind for id, resource in inventory.resources.items()}
    assert kinds["https://mcp.example.com"] == "mcp-endpoint"
    assert inventory.resources["https://mcp.example.com"].node == "tool"
    assert {kinds[target] for target in (function, runtime, crm, model, api)} == {"agentcore-gateway-target"}
    assert inventory.resources[function].attributes["tools"] == "2"
    assert inventory.resources[function].attributes["credentials"] == "GATEWAY_IAM_ROLE"
    facts = inventory.resources[crm].attributes
    assert (facts["credentials"], facts["grant"], facts["scopes"]) == ("OAUTH", "CLIENT_CREDENTIALS", "crm.read")
    assert inventory.resources[model].attributes["models"] == "gpt-5"
    (use,) = inventory.policy_uses_of(gateway)
    assert use.use == "resource"
    assert '"Principal":"*"' in (inventory.policies[use.policy].document or "")


def test_fixed_query_parameters_never_reach_the_bundle(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    gateway = core.gateway("tools", "NONE")
    hidden = "hidden" + "-in-a-query"
    target = core.target(
        gateway,
        "raw",
        "PASSTHROUGH",
        {
            "http": {
                "passthrough": {
                    "endpoint": "https://api.example.com/v2",
                    "protocolType": "CUSTOM",
                    "staticQueryParameters": {"q": hidden},
                }
            }
        },
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.resources[target].attributes["fixed_query"] == "yes"
    assert ("invokes_tool", "https://api.example.com") in links(inventory, gateway)
    assert hidden.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_key_in_the_address_of_a_tool_is_told_and_left_out(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    key = "sk-" + "ant-api03-" + "aB3dE5gH7j" * 9 + "kLm" + "AA"
    server = {"endpoint": f"https://mcp.example.com/sse?api_key={key}"}
    target = core.target(core.gateway("tools"), "crm", "MCP_SERVER", {"mcp": {"mcpServer": server}})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (sighting,) = inventory.sightings_in(target)
    assert (sighting.ai_provider, sighting.where) == ("anthropic", "field endpoint")
    assert key.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_gateways_of_moto_are_read_too(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("bedrock-agentcore-control", REGION)
    made = client.create_gateway(
        name="tools", roleArn=f"{IAM}:role/tools", protocolType="MCP", authorizerType="AWS_IAM"
    )
    client.create_gateway_target(
        gatewayIdentifier=made["gatewayId"],
        name="pay",
        targetConfiguration={"mcp": {"lambda": {"lambdaArn": FUNCTION, "toolSchema": {"inlinePayload": []}}}},
        credentialProviderConfigurations=[{"credentialProviderType": "GATEWAY_IAM_ROLE"}],
    )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    assert ("invokes_tool", FUNCTION) in links(inventory, made["gatewayArn"])


def test_a_region_without_gateways_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 1


def test_all_pages_are_read(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    core.state.page = 2
    arns = {core.gateway(f"g{number}") for number in range(5)}
    for number in range(3):
        core.target(
            min(arns),
            f"t{number}",
            "LAMBDA",
            {"mcp": {"lambda": {"lambdaArn": f"{FUNCTION}{number}", "toolSchema": {"inlinePayload": []}}}},
        )
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == arns
    called = {target for kind, target in links(inventory, min(arns)) if kind == "invokes_tool"}
    assert called == {f"{FUNCTION}{number}" for number in range(3)}


def test_a_refused_list_leaves_agents_unknown(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("bedrock-agentcore-control", "ListGateways")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.permission, gap.reason) == ("bedrock-agentcore:ListGateways", "denied")
    assert not inventory.knows(SCOPE, "agents")
    assert not inventory.knows(SCOPE, "workloads")


def test_what_one_gateway_refuses_is_unknown_of_it_alone(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    open_, other = core.gateway("open", "NONE"), core.gateway("other", "NONE")
    target = core.target(
        other, "pay", "LAMBDA", {"mcp": {"lambda": {"lambdaArn": FUNCTION, "toolSchema": {"inlinePayload": []}}}}
    )
    id = other.rpartition("/")[2]
    for operation in ("GetGateway", "GetGatewayTarget"):
        aws.faults.deny("bedrock-agentcore-control", operation, params={"gatewayIdentifier": id})
    aws.faults.deny("bedrock-agentcore-control", "GetResourcePolicy", params={"resourceArn": other})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[open_].public is True
    assert inventory.workloads[other].public is None  # a function may look at each request first
    assert "policy_mode" not in inventory.workloads[other].attributes
    assert inventory.resources[target].attributes == {"type": "LAMBDA", "status": "READY"}
    assert links(inventory, other) == set()
    assert {gap.operation.partition(":")[2]: gap.subjects for gap in inventory.gaps} == {
        "GetGateway": (other,),
        "GetGatewayTarget": (other,),
        "GetResourcePolicy": (other,),
    }
    assert inventory.knows(SCOPE, "agents", open_)
    assert not inventory.knows(SCOPE, "agents", other)


@pytest.mark.parametrize(
    ("authorizer", "detail", "public"),
    [
        ("NONE", {}, True),
        ("NONE", {"policyEngineConfiguration": {"arn": ENGINE, "mode": "LOG_ONLY"}}, True),
        ("NONE", {"policyEngineConfiguration": {"arn": ENGINE, "mode": "ENFORCE"}}, None),
        ("NONE", {"interceptorConfigurations": [{"interceptionPoints": ["REQUEST", "RESPONSE"]}]}, None),
        ("NONE", {"interceptorConfigurations": [{"interceptionPoints": ["RESPONSE"]}]}, True),
        ("NONE", {"interceptorConfigurations": [{"interceptionPoints": ["RESPONSE"]}, {}]}, None),
        ("NONE", {"interceptorConfigurations": "unreadable"}, None),
        ("NONE", {"policyEngineConfiguration": "unreadable"}, None),
        ("AUTHENTICATE_ONLY", {}, None),
        ("AWS_IAM", {}, False),
        ("SOMETHING_NEW", {}, None),
    ],
)
def test_who_may_call(authorizer: str, detail: dict[str, Any], public: bool | None) -> None:
    inventory = parse(REGION_SHARD, [
        answer(LIST_GATEWAYS, {"items": [{"gatewayId": "g-1", "name": "g", "authorizerType": authorizer}]}),
        answer(GET_GATEWAY, {"gatewayArn": GATEWAY, **detail}, gatewayIdentifier="g-1"),
    ])  # fmt: skip
    assert inventory.workloads[GATEWAY].public is public


def behind(configuration: Any, **fields: Any) -> Inventory:
    """A gateway with one target."""
    body = {"gatewayArn": GATEWAY, "targetId": "t-1", "targetConfiguration": configuration, **fields}
    return parse(REGION_SHARD, [
        answer(LIST_GATEWAYS, {"items": [{"gatewayId": "g-1", "name": "g"}]}),
        answer(GET_GATEWAY, {"gatewayArn": GATEWAY}, gatewayIdentifier="g-1"),
        answer(LIST_TARGETS, {"items": [{"targetId": "t-1", "name": "t"}]}, gatewayIdentifier="g-1"),
        answer(GET_TARGET, body, gatewayIdentifier="g-1", targetId="t-1"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://good.example@evil.example.net/mcp", "https://evil.example.net"),
        ("https://a@b@c.example:8443?x=https://d.example", "https://c.example:8443"),
        ("HTTPS://Mcp.Example.com:443", "https://mcp.example.com"),
        ("https://good.example\\@evil.example.net/", GATEWAY + "/target/t-1"),
        ("https://[2001:db8::1]/mcp", "https://[2001:db8::1]"),
        ("javascript:alert(1)", GATEWAY + "/target/t-1"),
        ("https://", GATEWAY + "/target/t-1"),
        ("https://" + "a" * 100_000, GATEWAY + "/target/t-1"),
        (7, GATEWAY + "/target/t-1"),
        ("https://bedrock-agentcore.eu-west-1.amazonaws.com/runtimes/"
         + RUNTIME.replace(":", "%3A").replace("/", "%2F") + "/invocations?qualifier=DEFAULT", RUNTIME),
    ],
)  # fmt: skip
def test_only_scheme_and_host_of_an_endpoint_are_kept(url: Any, called: str) -> None:
    inventory = behind({"mcp": {"mcpServer": {"endpoint": url}}})
    assert [link.target for link in inventory.links_from(GATEWAY)] == [called]


@pytest.mark.parametrize("host", ["api.openai.com.evil.example", "evilopenai.com", "api.openai.com"])
def test_only_the_providers_own_host_makes_a_key_one_of_it(host: str) -> None:
    key = {"credentialProviderType": "API_KEY", "credentialProvider": {"apiKeyCredentialProvider": {
        "providerArn": PROVIDER}}}  # fmt: skip
    inventory = behind(
        {"inference": {"provider": {"endpoint": f"https://{host}/v1"}}}, credentialProviderConfigurations=[key]
    )
    found = links(inventory, GATEWAY) - {("reads_secret", PROVIDER)}
    if host == "api.openai.com":
        assert found == {("holds_key_of", "llm:openai"), ("uses_model", "llm:openai")}
    else:
        assert found == {("uses_model", f"https://{host}")}
        assert inventory.resources[f"https://{host}"].kind == "llm-endpoint"
        assert inventory.resources[f"https://{host}"].node == "model"


@pytest.mark.parametrize(
    ("address", "provider"),
    [
        ("https://acme.openai.azure.com", "azure-openai"),
        ("https://europe-west1-aiplatform.googleapis.com", "google"),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", "bedrock"),
        ("https://openai.azure.com.evil.example", ""),
        ("https://xbedrock-runtime.eu-west-1.amazonaws.com", ""),
        ("", ""),
    ],
)
def test_whose_api_a_host_is(address: str, provider: str) -> None:
    assert llm_of(address) == provider


def test_a_connector_to_models() -> None:
    key = {"credentialProviderType": "API_KEY", "credentialProvider": {"apiKeyCredentialProvider": {
        "providerArn": PROVIDER.replace(":bedrock-agentcore:", ":acps:")}}}  # fmt: skip
    inventory = behind(
        {"inference": {"connector": {"source": {"connectorId": "anthropic"}}}}, credentialProviderConfigurations=[key]
    )
    assert links(inventory, GATEWAY) == {
        ("uses_model", "llm:anthropic"), ("holds_key_of", "llm:anthropic"), ("reads_secret", PROVIDER),
    }  # fmt: skip
    assert inventory.resources[f"{GATEWAY}/target/t-1"].attributes["connector"] == "anthropic"


def test_servers_of_an_api_description() -> None:
    schema = '{"openapi": "3.1.0", "servers": [{"url": "https://api.example.com/v1"}, {"url": "/relative"}, 7]}'
    inventory = behind({"mcp": {"openApiSchema": {"inlinePayload": schema}}})
    assert [link.target for link in inventory.links_from(GATEWAY)] == ["https://api.example.com"]
    for hostile in ("{" * 5000, "{" + '"a":[' * 5000, "openapi: 3.0.0", '{"servers": 7}', '{"servers": [[]]}'):
        inventory = behind({"mcp": {"openApiSchema": {"inlinePayload": hostile}}})
        assert [link.target for link in inventory.links_from(GATEWAY)] == [f"{GATEWAY}/target/t-1"]


def test_damaged_answers_leave_out_what_they_hid() -> None:
    inventory = parse(REGION_SHARD, [
        answer(LIST_GATEWAYS, {"items": [{"name": "no id"}, 7, {"gatewayId": "g-1", "name": "g"}]}),
        answer(GET_GATEWAY, {"gatewayArn": GATEWAY, "roleArn": 7, "workloadIdentityDetails": [],
                             "interceptorConfigurations": "x"}, gatewayIdentifier="g-1"),
        answer(LIST_TARGETS, {"items": [{"targetId": 7}, {"targetId": "t-1", "name": ["x"]}]}, gatewayIdentifier="g-1"),
        answer(GET_TARGET, {"gatewayArn": GATEWAY, "targetConfiguration": {"mcp": 7, "http": [], "inference": {
            "provider": {"operations": [7], "endpoint": None}}}, "credentialProviderConfigurations": {}},
            gatewayIdentifier="g-1", targetId="t-1"),
        answer(GET_POLICY, {"policy": "{"}, resourceArn=GATEWAY),
    ])  # fmt: skip
    assert set(inventory.workloads) == {GATEWAY}
    assert not inventory.runs_as
    assert inventory.policies[f"{GATEWAY}/policy/resource"].problem
    told = " ".join(gap.detail for gap in inventory.gaps)
    for place in (
        "items[0] has no gatewayId",
        "items[1] is a number",
        "interceptorConfigurations is text",
        "items[0] has no targetId",
        "operations[0] is a number",
        "credentialProviderConfigurations is an",
    ):
        assert place in told
    assert inventory.workloads[GATEWAY].public is None
    assert "credentials" not in inventory.resources[f"{GATEWAY}/target/t-1"].attributes


def test_a_target_that_calls_as_nobody() -> None:
    inventory = behind({"mcp": {"lambda": {"lambdaArn": FUNCTION}}}, credentialProviderConfigurations=[])
    assert inventory.resources[f"{GATEWAY}/target/t-1"].attributes["credentials"] == "none"


def test_targets_of_two_gateways_with_one_id_stay_apart() -> None:
    other = f"{HERE}:gateway/g-2"
    pages = [answer(LIST_GATEWAYS, {"items": [{"gatewayId": "g-1"}, {"gatewayId": "g-2"}]})]
    for arn, number in ((GATEWAY, "1"), (other, "2")):
        id = arn.rpartition("/")[2]
        pages += [
            answer(GET_GATEWAY, {"gatewayArn": arn}, gatewayIdentifier=id),
            answer(LIST_TARGETS, {"items": [{"targetId": "t"}]}, gatewayIdentifier=id),
            answer(GET_TARGET, {"gatewayArn": arn, "targetConfiguration": {"mcp": {"lambda": {
                "lambdaArn": FUNCTION + number}}}}, gatewayIdentifier=id, targetId="t"),
        ]  # fmt: skip
    inventory = parse(REGION_SHARD, pages)
    for arn, number in ((GATEWAY, "1"), (other, "2")):
        (link,) = [link for link in inventory.links_from(arn) if link.kind == "invokes_tool"]
        assert link == Link(
            source=arn,
            target=FUNCTION + number,
            kind="invokes_tool",
            reason=f"gateway g-{number} sends calls to function pay{number}",
        )


def test_a_refused_call_about_a_gateway_nobody_listed_is_the_cores_to_tell() -> None:
    inventory = parse(REGION_SHARD, [refused(GET_POLICY, resourceArn=GATEWAY)])
    assert not inventory.gaps
