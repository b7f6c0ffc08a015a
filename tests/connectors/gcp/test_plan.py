"""Which organizations, folders and projects a scan covers, and what happens where it is not let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan import engine
from nhiscan.errors import UsageError
from nhiscan.evidence import Bundle
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.services import api_keys, hierarchy
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW, ORGANIZATION_ID
from tests.connectors.gcp.scanning import inventory_by

RM = "//cloudresourcemanager.googleapis.com"
ORGANIZATION = f"{RM}/organizations/{ORGANIZATION_ID}"
INVENTORY = "cloudasset:searchAllResources#containers"


def planned(gcp: Gcp, directory: Path, **settings: Any) -> Bundle:
    """A scan that asks for nothing but its own shards."""
    connector = GcpConnector()
    vars(connector)["services"] = (hierarchy.SERVICE,)
    connectors = {"gcp": connector}
    bundle = engine.begin(directory, {"gcp": {**gcp.settings, **settings}}, connectors, started=NOW)
    engine.collect(bundle, connectors, {})
    return bundle


def shards(bundle: Bundle) -> list[tuple[str, str]]:
    return [
        (shard.scope.removeprefix(f"{RM}/"), shard.part) for shard in bundle.manifest.shards if shard.part != "plan"
    ]


def failure(bundle: Bundle) -> str:
    return bundle.manifest.connectors[0].failure or ""


def company(gcp: Gcp) -> tuple[str, str]:
    """Two folders in each other with a project each, and a project beside them; gives the folders."""
    made = gcp.company
    outer = made.folder("Production")
    inner = made.folder("Payments", outer)
    made.project("pay-prod", inner, services=("run",))
    made.project("web-prod", outer, services=("aiplatform", "run"))
    made.project("lab")
    return outer, inner


@pytest.mark.parametrize("swept", [True, False])
def test_the_organization_comes_first_and_then_each_project(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company(gcp)
    gone = gcp.company.project("gone")
    for asset in gcp.emulator.state.within(gone):
        asset.data["state"] = asset.search["state"] = "DELETE_REQUESTED"
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    gcp.emulator.page_size = 1
    bundle = planned(gcp, tmp_path / "b")
    assert shards(bundle) == [
        (f"organizations/{ORGANIZATION_ID}", "estate"),
        ("projects/lab", "project"),
        ("projects/pay-prod", "project"),
        ("projects/web-prod", "project"),
    ]
    options = {shard.scope: shard.options for shard in bundle.manifest.shards}
    web = options[f"{RM}/projects/web-prod"]
    assert web["services"] == "aiplatform,run"
    assert web["swept"] == ("yes" if swept else "no")
    assert web["number"].isdigit()
    assert gcp.calls.count("v1/projects/*/services", "serviceusage") == (0 if swept else 4)


@pytest.mark.parametrize("swept", [True, False])
def test_scopes_can_be_chosen_in_each_form(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    _, inner = company(gcp)
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    bundle = planned(gcp, tmp_path / "b", scope=(inner, "lab", "projects/web-prod", "lab"))
    assert shards(bundle) == [
        (inner, "estate"),
        ("projects/pay-prod", "project"),
        ("projects/lab", "estate"),
        ("projects/lab", "project"),
        ("projects/web-prod", "estate"),
        ("projects/web-prod", "project"),
    ]
    assert gcp.calls.count("v3/organizations:search") == 0
    assert failure(bundle) == ""


@pytest.mark.parametrize("scope", ["organizations/acme", "folders/", "folders/x", "a b", "projects/a/b", "../x", ""])
def test_what_is_no_scope_is_told(gcp: Gcp, tmp_path: Path, scope: str) -> None:
    company(gcp)
    with pytest.raises(UsageError, match="no scope of Google Cloud"):
        planned(gcp, tmp_path / "b", scope=(scope,))
    assert list(gcp.calls) == []


@pytest.mark.parametrize("refused", [True, False])
def test_where_no_organization_is_open_each_project_is_scanned(gcp: Gcp, tmp_path: Path, refused: bool) -> None:
    company(gcp)
    if refused:
        gcp.faults.add("deny", "v3/organizations:search")
    else:
        gcp.emulator.state.index["cloudresourcemanager.googleapis.com/Organization"].clear()
    gcp.emulator.page_size = 1
    bundle = planned(gcp, tmp_path / "b")
    assert shards(bundle) == [
        (f"projects/{id}", part) for id in ("lab", "pay-prod", "web-prod") for part in ("estate", "project")
    ]
    found = inventory_by(gcp, tmp_path / "c", hierarchy.SERVICE)
    told = [gap.operation for gap in found.gaps if gap.operation.startswith("cloudresourcemanager:org")]
    assert told == (["cloudresourcemanager:organizations.search"] if refused else [])


def test_where_everything_is_refused_the_reason_is_said(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    gcp.faults.add("deny")
    bundle = planned(gcp, tmp_path / "b")
    assert shards(bundle) == []
    assert "some.permission.get" in failure(bundle)


def test_where_there_is_nothing_that_is_said(gcp: Gcp, tmp_path: Path) -> None:
    gcp.emulator.state.clear()
    bundle = planned(gcp, tmp_path / "b")
    assert shards(bundle) == []
    assert "no organization or project" in failure(bundle)


@pytest.mark.parametrize("scope", ["organizations/999", "folders/999", "nothing-here"])
def test_a_scope_that_does_not_let_us_in_is_told(gcp: Gcp, tmp_path: Path, scope: str) -> None:
    company(gcp)
    bundle = planned(gcp, tmp_path / "b", scope=(scope,))
    assert shards(bundle) == []
    assert failure(bundle) != ""


def test_a_scope_that_does_not_let_us_in_hides_itself_only(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    found = inventory_by(gcp, tmp_path / "b", hierarchy.SERVICE, scope=("lab", "closed"))
    assert f"{RM}/projects/lab" in found.scopes
    assert {gap.scope for gap in found.gaps} == {f"{RM}/projects/closed"}
    assert not found.knows(f"{RM}/projects/closed", "organization")


def test_project_pages_that_are_refused_half_way_leave_the_rest_unknown(gcp: Gcp, tmp_path: Path) -> None:
    for number in range(6):
        gcp.company.project(f"p-{number}")
    gcp.emulator.page_size = 2
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "v3/projects", after=1)
    found = inventory_by(gcp, tmp_path / "b", hierarchy.SERVICE)
    projects = [scope.name for scope in found.scopes.values() if scope.kind == "project"]
    assert projects == ["p-0", "p-1"]
    gaps = {gap.operation: gap for gap in found.gaps}
    assert gaps["cloudresourcemanager:projects.list"].permission == "resourcemanager.projects.list"
    assert not found.knows(ORGANIZATION, "identities")


def test_an_inventory_that_is_refused_half_way_is_not_taken_for_whole(gcp: Gcp, tmp_path: Path) -> None:
    for number in range(6):
        gcp.company.project(f"p-{number}")
    gcp.emulator.page_size = 2
    gcp.faults.add("deny", "*:searchAllResources", after=1)
    bundle = planned(gcp, tmp_path / "b")
    assert [scope for scope, part in shards(bundle) if part == "project"] == [f"projects/p-{n}" for n in range(6)]
    assert {shard.options.get("swept") for shard in bundle.manifest.shards if shard.part == "project"} == {"no"}


def test_an_inventory_that_was_never_filled_is_not_believed(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    for kind in ("Organization", "Folder", "Project"):
        for asset in gcp.emulator.state.index[f"cloudresourcemanager.googleapis.com/{kind}"]:
            asset.search["state"] = "DELETED"  # as the search tells of it; Resource Manager knows better
    bundle = planned(gcp, tmp_path / "b")
    assert [scope for scope, part in shards(bundle) if part == "project"] == [
        "projects/lab",
        "projects/pay-prod",
        "projects/web-prod",
    ]


def test_a_project_that_does_not_tell_its_services_is_asked_for_everything(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", service="serviceusage")
    gcp.company.api_key("projects/lab", "maps")
    found = inventory_by(gcp, tmp_path / "b", api_keys.SERVICE)
    assert [one.name for one in found.credentials.values()] == ["maps"]


def test_folders_that_lie_in_each_other_end(gcp: Gcp, tmp_path: Path) -> None:
    parent = gcp.company.organization
    for depth in range(10):
        parent = gcp.company.folder(f"level {depth}", parent)
    gcp.company.project("deep", parent)
    gcp.faults.add("deny", service="cloudasset")
    assert ("projects/deep", "project") in shards(planned(gcp, tmp_path / "b"))


def test_secrets_are_not_written_to_the_manifest(gcp: Gcp, tmp_path: Path) -> None:
    company(gcp)
    bundle = planned(gcp, tmp_path / "b")
    text = (bundle.directory / "manifest.json").read_text()
    assert "PRIVATE KEY" not in text
    assert "ya29." not in text
