"""Bedrock's jobs: batch inference, customization, evaluation and import of models."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers
from tests.clouds.aws.overlays.bedrock_agents import only, page


@dataclass
class BedrockJobs:
    """State of an account in a region: what the Get call of each kind of job shows."""

    invocation: list[dict[str, Any]] = field(default_factory=list)
    customization: list[dict[str, Any]] = field(default_factory=list)
    evaluation: list[dict[str, Any]] = field(default_factory=list)
    imports: list[dict[str, Any]] = field(default_factory=list)
    most: int = 1000
    """Entries of a page, where the caller asks for no fewer."""


def _sorted(jobs: list[dict[str, Any]], params: dict[str, Any]) -> list[dict[str, Any]]:
    """Jobs by the time when they were made, the oldest first unless the caller wants it otherwise."""
    newest_first = params.get("sortOrder") == "Descending"
    return sorted(jobs, key=lambda job: job.get("submitTime") or job["creationTime"], reverse=newest_first)


def _one(jobs: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    for job in jobs:
        if job["jobArn"] == params["jobIdentifier"]:
            return job
    raise ServiceError("ResourceNotFoundException", "The job could not be found.", 404)


@answers("bedrock", "ListModelInvocationJobs")
def _invocations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockJobs)
    return page("invocationJobSummaries", _sorted(state.invocation, params), params, state.most)


@answers("bedrock", "ListModelCustomizationJobs")
def _customizations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockJobs)
    names = ("jobArn", "jobName", "baseModelArn", "status", "creationTime", "lastModifiedTime", "endTime")
    found = [only(job, names) for job in _sorted(state.customization, params)]
    return page("modelCustomizationJobSummaries", found, params, state.most)


@answers("bedrock", "GetModelCustomizationJob")
def _customization(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(BedrockJobs).customization, params)


@answers("bedrock", "ListEvaluationJobs")
def _evaluations(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockJobs)
    found = []
    for job in _sorted(state.evaluation, params):
        models = [model["bedrockModel"]["modelIdentifier"] for model in job["inferenceConfig"]["models"]]
        summary = {"modelConfigSummary": {"bedrockModelIdentifiers": models}}
        told = only(job, ("jobArn", "jobName", "status", "creationTime", "jobType"))
        found.append({**told, "evaluationTaskTypes": ["Custom"], "inferenceConfigSummary": summary})
    shown = page("jobSummaries", found, params, state.most)
    return shown if found else {}  # AWS's model has no empty list here


@answers("bedrock", "GetEvaluationJob")
def _evaluation(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(BedrockJobs).evaluation, params)


@answers("bedrock", "ListModelImportJobs")
def _imports(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(BedrockJobs)
    names = ("jobArn", "jobName", "status", "creationTime", "lastModifiedTime", "endTime", "importedModelArn")
    found = [only(job, names) for job in _sorted(state.imports, params)]
    return page("modelImportJobSummaries", found, params, state.most)


@answers("bedrock", "GetModelImportJob")
def _import(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _one(context.regional(BedrockJobs).imports, params)
