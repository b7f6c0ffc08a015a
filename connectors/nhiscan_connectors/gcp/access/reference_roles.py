"""Well-known roles of Google, for where their definitions were not read: at least these permissions, by reference.

Source: Google's "IAM basic and predefined roles reference". What is stored by the company itself, such as objects and
tables, the basic roles open by the policies of buckets and data sets, not by themselves. Only roles that matter for
escalation are here; of any other role without a definition nobody knows what it allows.
"""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.gcp.access.universe import EVERY, PERMISSIONS, SETS_POLICY, mask_of

_TOKENS: Final = (
    "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken", "iam.serviceAccounts.signBlob",
    "iam.serviceAccounts.signJwt", "iam.serviceAccounts.implicitDelegation",
)  # fmt: skip
_ACCOUNTS: Final = (
    "iam.serviceAccounts.create", "iam.serviceAccounts.delete", "iam.serviceAccounts.enable",
    "iam.serviceAccounts.setIamPolicy",
)  # fmt: skip
_ONLY_OWNERS: Final = mask_of((
    "iam.roles.create", "iam.roles.update", "resourcemanager.projects.delete", "privilegedaccessmanager.grants.create",
    "iam.workloadIdentityPools.create", "iam.workloadIdentityPoolProviders.create",
    "iam.workloadIdentityPoolProviders.update",
))  # fmt: skip
_NOT_BASIC: Final = mask_of((
    *_TOKENS, "resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy",
    "resourcemanager.folders.delete", "orgpolicy.policy.set", "orgpolicy.policies.create", "orgpolicy.policies.update",
    "orgpolicy.policies.delete", "iam.denypolicies.update", "iam.denypolicies.delete", "iam.policybindings.delete",
    "iam.principalaccessboundarypolicies.update", "iam.principalaccessboundarypolicies.delete",
    "iam.workforcePoolProviders.create", "iam.workforcePoolProviders.update", "resourcemanager.projects.move",
    "storage.objects.get", "storage.objects.create", "storage.objects.update", "storage.objects.delete",
    "bigquery.tables.getData", "bigquery.tables.export", "bigquery.tables.updateData", "bigquery.tables.delete",
    "cloudbuild.repositories.accessReadWriteToken",
    "accesscontextmanager.servicePerimeters.update", "accesscontextmanager.servicePerimeters.delete",
    "accesscontextmanager.accessLevels.update",
    "agentidentity.authProviders.retrieveCredentials",
    "compute.instances.osLogin", "compute.instances.osAdminLogin", "logging.privateLogEntries.list",
))  # fmt: skip
"""Permissions that no basic role is sure to hold. Owner and Editor get at objects and tables by the policies of buckets
and data sets."""
_ONLY_OWNERS_READ: Final = mask_of((
    "secretmanager.versions.access", "parametermanager.parameterVersions.render",
    "container.serviceAccounts.createToken",
))  # fmt: skip
_NOT_EDITORS: Final = mask_of((
    "bigquery.datasets.delete", "datastore.databases.delete", "logging.exclusions.create", "logging.sinks.delete",
    "logging.sinks.update", "container.clusterRoleBindings.create", "container.clusterRoles.bind",
    "container.clusterRoles.escalate", "container.clusterRoles.update", "container.roleBindings.create",
    "container.roles.bind", "container.roles.escalate", "container.roles.update",
))  # fmt: skip
"""What Owner may delete, silence or give out, and Editor may not."""

_OWNER: Final = EVERY & ~_NOT_BASIC
_EDITOR: Final = (
    _OWNER
    & ~_ONLY_OWNERS
    & ~_ONLY_OWNERS_READ
    & ~_NOT_EDITORS
    & ~SETS_POLICY
    & ~mask_of(
        permission
        for permission in PERMISSIONS
        if permission.startswith(
            ("privilegedaccessmanager.", "iam.workforce", "agentidentity", "cloudkms.", "modelarmor.")
        )
    )
)
_VIEWER: Final = mask_of(("apikeys.keys.list", "cloudscheduler.locations.list", "appengine.applications.get"))


def _service(*prefixes: str) -> int:
    """Every permission of interest that begins so."""
    return mask_of(permission for permission in PERMISSIONS if permission.startswith(prefixes))


REFERENCE: Final[dict[str, int]] = {
    "roles/owner": _OWNER,
    "roles/editor": _EDITOR,
    "roles/viewer": _VIEWER,
    "roles/iam.serviceAccountTokenCreator": mask_of(_TOKENS),
    "roles/iam.serviceAccountOpenIdTokenCreator": mask_of(("iam.serviceAccounts.getOpenIdToken",)),
    "roles/iam.serviceAccountUser": mask_of(("iam.serviceAccounts.actAs",)),
    "roles/iam.serviceAccountKeyAdmin": mask_of(("iam.serviceAccountKeys.create",)),
    "roles/iam.serviceAccountAdmin": mask_of(_ACCOUNTS),
    "roles/iam.serviceAccountCreator": mask_of(("iam.serviceAccounts.create",)),
    "roles/iam.workloadIdentityUser": mask_of((
        "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken",
    )),
    "roles/iam.workloadIdentityPoolAdmin": _service("iam.workloadIdentityPool"),
    "roles/iam.roleAdmin": mask_of(("iam.roles.create", "iam.roles.update")),
    "roles/iam.organizationRoleAdmin": mask_of(("iam.roles.create", "iam.roles.update")),
    "roles/iam.securityAdmin": SETS_POLICY,
    "roles/iam.denyAdmin": mask_of(("iam.denypolicies.update", "iam.denypolicies.delete")),
    "roles/resourcemanager.organizationAdmin": mask_of((
        "resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    )),
    "roles/resourcemanager.folderAdmin": mask_of((
        "resourcemanager.folders.setIamPolicy", "resourcemanager.folders.delete", "resourcemanager.projects.move",
        "resourcemanager.projects.setIamPolicy",
    )),
    "roles/resourcemanager.folderIamAdmin": mask_of(("resourcemanager.folders.setIamPolicy",)),
    "roles/resourcemanager.projectIamAdmin": mask_of(("resourcemanager.projects.setIamPolicy",)),
    "roles/orgpolicy.policyAdmin": _service("orgpolicy."),
    "roles/secretmanager.secretAccessor": mask_of(("secretmanager.versions.access",)),
    "roles/secretmanager.secretVersionManager": mask_of((
        "secretmanager.versions.add", "secretmanager.versions.destroy",
    )),
    "roles/agentidentity.user": mask_of(("agentidentity.authProviders.retrieveCredentials",)),
    "roles/secretmanager.admin": _service("secretmanager."),
    "roles/aiplatform.user": _service("aiplatform.") & ~mask_of((
        "aiplatform.models.export", "aiplatform.sandboxEnvironments.execute", "aiplatform.reasoningEngines.executeCode",
    )),
    "roles/aiplatform.admin": _service("aiplatform."),
    "roles/storage.admin": _service("storage.buckets.", "storage.objects."),
    "roles/storage.objectAdmin": _service("storage.objects."),
    "roles/storage.objectViewer": mask_of(("storage.objects.get",)),
    "roles/storage.objectCreator": mask_of(("storage.objects.create",)),
    "roles/storage.objectUser": _service("storage.objects."),
    "roles/storage.hmacKeyAdmin": mask_of(("storage.hmacKeys.create",)),
    "roles/bigquery.dataViewer": mask_of(("bigquery.tables.getData", "bigquery.tables.export")),
    "roles/bigquery.admin": _service("bigquery."),
    "roles/cloudbuild.builds.editor": mask_of(("cloudbuild.builds.create",)),
    "roles/compute.admin": _service("compute."),
    "roles/compute.osLogin": mask_of(("compute.instances.osLogin",)),
    "roles/compute.osAdminLogin": mask_of(("compute.instances.osLogin", "compute.instances.osAdminLogin")),
    "roles/run.admin": _service("run."),
    "roles/run.developer": mask_of((
        "run.services.create", "run.services.update", "run.jobs.create", "run.jobs.update", "run.jobs.run",
    )),
    "roles/cloudfunctions.admin": _service("cloudfunctions."),
    "roles/container.admin": _service("container."),
    "roles/container.developer": mask_of((
        "container.pods.create", "container.pods.exec", "container.deployments.create", "container.daemonSets.create",
        "container.jobs.create", "container.cronJobs.create", "container.statefulSets.create", "container.secrets.get",
    )),
    "roles/deploymentmanager.editor": mask_of(("deploymentmanager.deployments.create",)),
    "roles/serviceusage.apiKeysAdmin": _service("apikeys."),
}  # fmt: skip
"""Role -> permissions of interest that it is known to hold."""
