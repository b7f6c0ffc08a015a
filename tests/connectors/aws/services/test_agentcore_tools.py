"""Browsers, code interpreters and memories of AgentCore over a socket."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import Link, RunsAs
from nhiscan_connectors.aws.services.agentcore_tools import (
    GET_BROWSER,
    GET_INTERPRETER,
    GET_MEMORY,
    LIST_BROWSERS,
    LIST_INTERPRETERS,
    LIST_MEMORIES,
    SERVICE,
)
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed_agentcore_gateways import AgentCore
from tests.connectors.aws.answers import IAM, REGION_SHARD, SCOPE, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ROLE = f"{IAM}:role/tool"
HERE = f"arn:aws:bedrock-agentcore:{REGION}:123456789012"


def test_browsers_interpreters_and_memories(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    secret = f"arn:aws:secretsmanager:{REGION}:123456789012:secret:ca-AbCdEf"
    browser = core.browser(
        "surf",
        executionRoleArn=ROLE,
        recording={"enabled": True, "s3Location": {"bucket": "b", "prefix": "p"}},
        certificates=[{"location": {"secretsManager": {"secretArn": secret}}}],
    )
    quiet = core.browser("quiet", "VPC")
    core.browser("AWS", of_aws=True)
    core.interpreter("AWS", of_aws=True)
    interpreter = core.interpreter("run", "PUBLIC", executionRoleArn=ROLE)
    harness = f"{HERE}:harness/h-AbCdEf1234"
    memory = core.memory(
        "notes", memoryExecutionRoleArn=ROLE, managedByResourceArn=harness, encryptionKeyArn="arn:aws:kms:x"
    )
    core.resource_policy(memory, {"Version": "2012-10-17", "Statement": []})
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    assert {id: workload.kind for id, workload in inventory.workloads.items()} == {
        browser: "agentcore-browser",
        quiet: "agentcore-browser",
        interpreter: "agentcore-code-interpreter",
        memory: "agentcore-memory",
    }
    assert all(workload.agent and workload.public is False for workload in inventory.workloads.values())
    attributes = {id: workload.attributes for id, workload in inventory.workloads.items()}
    assert attributes[browser] == {"status": "READY", "network": "PUBLIC", "recording": "yes", "signing": "no"}
    assert attributes[quiet] == {"status": "READY", "network": "VPC", "recording": "no", "signing": "no"}
    assert attributes[interpreter] == {"status": "READY", "network": "PUBLIC"}
    assert attributes[memory] == {
        "status": "ACTIVE", "managed_by": harness, "kms_key": "arn:aws:kms:x", "expiry_days": "90",
    }  # fmt: skip
    assert inventory.workloads[memory].name == "notes"
    assert inventory.runs_as == [
        RunsAs(workload=id, identity=ROLE, detail="execution role") for id in (browser, interpreter, memory)
    ]
    assert {(link.source, link.kind, link.target) for link in inventory.links} == {
        (browser, "reads_secret", secret),
        (memory, "part_of", harness),
    }
    assert [use.target for use in inventory.policy_uses] == [memory]


def test_memories_of_moto_are_read_too(aws: Aws, tmp_path: Path) -> None:
    client = aws.client("bedrock-agentcore-control", REGION)
    made = client.create_memory(name="notes", eventExpiryDuration=30, memoryExecutionRoleArn=ROLE)["memory"]
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.gaps
    assert inventory.workloads[made["arn"]].attributes["expiry_days"] == "30"
    assert inventory.workloads[made["arn"]].attributes["kms_key"] == "none"
    assert [run.identity for run in inventory.runs_as] == [ROLE]


def test_prompts_of_a_memory_never_reach_the_bundle(aws: Aws, tmp_path: Path) -> None:
    prompt = "remember " + "everything he says"
    extraction = {"customExtractionConfiguration": {"semanticExtractionOverride": {
        "appendToPrompt": prompt, "modelId": "m"}}}  # fmt: skip
    memory = AgentCore(aws.account, REGION).memory(
        "notes",
        strategies=[{
            "strategyId": "semantic-0123456789", "name": "n", "type": "CUSTOM", "namespaces": ["/"],
            "namespaceTemplates": ["/"],
            "configuration": {"type": "SEMANTIC_OVERRIDE", "extraction": extraction}}],
    )  # fmt: skip
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[memory].attributes["strategies"] == "CUSTOM"
    assert prompt.encode() not in b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_region_without_tools_costs_three_calls(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock-agentcore-control") == 3


def test_all_pages_are_read(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    core.tools.page = 2
    made = {core.browser(f"b{number}") for number in range(5)}
    made |= {core.interpreter(f"i{number}") for number in range(3)}
    made |= {core.memory(f"m{number}") for number in range(4)}
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert set(inventory.workloads) == made


def test_refusals(aws: Aws, tmp_path: Path) -> None:
    core = AgentCore(aws.account, REGION)
    browser, interpreter = core.browser("surf"), core.interpreter("run")
    aws.faults.deny("bedrock-agentcore-control", "GetBrowser")
    aws.faults.deny("bedrock-agentcore-control", "ListMemories")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert inventory.workloads[browser].attributes == {"status": "READY"}
    assert {gap.permission: gap.subjects for gap in inventory.gaps} == {
        "bedrock-agentcore:GetBrowser": (browser,),
        "bedrock-agentcore:ListMemories": (),
    }
    assert not inventory.knows(SCOPE, "agents", interpreter)


def test_damaged_answers_leave_out_what_they_hid() -> None:
    arn = f"{HERE}:browser-custom/b-1"
    ours = f"arn:aws:bedrock-agentcore:{REGION}:aws:browser/aws.browser.v1"
    summaries = [
        {"browserId": "b-1", "browserArn": arn}, {"browserId": 7, "browserArn": arn}, "x",
        {"browserId": "aws.browser.v1", "browserArn": ours},
    ]  # fmt: skip
    inventory = parse(REGION_SHARD, [
        answer(LIST_BROWSERS, {"browserSummaries": summaries}, type="CUSTOM"),
        answer(GET_BROWSER, {"executionRoleArn": "*", "recording": {"enabled": "perhaps"}, "certificates": 7,
                             "networkConfiguration": []}, browserId="b-1"),
        answer(LIST_INTERPRETERS, {"codeInterpreterSummaries": {}}, type="CUSTOM"),
        answer(GET_INTERPRETER, [], codeInterpreterId="gone"),
        answer(LIST_MEMORIES, {"memories": [{"id": "m-1", "arn": f"{HERE}:memory/m-1"}]}),
        answer(GET_MEMORY, {"memory": {"eventExpiryDuration": True, "strategies": [7], "name": {}}}, memoryId="m-1"),
    ])  # fmt: skip
    assert set(inventory.workloads) == {arn, f"{HERE}:memory/m-1"}
    assert inventory.workloads[arn].attributes == {"signing": "no"}
    assert inventory.workloads[f"{HERE}:memory/m-1"].attributes == {"kms_key": "none"}
    assert not inventory.runs_as
    told = " ".join(gap.detail for gap in inventory.gaps)
    for place in (
        "browserSummaries[1] has no browserId",
        "browserSummaries[2] is text",
        "certificates is a number",
        "codeInterpreterSummaries is an object",
        "strategies[0] is a number",
    ):
        assert place in told


def test_links_read_as_sentences() -> None:
    arn, secret = f"{HERE}:browser-custom/b-1", f"arn:aws:secretsmanager:{REGION}:123456789012:secret:ca-AbCdEf"
    inventory = parse(REGION_SHARD, [
        answer(LIST_BROWSERS, {"browserSummaries": [{"browserId": "b-1", "browserArn": arn, "name": "surf"}]}),
        answer(GET_BROWSER, {"certificates": [{"location": {"secretsManager": {"secretArn": secret}}}]},
               browserId="b-1"),
    ])  # fmt: skip
    reason = f"browser surf takes a certificate from {secret}"
    assert inventory.links == [Link(source=arn, target=secret, kind="reads_secret", reason=reason)]
