"""Secrets: names, dates and readers, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services import hierarchy, policies, secret_manager
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW
from tests.clouds.gcp.seed_stores import secret
from tests.connectors.gcp.scanning import inventory_by

ID = "//secretmanager.googleapis.com/projects/pay/secrets/openai-api-key"


def read(gcp: Gcp, path: Path) -> Inventory:
    """Secrets and policies."""
    return inventory_by(gcp, path / "b", secret_manager.SERVICE, policies.SERVICE, hierarchy.SERVICE)


@pytest.fixture(params=["swept", "project by project"])
def way(request: pytest.FixtureRequest, gcp: Gcp) -> str:
    """How the organization lets itself be read."""
    if request.param != "swept":
        gcp.faults.add("deny", service="cloudasset")
    return str(request.param)


def test_a_secret_is_as_old_as_its_newest_enabled_version(gcp: Gcp, tmp_path: Path, way: str) -> None:
    project = gcp.company.project("pay", services=("secretmanager",))
    name = secret(
        gcp.company, project, "openai-api-key", (400, "DESTROYED"), (90, "ENABLED"), (2, "DISABLED"),
        labels={"owner": "ml"}, rotation={"rotationPeriod": "7776000s", "nextRotationTime": "2026-12-01T00:00:00Z"},
        topics=[{"name": "projects/pay/topics/rotate"}],
    )  # fmt: skip
    gcp.company.bind(name, "secretmanager.secretAccessor", "user:ada@acme.example", condition="resource.name != ''")
    gcp.emulator.page_size = 1
    found = read(gcp, tmp_path)
    (one,) = found.secrets.values()
    assert (one.id, one.kind, one.name) == (ID, "google-secret-manager-secret", "openai-api-key")
    assert (one.ai_provider, one.rotation, one.tags) == ("openai", True, {"owner": "ml"})
    assert one.rotated_at is not None
    assert (NOW - one.rotated_at).days == 90
    assert one.created_at is not None
    assert (NOW - one.created_at).days == 400
    assert (one.attributes["versions"], one.attributes["versions_enabled"]) == ("3", "1")
    (reader,) = found.assignments
    assert (reader.principal, reader.scope, reader.condition) == ("user:ada@acme.example", ID, "resource.name != ''")
    assert gcp.calls.count("v1/projects/*/secrets*") == (0 if way == "swept" else 5)


def test_a_value_that_came_with_the_secret_was_never_rotated(gcp: Gcp, tmp_path: Path, way: str) -> None:
    project = gcp.company.project("pay", services=("secretmanager",))
    secret(gcp.company, project, "db-password")
    (one,) = read(gcp, tmp_path).secrets.values()
    assert (one.rotated_at, one.rotation, one.ai_provider) == (None, False, "")


def test_a_secret_of_one_region(gcp: Gcp, tmp_path: Path) -> None:
    project = gcp.company.project("pay", services=("secretmanager",))
    secret(gcp.company, project, "key", region="europe-west3")
    (one,) = read(gcp, tmp_path).secrets.values()
    assert one.id == "//secretmanager.googleapis.com/projects/pay/locations/europe-west3/secrets/key"
    assert one.region == "europe-west3"


def test_a_project_that_does_not_use_it_is_not_asked(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("lab", services=("run",))
    gcp.faults.add("deny", service="cloudasset")
    read(gcp, tmp_path)
    assert gcp.calls.count("v1/projects/*/secrets") == 0


def test_refusals_name_their_permission_and_their_secret(gcp: Gcp, tmp_path: Path) -> None:
    project = gcp.company.project("pay", services=("secretmanager",))
    secret(gcp.company, project, "openai-api-key")
    secret(gcp.company, project, "other")
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "v1/*/secrets/openai-api-key/versions", service="secretmanager")
    gcp.faults.add("deny", "v1/*/secrets/openai-api-key:getIamPolicy", service="secretmanager")
    found = read(gcp, tmp_path)
    refused = {gap.operation: (gap.permission, gap.subjects) for gap in found.gaps if ID in gap.subjects}
    assert refused == {
        secret_manager.VERSIONS.name: ("secretmanager.versions.list", (ID,)),
        secret_manager.POLICY.name: ("secretmanager.secrets.getIamPolicy", (ID,)),
    }
    scope = found.secrets[ID].scope
    assert not found.knows(scope, "secrets", ID)
    assert found.knows(scope, "secrets", ID.replace("openai-api-key", "other"))


def test_a_refused_list_leaves_secrets_unknown(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("pay", services=("secretmanager",))
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "v1/projects/*/secrets", service="secretmanager")
    found = read(gcp, tmp_path)
    assert not found.knows("//cloudresourcemanager.googleapis.com/projects/pay", "secrets")


def test_damage_is_told(gcp: Gcp, tmp_path: Path) -> None:
    project = gcp.company.project("pay")
    name = secret(gcp.company, project, "odd", labels={"a": "b"})
    broken = {"createTime": "soon", "rotation": [], "replication": {"userManaged": {"replicas": "x"}}, "annotations": 3}
    gcp.emulator.state.assets[name].data.update(broken)
    empty = gcp.company.asset("secretmanager.googleapis.com/Secret", f"{name}2", {}, project)
    found = read(gcp, tmp_path)
    (one,) = found.secrets.values()
    assert (one.name, one.created_at, one.rotation) == ("odd", None, False)
    assert any(empty.name in gap.detail or "has no data" in gap.detail for gap in found.gaps)
