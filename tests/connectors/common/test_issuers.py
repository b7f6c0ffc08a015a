"""Issuers of build platforms and of clusters, by name."""

from __future__ import annotations

import pytest

from nhiscan_connectors.common.issuers import is_ci_issuer, is_cluster_issuer


@pytest.mark.parametrize(
    "issuer",
    [
        "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF",
        "oidc.eks.cn-north-1.amazonaws.com.cn/id/ABCDEF",
        "oidc.eks.eu-west-1.api.aws/id/ABCDEF",
        "westeurope.oic.prod-aks.azure.com/t/c",
        "oic.prod-aks.azure.com/t/c",
        "USGovVirginia.oic.prod-aks.azure.us/t/c",
        "chinaeast2.oic.prod-aks.azure.cn/t/c",
        "container.googleapis.com/v1/projects/acme/locations/europe-west1/clusters/shop",
        "container.googleapis.com/v1/projects/acme/zones/europe-west1-b/clusters/shop",
        "container.googleapis.com/v1beta1/projects/acme/locations/europe-west1/clusters/shop",
        "gkehub.googleapis.com/projects/acme/locations/global/memberships/factory",
        "europe-west1-gkemulticloud.googleapis.com/v1/projects/1/locations/europe-west1/awsClusters/shop",
        "gkemulticloud.googleapis.com/v1/projects/1/locations/europe-west1/azureClusters/shop",
    ],
)
def test_issuers_of_clusters(issuer: str) -> None:
    assert is_cluster_issuer(issuer)
    assert not is_ci_issuer(issuer)


@pytest.mark.parametrize(
    "issuer",
    [
        "token.actions.githubusercontent.com",
        "oic.prod-aks.azure.de/t/c",
        "oic.prod-aks.azure.com.evil.example/t/c",
        "evil.example/oic.prod-aks.azure.us/t/c",
        "container.googleapis.com",
        "container.googleapis.com/v1/projects/acme",
        "gkehub.googleapis.com.evil.example/projects/acme/locations/global/memberships/factory",
        "evil.example/gkehub.googleapis.com/projects/acme/locations/global/memberships/factory",
        "accounts.google.com",
        "",
    ],
)
def test_other_issuers_are_of_no_cluster(issuer: str) -> None:
    assert not is_cluster_issuer(issuer)
