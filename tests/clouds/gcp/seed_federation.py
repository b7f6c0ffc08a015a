"""Workload identity pools, workforce pools and OAuth clients for the emulated organization."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item
from tests.clouds.gcp.seed import Company

GITHUB = "https://token.actions.githubusercontent.com"
GITHUB_MAPPING = {
    "google.subject": "assertion.sub",
    "attribute.repository": "assertion.repository",
    "attribute.repository_owner": "assertion.repository_owner",
}


def pool(company: Company, project: str, id: str, **fields: Any) -> str:
    """A workload identity pool; gives its relative name, by number."""
    relative = f"{company.state.place(project)}/locations/global/workloadIdentityPools/{id}"
    data: Item = {"name": relative, "state": "ACTIVE", "mode": "FEDERATION_ONLY", **fields}
    company.asset("iam.googleapis.com/WorkloadIdentityPool", f"//iam.googleapis.com/{relative}", data, project)
    return relative


def provider(company: Company, pool: str, id: str, **fields: Any) -> str:
    """A provider of a pool; gives its relative name. `fields`: those of IAM, such as oidc or aws."""
    relative = f"{pool}/providers/{id}"
    data: Item = {"name": relative, "state": "ACTIVE", **fields}
    project = "/".join(pool.split("/")[:2])
    company.asset("iam.googleapis.com/WorkloadIdentityPoolProvider", f"//iam.googleapis.com/{relative}", data, project)
    return relative


def github(company: Company, pool: str, condition: str = "", id: str = "github", **fields: Any) -> str:
    """A provider that takes GitHub's tokens."""
    more = {"attributeCondition": condition} if condition else {}
    made = {"oidc": {"issuerUri": GITHUB}, "attributeMapping": GITHUB_MAPPING, **more, **fields}
    return provider(company, pool, id, **made)


def namespace(company: Company, pool: str, id: str, *identities: str) -> None:
    """A namespace of a trust domain and its managed identities."""
    relative = f"{pool}/namespaces/{id}"
    company.state.lists[f"iam {pool} namespaces"].append({"name": relative, "state": "ACTIVE"})
    for name in identities:
        item = {"name": f"{relative}/managedIdentities/{name}", "state": "ACTIVE"}
        company.state.lists[f"iam {relative} managedIdentities"].append(item)


def principal(pool: str, subject: str) -> str:
    """A principal of a pool, as policies write it."""
    return f"principal://iam.googleapis.com/{pool}/subject/{subject}"


def principals(pool: str, what: str = "*") -> str:
    """A set of principals of a pool: "attribute.repository/acme/app"."""
    return f"principalSet://iam.googleapis.com/{pool}/{what}"


def workforce_pool(company: Company, id: str, **fields: Any) -> str:
    """A workforce pool of the organization; gives its relative name."""
    relative = f"locations/global/workforcePools/{id}"
    data: Item = {"name": relative, "parent": company.organization, "state": "ACTIVE", "sessionDuration": "3600s",
                  **fields}  # fmt: skip
    company.asset("iam.googleapis.com/WorkforcePool", f"//iam.googleapis.com/{relative}", data, company.organization)
    return relative


def workforce_provider(company: Company, pool: str, id: str, **fields: Any) -> str:
    """A directory of a workforce pool; gives its relative name."""
    relative = f"{pool}/providers/{id}"
    data: Item = {"name": relative, "state": "ACTIVE", "attributeMapping": {"google.subject": "assertion.sub"},
                  **fields}  # fmt: skip
    full = f"//iam.googleapis.com/{relative}"
    company.asset("iam.googleapis.com/WorkforcePoolProvider", full, data, company.organization)
    return relative


def oauth_client(company: Company, project: str, id: str, *secrets: str, **fields: Any) -> str:
    """An OAuth client and its secrets; gives its relative name."""
    relative = f"{company.state.place(project)}/locations/global/oauthClients/{id}"
    data: Item = {
        "name": relative, "clientId": f"{id}-0", "clientType": "CONFIDENTIAL_CLIENT", "state": "ACTIVE",
        "allowedGrantTypes": ["AUTHORIZATION_CODE_GRANT"], "allowedRedirectUris": ["https://app.acme.example/back"],
        "allowedScopes": ["https://www.googleapis.com/auth/cloud-platform"], **fields,
    }  # fmt: skip
    company.asset("iam.googleapis.com/OauthClient", f"//iam.googleapis.com/{relative}", data, project)
    for name in secrets:
        secret = {"name": f"{relative}/credentials/{name}", "displayName": name}
        full = f"//iam.googleapis.com/{relative}/credentials/{name}"
        company.asset("iam.googleapis.com/OauthClientCredential", full, secret, project)
    return relative
