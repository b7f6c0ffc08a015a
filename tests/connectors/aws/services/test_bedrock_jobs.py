"""Jobs over a socket: the roles of those that run and of those that are over, and bounds on how many are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.bedrock.job_kinds import KINDS
from nhiscan_connectors.aws.services.bedrock_jobs import MOST_OVER, MOST_PAGES, SERVICE
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago
from tests.clouds.aws.seed_bedrock import MODEL, PROFILE, Bedrock
from tests.clouds.aws.seed_bedrock_models import Models
from tests.connectors.aws.answers import REGION_SHARD, answer, parse
from tests.connectors.aws.support_org import collected

REGION = "eu-west-1"
ARN = f"arn:aws:bedrock:{REGION}:123456789012:"


@pytest.fixture
def bedrock(aws: Aws) -> Bedrock:
    return Bedrock(aws.account, REGION)


@pytest.fixture
def models(bedrock: Bedrock) -> Models:
    return Models(bedrock)


def scanned(aws: Aws, tmp_path: Path) -> Inventory:
    return collected(SERVICE, tmp_path, endpoint=aws.endpoint, region=REGION)


def roles(inventory: Inventory) -> dict[str, str]:
    return {run.workload: run.identity for run in inventory.runs_as}


def test_a_job_of_each_kind_that_runs(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    role = bedrock.role("jobs")
    function = f"arn:aws:lambda:{REGION}:123456789012:function:grade"
    batch = models.batch("night", role, "InProgress")
    grader = {"graderConfig": {"lambdaGrader": {"lambdaArn": function}}}
    tuning = models.customization(
        "tune", role, "InProgress", customizationConfig={"rftConfig": grader},
        vpcConfig={"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]},
    )  # fmt: skip
    evaluation = models.evaluation("compare", role, "InProgress", model=PROFILE)
    imported = models.model_import("llama", role, "InProgress")
    inventory = scanned(aws, tmp_path)
    found = {id: (workload.kind, workload.name) for id, workload in inventory.workloads.items()}
    assert found == {
        batch: ("bedrock-invocation-job", "night"),
        tuning: ("bedrock-customization-job", "tune"),
        evaluation: ("bedrock-evaluation-job", "compare"),
        imported: ("bedrock-import-job", "llama"),
    }
    assert roles(inventory) == dict.fromkeys(found, role.arn)
    assert all(workload.machine_learning and not workload.agent for workload in inventory.workloads.values())
    assert inventory.workloads[batch].attributes == {
        "status": "InProgress",
        "input": "s3://batch-in/prompts",
        "output": "s3://batch-out/answers",
    }
    assert inventory.workloads[tuning].attributes["network"] == "VPC"
    assert inventory.workloads[imported].attributes["input"] == "s3://weights/llama"
    assert {(link.kind, link.target) for link in inventory.links_from(tuning)} == {
        ("uses_model", "llm:bedrock"),
        ("invokes_tool", function),
    }
    assert [link.target for link in inventory.links_from(evaluation)] == [f"{ARN}inference-profile/{PROFILE}"]
    assert not inventory.gaps


def test_jobs_that_are_over_stand_together(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    one, two = bedrock.role("batch-one"), bedrock.role("batch-two")
    for number in range(3):
        models.batch(f"night-{number}", one, when=ago(number + 1))
    models.batch("other", two, "Failed")
    models.customization("tune", one)
    inventory = scanned(aws, tmp_path)
    assert roles(inventory) == {
        f"{ARN}bedrock-invocation-jobs-over/batch-one": one.arn,
        f"{ARN}bedrock-invocation-jobs-over/batch-two": two.arn,
        f"{ARN}bedrock-customization-jobs-over/batch-one": one.arn,
    }
    workload = inventory.workloads[f"{ARN}bedrock-invocation-jobs-over/batch-one"]
    assert workload.attributes == {"over": "true", "jobs": "3", "models": MODEL}
    assert workload.updated_at == ago(1)
    assert workload.name == "batch inference jobs of batch-one that are over"
    assert not inventory.gaps


def test_few_details_of_many_jobs(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    old, new = bedrock.role("old"), bedrock.role("new")
    running = models.customization("oldest", old, "InProgress", when=ago(900))
    models.customization("older", old, when=ago(800))
    for number in range(MOST_OVER):
        models.customization(f"job-{number}", new, when=ago(number + 1))
    inventory = scanned(aws, tmp_path)
    # The oldest still runs; of those that are over, the one too many is left out.
    assert roles(inventory) == {running: old.arn, f"{ARN}bedrock-customization-jobs-over/new": new.arn}
    assert aws.calls.count("bedrock", "GetModelCustomizationJob") == MOST_OVER + 1


def test_few_pages_of_many_jobs(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    models.jobs.most = 2
    role = bedrock.role("batch")
    for number in range(2 * MOST_PAGES + 3):
        models.batch(f"night-{number}", role, when=ago(number + 1))
    inventory = scanned(aws, tmp_path)
    (workload,) = inventory.workloads.values()
    assert workload.attributes["jobs"] == str(2 * MOST_PAGES)
    assert workload.updated_at == ago(1)
    assert aws.calls.count("bedrock", "ListModelInvocationJobs") == MOST_PAGES


def test_an_empty_region_costs_one_call_for_each_kind(aws: Aws, tmp_path: Path) -> None:
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    assert not inventory.gaps
    assert aws.calls.count("bedrock") == len(KINDS)


def test_refused_details_are_one_gap(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    running = models.evaluation("now", bedrock.role("evaluate"), "InProgress")
    models.evaluation("then", bedrock.role("evaluated"))
    aws.faults.deny("bedrock", "GetEvaluationJob")
    inventory = scanned(aws, tmp_path)
    assert list(inventory.workloads) == [running]
    (gap,) = inventory.gaps
    assert (gap.permission, len(gap.subjects)) == ("bedrock:GetEvaluationJob", 2)
    assert running in gap.subjects
    assert "2 calls alike" in gap.detail


def test_a_refused_list_hides_workloads(aws: Aws, bedrock: Bedrock, models: Models, tmp_path: Path) -> None:
    models.batch("night", bedrock.role("batch"))
    aws.faults.deny("bedrock", "ListModelInvocationJobs")
    inventory = scanned(aws, tmp_path)
    assert not inventory.workloads
    (gap,) = inventory.gaps
    assert gap.blinds == ("workloads",)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("odd", [None, 7, "x", [], [7], {}, {"a": 1}])
def test_any_answer(kind: Any, odd: Any) -> None:
    fields = ("status", "modelId", "baseModelArn", "inferenceConfigSummary", "modelIdentifiers", "importedModelArn",
              "roleArn", "inputDataConfig", "vpcConfig", "submitTime", "creationTime", "endTime")  # fmt: skip
    job = {"jobArn": f"{ARN}job/1", "jobName": "one", **dict.fromkeys(fields, odd)}
    over = {"jobArn": f"{ARN}job/2", "jobName": "two", **dict.fromkeys(fields, odd), "status": "Failed"}
    found = [answer(kind.listing, {kind.key: [odd, job, over]}), answer(kind.listing, {kind.key: odd}, page=1)]
    if kind.details is not None:
        found += [answer(kind.details, odd, jobIdentifier=job["jobArn"])] if odd is not None else []
        found += [answer(kind.details, {"roleArn": odd}, jobIdentifier=over["jobArn"])]
    inventory = parse(REGION_SHARD, found)
    assert list(inventory.workloads) == [job["jobArn"]]
    assert not inventory.runs_as


def test_a_job_whose_state_is_new_is_not_over() -> None:
    job = {"jobArn": f"{ARN}model-invocation-job/1", "jobName": "one", "status": "Dreaming", "modelId": MODEL,
           "roleArn": "arn:aws:iam::123456789012:role/dreams"}  # fmt: skip
    inventory = parse(REGION_SHARD, [answer(KINDS[0].listing, {KINDS[0].key: [job]})])
    assert roles(inventory) == {job["jobArn"]: job["roleArn"]}
