"""Policy engines of AgentCore over a socket, and what their policies say in short."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan_connectors.aws.agentcore.cedar import LONGEST, heads
from nhiscan_connectors.aws.services.agentcore_policy import LIST_ENGINES, LIST_POLICIES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_agentcore_gateways import AgentCore
from tests.connectors.aws.answers import REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:123456789012"
ALL = "permit(principal, action, resource is AgentCore::Gateway);"
GATEWAY = f'resource == AgentCore::Gateway::"{HERE}:gateway/g"'
REFUND = f"""
// Refunds of up to 500 only, for people in finance.
@id("refunds")
permit(
  principal is AgentCore::OAuthUser,
  action == AgentCore::Action::"Refund___process",
  {GATEWAY}
) when {{ context.input.amount < 500 && principal.getTag("role") == "fin;ance" }};
"""


def test_engines_and_their_policies(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    engine = core.engine("guard", encryptionKeyArn="arn:aws:kms:k")
    refund = core.policy(engine, "refunds", REFUND, enforcementMode="ACTIVE")
    everything = core.policy(engine, "all", ALL)
    tried = core.policy(engine, "tried", ALL, enforcementMode="LOG_ONLY")
    failed = core.policy(engine, "failed", ALL, status="CREATE_FAILED")
    once = core.policy(
        engine,
        "once",
        "forbid (principal, action, resource) when temporal { formerly(action) } unless { context.urgent };",
        language="policy",
    )
    empty = core.engine("empty")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    attributes = {id: resource.attributes for id, resource in inventory.resources.items()}
    assert attributes[engine] == {
        "status": "ACTIVE",
        "kms_key": "arn:aws:kms:k",
        "policies": "5",
        "enforced": "3",
        "log_only": "1",
        "permit_all": "1",
    }
    assert attributes[empty] == {
        "status": "ACTIVE", "kms_key": "none", "policies": "0", "enforced": "0", "log_only": "0", "permit_all": "0",
    }  # fmt: skip
    assert attributes[refund] == {
        "status": "ACTIVE",
        "enforcement": "ACTIVE",
        "language": "cedar",
        "effect": "permit",
        "principals": "any",
        "actions": "some",
        "conditions": "when",
        "unconditional": "no",
    }
    assert attributes[everything]["unconditional"] == attributes[tried]["unconditional"] == "yes"
    assert attributes[failed]["status"] == "CREATE_FAILED"
    assert (attributes[once]["language"], attributes[once]["effect"]) == ("dogwood", "forbid")
    assert attributes[once]["conditions"] == "when temporal, unless"
    assert {(link.source, link.kind, link.target) for link in inventory.links} == {
        (policy, "part_of", engine) for policy in (refund, everything, tried, failed, once)
    }
    assert {resource.kind for resource in inventory.resources.values()} == {"policy-engine", "cedar-policy"}


def test_a_region_without_engines_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.resources
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 1


def test_all_pages_are_read(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    core.engines.page = 2
    engines = [core.engine(f"e{number}") for number in range(3)]
    for number in range(5):
        core.policy(engines[2], f"p{number}", ALL)
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.resources[engines[2]].attributes["policies"] == "5"
    assert len(inventory.resources) == 8


def test_an_engine_whose_policies_are_refused_is_not_an_empty_one(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    closed, open_ = core.engine("closed"), core.engine("open")
    id = closed.rpartition("/")[2]
    aws.faults.deny("bedrock-agentcore-control", "ListPolicies", params={"policyEngineId": id})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert "policies" not in inventory.resources[closed].attributes
    assert inventory.resources[open_].attributes["policies"] == "0"
    (gap,) = inventory.gaps
    assert (gap.permission, gap.subjects) == ("bedrock-agentcore:ListPolicies", (closed,))


def test_a_refused_list_leaves_agents_unknown(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("bedrock-agentcore-control", "ListPolicyEngines")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


@pytest.mark.parametrize(
    ("statement", "unconditional"),
    [
        (ALL, True),
        ("permit(principal is AgentCore::OAuthUser, action, resource);", True),
        ("permit(principal, action, resource) when { true };", True),
        ("permit(principal, action, resource,)", True),
        ('permit(principal, action, resource) when { "true" == context.a };', False),
        ('permit(principal is A in B::"x", action, resource);', False),
        ('permit(principal, action in [A::"x", A::"y"], resource);', False),
        ("permit(principal, action, resource) unless { context.late };", False),
        ("permit(principal, action, resource) when guardrails { safe() };", False),
        ("permit(principal, action, resource) // when { false }\n;", True),
        ('@note("permit(principal, action, resource);") permit(principal == U::"a", action, resource);', False),
        ('permit(principal == U::"\\"); //", action, resource);', False),
    ],
)
def test_whether_a_policy_holds_for_all(statement: str, unconditional: bool) -> None:
    said = heads(statement)
    assert said is not None
    assert [head.unconditional for head in said] == [unconditional]


def test_several_policies_in_one_statement() -> None:
    said = heads(f"{ALL} {REFUND} forbid(principal, action, resource);")
    assert said is not None
    assert [(head.effect, head.unconditional) for head in said] == [
        ("permit", True),
        ("permit", False),
        ("forbid", True),
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "allow(principal, action, resource);",
        "permit(principal, action);",
        "permit(action, principal, resource);",
        "permit(principal, action, resource) when { true",
        "permit(principal, action, resource) when;",
        "permit(principal, action, resource) whenever { a };",
        'permit(principal == U::"open, action, resource);',
        "permit(principal, action, resource]);",
        "permit" + "(" * 9000,
        "@" * 9000,
        '"' * 9001,
        "permit(principal, action, resource);" + " " * LONGEST,
        "guardrails { name: x }",
    ],
)
def test_what_does_not_read_as_a_policy_is_unknown(statement: str) -> None:
    assert heads(statement) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(
    ["permit", "forbid", "(", ")", "principal", "action", "resource", ",", "when", "{", "}", "true", '"a', '"b"', ";",
     "@", "is", "in", "::", "temporal", "[", "]", "\n", "// x"]), max_size=30).map(" ".join))  # fmt: skip
def test_any_statement(statement: str) -> None:
    said = heads(statement)
    assert said is None or all(head.effect in statement for head in said)


def test_damaged_answers_leave_out_what_they_hid() -> None:
    engine = f"{HERE}:policy-engine/e-1"
    policies: list[Any] = [
        {"policyArn": f"{engine}/policy/p-1", "definition": {"cedar": {"statement": 7}}, "status": 7},
        {"policyArn": f"{engine}/policy/p-2", "definition": {"policyGeneration": {"policyGenerationId": "g"}}},
        {"name": "no arn"},
        None,
    ]
    inventory = parse(REGION_SHARD, [
        answer(LIST_ENGINES, {"policyEngines": [{"policyEngineId": "e-1", "policyEngineArn": engine}, {"name": "x"}]}),
        answer(LIST_POLICIES, {"policies": policies}, policyEngineId="e-1"),
    ])  # fmt: skip
    assert inventory.resources[f"{engine}/policy/p-1"].attributes == {"effect": "unknown"}
    assert inventory.resources[f"{engine}/policy/p-2"].attributes == {"effect": "unknown", "language": "generated"}
    told = " ".join(gap.detail for gap in inventory.gaps)
    assert "policies[2] has no policyArn" in told
    assert "policies[3] is null" in told
    assert "policyEngines[1] has no policyEngineId" in told
