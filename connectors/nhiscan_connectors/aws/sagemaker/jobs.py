"""SageMaker jobs that run now, and pipelines that start them.

Only jobs in progress are asked about: AWS keeps finished ones for ever, and nothing runs as their roles any more.

Attributes of a job: status, image, network_isolation (true), vpc (true), base_model (of a serverless job), debugger
(true: a person may open a shell in it).

Attributes of a pipeline: last_run.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, variables_of
from nhiscan_connectors.aws.sagemaker.shapes import workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.times import moment

TRAININGS = call("sagemaker:ListTrainingJobs", "lists training jobs in progress", "which training jobs run now")
TRAINING = call(
    "sagemaker:DescribeTrainingJob",
    "reads the role and the names of the environment variables of a training job in progress",
    "what a training job runs as and which keys it holds",
    # Free text that people put keys into, next to numbers that say nothing here.
    drop=("RuleParameters", "HookParameters"),
)
PROCESSINGS = call("sagemaker:ListProcessingJobs", "lists processing jobs in progress", "which processing jobs run now")
PROCESSING = call(
    "sagemaker:DescribeProcessingJob",
    "reads the role and the names of the environment variables of a processing job in progress",
    "what a processing job runs as and which keys it holds",
)
PIPELINES = call(
    "sagemaker:ListPipelines",
    "lists pipelines and the role of each",
    "which machine learning pipelines exist and what they run as",
)
OPERATIONS = (TRAININGS, TRAINING, PROCESSINGS, PROCESSING, PIPELINES)

_RUNNING = {"StatusEquals": "InProgress"}


def collect_trainings(calls: Calls) -> None:
    """One list of those in progress, and one call for each."""
    listed = calls.items(TRAININGS, "TrainingJobSummaries", **_RUNNING)
    names = [name for job in listed if (name := text(table(job).get("TrainingJobName")))]
    calls.each(lambda name: calls.page(TRAINING, TrainingJobName=name), names)


def collect_processings(calls: Calls) -> None:
    """One list of those in progress, and one call for each."""
    listed = calls.items(PROCESSINGS, "ProcessingJobSummaries", **_RUNNING)
    names = [name for job in listed if (name := text(table(job).get("ProcessingJobName")))]
    calls.each(lambda name: calls.page(PROCESSING, ProcessingJobName=name), names)


def collect_pipelines(calls: Calls) -> None:
    """One list: it holds the roles."""
    for _ in calls.pages(PIPELINES):
        pass


def parse(reading: Reading) -> Iterator[AnyRecord]:
    """Jobs and pipelines as workloads."""
    yield from _jobs(reading, "Training")
    yield from _jobs(reading, "Processing")
    for pipeline in reading.items(PIPELINES, "PipelineSummaries", "PipelineArn", "PipelineName"):
        arn, name = pipeline["PipelineArn"], pipeline["PipelineName"]
        last = moment(pipeline.get("LastExecutionTime"))
        facts = {"last_run": last.isoformat() if last else ""}
        yield workload(reading, "sagemaker-pipeline", arn, name, (pipeline,), facts)
        yield from reading.runs_as(arn, pipeline.get("RoleArn"))


def _jobs(reading: Reading, kind: str) -> Iterator[AnyRecord]:
    listing, describing = (TRAININGS, TRAINING) if kind == "Training" else (PROCESSINGS, PROCESSING)
    named, told = f"{kind}JobName", f"{kind}JobArn"
    details = reading.details(describing, named)
    arns: dict[str, str] = {}
    for job in reading.items(listing, f"{kind}JobSummaries", told, named):
        arns[job[named]] = job[told]
        yield from _job(reading, kind.lower(), job[told], job[named], job, details.get(job[named], {}))
    yield from reading.gaps_of_details(describing, named, arns)
    yield from reading.sightings(describing, named_on_the_way(told, _PLACES))


_PLACES = {
    "HyperParameters": "a hyperparameter",
    "ContainerArguments": "its arguments",
    "ContainerEntrypoint": "its entry point",
}


def _job(
    reading: Reading, kind: str, arn: str, name: str, listed: dict[str, Any], detail: dict[str, Any]
) -> Iterator[AnyRecord]:
    variables = variables_of(detail.get("Environment"))
    training, processing = table(detail.get("AlgorithmSpecification")), table(detail.get("AppSpecification"))
    network = table(detail.get("NetworkConfig")) or detail
    facts = {
        "status": text(detail.get(f"{kind.capitalize()}JobStatus")),
        "image": text(training.get("TrainingImage")) or text(processing.get("ImageUri")),
        "network_isolation": "true" if network.get("EnableNetworkIsolation") is True else "",
        "vpc": "true" if table(network.get("VpcConfig")) else "",
        "base_model": text(table(detail.get("ServerlessJobConfig")).get("BaseModelArn")),
        "debugger": "true" if table(detail.get("RemoteDebugConfig")).get("EnableRemoteDebug") is True else "",
    }
    names = [variable for variable, _ in variables]
    yield workload(reading, f"sagemaker-{kind}-job", arn, name, (detail, listed), facts, variables=names)
    yield from reading.runs_as(arn, detail.get("RoleArn"))
    yield from reading.environment(arn, f"{kind} job {name}", variables)
