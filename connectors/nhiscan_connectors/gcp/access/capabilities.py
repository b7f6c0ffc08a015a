"""Which permissions of Google Cloud amount to which capability. Any one of them, somewhere, is enough.

Source: Google's "IAM permissions reference". Methods that give a capability are in the table of methods.
"""

from __future__ import annotations

from typing import Final

from nhiscan.model import Capability
from nhiscan_connectors.gcp.access.methods import METHODS

_TABLE: Final[dict[Capability, tuple[str, ...]]] = {
    "administer_identities": (
        "resourcemanager.organizations.setIamPolicy",
        "resourcemanager.folders.setIamPolicy",
        "resourcemanager.projects.setIamPolicy",
        "iam.serviceAccounts.setIamPolicy",
        "iam.serviceAccounts.create",
        "iam.serviceAccounts.enable",
        "iam.serviceAccountKeys.create",
        "iam.roles.create",
        "iam.roles.update",
        "iam.workloadIdentityPools.create",
        "iam.workloadIdentityPoolProviders.create",
        "iam.workloadIdentityPoolProviders.update",
        "iam.workforcePoolProviders.create",
        "iam.workforcePoolProviders.update",
        "privilegedaccessmanager.entitlements.create",
        "privilegedaccessmanager.entitlements.update",
        "storage.hmacKeys.create",
    ),
    "read_secrets": (
        "container.secrets.get",
        "parametermanager.parameterVersions.render",
    ),
    "read_data": (
        "bigquery.tables.getData",
        "bigquery.tables.export",
        "bigquery.datasets.setIamPolicy",
        "cloudkms.cryptoKeyVersions.useToDecrypt",
        "cloudsql.instances.export",
        "cloudsql.instances.login",
        "compute.disks.createSnapshot",
        "compute.snapshots.useReadOnly",
        "datastore.entities.get",
        "spanner.databases.select",
        "bigtable.tables.readRows",
        "pubsub.subscriptions.consume",
        "logging.privateLogEntries.list",
        "artifactregistry.repositories.downloadArtifacts",
        "discoveryengine.documents.get",
    ),
    "write_data": (
        "storage.objects.create",
        "storage.objects.update",
        "bigquery.tables.updateData",
        "bigquery.datasets.setIamPolicy",
        "storage.buckets.setIamPolicy",
        "secretmanager.versions.add",
        "cloudsql.instances.import",
        "datastore.entities.create",
        "datastore.entities.update",
        "spanner.databases.write",
        "bigtable.tables.mutateRows",
        "pubsub.topics.publish",
        "artifactregistry.repositories.uploadArtifacts",
        "discoveryengine.documents.update",
    ),
    "run_code": (
        "compute.instances.setMetadata",
        "compute.projects.setCommonInstanceMetadata",
        "compute.instances.osLogin",
        "compute.instances.osAdminLogin",
        "compute.instances.create",
        "osconfig.patchDeployments.create",
        "osconfig.patchJobs.exec",
        "run.services.create",
        "run.services.update",
        "run.jobs.create",
        "run.jobs.update",
        "run.jobs.run",
        "run.jobs.runWithOverrides",
        "cloudfunctions.functions.create",
        "cloudfunctions.functions.update",
        "cloudbuild.builds.create",
        "appengine.versions.create",
        "batch.jobs.create",
        "composer.environments.create",
        "composer.environments.update",
        "dataflow.jobs.create",
        "dataproc.jobs.create",
        "workflows.executions.create",
        "container.pods.create",
        "container.pods.exec",
        "container.deployments.create",
        "container.daemonSets.create",
        "container.jobs.create",
        "container.cronJobs.create",
        "notebooks.instances.create",
        "aiplatform.customJobs.create",
        "aiplatform.pipelineJobs.create",
        "aiplatform.notebookExecutionJobs.create",
        "aiplatform.reasoningEngines.create",
        "aiplatform.reasoningEngines.update",
        "aiplatform.reasoningEngines.executeCode",
        "aiplatform.sandboxEnvironments.execute",
        "deploymentmanager.deployments.create",
    ),
    "invoke_models": (
        "aiplatform.endpoints.predict",
        "aiplatform.endpoints.explain",
        "aiplatform.reasoningEngines.query",
        "aiplatform.batchPredictionJobs.create",
        "discoveryengine.servingConfigs.answer",
        "discoveryengine.assistants.assist",
        "dialogflow.sessions.detectIntent",
        "ml.models.predict",
    ),
    "change_guardrails": (
        "orgpolicy.policies.create",
        "orgpolicy.policies.update",
        "orgpolicy.policies.delete",
        "iam.denypolicies.update",
        "iam.denypolicies.delete",
        "iam.principalaccessboundarypolicies.update",
        "iam.principalaccessboundarypolicies.delete",
        "iam.policybindings.delete",
        "resourcemanager.projects.move",
        "logging.sinks.delete",
        "logging.sinks.update",
        "logging.exclusions.create",
        "accesscontextmanager.servicePerimeters.update",
        "accesscontextmanager.servicePerimeters.delete",
        "accesscontextmanager.accessLevels.update",
        "compute.firewalls.create",
        "compute.firewalls.update",
        "compute.firewalls.delete",
        "securitycenter.muteconfigs.create",
        "modelarmor.templates.update",
        "modelarmor.templates.delete",
    ),
    "destroy": (
        "resourcemanager.projects.delete",
        "resourcemanager.folders.delete",
        "storage.objects.delete",
        "storage.buckets.delete",
        "bigquery.tables.delete",
        "bigquery.datasets.delete",
        "secretmanager.secrets.delete",
        "secretmanager.versions.destroy",
        "cloudkms.cryptoKeyVersions.destroy",
        "cloudsql.instances.delete",
        "compute.instances.delete",
        "compute.disks.delete",
        "spanner.databases.drop",
        "bigtable.tables.delete",
        "datastore.databases.delete",
        "container.clusters.delete",
        "iam.serviceAccounts.delete",
        "aiplatform.endpoints.delete",
        "aiplatform.models.delete",
        "aiplatform.reasoningEngines.delete",
    ),
}


def _whole() -> dict[Capability, tuple[str, ...]]:
    """The table, and what the methods add to it."""
    found: dict[Capability, list[str]] = {capability: [] for capability in _TABLE}
    for method in METHODS:
        if method.aim == "grant":
            found[method.capability].append(method.on[0])
    for capability, permissions in _TABLE.items():
        found[capability] += permissions
    return {capability: tuple(permissions) for capability, permissions in found.items()}


CAPABILITIES: Final[dict[Capability, tuple[str, ...]]] = _whole()
"""Capability -> permissions."""

ADMINISTERS: Final = {
    "organization": "resourcemanager.organizations.setIamPolicy",
    "folder": "resourcemanager.folders.setIamPolicy",
    "project": "resourcemanager.projects.setIamPolicy",
}
"""Kind of scope -> the permission that is administration of it."""

ALL_INSIDE: Final = {"organization": ("folder", "project"), "folder": ("project",), "project": ()}
"""Kind of scope -> kinds of scopes in it; whoever administers each of those may do what matters in it."""
