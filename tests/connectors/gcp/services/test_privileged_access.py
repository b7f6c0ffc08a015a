"""Privileged Access Manager: who may raise themselves, and who has."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.model import Assignment, Gap, Resource
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Answers
from nhiscan_connectors.gcp.services.privileged_access import ENTITLEMENTS, GRANTS, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import NOW
from tests.clouds.gcp.seed_guardrails import entitlement, grant
from tests.connectors.gcp.scanning import inventory_by

RM = "//cloudresourcemanager.googleapis.com"
PAM = "//privilegedaccessmanager.googleapis.com"
ADA = "user:ada@acme.example"


@pytest.mark.parametrize("swept", [True, False])
def test_who_is_eligible_and_who_holds(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company = gcp.company
    folder = company.folder("Production")
    company.project("pay-prod", folder, services=("privilegedaccessmanager",))
    company.project("quiet")
    robot = "serviceAccount:robot@pay-prod.iam.gserviceaccount.com"
    break_glass = entitlement(
        company,
        "projects/pay-prod",
        "break-glass",
        ADA,
        robot,
        roles=("roles/owner", "roles/iam.securityAdmin"),
        condition="request.time < x",
        minutes=90,
        approvers=("group:leads@acme.example",),
    )
    entitlement(company, folder, "folder-admin", "group:oncall@acme.example")
    entitlement(company, company.organization, "gone", ADA, state="DELETED")
    grant(company, break_glass, "g1", "ada@acme.example")
    grant(company, break_glass, "g2", "robot@pay-prod.iam.gserviceaccount.com", state="ENDED")
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    gcp.emulator.page_size = 1

    found = inventory_by(gcp, tmp_path / "b", SERVICE)

    pay = f"{RM}/projects/pay-prod"
    account = "//iam.googleapis.com/projects/-/serviceAccounts/robot@pay-prod.iam.gserviceaccount.com"
    eligible = {(a.principal, a.role, a.scope, a.condition) for a in found.assignments if a.eligible}
    assert eligible == {
        (ADA, "roles/owner", pay, "request.time < x"),
        (ADA, "roles/iam.securityAdmin", pay, "request.time < x"),
        (account, "roles/owner", pay, "request.time < x"),
        (account, "roles/iam.securityAdmin", pay, "request.time < x"),
        ("group:oncall@acme.example", "roles/owner", f"{RM}/{folder}", ""),
    }
    (held,) = [a for a in found.assignments if not a.eligible]
    assert (held.principal, held.role, held.scope) == (ADA, "roles/owner", pay)
    assert held.expires_at == NOW + timedelta(minutes=30)
    glass = found.resources[f"{PAM}/{break_glass}"]
    assert glass.kind == "google-pam-entitlement"
    assert glass.scope == pay
    assert glass.attributes == {
        "max_minutes": "90",
        "approval": "1 of group:leads@acme.example",
        "approver_justification": "required",
        "requester_justification": "required",
        "state": "AVAILABLE",
        "roles": "roles/iam.securityAdmin,roles/owner",
        "resource": pay,
    }
    assert (
        found.resources[f"{PAM}/{folder}/locations/global/entitlements/folder-admin"].attributes["approval"] == "none"
    )
    assert set(found.groups) == {"group:oncall@acme.example"}
    assert [gap.operation for gap in found.gaps if "privileged" in gap.operation] == []
    assert gcp.calls.count("v1/projects/quiet/*", "privilegedaccessmanager") == 0


def test_what_people_write_is_not_recorded(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab", services=("privilegedaccessmanager",))
    grant(company, entitlement(company, "projects/lab", "break-glass", ADA), "g1", "ada@acme.example")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert [a.expires_at is not None for a in found.assignments if not a.eligible] == [True]
    import zstandard

    held = b"".join(
        zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
        for path in (tmp_path / "b").rglob("*.zst")
    )
    assert b"break-glass" in held
    assert b"hunter" not in held


def test_a_refusal_names_its_permission_and_hides_its_own_place_only(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    folder = company.folder("Production")
    company.project("lab", services=("privilegedaccessmanager",))
    name = entitlement(company, "projects/lab", "break-glass", ADA)
    gcp.faults.add("deny", f"v1/{folder}/*", service="privilegedaccessmanager")
    gcp.faults.add("deny", "v1/*/grants", service="privilegedaccessmanager")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    gaps = {gap.operation: gap for gap in found.gaps}
    assert set(gaps) == {ENTITLEMENTS.name, GRANTS.name}
    assert gaps[ENTITLEMENTS.name].permission == "privilegedaccessmanager.entitlements.list"
    assert gaps[ENTITLEMENTS.name].subjects == (f"{RM}/{folder}",)
    assert gaps[GRANTS.name].subjects == (f"{PAM}/{name}",)


def test_a_refusal_does_not_hide_what_allow_policies_tell(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab", services=("privilegedaccessmanager",))
    gcp.faults.add("off", service="privilegedaccessmanager")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert {(gap.scope, gap.subjects, gap.reason) for gap in found.gaps} == {
        (f"{RM}/{name}", (f"{RM}/{name}",), "unsupported") for name in ("projects/lab", company.organization)
    }
    for name in ("projects/lab", company.organization):
        assert not found.knows(f"{RM}/{name}", "policies", f"{RM}/{name}")
        assert found.knows(f"{RM}/{name}", "policies", ADA)


def test_damage_is_told_and_hides_nothing_else() -> None:
    place = Place(part="project", root="organizations/1", project="lab", number="7")
    base = "projects/7/locations/global/entitlements"
    access = {"resource": f"{RM}/projects/7", "roleBindings": [{"role": "roles/owner"}, {"role": 3}, "all"]}
    items: list[Any] = [
        None,
        {"name": f"{base}/a", "eligibleUsers": [{"principals": [ADA, 5]}, 6]},
        {
            "name": f"{base}/b",
            "eligibleUsers": [{"principals": [ADA]}],
            "privilegedAccess": {"gcpIamAccess": access},
            "maxRequestDuration": "soon",
            "approvalWorkflow": {"manualApprovals": {"steps": ["all", {"approvers": 4}]}},
        },
    ]
    grants: list[Any] = [{"name": f"{base}/b/grants/g", "state": "ACTIVE", "requester": ""}, 9]
    answers = Answers(
        [
            Evidence(operation=ENTITLEMENTS.name, params={"parent": "projects/lab"}, body={"entitlements": items}),
            Evidence(operation=GRANTS.name, params={"entitlement": f"{base}/b"}, body={"grants": grants}),
        ]
    )
    found = list(SERVICE.parse(place.shard(), answers))
    (held,) = [record for record in found if isinstance(record, Assignment)]
    assert (held.principal, held.scope, held.eligible) == (ADA, f"{RM}/projects/lab", True)
    resources = {record.name: record for record in found if isinstance(record, Resource)}
    assert resources["b"].attributes["approval"] == "? of nobody; ? of nobody"
    assert "max_minutes" not in resources["b"].attributes
    assert {gap.operation for gap in found if isinstance(gap, Gap)} == {ENTITLEMENTS.name, GRANTS.name}
