"""Registries of agents over a socket, and which agent stands in which record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.inventory import Inventory
from nhiscan.model import Resource, Workload
from nhiscan_connectors.aws.agentcore.descriptors import LONGEST, MOST, named_by
from nhiscan_connectors.aws.agentcore.gateway_calls import GET_GATEWAY, LIST_GATEWAYS
from nhiscan_connectors.aws.agentcore.registry_calls import AGENTCORE, STANDALONE
from nhiscan_connectors.aws.services.agentcore_registry import SERVICE, join
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_agentcore_gateways import AgentCore
from tests.connectors.aws.answers import IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:123456789012"
RUNTIME = f"{HERE}:runtime/helper-AbCdEf1234"
INVOKED = (
    f"https://bedrock-agentcore.{REGION}.amazonaws.com/runtimes/"
    + RUNTIME.replace(":", "%3A").replace("/", "%2F")
    + "/invocations?qualifier=DEFAULT"
)


def card(**content: Any) -> dict[str, Any]:
    """The descriptors of an agent."""
    return {"a2a": {"agentCard": {"schemaVersion": "0.3", "inlineContent": json.dumps(content)}}}


def server(**content: Any) -> dict[str, Any]:
    """The descriptors of an MCP server."""
    return {"mcp": {"server": {"schemaVersion": "2025-07-09", "inlineContent": json.dumps(content)}}}


def test_registries_of_both_services(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    main = core.registry("main", authorizerType="AWS_IAM", approvalConfiguration={"autoApproval": True})
    young = core.registry(
        "young",
        standalone=True,
        discoveryConfiguration={"authorizerType": "AWS_IAM"},
        autoDetection={"configuration": {"scope": "ORGANIZATION", "enabled": True}, "status": "ACTIVE"},
        approvalConfiguration={"autoApprovalRules": []},
    )
    helper = core.record(main, "helper", "A2A", card(name="Helper", url=INVOKED))
    role = f"{IAM}:role/sync"
    tools = core.record(
        main,
        "tools",
        "MCP",
        server(name="com.example/tools", remotes=[{"type": "streamable-http", "url": "https://u:p@mcp.example.com/x"}]),
        status="PENDING_APPROVAL",
        synchronizationType="URL",
        synchronizationConfiguration={"fromUrl": {"url": "https://sync.example.com/server.json",
            "credentialProviderConfigurations": [{"credentialProviderType": "IAM", "credentialProvider": {
                "iamCredentialProvider": {"roleArn": role}}}]}},
    )  # fmt: skip
    provider = f"{HERE}:token-vault/default/oauth2credentialprovider/crm"
    found = core.record(
        young, "found", "AGENT", status="DRAFT", createdByAutoDetection=True, createdBy="210987654321",
        provenanceSummaryList=[{"relation": "DETECTED_FROM", "sourceId": RUNTIME}],
    )  # fmt: skip
    crm = core.record(
        young, "crm", "AGENT",
        {"a2aAgentCard": {"data": json.dumps({"supportedInterfaces": [{"url": "https://crm.example.com/a2a"}]}),
            "source": {"fromUrl": {"url": "https://crm.example.com/card", "credentialProviderConfigurations": [
                {"credentialProviderType": "OAUTH", "credentialProvider": {"oauthCredentialProvider": {
                    "providerArn": provider}}}]}}}},
    )  # fmt: skip
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    facts = {id: resource.attributes for id, resource in inventory.resources.items()}
    assert facts[main] == {
        "service": "AgentCore", "status": "READY", "authorizer": "AWS_IAM", "auto_approval": "yes",
    }  # fmt: skip
    assert facts[young] == {
        "service": "Agent Registry", "status": "READY", "authorizer": "AWS_IAM", "auto_approval": "no",
        "auto_detection": "ACTIVE",
    }  # fmt: skip
    assert facts[helper] == {
        "type": "A2A", "status": "APPROVED", "version": "1", "arns": RUNTIME, "described_name": "Helper",
    }  # fmt: skip
    assert facts[tools] == {
        "type": "MCP",
        "status": "PENDING_APPROVAL",
        "version": "1",
        "endpoints": "https://mcp.example.com https://sync.example.com",
        "described_name": "com.example/tools",
        "sync": "https://sync.example.com",
        "sync_role": role,
    }
    assert facts[found] == {
        "type": "AGENT", "status": "DRAFT", "version": "1", "arns": RUNTIME, "detected": "yes",
        "created_by": "210987654321",
    }  # fmt: skip
    assert facts[crm]["endpoints"] == "https://crm.example.com"
    assert {(link.source, link.kind, link.target) for link in inventory.links} == {
        (helper, "part_of", main),
        (tools, "part_of", main),
        (found, "part_of", young),
        (crm, "part_of", young),
        (crm, "reads_secret", provider),
    }
    # What was detected needs no call of its own: the list says where it came from.
    assert aws.calls.count("agent-registry-control", "GetRegistryRecord") == 1


def test_a_key_in_a_card_is_told_and_left_out(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    key = "sk-" + "ant-api03-" + "aB3dE5gH7j" * 9 + "kLm" + "AA"
    made = core.record(core.registry("main"), "helper", "A2A", card(url=INVOKED, note=f"use {key}"))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (sighting,) = inventory.sightings_in(made)
    assert (sighting.ai_provider, sighting.where) == ("anthropic", "field inlineContent")
    assert inventory.resources[made].attributes["arns"] == RUNTIME
    assert key.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_registries_costs_one_call_of_each_service(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.resources
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 1
    assert aws.calls.count("agent-registry-control") == 1


def test_all_pages_are_read(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    core.registries.page = core.standalone.page = 2
    for standalone in (False, True):
        registries = [core.registry(f"r{number}", standalone=standalone) for number in range(3)]
        for number in range(5):
            core.record(registries[2], f"x{number}", "CUSTOM")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    kinds = [resource.kind for resource in inventory.resources.values()]
    assert (kinds.count("agent-registry"), kinds.count("registry-record")) == (6, 10)


@pytest.mark.parametrize("operation", ["ListRegistries", "ListRegistryRecords", "GetRegistryRecord"])
def test_what_is_refused_leaves_open_who_is_registered(aws: Aws, tmp_path: Path, operation: str) -> None:
    core = AgentCore(aws.account, REGION)
    core.record(core.registry("main"), "helper", "A2A", card(url=INVOKED))
    aws.faults.deny("bedrock-agentcore-control", operation)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.permission) == (
        f"bedrock-agentcore-control:{operation}",
        f"bedrock-agentcore:{operation}",
    )
    assert not inventory.knows(SCOPE, "agents", RUNTIME)


def test_a_registry_that_does_not_tell_its_rules(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    registry = core.registry("young", standalone=True, approvalConfiguration={"autoApprovalRules": ["APPROVE_ALL"]})
    aws.faults.deny("agent-registry-control", "GetRegistry")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert "auto_approval" not in inventory.resources[registry].attributes
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("agent-registry:GetRegistry", (registry,))


def agent(
    name: str, *, id: str = "", scope: str = SCOPE, kind: str = "agentcore-runtime", **attributes: str
) -> Workload:
    """A workload that is an agent."""
    return Workload(
        id=id or f"{HERE}:runtime/{name}-0123456789", provider="aws", kind=kind, name=name, scope=scope, agent=True,
        attributes=attributes,
    )  # fmt: skip


def record(name: str, status: str = "APPROVED", **attributes: str) -> Resource:
    """A record of a registry."""
    return Resource(
        id=f"{HERE}:registry/r/record/{name}", provider="aws", kind="registry-record", name=name, scope=SCOPE,
        attributes={"status": status, **attributes},
    )  # fmt: skip


def registered(*records: Workload | Resource) -> dict[str, str]:
    """How each agent is registered, by its name."""
    inventory = Inventory(records)
    links = list(join(inventory))
    assert all(link.kind == "registered_in" for link in links)  # type: ignore[union-attr]
    return {inventory.workloads[link.source].name: link.reason for link in links}  # type: ignore[union-attr]


def test_agents_are_found_by_arn_endpoint_and_name() -> None:
    helper = agent("helper")
    gateway = agent("tools", kind="agentcore-gateway", endpoint="https://g-1.example.com")
    found = registered(
        helper,
        gateway,
        agent("named"),
        agent("unknown"),
        record("a", arns=f"{HERE}:runtime/gone {helper.id}"),
        record("b", status="PENDING_APPROVAL", endpoints="https://other.example.com https://g-1.example.com"),
        record("c", described_name="named"),
    )
    assert found == {
        "helper": "helper stands in the registry as a (APPROVED), which names its ARN",
        "tools": "tools stands in the registry as b (PENDING_APPROVAL), which names its endpoint",
        "named": "named stands in the registry as c (APPROVED), which has its name and names no other",
    }


def test_what_registers_nobody() -> None:
    other = "aws:210987654321"
    assert not registered(
        agent("rejected"),
        agent("old"),
        agent("twice"),
        agent("twice", id="x"),
        agent("far", scope=other),
        agent("taken"),
        agent("notes", kind="agentcore-memory"),
        agent("one", endpoint="https://shared.example.com"),
        agent("two", endpoint="https://shared.example.com"),
        record("rejected", status="REJECTED"),
        record("b", status="DEPRECATED", arns=agent("old").id),
        record("twice"),
        record("far"),
        record("taken", arns=f"{HERE}:runtime/somebody-else"),
        record("notes"),
        record("c", endpoints="https://shared.example.com"),
    )


def test_a_whole_estate_is_joined(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    core.record(core.registry("main"), "helper", "A2A", card(url=INVOKED))
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    inventory.add(agent("helper", id=RUNTIME))
    (link,) = join(inventory)
    assert link.source == RUNTIME  # type: ignore[union-attr]


def test_a_gateway_is_found_by_its_own_url() -> None:
    gateway, registry = f"{HERE}:gateway/g-1", f"{HERE}:registry/r"
    url = f"https://g-1.gateway.bedrock-agentcore.{REGION}.amazonaws.com/mcp"
    entry = {"recordArn": f"{registry}/record/1", "recordId": "1", "status": "APPROVED", "name": "tools of sales"}
    inventory = parse(REGION_SHARD, [
        answer(LIST_GATEWAYS, {"items": [{"gatewayId": "g-1", "name": "g"}]}),
        answer(GET_GATEWAY, {"gatewayArn": gateway, "gatewayUrl": url}, gatewayIdentifier="g-1"),
        answer(AGENTCORE.registries, {"registries": [{"registryId": "r", "registryArn": registry}]}),
        answer(AGENTCORE.records, {"registryRecords": [entry]}, registryId="r"),
        answer(AGENTCORE.record, {"descriptors": server(remotes=[{"url": url}])}, registryId="r", recordId="1"),
    ])  # fmt: skip
    assert [(link.source, link.target) for link in join(inventory)] == [  # type: ignore[union-attr]
        (gateway, entry["recordArn"])
    ]


def test_only_what_says_where_counts() -> None:
    content = {
        "name": "x",
        "description": f"not {RUNTIME}",
        "provider": {"organization": "o", "url": "https://company.example.com"},
        "documentationUrl": "https://docs.example.com",
        "iconUrl": "https://icons.example.com",
        "additionalInterfaces": [{"url": "https://a.example.com", "transport": "GRPC"}],
        "skills": [{"id": "s", "url": "https://skill.example.com"}],
        "securitySchemes": {"o": {"tokenUrl": "https://login.example.com"}},
        "functionArn": f"arn:aws:lambda:{REGION}:123456789012:function:pay",
    }
    named = named_by(card(**content))
    assert list(named.addresses) == ["https://a.example.com"]
    assert list(named.arns) == [f"arn:aws:lambda:{REGION}:123456789012:function:pay"]


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "7", "not JSON", "[" * 50_000, '{"a":' * 20_000, '{"url": "https://a.example.com"}' + " " * LONGEST],
)
def test_what_is_no_description_names_nothing_and_is_told(content: str) -> None:
    named = named_by({"custom": {"inlineContent": content}})
    assert named.unreadable
    assert not named.arns
    assert not named.addresses


def test_a_record_cannot_name_without_end() -> None:
    many = {
        f"x{number}": {"url": f"https://h{number}.example.com", "arn": f"{RUNTIME[:-3]}{number:03}"}
        for number in range(500)
    }
    named = named_by({"custom": {"inlineContent": json.dumps(many)}})
    assert (len(named.arns), len(named.addresses)) == (MOST, MOST)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([RUNTIME, INVOKED, "{", "{}"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["a2a", "agentCard", "inlineContent", "custom", "data", "source", "fromUrl", "url", "mcp", "server", "name",
             "credentialProviderConfigurations", "credentialProvider", "provenance", "sourceId", "autoApproval"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(ANY, ANY, ANY)
def test_any_answer(descriptors: Any, one: Any, other: Any) -> None:
    registry = f"{HERE}:registry/r"
    whole = {"recordArn": f"{registry}/record/1", "recordId": "1", "status": "APPROVED", "name": "whole"}
    pages = []
    for api in (AGENTCORE, STANDALONE):
        pages += [
            answer(api.registries, {"registries": [one, {"registryId": "r", "registryArn": registry, "name": other}]}),
            answer(api.registry, {"approvalConfiguration": one, "autoDetection": other}, registryId="r"),
            answer(api.records, {"registryRecords": [
                whole, one, {**whole, "recordId": "2", "provenanceSummaryList": other}]}, registryId="r"),
            answer(api.record, {"descriptors": descriptors, "synchronizationConfiguration": one, "provenance": other},
                   registryId="r", recordId="1"),
        ]  # fmt: skip
    inventory = parse(REGION_SHARD, pages)
    assert {registry, whole["recordArn"]} <= set(inventory.resources)
    assert list(join(inventory)) == []
    assert not inventory.knows(SCOPE, "agents")
