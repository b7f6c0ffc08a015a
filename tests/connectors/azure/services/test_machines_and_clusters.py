"""Virtual machines, scale sets and Kubernetes clusters: who acts as which identity."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import RunsAs
from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_resources import federated_credential, managed_identity, system_assigned, user_assigned
from tests.connectors.azure.scanning import inventory_of
from tests.connectors.azure.services.asked import joined

ISSUER = "https://westeurope.oic.prod-aks.azure.com/0000/1111/"


def test_machines_and_scale_sets(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    shared = managed_identity(tenant, subscription, "shared")
    own = system_assigned(tenant)
    both = {**user_assigned(shared), **own, "type": "SystemAssigned, UserAssigned"}
    machine = tenant.resource(
        subscription,
        "Microsoft.Compute/virtualMachines",
        "build",
        identity=both,
        tags={"owner": "ada@acme.example"},
        properties={
            "timeCreated": "2026-01-02T03:04:05.1234567+00:00",
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": {"osType": "Linux"}},
            "osProfile": {"allowExtensionOperations": True},
        },
    )
    tenant.resource(subscription, "Microsoft.Compute/virtualMachineScaleSets", "pool", sku={"name": "Standard_B1s"})
    found = inventory_of(azure, tmp_path / "b")
    workload = found.workloads[resource_id(machine["id"])]
    assert (workload.kind, workload.region, workload.tags) == ("azure-vm", "westeurope", {"owner": "ada@acme.example"})
    assert workload.created_at is not None
    assert workload.attributes == {"size": "Standard_D2s_v5", "os": "Linux", "extensions_allowed": "true"}
    assert {run.identity for run in found.runs_as} == {
        service_principal_id(own["principalId"]),
        service_principal_id(shared["properties"]["principalId"]),
    }
    assert [workload.kind for workload in found.workloads.values() if workload.name == "pool"] == ["azure-vm-scale-set"]


def test_a_cluster_and_the_service_accounts_that_a_credential_names(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    nodes, runs, control = (managed_identity(tenant, subscription, name) for name in ("nodes", "runs", "control"))
    cluster = tenant.resource(
        subscription,
        "Microsoft.ContainerService/managedClusters",
        "k8s",
        identity=user_assigned(control),
        properties={
            "oidcIssuerProfile": {"enabled": True, "issuerURL": ISSUER},
            "securityProfile": {"workloadIdentity": {"enabled": True}},
            "identityProfile": {"kubeletidentity": {"objectId": nodes["properties"]["principalId"]}},
            "addonProfiles": {"azurepolicy": {"identity": {"objectId": tenant.state.guid()}}},
            "apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/24"]},
        },
    )
    federated_credential(tenant, runs, "pods", ISSUER, "system:serviceaccount:shop:pay")
    federated_credential(tenant, runs, "elsewhere", "https://other.example", "system:serviceaccount:shop:pay")
    found = joined(inventory_of(azure, tmp_path / "b"))
    id = resource_id(cluster["id"])
    assert found.workloads[id].attributes == {
        "oidc_issuer": "westeurope.oic.prod-aks.azure.com/0000/1111",
        "workload_identity": "true",
        "local_accounts": "true",
        "api": "restricted",
    }
    account = found.workloads[f"{id}/serviceaccount/shop/pay"]
    assert (account.kind, account.name) == ("azure-aks-service-account", "shop/pay")
    by_detail = {run.detail: run for run in found.runs_as}
    assert by_detail["workload identity"] == RunsAs(
        workload=account.id,
        identity=service_principal_id(runs["properties"]["principalId"]),
        detail="workload identity",
    )
    assert by_detail["identity of the nodes"].identity == service_principal_id(nodes["properties"]["principalId"])
    assert not by_detail["identity of the nodes"].by_platform
    assert by_detail["user-assigned identity"].by_platform
    assert by_detail["add-on azurepolicy"].by_platform
    issuer = found.federation_providers[f"{id}/oidcissuer"]
    assert (issuer.kind, issuer.issuer, issuer.enabled) == (
        "outbound-oidc",
        "westeurope.oic.prod-aks.azure.com/0000/1111",
        True,
    )
    principal = "oidc:westeurope.oic.prod-aks.azure.com/0000/1111#system:serviceaccount:shop:pay"
    assert ("federates", principal) in {(link.kind, link.target) for link in found.links_from(account.id)}
    assert len([run for run in found.runs_as if run.detail == "workload identity"]) == 1
