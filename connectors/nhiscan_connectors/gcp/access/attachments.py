"""Escalation by attaching a service account to something new, or to something that is there already."""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.gcp.access.method import Method, attached

ATTACHED: Final[tuple[Method, ...]] = (
    attached(
        "gcp-function-create-call",
        "cloudfunctions.functions.create cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.call",
        "can create a function that runs as {target}, and call it",
    ),
    attached(
        "gcp-function-create-public",
        "cloudfunctions.functions.create cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.setIamPolicy",
        "can create a function that runs as {target}, and let anybody call it",
    ),
    attached(
        "gcp-function-update",
        "cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.update",
        "can give a function code of its own and {target} to run as",
        requires="google-cloud-function",
    ),
    attached(
        "gcp-instance-create",
        "compute.disks.create compute.instances.create compute.instances.setMetadata"
        " compute.instances.setServiceAccount compute.subnetworks.use compute.subnetworks.useExternalIp",
        "can create a virtual machine that runs as {target}",
    ),
    attached(
        "gcp-instance-set-account",
        "compute.instances.setServiceAccount compute.instances.setMetadata",
        "can attach {target} to a virtual machine and run its own code there",
        requires="google-compute-instance",
    ),
    attached(
        "gcp-run-create-call",
        "run.services.create run.routes.invoke",
        "can create a Cloud Run service that runs as {target}, and call it",
    ),
    attached(
        "gcp-run-create-public",
        "run.services.create run.services.setIamPolicy",
        "can create a Cloud Run service that runs as {target}, and let anybody call it",
    ),
    attached(
        "gcp-run-update",
        "run.services.update",
        "can have a Cloud Run service run its own code as {target}",
        requires="google-cloud-run-service",
    ),
    attached(
        "gcp-run-job-create",
        "run.jobs.create run.jobs.run",
        "can create a Cloud Run job that runs as {target}, and start it",
    ),
    attached(
        "gcp-run-job-update",
        "run.jobs.update run.jobs.run",
        "can have a Cloud Run job run its own code as {target}",
        requires="google-cloud-run-job",
    ),
    attached(
        "gcp-scheduler-create",
        "cloudscheduler.jobs.create cloudscheduler.locations.list",
        "can create a job of Cloud Scheduler that calls what it likes as {target}",
    ),
    attached(
        "gcp-scheduler-update",
        "cloudscheduler.jobs.update",
        "can have a job of Cloud Scheduler call what it likes as {target}",
        requires="google-cloud-scheduler-job",
    ),
    attached("gcp-tasks-create", "cloudtasks.tasks.create", "can create a task that calls what it likes as {target}"),
    attached(
        "gcp-workflow-create",
        "workflows.workflows.create workflows.executions.create",
        "can create a workflow that runs as {target}, and start it",
    ),
    attached(
        "gcp-workflow-update",
        "workflows.workflows.update workflows.executions.create",
        "can rewrite a workflow so that it runs as {target}, and start it",
        requires="google-workflow",
    ),
    attached("gcp-batch-create", "batch.jobs.create", "can create a batch job that runs as {target}"),
    attached(
        "gcp-composer-create",
        "composer.environments.create",
        "can create a Composer environment that runs as {target}",
    ),
    attached("gcp-dataflow-create", "dataflow.jobs.create", "can start a Dataflow job that runs as {target}"),
    attached(
        "gcp-dataproc-create",
        "dataproc.clusters.create dataproc.jobs.create",
        "can create a Dataproc cluster that runs as {target}, and run jobs on it",
    ),
    attached("gcp-build-as", "cloudbuild.builds.create", "can start a build that runs as {target}"),
    attached(
        "gcp-appengine-deploy",
        "appengine.versions.create appengine.applications.get",
        "can deploy a version of the project's application that runs as {target}",
    ),
    attached("gcp-vertex-custom-job", "aiplatform.customJobs.create", "can run a custom job as {target}"),
    attached("gcp-vertex-pipeline", "aiplatform.pipelineJobs.create", "can run a pipeline as {target}"),
    attached(
        "gcp-vertex-tuning-job",
        "aiplatform.hyperparameterTuningJobs.create",
        "can run a tuning job as {target}",
    ),
    attached(
        "gcp-vertex-notebook-execution",
        "aiplatform.notebookExecutionJobs.create",
        "can run a notebook as {target}",
    ),
    attached(
        "gcp-vertex-batch-prediction",
        "aiplatform.batchPredictionJobs.create aiplatform.models.upload",
        "can run a batch prediction with a container of its own as {target}",
    ),
    attached(
        "gcp-vertex-deploy-model",
        "aiplatform.models.upload aiplatform.endpoints.deploy",
        "can deploy a model with a container of its own that runs as {target}",
    ),
    attached(
        "gcp-workbench-create",
        "notebooks.instances.create",
        "can create a Workbench instance that runs as {target}",
    ),
    attached(
        "gcp-reasoning-engine-create",
        "aiplatform.reasoningEngines.create",
        "can deploy an agent of its own that runs as {target}",
    ),
    attached(
        "gcp-api-key-bind",
        "apikeys.keys.create apikeys.keys.getKeyString",
        "can create an API key that is bound to {target}",
        note="an API that takes keys bound to accounts gives what it wants",
    ),
)
"""All need `iam.serviceAccounts.actAs` on the account, and the rest in its project."""
