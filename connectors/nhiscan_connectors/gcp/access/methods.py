"""Escalation in Google Cloud: who can act as a service account, change what runs as one, or write a policy.

Whoever holds a permission on a scope holds it on everything in it. Sources: the catalogues of Rhino Security Labs and
HackTricks Cloud with the names of permissions as they are now ("apikeys.keys.*" for "serviceusage.apiKeys.*"), and
Google's "IAM permissions reference". Methods by which an account is attached to something new, or something existing
is made to run with it, need `iam.serviceAccounts.actAs` on the account.
"""

from __future__ import annotations

from typing import Final

from nhiscan_connectors.gcp.access.attachments import ATTACHED
from nhiscan_connectors.gcp.access.method import ACCOUNT, CONTAINERS, NARROW, Method, gives, on_account, on_scope
from nhiscan_connectors.gcp.access.takeovers import TAKEOVERS

_SCOPES: Final = (
    on_scope(
        "gcp-set-organization-policy",
        "resourcemanager.organizations.setIamPolicy",
        "organization",
        "can give itself any role at {target}",
    ),
    on_scope(
        "gcp-set-folder-policy",
        "resourcemanager.folders.setIamPolicy",
        "folder",
        "can give itself any role at {target}",
    ),
    on_scope(
        "gcp-set-project-policy",
        "resourcemanager.projects.setIamPolicy",
        "project",
        "can give itself any role at {target}",
    ),
    on_scope(
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
        fix=NARROW.replace("{action}", "iam.roles.update"),
    ),
)

_ACCOUNTS: Final = (
    on_account(
        "gcp-get-access-token",
        "iam.serviceAccounts.getAccessToken",
        "can get access tokens of {target}",
    ),
    on_account("gcp-sign-jwt", "iam.serviceAccounts.signJwt", "can sign tokens as {target}"),
    on_account("gcp-sign-blob", "iam.serviceAccounts.signBlob", "can sign anything as {target}, a token too"),
    on_account("gcp-create-key", "iam.serviceAccountKeys.create", "can create a key of {target}"),
    on_account("gcp-set-account-policy", "iam.serviceAccounts.setIamPolicy", "can let itself act as {target}"),
    on_account(
        "gcp-create-role-and-set-policy",
        "iam.serviceAccounts.setIamPolicy iam.roles.create",
        "can make a role of its own and let itself act as {target} by it",
    ),
    on_account(
        "gcp-open-id-token",
        "iam.serviceAccounts.getOpenIdToken",
        "can get ID tokens of {target}",
        note="something that it wants takes ID tokens of the account",
    ),
    on_account(
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
        fix=NARROW.replace("{action}", "iam.serviceAccounts.implicitDelegation"),
    ),
)

_GRANTS: Final = (
    gives("gcp-secret-access", "secretmanager.versions.access", "read_secrets", "can read secrets of {target}"),
    gives(
        "gcp-secret-set-policy",
        "secretmanager.secrets.setIamPolicy",
        "read_secrets",
        "can let itself read secrets of {target}",
    ),
    gives(
        "gcp-api-key-read",
        "apikeys.keys.getKeyString",
        "read_secrets",
        "can read the values of API keys of {target}",
    ),
    gives(
        "gcp-repository-token",
        "cloudbuild.repositories.accessReadWriteToken",
        "read_secrets",
        "can get tokens for the connected source repositories of {target}",
    ),
    gives(
        "gcp-agent-credentials-set-policy",
        "agentidentity.authProviders.setIamPolicy",
        "read_secrets",
        "can let itself get what auth providers of {target} keep for agents",
    ),
    gives(
        "gcp-agent-credentials",
        "agentidentity.authProviders.retrieveCredentials",
        "read_secrets",
        "can get the credentials and the tokens of people that auth providers of {target} keep for agents",
    ),
    gives(
        "gcp-api-key-create",
        "apikeys.keys.create",
        "invoke_models",
        "can create an API key without restrictions in {target}",
    ),
    gives(
        "gcp-bucket-set-policy",
        "storage.buckets.setIamPolicy",
        "read_data",
        "can let itself read and write buckets of {target}",
    ),
    gives("gcp-key-set-policy", "cloudkms.cryptoKeys.setIamPolicy", "read_data", "can let itself use keys of {target}"),
    gives(
        "gcp-topic-set-policy",
        "pubsub.topics.setIamPolicy",
        "write_data",
        "can let itself publish to topics of {target}",
    ),
    gives(
        "gcp-subscription-set-policy",
        "pubsub.subscriptions.setIamPolicy",
        "read_data",
        "can let itself read subscriptions of {target}",
    ),
    gives(
        "gcp-repository-set-policy",
        "artifactregistry.repositories.setIamPolicy",
        "write_data",
        "can let itself push to repositories of {target}",
    ),
    gives(
        "gcp-deployment-set-policy",
        "deploymentmanager.deployments.setIamPolicy",
        "administer_identities",
        "can let itself change deployments of {target}",
    ),
    gives("gcp-model-export", "aiplatform.models.export", "read_data", "can export models of {target}"),
    gives("gcp-dataset-export", "aiplatform.datasets.export", "read_data", "can export data sets of {target}"),
    gives("gcp-object-get", "storage.objects.get", "read_data", "can read objects of {target}"),
    gives(
        "gcp-organization-policy",
        "orgpolicy.policy.set",
        "change_guardrails",
        "can lift constraints of the organization at {target}, those on keys and on accounts of other projects too",
    ),
)

METHODS: Final[tuple[Method, ...]] = (*_SCOPES, *_ACCOUNTS, *ATTACHED, *TAKEOVERS, *_GRANTS)
"""Every method. The core's answer is `allowed`, or `conditional` with a note; without a target it is `latent`."""

MINTING: Final = ("gcp-get-access-token", "gcp-sign-jwt", "gcp-sign-blob")
"""Methods that work through a chain of delegation."""

ALL_KINDS: Final = tuple(sorted({kind for method in METHODS for kind in method.all_kinds}))
