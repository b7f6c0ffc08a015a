"""Escalation in Google Cloud: who can act as a service account, change what runs as one, or write a policy.

Whoever holds a permission on a scope holds it on everything in it. Sources: the catalogues of Rhino Security Labs and
HackTricks Cloud with the names of permissions as they are now ("apikeys.keys.*" for "serviceusage.apiKeys.*"), and
Google's "IAM permissions reference". Methods by which an account is attached to something new, or something existing
is made to run with it, need `iam.serviceAccounts.actAs` on the account.
"""

from __future__ import annotations

from typing import Final

from nhiscan.model import Capability
from nhiscan_connectors.gcp.access.method import ACT_AS, CONTAINERS, Method, ScopeKind

ACCOUNT: Final = "service-account"
"""Kind of a service account as a thing of its own."""
POOL: Final = "workload-identity-pool"
"""Kind of a principal that a pool vouches for."""
BOUND_KEY: Final = "google-api-key"
BUILD_AGENT: Final = "cloud-build-account"
APIS_AGENT: Final = "google-apis-account"
DEFAULT_COMPUTE: Final = "default-compute-account"
CLUSTER: Final = "google-gke-cluster"
ENGINE: Final = "google-reasoning-engine"
AGENT: Final = "/agent"
"""Stands behind a kind of workload that runs as something other than a service account of the customer."""
ENGINE_AGENT: Final = f"{ENGINE}{AGENT}"

_INSTANCE: Final = ("google-compute-instance", "google-workbench-instance", f"google-compute-instance{AGENT}")
_RUN: Final = ("google-cloud-run-service",)
_JOB: Final = ("google-cloud-run-job",)
_FUNCTION: Final = ("google-cloud-function",)
_ENGINES: Final = (ENGINE, ENGINE_AGENT)
_NARROW: Final = "Take role {role} at {scope} from {who}, or give it a role without {action}."
_SOME_ROLE: Final = "Take role {role} at {scope} from {who}."


def _method(id: str, kinds: tuple[str, ...], on: str, can: str, note: str = "") -> Method:
    """Permissions on the thing itself, separated by spaces."""
    needed = tuple(on.split())
    return Method(id=id, kinds=kinds, on=needed, can=can, fix=_NARROW.replace("{action}", needed[0]), note=note)


def _account(id: str, on: str, can: str, note: str = "") -> Method:
    """Power over a service account itself."""
    return _method(id, (ACCOUNT,), on, can, note)


def _attach(id: str, there: str, can: str, requires: str = "", note: str = "") -> Method:
    """A service account is attached to something in its project; `requires` is what must be there already."""
    return Method(
        id=id,
        kinds=(ACCOUNT,),
        on=(ACT_AS,),
        there=tuple(there.split()),
        requires=requires,
        can=can,
        fix=_NARROW.replace("{action}", ACT_AS),
        note=note,
    )


def _scope(id: str, on: str, level: ScopeKind, can: str, note: str = "") -> Method:
    """A policy of a scope can be written."""
    needed = tuple(on.split())
    held: tuple[ScopeKind, ...] = CONTAINERS[: CONTAINERS.index(level) + 1]
    fix = _NARROW.replace("{action}", needed[0])
    return Method(id=id, aim="scope", on=needed, level=level, held_on=held, can=can, fix=fix, note=note)


def _grant(id: str, on: str, capability: Capability, can: str) -> Method:
    """A capability over a resource, one step away."""
    return Method(id=id, aim="grant", on=(on,), capability=capability, can=can, fix=_NARROW.replace("{action}", on))


_SCOPES: Final = (
    _scope(
        "gcp-set-organization-policy",
        "resourcemanager.organizations.setIamPolicy",
        "organization",
        "can give itself any role at {target}",
    ),
    _scope(
        "gcp-set-folder-policy",
        "resourcemanager.folders.setIamPolicy",
        "folder",
        "can give itself any role at {target}",
    ),
    _scope(
        "gcp-set-project-policy",
        "resourcemanager.projects.setIamPolicy",
        "project",
        "can give itself any role at {target}",
    ),
    _scope(
        "gcp-pam-entitlement",
        "privilegedaccessmanager.entitlements.create privilegedaccessmanager.grants.create",
        "project",
        "can write an entitlement to any role at {target} and use it",
        note="Privileged Access Manager may give out roles there",
    ),
    Method(
        id="gcp-update-role",
        aim="role",
        on=("iam.roles.update",),
        held_on=CONTAINERS,
        can="can add any permission to custom role {target}, which it holds",
        fix=_NARROW.replace("{action}", "iam.roles.update"),
    ),
)

_ACCOUNTS: Final = (
    _account(
        "gcp-get-access-token",
        "iam.serviceAccounts.getAccessToken",
        "can get access tokens of {target}",
    ),
    _account("gcp-sign-jwt", "iam.serviceAccounts.signJwt", "can sign tokens as {target}"),
    _account("gcp-sign-blob", "iam.serviceAccounts.signBlob", "can sign anything as {target}, a token too"),
    _account("gcp-create-key", "iam.serviceAccountKeys.create", "can create a key of {target}"),
    _account("gcp-set-account-policy", "iam.serviceAccounts.setIamPolicy", "can let itself act as {target}"),
    _account(
        "gcp-create-role-and-set-policy",
        "iam.serviceAccounts.setIamPolicy iam.roles.create",
        "can make a role of its own and let itself act as {target} by it",
    ),
    _account(
        "gcp-open-id-token",
        "iam.serviceAccounts.getOpenIdToken",
        "can get ID tokens of {target}",
        note="something that it wants takes ID tokens of the account",
    ),
    _account(
        "gcp-create-hmac-key",
        "storage.hmacKeys.create",
        "can create an HMAC key of {target}",
        note="it wants no more than what the account may do in Cloud Storage",
    ),
    Method(
        id="gcp-implicit-delegation",
        aim="delegate",
        kinds=(ACCOUNT,),
        on=("iam.serviceAccounts.implicitDelegation",),
        can="can act through {target} on accounts of which that one may get tokens",
        fix=_NARROW.replace("{action}", "iam.serviceAccounts.implicitDelegation"),
    ),
)

_ATTACHED: Final = (
    _attach(
        "gcp-function-create-call",
        "cloudfunctions.functions.create cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.call",
        "can create a function that runs as {target}, and call it",
    ),
    _attach(
        "gcp-function-create-public",
        "cloudfunctions.functions.create cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.setIamPolicy",
        "can create a function that runs as {target}, and let anybody call it",
    ),
    _attach(
        "gcp-function-update",
        "cloudfunctions.functions.sourceCodeSet cloudfunctions.functions.update",
        "can give a function code of its own and {target} to run as",
        requires="google-cloud-function",
    ),
    _attach(
        "gcp-instance-create",
        "compute.disks.create compute.instances.create compute.instances.setMetadata"
        " compute.instances.setServiceAccount compute.subnetworks.use compute.subnetworks.useExternalIp",
        "can create a virtual machine that runs as {target}",
    ),
    _attach(
        "gcp-instance-set-account",
        "compute.instances.setServiceAccount compute.instances.setMetadata",
        "can attach {target} to a virtual machine and run its own code there",
        requires="google-compute-instance",
    ),
    _attach(
        "gcp-run-create-call",
        "run.services.create run.routes.invoke",
        "can create a Cloud Run service that runs as {target}, and call it",
    ),
    _attach(
        "gcp-run-create-public",
        "run.services.create run.services.setIamPolicy",
        "can create a Cloud Run service that runs as {target}, and let anybody call it",
    ),
    _attach(
        "gcp-run-update",
        "run.services.update",
        "can have a Cloud Run service run its own code as {target}",
        requires="google-cloud-run-service",
    ),
    _attach(
        "gcp-run-job-create",
        "run.jobs.create run.jobs.run",
        "can create a Cloud Run job that runs as {target}, and start it",
    ),
    _attach(
        "gcp-run-job-update",
        "run.jobs.update run.jobs.run",
        "can have a Cloud Run job run its own code as {target}",
        requires="google-cloud-run-job",
    ),
    _attach(
        "gcp-scheduler-create",
        "cloudscheduler.jobs.create cloudscheduler.locations.list",
        "can create a job of Cloud Scheduler that calls what it likes as {target}",
    ),
    _attach(
        "gcp-scheduler-update",
        "cloudscheduler.jobs.update",
        "can have a job of Cloud Scheduler call what it likes as {target}",
        requires="google-cloud-scheduler-job",
    ),
    _attach("gcp-tasks-create", "cloudtasks.tasks.create", "can create a task that calls what it likes as {target}"),
    _attach(
        "gcp-workflow-create",
        "workflows.workflows.create workflows.executions.create",
        "can create a workflow that runs as {target}, and start it",
    ),
    _attach(
        "gcp-workflow-update",
        "workflows.workflows.update workflows.executions.create",
        "can rewrite a workflow so that it runs as {target}, and start it",
        requires="google-workflow",
    ),
    _attach("gcp-batch-create", "batch.jobs.create", "can create a batch job that runs as {target}"),
    _attach(
        "gcp-composer-create",
        "composer.environments.create",
        "can create a Composer environment that runs as {target}",
    ),
    _attach("gcp-dataflow-create", "dataflow.jobs.create", "can start a Dataflow job that runs as {target}"),
    _attach(
        "gcp-dataproc-create",
        "dataproc.clusters.create dataproc.jobs.create",
        "can create a Dataproc cluster that runs as {target}, and run jobs on it",
    ),
    _attach("gcp-build-as", "cloudbuild.builds.create", "can start a build that runs as {target}"),
    _attach(
        "gcp-appengine-deploy",
        "appengine.versions.create appengine.applications.get",
        "can deploy a version of the project's application that runs as {target}",
    ),
    _attach("gcp-vertex-custom-job", "aiplatform.customJobs.create", "can run a custom job as {target}"),
    _attach("gcp-vertex-pipeline", "aiplatform.pipelineJobs.create", "can run a pipeline as {target}"),
    _attach(
        "gcp-vertex-tuning-job",
        "aiplatform.hyperparameterTuningJobs.create",
        "can run a tuning job as {target}",
    ),
    _attach(
        "gcp-vertex-notebook-execution",
        "aiplatform.notebookExecutionJobs.create",
        "can run a notebook as {target}",
    ),
    _attach(
        "gcp-vertex-batch-prediction",
        "aiplatform.batchPredictionJobs.create aiplatform.models.upload",
        "can run a batch prediction with a container of its own as {target}",
    ),
    _attach(
        "gcp-vertex-deploy-model",
        "aiplatform.models.upload aiplatform.endpoints.deploy",
        "can deploy a model with a container of its own that runs as {target}",
    ),
    _attach(
        "gcp-workbench-create",
        "notebooks.instances.create",
        "can create a Workbench instance that runs as {target}",
    ),
    _attach(
        "gcp-reasoning-engine-create",
        "aiplatform.reasoningEngines.create",
        "can deploy an agent of its own that runs as {target}",
    ),
    _attach(
        "gcp-api-key-bind",
        "apikeys.keys.create apikeys.keys.getKeyString",
        "can create an API key that is bound to {target}",
        note="an API that takes keys bound to accounts gives what it wants",
    ),
)

_HOSTS: Final = (
    _method(
        "gcp-instance-metadata",
        _INSTANCE,
        f"compute.instances.setMetadata {ACT_AS}",
        "can put an SSH key or a startup script into {target}",
    ),
    _method(
        "gcp-common-metadata",
        _INSTANCE,
        f"compute.projects.setCommonInstanceMetadata {ACT_AS}",
        "can put an SSH key into the project of {target}",
        note="the machine takes keys of its project",
    ),
    _method("gcp-os-login", _INSTANCE, f"compute.instances.osLogin {ACT_AS}", "can log in to {target}"),
    _method(
        "gcp-os-admin-login",
        _INSTANCE,
        f"compute.instances.osAdminLogin {ACT_AS}",
        "can log in to {target} as its administrator",
    ),
    _method(
        "gcp-instance-set-policy",
        _INSTANCE,
        f"compute.instances.setIamPolicy {ACT_AS}",
        "can give itself any role on {target}",
    ),
    _method(
        "gcp-osconfig-deployment",
        _INSTANCE,
        "osconfig.patchDeployments.create",
        "can have patch deployments run its scripts on {target}",
        note="the OS Config agent runs on the machine",
    ),
    _method(
        "gcp-osconfig-job",
        _INSTANCE,
        "osconfig.patchJobs.exec",
        "can have a patch job run its scripts on {target}",
        note="the OS Config agent runs on the machine",
    ),
    _method(
        "gcp-run-set-policy",
        _RUN,
        f"run.services.setIamPolicy {ACT_AS}",
        "can let itself deploy to {target}",
    ),
    _method("gcp-run-job-set-policy", _JOB, f"run.jobs.setIamPolicy {ACT_AS}", "can let itself change {target}"),
    _method("gcp-run-job-overrides", _JOB, "run.jobs.runWithOverrides", "can start {target} with its own arguments"),
    _method(
        "gcp-function-set-policy",
        _FUNCTION,
        f"cloudfunctions.functions.setIamPolicy {ACT_AS}",
        "can let itself deploy to {target}",
    ),
    _method(
        "gcp-composer-update",
        ("google-composer-environment",),
        "composer.environments.update",
        "can have {target} load packages and variables of its own",
    ),
    _method(
        "gcp-dataproc-job",
        ("google-dataproc-cluster",),
        "dataproc.jobs.create dataproc.clusters.use",
        "can run jobs on {target}",
    ),
    _method(
        "gcp-dataflow-template",
        ("google-dataflow-job",),
        "storage.objects.create storage.objects.delete",
        "can overwrite the template or the functions that {target} runs",
        note="the job loads them from a bucket that it may write to",
    ),
    _method(
        "gcp-appengine-debug",
        ("google-app-engine-service",),
        "appengine.instances.enableDebug",
        "can log in to machines of {target}",
        note="it runs in the flexible environment",
    ),
    _method(
        "gcp-build-trigger",
        ("google-cloud-build-trigger",),
        "cloudbuild.builds.create",
        "can start {target}",
        note="it can choose or change the source that the trigger builds",
    ),
    _method(
        "gcp-build-default",
        (BUILD_AGENT,),
        "cloudbuild.builds.create",
        "can start a build that runs as {target}, for which no actAs is asked",
    ),
    _method(
        "gcp-build-default-compute",
        (DEFAULT_COMPUTE,),
        "cloudbuild.builds.create",
        "can start a build that runs as {target}",
        note="builds of the project run as its default compute account, and actAs is not asked for",
    ),
    _method(
        "gcp-deployment-manager",
        (APIS_AGENT,),
        "deploymentmanager.deployments.create",
        "can have Deployment Manager make what it likes as {target}",
    ),
    _method("gcp-gke-exec", (CLUSTER,), "container.pods.exec", "can run commands in pods of {target}"),
    _method("gcp-gke-secrets", (CLUSTER,), "container.secrets.get", "can read tokens among the secrets of {target}"),
    _method("gcp-gke-pods", (CLUSTER,), "container.pods.create", "can run pods of its own in {target}"),
    _method("gcp-gke-deployments", (CLUSTER,), "container.deployments.create", "can run pods of its own in {target}"),
    _method("gcp-gke-daemon-sets", (CLUSTER,), "container.daemonSets.create", "can run pods on each node of {target}"),
    _method("gcp-gke-stateful-sets", (CLUSTER,), "container.statefulSets.create", "can run pods in {target}"),
    _method("gcp-gke-jobs", (CLUSTER,), "container.jobs.create", "can run jobs of its own in {target}"),
    _method("gcp-gke-cron-jobs", (CLUSTER,), "container.cronJobs.create", "can run jobs of its own in {target}"),
    _method(
        "gcp-gke-bind",
        (CLUSTER,),
        "container.clusterRoles.bind container.clusterRoleBindings.create",
        "can make itself administrator of {target}",
    ),
    _method(
        "gcp-gke-escalate",
        (CLUSTER,),
        "container.clusterRoles.escalate container.clusterRoles.update",
        "can add any right to roles of {target}",
    ),
    _method(
        "gcp-gke-bind-namespace",
        (CLUSTER,),
        "container.roles.bind container.roleBindings.create",
        "can give itself any right in namespaces of {target}",
    ),
    _method(
        "gcp-gke-escalate-namespace",
        (CLUSTER,),
        "container.roles.escalate container.roles.update",
        "can add any right to roles in namespaces of {target}",
    ),
    _method(
        "gcp-gke-tokens",
        (CLUSTER,),
        "container.serviceAccounts.createToken",
        "can get tokens of service accounts in {target}",
    ),
    _method(
        "gcp-gke-webhooks",
        (CLUSTER,),
        "container.mutatingWebhookConfigurations.create",
        "can rewrite whatever is deployed to {target}",
    ),
    _method(
        "gcp-reasoning-engine-update",
        (ENGINE,),
        f"aiplatform.reasoningEngines.update {ACT_AS}",
        "can put its own code into agent {target}",
    ),
    _method(
        "gcp-reasoning-engine-update-agent",
        (ENGINE_AGENT,),
        "aiplatform.reasoningEngines.update",
        "can put its own code into agent {target}",
    ),
    _method(
        "gcp-reasoning-engine-execute-code",
        _ENGINES,
        "aiplatform.reasoningEngines.executeCode",
        "can run its own code in agent {target}",
    ),
    _method(
        "gcp-sandbox-execute",
        _ENGINES,
        "aiplatform.sandboxEnvironments.execute",
        "can run its own code in a sandbox of agent {target}",
        note="the sandbox can reach the credentials of the agent",
    ),
    _method(
        "gcp-reasoning-engine-query",
        _ENGINES,
        "aiplatform.reasoningEngines.query",
        "can ask agent {target} to act",
        note="the agent can be talked into what it wants",
    ),
    _method(
        "gcp-wif-provider-update",
        (POOL,),
        "iam.workloadIdentityPoolProviders.update",
        "can have a provider of the pool trust an issuer of its own, which vouches for {target}",
    ),
    _method(
        "gcp-wif-provider-create",
        (POOL,),
        "iam.workloadIdentityPoolProviders.create",
        "can add an issuer of its own to the pool, which vouches for {target}",
    ),
    _method(
        "gcp-api-key-string",
        (BOUND_KEY,),
        "apikeys.keys.getKeyString apikeys.keys.list",
        "can read the value of {target}, which is bound to a service account",
        note="an API that takes keys bound to accounts gives what it wants",
    ),
)

_GRANTS: Final = (
    _grant("gcp-secret-access", "secretmanager.versions.access", "read_secrets", "can read secrets of {target}"),
    _grant(
        "gcp-secret-set-policy",
        "secretmanager.secrets.setIamPolicy",
        "read_secrets",
        "can let itself read secrets of {target}",
    ),
    _grant(
        "gcp-api-key-read",
        "apikeys.keys.getKeyString",
        "read_secrets",
        "can read the values of API keys of {target}",
    ),
    _grant(
        "gcp-repository-token",
        "cloudbuild.repositories.accessReadWriteToken",
        "read_secrets",
        "can get tokens for the connected source repositories of {target}",
    ),
    _grant(
        "gcp-agent-authorization",
        "agentidentity.authProviders.resolveAuthorization",
        "read_secrets",
        "can get the tokens that people gave agents of {target}",
    ),
    _grant(
        "gcp-agent-authorization-set-policy",
        "agentidentity.authProviders.setIamPolicy",
        "read_secrets",
        "can let itself use the tokens that people gave agents of {target}",
    ),
    _grant(
        "gcp-agent-credentials",
        "agentidentitycredentials.credentials.retrieve",
        "read_secrets",
        "can get the credentials of agents of {target}",
    ),
    _grant(
        "gcp-api-key-create",
        "apikeys.keys.create",
        "invoke_models",
        "can create an API key without restrictions in {target}",
    ),
    _grant(
        "gcp-bucket-set-policy",
        "storage.buckets.setIamPolicy",
        "read_data",
        "can let itself read and write buckets of {target}",
    ),
    _grant(
        "gcp-key-set-policy", "cloudkms.cryptoKeys.setIamPolicy", "read_data", "can let itself use keys of {target}"
    ),
    _grant(
        "gcp-topic-set-policy",
        "pubsub.topics.setIamPolicy",
        "write_data",
        "can let itself publish to topics of {target}",
    ),
    _grant(
        "gcp-subscription-set-policy",
        "pubsub.subscriptions.setIamPolicy",
        "read_data",
        "can let itself read subscriptions of {target}",
    ),
    _grant(
        "gcp-repository-set-policy",
        "artifactregistry.repositories.setIamPolicy",
        "write_data",
        "can let itself push to repositories of {target}",
    ),
    _grant(
        "gcp-deployment-set-policy",
        "deploymentmanager.deployments.setIamPolicy",
        "administer_identities",
        "can let itself change deployments of {target}",
    ),
    _grant("gcp-model-export", "aiplatform.models.export", "read_data", "can export models of {target}"),
    _grant("gcp-dataset-export", "aiplatform.datasets.export", "read_data", "can export data sets of {target}"),
    _grant("gcp-object-get", "storage.objects.get", "read_data", "can read objects of {target}"),
    _grant(
        "gcp-organization-policy",
        "orgpolicy.policy.set",
        "change_guardrails",
        "can lift constraints of the organization at {target}, those on keys and on accounts of other projects too",
    ),
)

METHODS: Final[tuple[Method, ...]] = (*_SCOPES, *_ACCOUNTS, *_ATTACHED, *_HOSTS, *_GRANTS)
"""Every method. The core's answer is `allowed`, or `conditional` with a note; without a target it is `latent`."""

MINTING: Final = ("gcp-get-access-token", "gcp-sign-jwt", "gcp-sign-blob")
"""Methods that work through a chain of delegation."""

ALL_KINDS: Final = tuple(sorted({kind for method in METHODS for kind in method.kinds}))
