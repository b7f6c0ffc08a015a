"""Flows over a socket: their roles, and everything that their nodes call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.services.bedrock_flows import GET_FLOW, LIST_ALIASES, LIST_FLOWS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.bedrock_flows import BedrockFlows
from tests.clouds.aws.seed_bedrock import PROFILE, Bedrock
from tests.connectors.aws.answers import REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:"
# Made up; in two parts, so that no scanner of secrets takes it for one.
ANTHROPIC_KEY = "sk-ant-" + "api03-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 3 + "aB3dE6gH9jK2" + "AA"


@pytest.fixture
def bedrock(aws: Aws) -> Bedrock:
    return Bedrock(aws.account, REGION)


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def node(name: str, type_: str, kind: str = "", **settings: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "configuration": {kind or type_.lower(): settings}}


def prompt(name: str, model: str, **settings: Any) -> dict[str, Any]:
    template = {"text": {"text": "Say {{x}}."}}
    inline = {"templateType": "TEXT", "templateConfiguration": template, "modelId": model}
    return node(name, "Prompt", "prompt", sourceConfiguration={"inline": inline}, **settings)


def test_what_the_nodes_call(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    role = bedrock.role("claims-flow")
    inner = {"nodes": [node("pay", "LambdaFunction", "lambdaFunction", lambdaArn=f"{FUNCTION}pay:1")]}
    flow = bedrock.flow(
        "claims",
        role,
        node("in", "Input"),
        prompt("ask", PROFILE, guardrailConfiguration={"guardrailIdentifier": "gr1", "guardrailVersion": "1"}),
        prompt("again", "amazon.nova-lite-v1:0"),
        node("base", "KnowledgeBase", "knowledgeBase", knowledgeBaseId="KB11111111"),
        node("agent", "Agent", agentAliasArn=bedrock.arn("agent-alias/AGENT12345/ALIAS12345")),
        node(
            "bot",
            "Lex",
            botAliasArn=f"arn:aws:lex:{REGION}:{ACCOUNT}:bot-alias/BOT1234567/ALIAS12345",
            localeId="en_GB",
        ),
        node("keep", "Storage", serviceConfiguration={"s3": {"bucketName": "claims-out"}}),
        node("code", "InlineCode", "inlineCode", code="print(1)", language="Python_3"),
        node("loop", "Loop", definition=inner),
    )
    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[flow.arn]
    assert (workload.kind, workload.name, workload.agent, workload.model) == ("bedrock-flow", "claims", True, PROFILE)
    assert workload.attributes == {
        "status": "Prepared",
        "version": "DRAFT",
        "kms_key": "none",
        "nodes": "Agent, InlineCode, Input, KnowledgeBase, LambdaFunction, Lex, Loop, Prompt, Storage",
        "guardrail": "some",
        "inline_code": "true",
        "buckets": "claims-out",
    }
    assert [(run.identity, run.detail) for run in inventory.runs_as] == [(role.arn, "execution role of draft")]
    assert {(link.kind, link.target) for link in inventory.links_from(flow.arn)} == {
        ("uses_model", bedrock.arn(f"inference-profile/{PROFILE}")),
        ("uses_model", "llm:bedrock"),
        ("governed_by", bedrock.arn("guardrail/gr1")),
        ("invokes_tool", f"{FUNCTION}pay"),
        ("invokes_tool", bedrock.arn("knowledge-base/KB11111111")),
        ("invokes_tool", f"arn:aws:lex:{REGION}:{ACCOUNT}:bot/BOT1234567"),
        ("collaborates_with", bedrock.arn("agent/AGENT12345")),
    }
    reasons = {link.target: link.reason for link in inventory.links_from(flow.arn)}
    assert reasons[f"{FUNCTION}pay"] == "flow claims (draft) calls function pay in node pay"
    assert not inventory.gaps


def test_the_version_that_answers_callers_counts(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    old, new = bedrock.role("old"), bedrock.role("new")
    guardrail = {"guardrailIdentifier": "gr1", "guardrailVersion": "1"}
    flow = bedrock.flow("f", new, prompt("p", "amazon.nova-lite-v1:0", guardrailConfiguration=guardrail))
    flow.version("1", executionRoleArn=old.arn, definition={"nodes": [prompt("p", PROFILE)], "connections": []})
    flow.alias("prod", "1")
    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[flow.arn]
    assert (workload.attributes["version"], workload.attributes["aliases"]) == ("1", "prod (1)")
    assert (workload.attributes["guardrail"], workload.model) == ("none", PROFILE)
    assert [run.identity for run in inventory.runs_as] == [old.arn, new.arn]
    assert "governed_by" not in {link.kind for link in inventory.links}


def test_a_key_in_inline_code_is_seen_and_not_kept(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    code = node("ask", "InlineCode", "inlineCode", code=f"key = '{ANTHROPIC_KEY}'", language="Python_3")
    flow = bedrock.flow("leaky", bedrock.role("leaky"), code)
    inventory = scanned(aws, tmp_path)
    (sighting,) = inventory.sightings_in(flow.arn)
    assert (sighting.ai_provider, sighting.where) == ("anthropic", "code of node ask")
    assert ANTHROPIC_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_flows_and_aliases_come_in_pages(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.state(BedrockFlows).most = 2
    flows = [bedrock.flow(f"flow-{number}", bedrock.role(f"role-{number}")) for number in range(3)]
    for number in ("1", "2", "3"):
        flows[0].version(number)
        flows[0].alias(f"alias-{number}", number)
    inventory = scanned(aws, tmp_path)
    assert set(inventory.workloads) == {flow.arn for flow in flows}
    assert inventory.workloads[flows[0].arn].attributes["version"] == "3"
    assert aws.calls.count("bedrock-agent", "ListFlows") == 2


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agent") == 1


def test_refusals(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    flow = bedrock.flow("f", bedrock.role("f"), prompt("p", PROFILE))
    aws.faults.deny("bedrock-agent", "GetFlow")
    inventory = scanned(aws, tmp_path)
    assert inventory.workloads[flow.arn].model == ""
    assert "guardrail" not in inventory.workloads[flow.arn].attributes
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("bedrock:GetFlow", (flow.arn,))


def test_a_refused_list_hides_agents(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.flow("f", bedrock.role("f"))
    aws.faults.deny("bedrock-agent", "ListFlows")
    (gap,) = scanned(aws, tmp_path).gaps
    assert set(gap.blinds) == {"agents", "workloads"}


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}])
def test_whatever_the_definition_is_the_flow_stays_known(odd: Any) -> None:
    arn = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:flow/F1"
    kinds = ("prompt", "knowledgeBase", "lambdaFunction", "agent", "lex", "storage", "loop", "inlineCode")
    nodes = [odd, {"configuration": odd}, *({"configuration": {kind: odd}} for kind in kinds)]
    nodes += [{"configuration": {"prompt": {"sourceConfiguration": odd, "guardrailConfiguration": odd}}}]
    inventory = parse(REGION_SHARD, [
        answer(LIST_FLOWS, {"flowSummaries": [{"id": "F0"}, {"id": "F1", "arn": arn, "name": "f", "status": odd}]}),
        answer(GET_FLOW, {"definition": {"nodes": nodes}, "executionRoleArn": odd}, flowIdentifier="F1"),
        answer(GET_FLOW, {"definition": odd}, flowIdentifier="F2"),
        answer(LIST_ALIASES, {"flowAliasSummaries": [{"name": "a", "routingConfiguration": odd}]}, flowIdentifier="F1"),
    ])  # fmt: skip
    assert list(inventory.workloads) == [arn]
    assert not inventory.runs_as
    assert any("flowSummaries[0] has no arn and no name" in gap.detail for gap in inventory.gaps)
