"""Amazon Q in Connect over a socket: assistants, their AI agents, tools and knowledge."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nhiscan.model import RunsAs
from nhiscan_connectors.aws.services.qconnect import AGENTS, ASSOCIATIONS, LIST, PROMPTS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.qconnect import QConnect
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import qconnect_agent, qconnect_assistant
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
ROLE = f"{IAM}:role/kb-reader"
ASSISTANT = f"arn:aws:wisdom:{REGION}:{ACCOUNT}:assistant/a1"
AGENT = f"arn:aws:wisdom:{REGION}:{ACCOUNT}:ai-agent/a1/g1"


def tool(name: str, kind: str = "MODEL_CONTEXT_PROTOCOL", **fields: Any) -> dict[str, Any]:
    return {"toolName": name, "toolType": kind, **fields}


def test_an_assistant_its_agents_and_what_they_call(aws: Aws, tmp_path: Path) -> None:
    assistant = qconnect_assistant(aws.account, "desk", role=ROLE, tags={"team": "care"})
    other = qconnect_agent(aws.account, assistant, "Billing", {})
    fixed = {"jsonPath": "$.key", "value": {"constant": {"type": "STRING", "value": "swordfish-swordfish"}}}
    agent = qconnect_agent(
        aws.account,
        assistant,
        "Refunds",
        {
            "orchestrationAIGuardrailId": "guard-1:2",
            "toolConfigurations": [
                tool("refund", annotations={"destructiveHint": True}, overrideInputValues=[fixed]),
                tool("lookup", userInteractionConfiguration={"isUserConfirmationRequired": True}),
                tool("escalate", "RETURN_TO_CONTROL"),
            ],
            "multiAgentConfigurations": [
                {"delegateAgentConfiguration": {"agentTarget": {"aiAgentId": f"{other.rpartition('/')[2]}:3"}}}
            ],
        },
    )
    aws.emulator.store.get(QConnect, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    # The agent that AWS ships is not among them.
    assert set(inventory.workloads) == {assistant, other, agent}
    assert inventory.workloads[assistant].tags == {"team": "care"}
    assert inventory.workloads[assistant].attributes == {"status": "ACTIVE", "capability": "V2"}
    workload = inventory.workloads[agent]
    assert (workload.kind, workload.name, workload.agent) == ("qconnect-agent", "Refunds", True)
    assert {each.public for each in inventory.workloads.values()} == {False}
    assert (workload.model, workload.updated_at) == ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", ago(4))
    assert workload.attributes == {
        "type": "ORCHESTRATION",
        "visibility": "PUBLISHED",
        "guardrails": "guard-1",
        "tools": ("refund (MODEL_CONTEXT_PROTOCOL), lookup (MODEL_CONTEXT_PROTOCOL), escalate (RETURN_TO_CONTROL)"),
        "destructive_tools": "refund",
        "unconfirmed_tools": "refund",
        "connect_instance": f"arn:aws:connect:{REGION}:{ACCOUNT}:instance/1",
    }
    assert inventory.runs_as == [RunsAs(workload=assistant, identity=ROLE, detail="association role")]
    assert {(link.kind, link.target) for link in inventory.links_from(agent)} == {
        ("invokes_tool", f"{agent}/tool/refund"),
        ("invokes_tool", f"{agent}/tool/lookup"),
        ("collaborates_with", other),
    }
    assert inventory.resources[f"{agent}/tool/refund"].attributes == {"confirmation": "false"}
    assert {(link.kind, link.target) for link in inventory.links_from(assistant)} == {
        ("invokes_tool", f"arn:aws:bedrock:{REGION}:{ACCOUNT}:knowledge-base/KB12345678"),
        ("collaborates_with", agent),
        ("collaborates_with", other),
    }
    assert not inventory.gaps
    assert b"swordfish" not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("qconnect") == 1


def test_denied_calls(aws: Aws, tmp_path: Path) -> None:
    assistant = qconnect_assistant(aws.account, "desk", role=ROLE)
    aws.faults.deny("qconnect", "ListAssistantAssociations")
    inventory = collected(SERVICE, tmp_path / "one", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == (ASSOCIATIONS.name, (assistant,))
    assert gap.permission == "wisdom:ListAssistantAssociations"
    assert not inventory.runs_as
    aws.faults.deny("qconnect")
    inventory = collected(SERVICE, tmp_path / "all", endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


def test_agents_in_use_are_named_by_the_assistant() -> None:
    in_use = {
        "MANUAL_SEARCH": {"aiAgentId": "m:1"},
        "SELF_SERVICE": {"aiAgentId": "s:2", "enabled": False},
        "BROKEN": 3,
    }
    item = {"assistantId": "a1", "assistantArn": ASSISTANT, "aiAgentConfiguration": in_use}
    inventory = parse(REGION_SHARD, [answer(LIST, {"assistantSummaries": [item]}), refused(PROMPTS, assistantId="a1")])
    assert inventory.workloads[ASSISTANT].attributes == {"agents_in_use": "MANUAL_SEARCH m"}
    assert [gap.subjects for gap in inventory.gaps] == [(ASSISTANT,)]


def test_damaged_answers() -> None:
    settings = {
        "toolConfigurations": [{"toolType": "CONSTANT"}, tool("t", annotations=[])],
        "multiAgentConfigurations": 5,
    }
    agent = {
        "aiAgentId": "g1",
        "aiAgentArn": f"{AGENT}:7",
        "configuration": {"orchestrationAIAgentConfiguration": settings},
    }
    listed = {"assistantSummaries": [{"assistantId": "a1", "assistantArn": ASSISTANT, "name": 1}, {"assistantId": "b"}]}
    data = {"associationData": {"externalBedrockKnowledgeBaseConfig": {"accessRoleArn": "x"}}}
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, listed),
            answer(AGENTS, {"aiAgentSummaries": [agent, {"aiAgentId": "h"}]}, assistantId="a1", origin="CUSTOMER"),
            answer(PROMPTS, {"aiPromptSummaries": "x"}, assistantId="a1"),
            answer(ASSOCIATIONS, {"assistantAssociationSummaries": [data, 0]}, assistantId="a1"),
        ],
    )
    assert set(inventory.workloads) == {ASSISTANT, AGENT}
    assert not inventory.runs_as
    assert inventory.workloads[AGENT].attributes["tools"] == "t (MODEL_CONTEXT_PROTOCOL)"
    told = " ".join(gap.detail for gap in inventory.gaps)
    for words in (
        "assistantSummaries[1] has no assistantArn",
        "aiAgentSummaries[1] has no aiAgentArn",
        "toolConfigurations[0] has no toolName",
        "multiAgentConfigurations is a number",
        "aiPromptSummaries is text",
        "assistantAssociationSummaries[1] is a number",
    ):
        assert words in told
