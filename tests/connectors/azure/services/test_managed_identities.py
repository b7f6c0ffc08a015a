"""User-assigned identities, whom they believe, and everything that has an identity."""

from __future__ import annotations

from pathlib import Path

from nhiscan.model import RunsAs
from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_resources import (
    child,
    federated_credential,
    managed_identity,
    system_assigned,
    user_assigned,
    vault,
)
from tests.connectors.azure.scanning import inventory_of, scanned
from tests.connectors.azure.services.asked import asked, gaps, written

GITHUB = "https://token.actions.githubusercontent.com"


def test_a_federated_credential_is_a_trust(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    deploy = managed_identity(azure.tenant, subscription, "deploy")
    federated_credential(azure.tenant, deploy, "github", GITHUB, "repo:acme/shop:ref:refs/heads/main")
    found = inventory_of(azure, tmp_path / "b")
    id = service_principal_id(deploy["properties"]["principalId"])
    [trust] = found.trusts_of(id)
    assert trust.principal == "oidc:token.actions.githubusercontent.com#repo:acme/shop:ref:refs/heads/main"
    assert {guard.kind: guard.values for guard in trust.guards} == {
        "audience": ("api://AzureADTokenExchange",),
        "subject": ("repo:acme/shop:ref:refs/heads/main",),
    }
    assert trust.statement == f"federated credential github of {resource_id(deploy['id'])}"
    assert {signal.name for signal in found.signals_of(id)} >= {"trusted-by-ci-oidc"}


def test_an_expression_over_the_subject_is_its_pattern(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    deploy = managed_identity(azure.tenant, subscription, "deploy")
    expression = {"value": "claims['sub'] matches 'repo:acme/*'", "languageVersion": 1}
    federated_credential(azure.tenant, deploy, "any", GITHUB, "", claimsMatchingExpression=expression)
    federated_credential(azure.tenant, deploy, "nobody", GITHUB, "")
    parsed = scanned(azure, tmp_path / "b")
    id = service_principal_id(deploy["properties"]["principalId"])
    told = {trust.principal: trust.kind for trust in parsed.inventory.trusts_of(id)}
    assert told == {
        "oidc:token.actions.githubusercontent.com#repo:acme/*": "oidc",
        "oidc:token.actions.githubusercontent.com#*": "unknown",
    }
    [gap] = gaps(parsed)
    assert "nobody names nobody" in gap.detail
    assert gap.subjects == (id,)


def test_a_star_in_a_plain_subject_is_a_star(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    deploy = managed_identity(azure.tenant, subscription, "deploy")
    federated_credential(azure.tenant, deploy, "mistaken", GITHUB, "repo:acme/shop:*")
    parsed = scanned(azure, tmp_path / "b")
    [trust] = parsed.inventory.trusts_of(service_principal_id(deploy["properties"]["principalId"]))
    assert trust.principal == "oidc:token.actions.githubusercontent.com#repo:acme/shop:%2A"
    assert (trust.guards[0].operator, trust.guards[0].values) == ("equals", ("repo:acme/shop:*",))
    assert gaps(parsed) == []


def test_an_identity_stands_where_the_directory_was_closed(azure: Azure, tmp_path: Path) -> None:
    subscription = azure.tenant.subscription("prod")
    deploy = managed_identity(azure.tenant, subscription, "deploy")
    azure.faults.add("deny", "/servicePrincipals")
    found = inventory_of(azure, tmp_path / "b")
    identity = found.identities[service_principal_id(deploy["properties"]["principalId"])]
    assert (identity.kind, identity.name, identity.scope) == (
        "entra-managed-identity",
        "deploy",
        f"azure:{azure.tenant.id}",
    )
    assert identity.attributes["resource"] == resource_id(deploy["id"])


def test_any_resource_with_an_identity_runs_as_it(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    shared = managed_identity(tenant, subscription, "shared")
    own = system_assigned(tenant)
    grafana = tenant.resource(subscription, "Microsoft.Dashboard/grafana", "g", identity=own)
    synapse = tenant.resource(subscription, "Microsoft.Synapse/workspaces", "s", identity=user_assigned(shared))
    tenant.resource(subscription, "Microsoft.Network/virtualNetworks", "n")
    found = inventory_of(azure, tmp_path / "b")
    assert {workload.id: workload.attributes["type"] for workload in found.workloads.values()} == {
        resource_id(grafana["id"]): "microsoft.dashboard/grafana",
        resource_id(synapse["id"]): "microsoft.synapse/workspaces",
    }
    assert set(found.runs_as) == {
        RunsAs(
            workload=resource_id(grafana["id"]),
            identity=service_principal_id(own["principalId"]),
            detail="system-assigned identity",
        ),
        RunsAs(
            workload=resource_id(synapse["id"]),
            identity=service_principal_id(shared["properties"]["principalId"]),
            detail="user-assigned identity",
        ),
    }


def test_an_empty_subscription_costs_two_calls(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("empty")
    inventory_of(azure, tmp_path / "b")
    assert asked(tmp_path / "b") == {
        "Microsoft.ResourceGraph:resources.query": 1,
        "Microsoft.ResourceGraph:identities.query": 1,
    }


def test_without_resource_graph_the_same_is_found(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    shared = managed_identity(tenant, subscription, "shared")
    tenant.resource(subscription, "Microsoft.Compute/virtualMachines", "vm", identity=user_assigned(shared))
    tenant.resource(subscription, "Microsoft.Dashboard/grafana", "g", identity=system_assigned(tenant))
    with_graph = inventory_of(azure, tmp_path / "a")
    azure.faults.add("deny", "/providers/Microsoft.ResourceGraph/resources")
    parsed = scanned(azure, tmp_path / "b")
    assert parsed.inventory.workloads == with_graph.workloads
    assert set(parsed.inventory.runs_as) == set(with_graph.runs_as)
    assert {gap.operation: gap.blinds for gap in gaps(parsed)} == {
        "Microsoft.ResourceGraph:resources.query": (),
        "Microsoft.ResourceGraph:identities.query": (),
    }
    assert asked(tmp_path / "b")["Microsoft.App:jobs.list"] == 0
    assert asked(tmp_path / "b")["Microsoft.Compute:virtualMachines.list"] == 1


def test_what_neither_resource_graph_nor_a_list_tells_is_unknown(azure: Azure, tmp_path: Path) -> None:
    azure.tenant.subscription("prod")
    azure.faults.add("deny", "/providers/Microsoft.ResourceGraph/resources")
    azure.faults.add("deny", "/subscriptions/*/resources")
    azure.faults.add("deny", "/subscriptions/*/providers/Microsoft.KeyVault/vaults")
    found = {gap.operation: gap for gap in gaps(scanned(azure, tmp_path / "b"))}
    assert found["Microsoft.KeyVault:vaults.list"].blinds == ("secrets", "policies")
    assert found["Microsoft.KeyVault:vaults.list"].permission == "Microsoft.KeyVault/vaults/read"
    assert found["Microsoft.Resources:resources.list"].blinds == ("workloads",)


def test_pages_of_the_sweep_are_all_read(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    azure.emulator.page_size = 2
    subscription = tenant.subscription("prod")
    for number in range(5):
        tenant.resource(subscription, "Microsoft.Compute/virtualMachines", f"vm-{number}")
    found = inventory_of(azure, tmp_path / "b")
    assert sorted(workload.name for workload in found.workloads.values()) == [f"vm-{number}" for number in range(5)]
    assert asked(tmp_path / "b")["Microsoft.ResourceGraph:resources.query"] == 3


def test_an_identity_without_an_object_id_is_told(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    gone = {"type": "UserAssigned", "userAssignedIdentities": {f"{subscription['id']}/x/gone": {}}}
    tenant.resource(subscription, "Microsoft.Compute/virtualMachines", "vm", identity=gone)
    [gap] = gaps(scanned(azure, tmp_path / "b"))
    assert "user-assigned identity gone of vm has no object id" in gap.detail
    assert gap.subjects == (f"{subscription['id']}/resourcegroups/rg/providers/microsoft.compute/virtualmachines/vm",)


def test_a_key_in_a_tag_of_any_resource_is_seen_once(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    key = "sk-proj-" + "mN8bV7cX6zL5kJ4hG3fD2sA1pO0iU9yT"  # opens nothing
    subscription = tenant.subscription("prod")
    made = [
        tenant.resource(subscription, kind, "x", identity=system_assigned(tenant), tags={"note": f"use {key}"})
        for kind in ("Microsoft.Compute/virtualMachines", "Microsoft.Dashboard/grafana", "Microsoft.Cache/redis")
    ]
    store = vault(tenant, subscription, "acme")
    made.append(child(tenant, store, "secrets", "old", {"contentType": "text"}, tags={"note": key}))
    found = inventory_of(azure, tmp_path / "b")
    assert sorted((sighting.subject, sighting.where) for sighting in found.sightings) == sorted(
        (resource_id(item["id"]), "tag note") for item in made
    )
    assert key not in written(tmp_path / "b")
