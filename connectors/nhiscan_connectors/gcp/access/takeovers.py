"""Escalation by making something that runs already do as one likes: it acts as its own identity for that."""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.gcp.access.method import (
    ACT_AS,
    AGENT,
    APIS_AGENT,
    BOUND_KEY,
    BUILD_AGENT,
    CLUSTER,
    DEFAULT_COMPUTE,
    ENGINE,
    ENGINE_AGENT,
    POOL,
    Method,
    on_thing,
)

_INSTANCE: Final = ("google-compute-instance", "google-workbench-instance", f"google-compute-instance{AGENT}")
_CLUSTER: Final = (CLUSTER, "google-gke-service-account")
"""A cluster with what its nodes run as, and service accounts of Kubernetes that may act as one of Google's."""
_RUN: Final = ("google-cloud-run-service",)
_JOB: Final = ("google-cloud-run-job",)
_FUNCTION: Final = ("google-cloud-function",)
_ENGINES: Final = (ENGINE, ENGINE_AGENT)

TAKEOVERS: Final[tuple[Method, ...]] = (
    on_thing(
        "gcp-instance-metadata",
        _INSTANCE,
        f"compute.instances.setMetadata {ACT_AS}",
        "can put an SSH key or a startup script into {target}",
    ),
    on_thing(
        "gcp-common-metadata",
        _INSTANCE,
        f"compute.projects.setCommonInstanceMetadata {ACT_AS}",
        "can put an SSH key into the project of {target}",
        note="the machine takes keys of its project",
    ),
    on_thing("gcp-os-login", _INSTANCE, f"compute.instances.osLogin {ACT_AS}", "can log in to {target}"),
    on_thing(
        "gcp-os-admin-login",
        _INSTANCE,
        f"compute.instances.osAdminLogin {ACT_AS}",
        "can log in to {target} as its administrator",
    ),
    on_thing(
        "gcp-instance-set-policy",
        _INSTANCE,
        f"compute.instances.setIamPolicy {ACT_AS}",
        "can give itself any role on {target}",
    ),
    on_thing(
        "gcp-osconfig-deployment",
        _INSTANCE,
        "osconfig.patchDeployments.create",
        "can have patch deployments run its scripts on {target}",
        note="the OS Config agent runs on the machine",
    ),
    on_thing(
        "gcp-osconfig-job",
        _INSTANCE,
        "osconfig.patchJobs.exec",
        "can have a patch job run its scripts on {target}",
        note="the OS Config agent runs on the machine",
    ),
    on_thing(
        "gcp-run-set-policy",
        _RUN,
        f"run.services.setIamPolicy {ACT_AS}",
        "can let itself deploy to {target}",
    ),
    on_thing("gcp-run-job-set-policy", _JOB, f"run.jobs.setIamPolicy {ACT_AS}", "can let itself change {target}"),
    on_thing("gcp-run-job-overrides", _JOB, "run.jobs.runWithOverrides", "can start {target} with its own arguments"),
    on_thing(
        "gcp-function-set-policy",
        _FUNCTION,
        f"cloudfunctions.functions.setIamPolicy {ACT_AS}",
        "can let itself deploy to {target}",
    ),
    on_thing(
        "gcp-composer-update",
        ("google-composer-environment",),
        "composer.environments.update",
        "can have {target} load packages and variables of its own",
    ),
    on_thing(
        "gcp-dataproc-job",
        ("google-dataproc-cluster",),
        "dataproc.jobs.create dataproc.clusters.use",
        "can run jobs on {target}",
    ),
    on_thing(
        "gcp-dataflow-template",
        ("google-dataflow-job",),
        "storage.objects.create storage.objects.delete",
        "can overwrite the template or the functions that {target} runs",
        note="the job loads them from a bucket that it may write to",
    ),
    on_thing(
        "gcp-appengine-debug",
        ("google-app-engine-service",),
        "appengine.instances.enableDebug",
        "can log in to machines of {target}",
        note="it runs in the flexible environment",
    ),
    on_thing(
        "gcp-build-trigger",
        ("google-cloud-build-trigger",),
        "cloudbuild.builds.create",
        "can start {target}",
        note="it can choose or change the source that the trigger builds",
    ),
    on_thing(
        "gcp-build-default",
        (BUILD_AGENT,),
        "cloudbuild.builds.create",
        "can start a build that runs as {target}, for which no actAs is asked",
    ),
    on_thing(
        "gcp-build-default-compute",
        (DEFAULT_COMPUTE,),
        "cloudbuild.builds.create",
        "can start a build that runs as {target}",
        note="builds of the project run as its default compute account, and actAs is not asked for",
    ),
    on_thing(
        "gcp-deployment-manager",
        (APIS_AGENT,),
        "deploymentmanager.deployments.create",
        "can have Deployment Manager make what it likes as {target}",
    ),
    on_thing("gcp-gke-exec", _CLUSTER, "container.pods.exec", "can run commands in pods of {target}"),
    on_thing("gcp-gke-secrets", _CLUSTER, "container.secrets.get", "can read tokens among the secrets of {target}"),
    on_thing("gcp-gke-pods", _CLUSTER, "container.pods.create", "can run pods of its own in {target}"),
    on_thing("gcp-gke-deployments", _CLUSTER, "container.deployments.create", "can run pods of its own in {target}"),
    on_thing("gcp-gke-daemon-sets", _CLUSTER, "container.daemonSets.create", "can run pods on each node of {target}"),
    on_thing("gcp-gke-stateful-sets", _CLUSTER, "container.statefulSets.create", "can run pods in {target}"),
    on_thing("gcp-gke-jobs", _CLUSTER, "container.jobs.create", "can run jobs of its own in {target}"),
    on_thing("gcp-gke-cron-jobs", _CLUSTER, "container.cronJobs.create", "can run jobs of its own in {target}"),
    on_thing(
        "gcp-gke-bind",
        _CLUSTER,
        "container.clusterRoles.bind container.clusterRoleBindings.create",
        "can make itself administrator of {target}",
    ),
    on_thing(
        "gcp-gke-escalate",
        _CLUSTER,
        "container.clusterRoles.escalate container.clusterRoles.update",
        "can add any right to roles of {target}",
    ),
    on_thing(
        "gcp-gke-bind-namespace",
        _CLUSTER,
        "container.roles.bind container.roleBindings.create",
        "can give itself any right in namespaces of {target}",
    ),
    on_thing(
        "gcp-gke-escalate-namespace",
        _CLUSTER,
        "container.roles.escalate container.roles.update",
        "can add any right to roles in namespaces of {target}",
    ),
    on_thing(
        "gcp-gke-tokens",
        _CLUSTER,
        "container.serviceAccounts.createToken",
        "can get tokens of service accounts in {target}",
    ),
    on_thing(
        "gcp-gke-webhooks",
        _CLUSTER,
        "container.mutatingWebhookConfigurations.create",
        "can rewrite whatever is deployed to {target}",
    ),
    on_thing(
        "gcp-reasoning-engine-update",
        (ENGINE,),
        f"aiplatform.reasoningEngines.update {ACT_AS}",
        "can put its own code into {target}",
    ),
    on_thing(
        "gcp-reasoning-engine-update-agent",
        (ENGINE_AGENT,),
        "aiplatform.reasoningEngines.update",
        "can put its own code into {target}",
    ),
    on_thing(
        "gcp-reasoning-engine-execute-code",
        _ENGINES,
        "aiplatform.reasoningEngines.executeCode",
        "can run its own code in a sandbox of {target}",
        note="the sandbox can reach the credentials of the agent",
    ),
    on_thing(
        "gcp-sandbox-execute",
        _ENGINES,
        "aiplatform.sandboxEnvironments.execute",
        "can run its own code in a sandbox of {target}",
        note="the sandbox can reach the credentials of the agent",
    ),
    on_thing(
        "gcp-reasoning-engine-query",
        _ENGINES,
        "aiplatform.reasoningEngines.query",
        "can ask {target} to act",
        note="the agent can be talked into what it wants",
    ),
    on_thing(
        "gcp-wif-provider-update",
        (POOL,),
        "iam.workloadIdentityPoolProviders.update",
        "can have a provider of the pool trust an issuer of its own, which vouches for {target}",
    ),
    on_thing(
        "gcp-wif-provider-create",
        (POOL,),
        "iam.workloadIdentityPoolProviders.create",
        "can add an issuer of its own to the pool, which vouches for {target}",
    ),
    on_thing(
        "gcp-api-key-string",
        (BOUND_KEY,),
        "apikeys.keys.getKeyString apikeys.keys.list",
        "can read the value of {target}, which is bound to a service account",
        note="an API that takes keys bound to accounts gives what it wants",
    ),
)
