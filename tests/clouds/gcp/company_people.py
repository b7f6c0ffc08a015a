"""The people of the company in Google's directory: groups, and the roles that these hold."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.company_people import PEOPLE
from tests.clouds.gcp.company_shape import (
    CICD,
    CUSTOMS,
    DOMAIN,
    ML_LAB,
    SHIPPING,
    SHIPPING_DEV,
    WAREHOUSE,
    Estate,
    person,
    team,
)
from tests.clouds.gcp.seed import ago
from tests.clouds.gcp.seed_guardrails import bind_boundary, boundary, deny, deny_policy, entitlement, grant, group
from tests.clouds.gcp.state import State

_ROLES: Final = (
    ("roles/bigquery.dataEditor", "BigQuery Data Editor", (
        "bigquery.tables.getData", "bigquery.tables.updateData", "bigquery.tables.create", "bigquery.datasets.get")),
    ("roles/bigquery.user", "BigQuery User", ("bigquery.jobs.create", "bigquery.datasets.get")),
    ("roles/billing.viewer", "Billing Account Viewer", ("billing.accounts.get", "billing.accounts.list")),
    ("roles/cloudasset.viewer", "Cloud Asset Viewer", (
        "cloudasset.assets.listResource", "cloudasset.assets.searchAllIamPolicies",
        "cloudasset.assets.searchAllResources")),
    ("roles/datastore.user", "Cloud Datastore User", ("datastore.entities.get", "datastore.entities.update")),
    ("roles/logging.viewer", "Logs Viewer", ("logging.logEntries.list", "logging.logs.list")),
    ("roles/monitoring.viewer", "Monitoring Viewer", ("monitoring.timeSeries.list",)),
    ("roles/pubsub.subscriber", "Pub/Sub Subscriber", ("pubsub.subscriptions.consume",)),
    ("roles/run.developer", "Cloud Run Developer", (
        "run.services.create", "run.services.update", "run.services.list", "run.jobs.create", "run.jobs.run")),
    ("roles/storage.objectCreator", "Storage Object Creator", ("storage.objects.create",)),
    ("roles/aiplatform.serviceAgent", "Vertex AI Service Agent", (
        "aiplatform.endpoints.predict", "storage.objects.get", "bigquery.tables.getData")),
    ("roles/aiplatform.reasoningEngineServiceAgent", "Vertex AI Reasoning Engine Service Agent", (
        "aiplatform.endpoints.predict", "aiplatform.sessions.create", "aiplatform.memories.create",
        "logging.logEntries.create")),
    ("roles/discoveryengine.serviceAgent", "Discovery Engine Service Agent", (
        "discoveryengine.assistants.assist", "storage.objects.get")),
)  # fmt: skip
"""Further predefined roles that are in use here, with those of their permissions that matter."""
_TOKENS: Final = ("getAccessToken", "getOpenIdToken", "implicitDelegation", "signBlob", "signJwt")
_NO_NEW_KEYS: Final = ("iam.googleapis.com/serviceAccountKeys.create",)


def seed_roles(state: State) -> None:
    """Predefined roles that the emulator does not have by itself."""
    for name, title, permissions in _ROLES:
        state.roles[name] = {
            "name": name, "title": title, "stage": "GA", "includedPermissions": sorted(permissions),
        }  # fmt: skip


def seed_people(estate: Estate) -> None:
    """Groups and their roles. Most roles are held by a group; those of single people are from before."""
    company = estate.company
    members: dict[str, list[str]] = {}
    for _, address, _, department in PEOPLE:
        members.setdefault(department.lower(), []).append(person(address))
    for name in ("platform", "security", "engineering", "data", "finance", "support"):
        group(company, f"gcp-{name}@{DOMAIN}", *members[name])
    group(company, f"gcp-organization-admins@{DOMAIN}", person("ingrid.solberg"), person("helena.brandt"))
    organization = company.organization
    company.bind(organization, "resourcemanager.organizationAdmin", team("organization-admins"))
    company.bind(organization, "iam.securityReviewer", team("security"))
    company.bind(organization, "cloudasset.viewer", team("security"), team("platform"))
    company.bind(organization, "billing.viewer", team("finance"))
    company.bind(organization, "browser", f"domain:{DOMAIN}")
    company.bind(estate.production, "viewer", team("platform"))
    company.bind(estate.production, "logging.viewer", team("engineering"))
    company.bind(estate.development, "editor", team("platform"))
    company.bind(estate.shared, "viewer", team("platform"))
    company.bind(SHIPPING_DEV, "editor", team("engineering"))
    # A tutorial said so. It reaches the default account too, which may change everything there.
    company.bind(SHIPPING_DEV, "iam.serviceAccountTokenCreator", team("engineering"))
    company.bind(SHIPPING, "run.developer", person("mei.tanaka"))
    company.bind(WAREHOUSE, "bigquery.dataViewer", team("data"), team("finance"))
    company.bind(WAREHOUSE, "bigquery.user", team("data"), team("finance"))
    company.bind(WAREHOUSE, "bigquery.dataEditor", person("hannah.fischer"))
    company.bind(WAREHOUSE, "bigquery.dataViewer", f"deleted:user:viktor.lindqvist@{DOMAIN}?uid=109384756120394857612")
    company.bind(CUSTOMS, "aiplatform.user", person("mateo.silva"), person("olivia.chen"))
    company.bind(CUSTOMS, "discoveryengine.user", team("support"))
    company.bind(ML_LAB, "editor", team("data"))
    company.bind(CICD, "cloudbuild.builds.editor", team("platform"))


def seed_limits(estate: Estate) -> None:
    """What no role gets past, and the way for the platform team to become an owner for some hours."""
    company = estate.company
    no_keys = deny(_NO_NEW_KEYS, but_for=(f"principalSet://goog/group/gcp-organization-admins@{DOMAIN}",))
    no_keys["description"] = "Nobody makes keys of service accounts any more; use federation."
    deny_policy(company, company.organization, "no-new-account-keys", no_keys, createTime=ago(310))
    tokens = deny(
        tuple(f"iam.googleapis.com/serviceAccounts.{verb}" for verb in _TOKENS),
        (f"principalSet://goog/group/gcp-engineering@{DOMAIN}",),
    )
    tokens["description"] = "Engineers do not act as the accounts of production."
    deny_policy(company, estate.production, "no-tokens-for-engineers", tokens, createTime=ago(260))
    within = boundary(company, "stay-in-development", _full(estate.development))
    number = company.state.place(ML_LAB)
    bind_boundary(company, within, "ml-lab-accounts", _full(number))
    name = entitlement(
        company,
        estate.production,
        "production-owner",
        team("platform"),
        roles=("roles/owner",),
        minutes=240,
        approvers=(team("security"),),
        createTime=ago(410),
    )
    grant(
        company,
        name,
        "4f0b9d1e-7a52-4c38-9a6e-1d2f0c51e6a5",
        f"daniel.okafor@{DOMAIN}",
        requestedDuration="14400s",
        justification={"unstructuredJustification": "Tracking answers slowly since the release of this morning."},
        timeline={"events": [{"eventTime": ago(0.03), "approved": {"reason": "", "actor": f"yusuf.demir@{DOMAIN}"}}]},
    )


def _full(container: str) -> str:
    return f"//cloudresourcemanager.googleapis.com/{container}"
