"""IAM: workload identity pools and what is in them."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import Item, not_found
from tests.clouds.gcp.routing import Request, get

_POOL = "v1/projects/{project}/locations/global/workloadIdentityPools"


@get("iam", _POOL)
def pools(request: Request) -> Any:
    """workloadIdentityPools.list, without deleted ones."""
    found = _within(request, "iam.googleapis.com/WorkloadIdentityPool")
    return request.page("workloadIdentityPools", found, most=1000, default=50)


@get("iam", f"{_POOL}/{{pool}}/providers")
def providers(request: Request) -> Any:
    """workloadIdentityPools.providers.list, without deleted ones."""
    above = f"/workloadIdentityPools/{request.params['pool']}/providers/"
    found = [
        item for item in _within(request, "iam.googleapis.com/WorkloadIdentityPoolProvider") if above in item["name"]
    ]
    return request.page("workloadIdentityPoolProviders", found, most=100, default=50)


@get("iam", f"{_POOL}/{{pool}}/namespaces")
def namespaces(request: Request) -> Any:
    """workloadIdentityPools.namespaces.list."""
    found = request.state.lists[f"iam {_relative(request)} namespaces"]
    return request.page("workloadIdentityPoolNamespaces", found, most=1000, default=50)


@get("iam", f"{_POOL}/{{pool}}/namespaces/{{namespace}}/managedIdentities")
def managed_identities(request: Request) -> Any:
    """workloadIdentityPools.namespaces.managedIdentities.list."""
    relative = f"{_relative(request)}/namespaces/{request.params['namespace']}"
    found = request.state.lists[f"iam {relative} managedIdentities"]
    return request.page("workloadIdentityPoolManagedIdentities", found, most=1000, default=50)


def _relative(request: Request) -> str:
    place = request.state.place(f"projects/{request.params['project']}")
    relative = f"{place}/locations/global/workloadIdentityPools/{request.params['pool']}"
    if f"//iam.googleapis.com/{relative}" not in request.state.assets:
        raise not_found(relative)
    return relative


def _within(request: Request, type: str) -> list[Item]:
    found = request.state.within(f"projects/{request.params['project']}", type)
    return [asset.data for asset in found if asset.data.get("state") != "DELETED"]


@get("iam", "v1/locations/global/workforcePools")
def workforce_pools(request: Request) -> Any:
    """locations.workforcePools.list of an organization."""
    found = request.state.within(request.one("parent"), "iam.googleapis.com/WorkforcePool")
    items = [asset.data for asset in found if asset.data.get("state") != "DELETED"]
    return request.page("workforcePools", items, most=100, default=50, allow=("parent",))


@get("iam", "v1/locations/global/workforcePools/{pool}/providers")
def workforce_providers(request: Request) -> Any:
    """locations.workforcePools.providers.list. The secret of a client is never given back, only that there is one."""
    above = f"locations/global/workforcePools/{request.params['pool']}/providers/"
    found = [
        asset.data
        for asset in request.state.index["iam.googleapis.com/WorkforcePoolProvider"]
        if asset.data["name"].startswith(above)
    ]
    return request.page("workforcePoolProviders", found, most=100, default=50)


@get("iam", "v1/projects/{project}/locations/global/oauthClients")
def oauth_clients(request: Request) -> Any:
    """oauthClients.list."""
    found = _within(request, "iam.googleapis.com/OauthClient")
    return request.page("oauthClients", found, most=100, default=50)
