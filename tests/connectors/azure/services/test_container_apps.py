"""Container Apps, jobs and container instances: variables, secrets behind them, and keys that stand in the open."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.azure.ids import resource_id, service_principal_id
from tests.clouds.azure.fixtures import Azure
from tests.clouds.azure.seed_resources import managed_identity, user_assigned, vault, vault_secret
from tests.connectors.azure.scanning import inventory_of
from tests.connectors.azure.services.asked import asked, written

NOT_A_KEY = "sk-proj-" + "zY8xW6vU4tS2rQ0pO9nM7lK5jI3hG1fE"  # opens nothing


def test_variables_and_the_secrets_behind_them(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    key = vault_secret(tenant, vault(tenant, subscription, "acme"), "claude")
    runs, pulls = managed_identity(tenant, subscription, "runs"), managed_identity(tenant, subscription, "pulls")
    app = tenant.resource(
        subscription,
        "Microsoft.App/containerApps",
        "chat",
        identity=user_assigned(runs),
        properties={
            "configuration": {
                "ingress": {"external": True, "fqdn": "chat.example"},
                "secrets": [
                    {"name": "claude-key", "keyVaultUrl": "https://ACME.vault.azure.net/secrets/claude/0123456789"},
                    {"name": "own"},
                ],
                "registries": [{"server": "acme.azurecr.io", "identity": pulls["id"]}],
            },
            "template": {
                "containers": [
                    {
                        "name": "main",
                        "image": "acme.azurecr.io/chat:1",
                        "env": [
                            {"name": "ANTHROPIC_API_KEY", "secretRef": "claude-key"},
                            {"name": "DB_PASSWORD", "secretRef": "own"},
                            {"name": "OPENAI_API_KEY", "value": NOT_A_KEY},
                            {"name": "MODE", "value": "fast"},
                        ],
                    }
                ]
            },
        },
    )
    found = inventory_of(azure, tmp_path / "b")
    id = resource_id(app["id"])
    workload = found.workloads[id]
    assert workload.kind == "azure-container-app"
    assert workload.variables == ("ANTHROPIC_API_KEY", "DB_PASSWORD", "OPENAI_API_KEY", "MODE")
    assert workload.public is None
    assert workload.attributes["ingress"] == "external"
    assert {(link.kind, link.target) for link in found.links_from(id)} == {
        ("reads_secret", resource_id(key["id"])),
        ("holds_key_of", "llm:anthropic"),
        ("holds_key_of", "llm:openai"),
    }
    [sighting] = found.sightings
    assert (sighting.subject, sighting.where) == (id, "environment variable OPENAI_API_KEY")
    assert NOT_A_KEY not in written(tmp_path / "b")
    assert {(run.identity, run.by_platform) for run in found.runs_as} == {
        (service_principal_id(runs["properties"]["principalId"]), False),
        (service_principal_id(pulls["properties"]["principalId"]), True),
    }
    assert sum(asked(tmp_path / "b")[name] for name in asked(tmp_path / "b") if "ResourceGraph" in name) == 2


def test_who_gets_in(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    subscription = tenant.subscription("prod")
    apps = "Microsoft.App/containerApps"
    tenant.resource(subscription, apps, "none", properties={"configuration": {"ingress": None, "secrets": []}})
    tenant.resource(subscription, apps, "inner", properties={"configuration": {"ingress": {"external": False}}})
    tenant.resource(subscription, apps, "blank")
    tenant.resource(subscription, "Microsoft.App/jobs", "nightly", properties={"configuration": {"triggerType": "x"}})
    groups = "Microsoft.ContainerInstance/containerGroups"
    tenant.resource(subscription, groups, "open", properties={"ipAddress": {"type": "Public", "ip": "203.0.113.9"}})
    found = {workload.name: workload for workload in inventory_of(azure, tmp_path / "b").workloads.values()}
    assert {name: workload.public for name, workload in found.items()} == {
        "none": False,
        "inner": False,
        "blank": None,
        "nightly": False,
        "open": None,
    }
    assert found["open"].kind == "azure-container-group"
    assert found["nightly"].kind == "azure-container-app-job"


def test_a_container_group_shows_its_variables(azure: Azure, tmp_path: Path) -> None:
    tenant = azure.tenant
    container = {
        "name": "main",
        "properties": {
            "image": "worker",
            "environmentVariables": [
                {"name": "OPENAI_API_KEY", "value": NOT_A_KEY},
                {"name": "SECURE", "secureValue": None},
            ],
        },
    }
    group = tenant.resource(
        tenant.subscription("prod"),
        "Microsoft.ContainerInstance/containerGroups",
        "worker",
        properties={"containers": [container]},
        tags={"note": f"key={NOT_A_KEY}"},
    )
    found = inventory_of(azure, tmp_path / "b")
    id = resource_id(group["id"])
    assert found.workloads[id].variables == ("OPENAI_API_KEY", "SECURE")
    assert {(sighting.subject, sighting.where) for sighting in found.sightings} == {
        (id, "environment variable OPENAI_API_KEY"),
        (id, "tag note"),
    }
    assert NOT_A_KEY not in written(tmp_path / "b")
