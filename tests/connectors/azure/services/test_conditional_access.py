"""Conditional Access for workload identities: what is bound, and what only seems to be."""

from __future__ import annotations

from pathlib import Path

from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_directory import access_policy
from tests.connectors.azure.scanning import inventory_of


def test_a_policy_binds_those_that_it_names_and_does_not_spare(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    robot, spared, dry = (tenant.service_principal(name) for name in ("robot", "spared", "dry"))
    named = [robot["id"].upper(), spared["id"], "ServicePrincipalsInMyTenant"]
    policy = access_policy(
        tenant, "No robots abroad", includeServicePrincipals=named, excludeServicePrincipals=[spared["id"]]
    )
    report = "enabledForReportingButNotEnforced"
    trial = access_policy(tenant, "Trial", state=report, includeServicePrincipals=[dry["id"]])
    access_policy(tenant, "People only")
    found = inventory_of(azure, tmp_path / "b")
    id = f"/identity/conditionalAccess/policies/{policy['id']}"
    assert set(found.resources) == {id, f"/identity/conditionalAccess/policies/{trial['id']}"}
    assert [(link.source, link.target, link.kind) for link in found.links] == [
        (f"/servicePrincipals/{robot['id']}", id, "governed_by")
    ]
    assert found.resources[id].attributes == {
        "state": "enabled",
        "covers": "all service principals of the tenant's own applications",
        "controls": "block",
        "spares": f"/servicePrincipals/{spared['id']}",
    }


def test_a_tenant_without_the_licence_has_a_gap(azure: Azure, tmp_path: Path) -> None:
    azure.faults.add("unlicensed", "/identity/conditionalAccess/policies")
    found = inventory_of(azure, tmp_path / "b")
    assert [gap.reason for gap in found.gaps] == ["not_licensed"]
