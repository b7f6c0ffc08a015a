"""Nova Act over a socket: workflows and when they last ran."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.aws.services.nova_act import LIST, RUNS, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.nova_act import NovaAct
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_assistants import nova_act_workflow
from tests.connectors.aws.answers import REGION_SHARD, SCOPE, answer, parse, refused
from tests.connectors.aws.support_org import collected

REGION = "us-east-1"
ARN = "arn:aws:nova-act:us-east-1:123456789012:workflow-definition/buy"


def test_workflows_and_their_latest_run(aws: Aws, tmp_path: Path) -> None:
    arn = nova_act_workflow(aws.account, "buy", runs=(30, 3))
    idle = nova_act_workflow(aws.account, "sell")
    aws.emulator.store.get(NovaAct, aws.account.id, REGION).page = 1
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    workflow = inventory.workloads[arn]
    assert (workflow.kind, workflow.name, workflow.agent) == ("nova-act-workflow", "buy", True)
    assert workflow.public is False
    assert (workflow.ai_platform, workflow.created_at) == ("Amazon Nova Act", ago(120))
    assert workflow.attributes == {
        "status": "ACTIVE",
        "last_run": ago(3).isoformat(),
        "last_run_status": "SUCCEEDED",
        "traces": "acts-traces",
    }
    assert inventory.workloads[idle].attributes["last_run"] == "never"
    assert not inventory.gaps
    # Two pages of definitions, and no more than one page of runs for each.
    assert aws.calls.count("nova-act") == 4


def test_an_empty_region_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("nova-act") == 1


def test_denied_lists(aws: Aws, tmp_path: Path) -> None:
    arn = nova_act_workflow(aws.account, "buy", runs=(3,))
    aws.faults.deny("nova-act", "ListWorkflowRuns")
    inventory = collected(SERVICE, tmp_path / "runs", endpoint=aws.endpoint, region=REGION)
    (gap,) = inventory.gaps
    assert (gap.operation, gap.subjects) == (RUNS.name, (arn,))
    assert "last_run" not in inventory.workloads[arn].attributes
    assert inventory.knows(SCOPE, "agents")
    aws.faults.deny("nova-act")
    inventory = collected(SERVICE, tmp_path / "all", endpoint=aws.endpoint, region=REGION)
    assert not inventory.knows(SCOPE, "agents")


def test_damaged_answers() -> None:
    whole = {"workflowDefinitionArn": ARN, "workflowDefinitionName": "buy", "status": 3}
    inventory = parse(
        REGION_SHARD,
        [
            answer(LIST, {"workflowDefinitionSummaries": [whole, {"workflowDefinitionArn": "x"}, 7]}),
            answer(RUNS, {"workflowRunSummaries": ["x"]}, workflowDefinitionName="buy"),
        ],
    )
    # A run that cannot be read is not "never ran".
    assert inventory.workloads[ARN].attributes == {}
    told = " ".join(gap.detail for gap in inventory.gaps)
    assert "workflowDefinitionSummaries[1] has no workflowDefinitionName" in told
    assert "workflowRunSummaries[0] is text" in told


def test_refused_runs_do_not_say_never() -> None:
    whole = {"workflowDefinitionArn": ARN, "workflowDefinitionName": "buy"}
    found = [answer(LIST, {"workflowDefinitionSummaries": [whole]}), refused(RUNS, workflowDefinitionName="buy")]
    assert "last_run" not in parse(REGION_SHARD, found).workloads[ARN].attributes
