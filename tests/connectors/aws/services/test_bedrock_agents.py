"""Agents of Bedrock Agents Classic over a socket: roles and tools of the draft and of the version in use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan.model import RunsAs
from nhiscan_connectors.aws.bedrock.agent_calls import GET_AGENT, LIST_AGENTS, LIST_GROUPS
from nhiscan_connectors.aws.services.bedrock_agents import SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.bedrock_agents import BedrockAgents
from tests.clouds.aws.seed_bedrock import MODEL, PROFILE, Bedrock, SeededAgent
from tests.connectors.aws.answers import REGION_SHARD, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
FUNCTION = f"arn:aws:lambda:{REGION}:123456789012:function:"
# Made up; in two parts, so that no scanner of secrets takes it for one.
ANTHROPIC_KEY = "sk-ant-" + "api03-" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7" * 3 + "aB3dE6gH9jK2" + "AA"


@pytest.fixture
def bedrock(aws: Aws) -> Bedrock:
    return Bedrock(aws.account, REGION)


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def links(inventory: Inventory, agent: SeededAgent) -> set[tuple[str, str]]:
    return {(link.kind, link.target) for link in inventory.links_from(agent.arn)}


def test_an_agent_with_a_draft_only(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    role = bedrock.role("quotes-agent")
    agent = bedrock.agent(
        "quotes",
        role,
        guardrailConfiguration={"guardrailIdentifier": "gr1abc", "guardrailVersion": "2"},
        memoryConfiguration={"enabledMemoryTypes": ["SESSION_SUMMARY"], "storageDays": 30},
    )
    agent.group("rates", actionGroupExecutor={"lambda": f"{FUNCTION}rates:live"},
                apiSchema={"s3": {"s3BucketName": "schemas", "s3ObjectKey": "rates.yaml"}})  # fmt: skip
    agent.group("approve", actionGroupExecutor={"customControl": "RETURN_CONTROL"},
                functionSchema={"functions": [{"name": "approve", "requireConfirmation": "ENABLED"},
                                              {"name": "look"}]})  # fmt: skip
    agent.group("code", parentActionSignature="AMAZON.CodeInterpreter")
    agent.group("old", state="DISABLED", actionGroupExecutor={"lambda": f"{FUNCTION}old"})
    agent.reads("KB11111111")
    agent.reads("KB22222222", state="DISABLED")

    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[agent.arn]
    assert (workload.name, workload.kind, workload.agent, workload.public) == ("quotes", "bedrock-agent", True, False)
    assert (workload.ai_platform, workload.model) == ("Bedrock Agents Classic", MODEL)
    guardrail = bedrock.arn("guardrail/gr1abc")
    assert workload.attributes == {
        "maintenance_mode": "true",
        "status": "PREPARED",
        "version": "DRAFT",
        "idle_ttl_seconds": "600",
        "guardrail": guardrail,
        "guardrail_version": "2",
        "memory": "SESSION_SUMMARY, 30 days",
        "collaboration": "DISABLED",
        "orchestration": "DEFAULT",
        "kms_key": "none",
        "built_in_tools": "AMAZON.CodeInterpreter",
        "return_of_control": "approve",
        "schemas": "s3://schemas/rates.yaml",
        "confirmation": "some",
    }
    assert inventory.runs_as == [RunsAs(workload=agent.arn, identity=role.arn, detail="role of draft")]
    assert links(inventory, agent) == {
        ("governed_by", guardrail),
        ("uses_model", "llm:bedrock"),
        ("invokes_tool", f"{FUNCTION}rates"),
        ("invokes_tool", bedrock.arn("knowledge-base/KB11111111")),
    }
    reasons = {link.target: link.reason for link in inventory.links_from(agent.arn)}
    assert reasons[f"{FUNCTION}rates"] == "agent quotes has tool rates carried out by function rates (draft)"
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agent", "ListAgentCollaborators") == 0


def test_the_version_that_answers_callers_counts(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    live, next_ = bedrock.role("live-role"), bedrock.role("next-role")
    helper = bedrock.agent("helper", live)
    alias = helper.alias("prod", "1")
    helper.version("1")
    boss = bedrock.agent("boss", next_, agentCollaboration="SUPERVISOR")
    boss.version("2", agentResourceRoleArn=live.arn, foundationModel="old.model-v1:0")
    boss.version("10", agentResourceRoleArn=live.arn, foundationModel=PROFILE)
    boss.alias("prod", "10")
    boss.alias("AgentTestAlias", "DRAFT")
    boss.collaborator("helper", alias, version="10")
    boss.group("pay", ["10"], actionGroupExecutor={"lambda": f"{FUNCTION}pay"})

    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[boss.arn]
    assert workload.model == PROFILE
    assert workload.attributes["version"] == "10"
    assert workload.attributes["aliases"] == "prod (10), AgentTestAlias (DRAFT)"
    assert workload.attributes["collaboration"] == "SUPERVISOR"
    assert [(run.identity, run.detail) for run in inventory.identities_run_by(boss.arn)] == [
        (live.arn, "role of version 10"),
        (next_.arn, "role of draft"),
    ]
    assert links(inventory, boss) == {
        ("collaborates_with", helper.arn),
        ("invokes_tool", f"{FUNCTION}pay"),
        ("uses_model", bedrock.arn(f"inference-profile/{PROFILE}")),
        ("uses_model", "llm:bedrock"),
    }
    assert not inventory.gaps
    # Version 2 answers nobody.
    assert aws.calls.count("bedrock-agent", "GetAgentVersion") == 2


def test_functions_in_the_settings(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    agent = bedrock.agent(
        "odd",
        bedrock.role("odd"),
        orchestrationType="CUSTOM_ORCHESTRATION",
        customOrchestration={"executor": {"lambda": f"{FUNCTION}steer"}},
        promptOverrideConfiguration={
            "promptConfigurations": [{"promptType": "ORCHESTRATION", "foundationModel": PROFILE}],
            "overrideLambda": f"{FUNCTION}read:1",
        },
    )
    found = links(scanned(aws, tmp_path), agent)
    assert {("invokes_tool", f"{FUNCTION}steer"), ("invokes_tool", f"{FUNCTION}read")} <= found
    assert ("uses_model", bedrock.arn(f"inference-profile/{PROFILE}")) in found


def test_a_key_in_an_instruction_is_seen_and_not_kept(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    agent = bedrock.agent("leaky", bedrock.role("leaky"), instruction=f"Use {ANTHROPIC_KEY} to ask the other model.")
    inventory = scanned(aws, tmp_path)
    (sighting,) = inventory.sightings_in(agent.arn)
    assert (sighting.ai_provider, sighting.where) == ("anthropic", "instruction")
    assert ANTHROPIC_KEY.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_agents_aliases_and_tools_come_in_pages(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.state(BedrockAgents).most = 2
    agents = [bedrock.agent(f"agent-{number}", bedrock.role(f"role-{number}")) for number in range(5)]
    for number in range(1, 4):
        agents[4].version(str(number))
        agents[4].alias(f"alias-{number}", str(number))
        agents[4].group(f"tool-{number}", ["3"], actionGroupExecutor={"lambda": f"{FUNCTION}f{number}"})
    inventory = scanned(aws, tmp_path)
    assert set(inventory.workloads) == {agent.arn for agent in agents}
    assert inventory.workloads[agents[4].arn].attributes["version"] == "3"
    assert {f"{FUNCTION}f{number}" for number in (1, 2, 3)} <= {link.target for link in inventory.links}
    assert aws.calls.count("bedrock-agent", "ListAgents") == 3
    assert not inventory.gaps


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agent") == 1


def test_a_refused_list_hides_agents(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    bedrock.agent("quotes", bedrock.role("quotes"))
    aws.faults.deny("bedrock-agent", "ListAgents")
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    (gap,) = inventory.gaps
    assert (gap.reason, gap.permission) == ("denied", "bedrock:ListAgents")
    assert set(gap.blinds) == {"agents", "workloads"}


def test_an_agent_whose_details_are_refused_stays_known(aws: Aws, bedrock: Bedrock, tmp_path: Path) -> None:
    agent, other = bedrock.agent("quotes", bedrock.role("quotes")), bedrock.agent("other", bedrock.role("other"))
    aws.faults.deny("bedrock-agent", "GetAgent", params={"agentId": agent.id})
    inventory = scanned(aws, tmp_path)
    workload = inventory.workloads[agent.arn]
    assert (workload.name, workload.model) == ("quotes", "")
    assert "guardrail" not in workload.attributes
    assert not inventory.identities_run_by(agent.arn)
    assert inventory.identities_run_by(other.arn)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == ("bedrock-agent:GetAgent", (agent.arn,))


ID = "ABCDEFGHIJ"


@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}])
def test_whatever_the_settings_are_the_agent_stays_known(odd: Any) -> None:
    draft = dict.fromkeys(
        ("foundationModel", "agentResourceRoleArn", "promptOverrideConfiguration", "customOrchestration",
         "guardrailConfiguration", "memoryConfiguration", "idleSessionTTLInSeconds", "agentCollaboration",
         "createdAt"), odd)  # fmt: skip
    inventory = parse(REGION_SHARD, [
        answer(LIST_AGENTS, {"agentSummaries": [{"agentId": ID, "agentName": "a", "agentStatus": odd}]}),
        answer(GET_AGENT, {"agent": draft}, agentId=ID),
        *(answer(operation, {"agentAliasSummaries": odd, "agentVersion": odd, "agentActionGroup": odd,
                             "agentCollaboratorSummaries": odd, "agentKnowledgeBaseSummaries": odd},
                 agentId=ID, agentVersion="DRAFT") for operation in SERVICE.operations[2:]),
    ])  # fmt: skip
    assert [workload.name for workload in inventory.workloads.values()] == ["a"]
    assert not inventory.runs_as


def test_a_damaged_list_is_told() -> None:
    page = {"agentSummaries": ["x", {"agentName": "n"}, {"agentId": ID, "agentName": "b"}]}
    inventory = parse(REGION_SHARD, [answer(LIST_AGENTS, page), refused(LIST_GROUPS, agentId=ID, agentVersion="DRAFT")])
    assert [workload.name for workload in inventory.workloads.values()] == ["b"]
    damaged = next(gap for gap in inventory.gaps if "damaged" in gap.detail)
    assert "agentSummaries[0] is text" in damaged.detail
    assert "agentSummaries[1] has no agentId" in damaged.detail
    tools = next(gap for gap in inventory.gaps if gap.operation == LIST_GROUPS.name)
    assert tools.subjects == (f"arn:aws:bedrock:{REGION}:123456789012:agent/{ID}",)
