"""Exports: every form that gcloud gives is read, amounts to what a scan would have found, and says what it lacks."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.state import State
from tests.connectors.gcp import exported as given
from tests.connectors.gcp.exported import DEPLOY, LAB, ORGANIZATION, PAY, SERVICES, held, kept, lacking, read, write
from tests.connectors.gcp.scanning import inventory_by

RM = "cloudresourcemanager.googleapis.com"


def compared(inventory: Inventory) -> dict[str, Any]:
    """What a scan and an export must agree on."""
    return {
        "identities": inventory.identities,
        "credentials": inventory.credentials,
        "assignments": sorted(inventory.assignments, key=repr),
        "scopes": inventory.scopes,
        "groups": inventory.groups,
        "policies": inventory.policies,
    }


def whole(state: State, directory: Path) -> Path:
    """Everything that gcloud gives of an organization."""
    write(directory, "resources.json", given.lines(given.resources(state)))
    write(directory, "policies.json", given.lines(given.iam_policies(state)))
    write(directory, "accounts.json", given.searched(state, "iam.googleapis.com/ServiceAccount"))
    write(directory, "activity.json", given.activities(state))
    write(directory, "roles.json", "\n".join(json.dumps(role, indent=2) for role in given.predefined(state)))
    return directory / "export"


def test_an_export_amounts_to_what_a_scan_finds(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    assert live.gaps == []
    assert len(live.credentials) == 3
    found = read(tmp_path, whole(gcp.emulator.state, tmp_path), *SERVICES)
    assert compared(found) == compared(live)


def test_without_extras_only_ages_use_and_predefined_roles_are_lacking(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    write(tmp_path, "resources.json", given.lines(given.resources(state)))
    write(tmp_path, "policies.json", given.lines(given.iam_policies(state)))
    found = read(tmp_path, tmp_path / "export")
    assert set(found.identities) == set(live.identities)
    assert set(found.credentials) == set(live.credentials)
    assert held(found) == held(live)
    assert found.scopes == live.scopes
    missing = lacking(found)
    assert "cloudasset:searchAllResources#service-accounts" in missing
    assert {name for name in missing if name.startswith("policyanalyzer:")} != set()
    assert "roles/editor" in missing["iam:roles.list"]
    for operation in (given.ACCOUNTS, given.KEYS, given.SEARCH, "cloudasset:searchAllResources#containers"):
        assert operation not in missing
    # What is unknown of the organization is unknown of what lies in its projects.
    assert not found.knows(PAY, "activity", DEPLOY)
    assert not found.knows(PAY, "policies", DEPLOY)


def test_projects_are_known_by_number_and_id_in_any_version(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    rows = [
        given.version_1(row) if row["asset_type"] == f"{RM}/Project" else row
        for row in given.resources(gcp.emulator.state)
    ]
    found = read(tmp_path, write(tmp_path, "resources.json", given.lines(rows)))
    assert found.scopes == live.scopes
    assert found.scopes[PAY].environment == "production"


FORMS: dict[str, Callable[[list[dict[str, Any]]], str | bytes]] = {
    "lines": given.lines,
    "lines without an end of the last": lambda rows: given.lines(rows).rstrip("\n"),
    "lines of Windows": lambda rows: given.lines(rows).replace("\n", "\r\n"),
    "lines with a mark and blanks": lambda rows: b"\xef\xbb\xbf\n" + given.lines(rows).replace("\n", "\n\n").encode(),
    "packed lines": lambda rows: gzip.compress(given.lines(rows).encode()),
    "a list": lambda rows: json.dumps(rows, indent=2),
    "a page": lambda rows: json.dumps({"readTime": "2026-11-24T00:00:00Z", "assets": rows}),
    "pages one behind the other": lambda rows: "\n".join(
        json.dumps({"assets": part, **more}, indent=1)
        for part, more in ((rows[:3], {"nextPageToken": "x"}), (rows[3:], {}))
    ),
    "as PowerShell writes it": lambda rows: given.lines(rows).encode("utf-16"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_an_export_is_read(gcp: Gcp, tmp_path: Path, form: str) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    rows = [*given.resources(state), *given.iam_policies(state)]
    export = write(tmp_path, "all.json", FORMS[form](rows))
    found = read(tmp_path, export)
    assert DEPLOY in found.identities
    assert len(found.credentials) == 3
    assert ("user:ada@acme.example", "roles/iam.serviceAccountTokenCreator", DEPLOY, "") in held(found)
    assert found.scopes[PAY].parent != ORGANIZATION
    assert found.scopes[LAB].parent == ORGANIZATION
    assert given.ACCOUNTS not in lacking(found)


def test_an_archive_of_lists_and_searches_is_read(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        archive.writestr("list.json", json.dumps(given.listed(state), indent=2))
        archive.writestr("searched.json", json.dumps(given.searched(state)))
        archive.writestr("policies.json", json.dumps({"results": given.searched_policies(state)}))
        archive.writestr("lines.json", given.lines(given.resources(state)).replace(', "asset_type"', ""))
    found = read(tmp_path, write(tmp_path, "all.zip", raw.getvalue()))
    assert found.identities.keys() == live.identities.keys()
    assert found.identities[DEPLOY].created_at == live.identities[DEPLOY].created_at
    assert held(found) == held(live)
    assert found.scopes == live.scopes


def test_what_is_cut_off_keeps_what_stood_before(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    text = given.lines(sorted(given.resources(state), key=lambda row: str(row["asset_type"])))
    cut = text.rindex('"asset_type":"iam.googleapis.com/ServiceAccountKey"')
    for name, content in {
        "plain": text[:cut].encode(),
        "packed": gzip.compress(text[:cut].encode()),
    }.items():
        found = read(tmp_path / name, write(tmp_path / name, "cut.json", content))
        assert DEPLOY in found.identities
        for operation in (given.ACCOUNTS, given.KEYS, given.SEARCH):
            assert "is cut off" in lacking(found)[operation], operation
        assert not found.knows(ORGANIZATION, "identities")
        assert not found.knows(PAY, "identities", DEPLOY)


def test_a_packed_export_that_ends_too_early_keeps_what_stood_before(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    rows = given.resources(state)
    packed = gzip.compress(given.lines([*rows, *given.iam_policies(state)]).encode())
    found = read(tmp_path, write(tmp_path, "cut.json.gz", packed[:-9]))
    assert DEPLOY in found.identities
    assert "cannot be unpacked any further" in lacking(found)[given.ACCOUNTS]


def test_an_export_of_policies_alone_tells_who_holds_what(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    found = read(tmp_path, write(tmp_path, "p.json", given.lines(given.iam_policies(gcp.emulator.state))))
    told = {(principal, role) for principal, role, _, _ in held(found)}
    assert told == {(principal, role) for principal, role, _, _ in held(live)}
    assert {given.ACCOUNTS, given.KEYS, "cloudasset:searchAllResources#containers"} <= set(lacking(found))
    assert not found.knows(ORGANIZATION, "identities")


def test_an_export_of_a_part_says_so(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    inside = [
        row
        for row in [*given.resources(state), *given.iam_policies(state)]
        if str(row["ancestors"][0]).startswith("projects/")
    ]
    found = read(tmp_path, write(tmp_path, "part.json", given.lines(inside)))
    assert (
        "does not hold organizations/123456789012 itself" in lacking(found)["cloudasset:searchAllResources#containers"]
    )
    assert "does not hold the policy of organizations/123456789012" in lacking(found)[given.SEARCH]
    assert not found.knows(PAY, "policies")


def test_assets_without_content_are_not_taken_for_nothing(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    bare = [
        {key: value for key, value in row.items() if key != "resource"} for row in given.resources(gcp.emulator.state)
    ]
    found = read(tmp_path, write(tmp_path, "bare.json", given.lines(bare)))
    assert found.identities == {}
    assert {given.ACCOUNTS, given.KEYS, given.SEARCH} <= set(lacking(found))
    assert not found.knows(ORGANIZATION, "identities")


def test_types_that_nobody_reads_are_passed_over(gcp: Gcp, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    given.company(gcp.company)
    caplog.set_level("INFO")
    route = {"asset_type": "compute.googleapis.com/Route", "ancestors": ["projects/1", "organizations/123456789012"]}
    rows = [{"name": f"//compute.googleapis.com/r{n}", **route, "resource": {"data": {"x": n}}} for n in range(2500)]
    sink = kept(write(tmp_path, "all.json", given.lines([*rows, *given.resources(gcp.emulator.state)])))
    assert "compute.googleapis.com/Route (2500)" in caplog.text
    assert all("Route" not in json.dumps(body) for _, _, body in sink.pages)


def test_pages_hold_a_thousand_assets(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    (account,) = [
        row for row in given.resources(gcp.emulator.state) if row["resource"]["data"].get("email", "").startswith("dep")
    ]
    rows = []
    for number in range(2300):
        data = {**account["resource"]["data"], "email": f"a{number}@pay-prod.iam.gserviceaccount.com"}
        name = f"//iam.googleapis.com/projects/pay-prod/serviceAccounts/{number}"
        rows.append({**account, "name": name, "resource": {**account["resource"], "data": data}})
    sink = kept(write(tmp_path, "all.json", given.lines(rows)))
    sizes = [len(body["assets"]) for _, operation, body in sink.pages if operation == given.ACCOUNTS]
    assert sizes == [1000, 1000, 300]


def test_exports_that_overlap_are_read_once(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    write(tmp_path, "1.json", given.lines([*given.resources(state), *given.iam_policies(state)]))
    write(tmp_path, "2.json", given.lines(given.iam_policies(state)))
    write(tmp_path, "3.json", given.searched_policies(state))
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    found = read(tmp_path, tmp_path / "export")
    assert len(found.assignments) == len(live.assignments)


def test_a_page_that_says_there_are_more_is_not_whole(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    page = {"assets": given.listed(gcp.emulator.state), "nextPageToken": "x"}
    found = read(tmp_path, write(tmp_path, "page.json", page))
    assert "there are more pages" in lacking(found)[given.ACCOUNTS]
    assert DEPLOY in found.identities


def test_a_project_without_an_organization_is_swept_by_itself(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    state = gcp.emulator.state
    alone = [
        {**row, "ancestors": row["ancestors"][:1]}
        for row in [*given.resources(state), *given.iam_policies(state)]
        if row["ancestors"][0] == f"projects/{state.aliases['pay-prod']}"
    ]
    for row in alone:
        if row["asset_type"] == f"{RM}/Project" and "resource" in row:
            row["resource"] = {**row["resource"], "parent": "", "data": {**row["resource"]["data"], "parent": ""}}
    sink = kept(write(tmp_path, "alone.json", given.lines(alone)))
    assert {shard.scope for shard, _, _ in sink.pages} == {PAY}
    found = read(tmp_path, tmp_path / "export" / "alone.json")
    assert DEPLOY in found.identities
    assert found.scopes[PAY].parent is None
    assert given.SEARCH not in lacking(found, PAY)


def test_several_organizations_are_kept_apart(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    rows = given.resources(gcp.emulator.state)
    text = given.lines(rows)
    other = text.replace("123456789012", "999").replace("pay-prod", "pay-two").replace("lab", "lab-two")
    other = other.replace("10000000", "20000000")
    sink = kept(write(tmp_path, "both.json", text + other))
    scopes = {shard.scope for shard, operation, _ in sink.pages if operation == given.ACCOUNTS}
    assert scopes == {ORGANIZATION, ORGANIZATION.replace("123456789012", "999")}


def test_assets_without_ancestors_are_placed_by_what_contains_them(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    state = gcp.emulator.state
    rows = [*given.resources(state), *given.iam_policies(state)]
    bare = [{key: value for key, value in row.items() if key != "ancestors"} for row in rows]
    found = read(tmp_path, write(tmp_path, "old.json", given.lines(bare)))
    assert found.scopes == live.scopes
    assert held(found) == held(live)


def test_projects_that_nothing_describes_are_named_by_what_lies_in_them(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    rows = [row for row in given.resources(gcp.emulator.state) if not row["asset_type"].startswith(RM)]
    found = read(tmp_path, write(tmp_path, "rest.json", given.lines(rows)))
    assert found.identities[DEPLOY].scope == PAY
    assert found.scopes[PAY].attributes == {"number": gcp.emulator.state.aliases["pay-prod"]}
    assert "tells of no projects" in lacking(found)["cloudasset:searchAllResources#containers"]


def test_policies_in_another_order_are_the_same(gcp: Gcp, tmp_path: Path) -> None:
    given.company(gcp.company)
    gcp.company.bind("projects/lab", "viewer", "user:a@acme.example", "user:b@acme.example")
    state = gcp.emulator.state
    other = given.searched_policies(state)
    for row in other:
        turned = [{**one, "members": one["members"][::-1]} for one in reversed(row["policy"]["bindings"])]
        row["policy"] = {"bindings": turned}
    write(tmp_path, "1.json", given.lines(given.iam_policies(state)))
    write(tmp_path, "2.json", other)
    live = inventory_by(gcp, tmp_path / "live", *SERVICES)
    found = read(tmp_path, tmp_path / "export")
    assert len(found.assignments) == len(live.assignments)
