"""Predefined roles of the emulator: names and titles as Google has them, with those permissions that matter here."""

from __future__ import annotations

_ACCOUNTS = "iam.serviceAccounts."
_IMPERSONATE = tuple(
    f"{_ACCOUNTS}{verb}" for verb in ("getAccessToken", "getOpenIdToken", "implicitDelegation", "signBlob", "signJwt")
)
_MANAGE = tuple(f"{_ACCOUNTS}{verb}" for verb in ("create", "delete", "disable", "enable", "get", "list", "update"))
_POOLS = "iam.googleapis.com/workloadIdentityPool"
"""Roles write a few permissions with the whole service before them: those of pools and of OAuth clients."""
_KEYS = tuple(f"iam.serviceAccountKeys.{verb}" for verb in ("create", "delete", "get", "list"))
_VIEW = (
    "resourcemanager.projects.get", f"{_ACCOUNTS}get", f"{_ACCOUNTS}list", "storage.buckets.list",
    "compute.instances.list", "compute.instances.get", "run.services.list", "run.services.get",
    "cloudfunctions.functions.list", "bigquery.datasets.get", "pubsub.topics.list", "logging.logEntries.list",
)  # fmt: skip
_BUILD = (
    f"{_ACCOUNTS}actAs", "compute.instances.create", "compute.instances.setMetadata",
    "compute.instances.setServiceAccount", "compute.disks.create", "compute.subnetworks.use",
    "compute.subnetworks.useExternalIp", "cloudfunctions.functions.create", "cloudfunctions.functions.update",
    "cloudfunctions.functions.sourceCodeSet", "cloudfunctions.functions.call", "run.services.create",
    "run.services.update", "run.jobs.create", "run.jobs.run", "cloudbuild.builds.create",
    "deploymentmanager.deployments.create", "cloudscheduler.jobs.create", "aiplatform.customJobs.create",
    "aiplatform.reasoningEngines.create", "aiplatform.reasoningEngines.update", "aiplatform.endpoints.predict",
    "storage.buckets.create", "storage.objects.delete", "storage.objects.get", "storage.objects.create",
    "bigquery.tables.getData", "bigquery.tables.updateData", "pubsub.topics.publish", "apikeys.keys.create",
    "apikeys.keys.list", "apikeys.keys.getKeyString", "compute.instances.delete", "secretmanager.secrets.list",
)  # fmt: skip
_SET_POLICY = ("resourcemanager.projects.setIamPolicy", "resourcemanager.projects.getIamPolicy")
_VERTEX = (
    "aiplatform.endpoints.predict", "aiplatform.endpoints.list", "aiplatform.reasoningEngines.query",
    "aiplatform.reasoningEngines.list", "aiplatform.models.list",
)  # fmt: skip

PREDEFINED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("roles/viewer", "Viewer", _VIEW),
    ("roles/editor", "Editor", (*_VIEW, *_BUILD, *_MANAGE)),
    ("roles/owner", "Owner", (*_VIEW, *_BUILD, *_MANAGE, *_SET_POLICY, *_KEYS, f"{_ACCOUNTS}setIamPolicy",
                              "iam.roles.update", "iam.roles.create", "secretmanager.versions.access",
                              "resourcemanager.projects.delete")),
    ("roles/browser", "Browser", ("resourcemanager.projects.get", "resourcemanager.folders.get")),
    ("roles/iam.serviceAccountUser", "Service Account User",
     (f"{_ACCOUNTS}actAs", f"{_ACCOUNTS}get", f"{_ACCOUNTS}list")),
    ("roles/iam.serviceAccountTokenCreator", "Service Account Token Creator", (*_IMPERSONATE, f"{_ACCOUNTS}get")),
    ("roles/iam.workloadIdentityUser", "Workload Identity User",
     (f"{_ACCOUNTS}getAccessToken", f"{_ACCOUNTS}getOpenIdToken", f"{_ACCOUNTS}get")),
    ("roles/iam.serviceAccountKeyAdmin", "Service Account Key Admin", (*_KEYS, f"{_ACCOUNTS}get")),
    ("roles/iam.serviceAccountAdmin", "Service Account Admin",
     (*_MANAGE, f"{_ACCOUNTS}setIamPolicy", f"{_ACCOUNTS}getIamPolicy")),
    ("roles/iam.securityAdmin", "Security Admin",
     (*_SET_POLICY, "resourcemanager.folders.setIamPolicy", "resourcemanager.organizations.setIamPolicy",
      f"{_ACCOUNTS}setIamPolicy", "secretmanager.secrets.setIamPolicy", "storage.buckets.setIamPolicy")),
    ("roles/iam.securityReviewer", "Security Reviewer",
     ("resourcemanager.projects.getIamPolicy", f"{_ACCOUNTS}getIamPolicy", f"{_ACCOUNTS}list", "iam.roles.list")),
    ("roles/iam.roleAdmin", "Role Administrator", ("iam.roles.create", "iam.roles.update", "iam.roles.list")),
    ("roles/iam.organizationRoleAdmin", "Organization Role Administrator",
     ("iam.roles.create", "iam.roles.update", "iam.roles.list")),
    ("roles/iam.workloadIdentityPoolAdmin", "IAM Workload Identity Pool Admin",
     (f"{_POOLS}s.create", f"{_POOLS}s.update", f"{_POOLS}Providers.create", f"{_POOLS}Providers.update")),
    ("roles/resourcemanager.organizationAdmin", "Organization Administrator",
     ("resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy", *_SET_POLICY)),
    ("roles/resourcemanager.folderAdmin", "Folder Admin",
     ("resourcemanager.folders.setIamPolicy", "resourcemanager.folders.create", *_SET_POLICY)),
    ("roles/resourcemanager.projectIamAdmin", "Project IAM Admin", _SET_POLICY),
    ("roles/orgpolicy.policyAdmin", "Organization Policy Administrator",
     ("orgpolicy.policy.set", "orgpolicy.policy.get")),
    ("roles/secretmanager.secretAccessor", "Secret Manager Secret Accessor", ("secretmanager.versions.access",)),
    ("roles/secretmanager.viewer", "Secret Manager Viewer",
     ("secretmanager.secrets.list", "secretmanager.secrets.get")),
    ("roles/secretmanager.admin", "Secret Manager Admin",
     ("secretmanager.versions.access", "secretmanager.secrets.create", "secretmanager.secrets.delete",
      "secretmanager.secrets.setIamPolicy", "secretmanager.secrets.list")),
    ("roles/aiplatform.user", "Vertex AI User",
     (*_VERTEX, "aiplatform.customJobs.create", "aiplatform.endpoints.create")),
    ("roles/aiplatform.viewer", "Vertex AI Viewer", ("aiplatform.endpoints.list", "aiplatform.models.list")),
    ("roles/aiplatform.admin", "Vertex AI Administrator",
     (*_VERTEX, "aiplatform.customJobs.create", "aiplatform.reasoningEngines.create",
      "aiplatform.reasoningEngines.update", "aiplatform.reasoningEngines.delete")),
    ("roles/discoveryengine.user", "Discovery Engine User", ("discoveryengine.assistants.assist",)),
    ("roles/storage.admin", "Storage Admin",
     ("storage.buckets.create", "storage.buckets.setIamPolicy", "storage.objects.get", "storage.objects.create",
      "storage.objects.delete", "storage.hmacKeys.create")),
    ("roles/storage.objectViewer", "Storage Object Viewer", ("storage.objects.get", "storage.objects.list")),
    ("roles/storage.objectAdmin", "Storage Object Admin",
     ("storage.objects.get", "storage.objects.create", "storage.objects.delete", "storage.objects.list")),
    ("roles/bigquery.dataViewer", "BigQuery Data Viewer", ("bigquery.tables.getData", "bigquery.datasets.get")),
    ("roles/bigquery.jobUser", "BigQuery Job User", ("bigquery.jobs.create",)),
    ("roles/cloudbuild.builds.editor", "Cloud Build Editor", ("cloudbuild.builds.create", "cloudbuild.builds.list")),
    ("roles/run.invoker", "Cloud Run Invoker", ("run.routes.invoke", "run.jobs.run")),
    ("roles/run.admin", "Cloud Run Admin",
     ("run.services.create", "run.services.update", "run.services.setIamPolicy", "run.jobs.create", "run.jobs.run",
      "run.routes.invoke")),
    ("roles/cloudfunctions.admin", "Cloud Functions Admin",
     ("cloudfunctions.functions.create", "cloudfunctions.functions.update", "cloudfunctions.functions.sourceCodeSet",
      "cloudfunctions.functions.call", "cloudfunctions.functions.setIamPolicy")),
    ("roles/compute.admin", "Compute Admin",
     ("compute.instances.create", "compute.instances.setMetadata", "compute.instances.setServiceAccount",
      "compute.disks.create", "compute.subnetworks.use", "compute.projects.setCommonInstanceMetadata")),
    ("roles/compute.instanceAdmin.v1", "Compute Instance Admin (v1)",
     ("compute.instances.create", "compute.instances.setMetadata", "compute.instances.setServiceAccount",
      "compute.disks.create", "compute.subnetworks.use")),
    ("roles/container.developer", "Kubernetes Engine Developer",
     ("container.pods.exec", "container.deployments.create")),
    ("roles/logging.logWriter", "Logs Writer", ("logging.logEntries.create",)),
    ("roles/monitoring.metricWriter", "Monitoring Metric Writer", ("monitoring.timeSeries.create",)),
    ("roles/pubsub.publisher", "Pub/Sub Publisher", ("pubsub.topics.publish",)),
    ("roles/artifactregistry.writer", "Artifact Registry Writer",
     ("artifactregistry.repositories.uploadArtifacts",)),
    ("roles/apikeys.admin", "API Keys Admin",
     ("apikeys.keys.create", "apikeys.keys.list", "apikeys.keys.getKeyString")),
)  # fmt: skip
