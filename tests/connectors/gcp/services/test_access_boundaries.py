"""Principal access boundaries and whom they bind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan.model import Gap, Policy, PolicyUse
from nhiscan_connectors.gcp.place import Place
from nhiscan_connectors.gcp.service import Answers
from nhiscan_connectors.gcp.services.access_boundaries import BINDINGS, LIST, SEARCH, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_guardrails import bind_boundary, boundary
from tests.connectors.gcp.scanning import inventory_by

RM = "//cloudresourcemanager.googleapis.com"


def bound(found: Inventory) -> dict[str, Policy]:
    """Bindings by whom they bind."""
    return {use.target: found.policies[use.policy] for use in found.policy_uses if use.use == "boundary"}


def document(policy: Policy) -> Any:
    return json.loads(policy.document or "null")


def test_a_binding_carries_its_boundary(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    folder = company.folder("Production")
    company.project("pay-prod", folder)
    inside = boundary(company, "inside", f"{RM}/{company.organization}")
    narrow = boundary(company, "narrow", f"{RM}/{folder}")
    boundary(company, "unused", f"{RM}/{folder}")
    pool = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/ci"
    everyone = f"{RM}/{company.organization}"
    bind_boundary(company, inside, "all", everyone)
    binding = bind_boundary(company, narrow, "ci", pool, kept_in="projects/pay-prod", condition="principal.type == 'x'")
    gcp.emulator.page_size = 1

    found = inventory_by(gcp, tmp_path / "b", SERVICE)

    assert set(bound(found)) == {everyone, pool}
    policy = bound(found)[pool]
    assert policy.id == f"//iam.googleapis.com/{binding}"
    assert document(policy) == {
        "policy": narrow,
        "details": {
            "rules": [{"effect": "ALLOW", "resources": [f"{RM}/{folder}"], "description": "narrow"}],
            "enforcementVersion": "1",
        },
        "target": {"principalSet": pool},
        "condition": {"expression": "principal.type == 'x'"},
    }
    assert found.gaps == []
    assert gcp.calls.count("v3/*:searchPolicyBindings", "iam") == 3
    assert gcp.calls.count("v3/*/policyBindings", "iam") == 0


def test_without_the_boundaries_it_is_known_whom_they_bind(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab")
    name = boundary(company, "inside", f"{RM}/{company.organization}")
    bind_boundary(company, name, "all", f"{RM}/{company.organization}")
    bind_boundary(company, name, "access", "//x", policyKind="ACCESS")
    gcp.faults.add("deny", "v3/*/principalAccessBoundaryPolicies", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (policy,) = bound(found).values()
    assert (policy.document, policy.problem) == (None, "the boundary itself could not be read")
    (gap,) = found.gaps
    assert (gap.operation, gap.permission) == (LIST.name, "iam.principalaccessboundarypolicies.list")
    assert not found.knows(f"{RM}/organizations/{ORGANIZATION_ID}", "organization")


def test_bindings_that_may_not_be_searched_are_listed_where_they_are_kept(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.project("lab")
    name = boundary(company, "inside", f"{RM}/{company.organization}")
    bind_boundary(company, name, "all", f"{RM}/{company.organization}")
    gcp.faults.add("deny", "v3/*:searchPolicyBindings", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert document(next(iter(bound(found).values())))["details"]["rules"][0]["effect"] == "ALLOW"
    (gap,) = found.gaps
    assert (gap.operation, gap.permission) == (SEARCH.name, SEARCH.permission)
    assert gap.subjects == (f"//iam.googleapis.com/{name}",)


@pytest.mark.parametrize("readable", [True, False])
def test_a_folder_by_itself_reads_what_it_binds(gcp: Gcp, tmp_path: Path, readable: bool) -> None:
    company = gcp.company
    folder = company.folder("Production")
    company.project("pay-prod", folder)
    name = boundary(company, "inside", f"{RM}/{folder}")
    bind_boundary(company, name, "all", f"{RM}/{folder}", kept_in=folder)
    if not readable:
        gcp.faults.add("deny", "v3/organizations/*", service="iam")
    found = inventory_by(gcp, tmp_path / "b", SERVICE, scope=(folder,))
    (policy,) = bound(found).values()
    assert (policy.document is not None) is readable
    above = [gap for gap in found.gaps if gap.reason == "unsupported"]
    assert [gap.operation for gap in above] == [LIST.name]
    assert len(found.gaps) == (1 if readable else 2)


def test_damage_binds_rather_than_frees() -> None:
    shard = Place(part="estate", root="organizations/1").shard()
    base = "organizations/1/locations/global"
    policy = f"{base}/principalAccessBoundaryPolicies/p"
    items: list[Any] = [
        4,
        {"name": f"{base}/policyBindings/a", "policy": policy, "target": "everybody"},
        {
            "name": f"{base}/policyBindings/b",
            "policy": policy,
            "target": {"principalSet": "//x"},
            "condition": {"a": 1},
        },
        {"name": f"{base}/policyBindings/c", "target": {"principalSet": "//y"}},
    ]
    boundaries = [{"name": policy, "details": {"rules": []}}, "none"]
    answers = Answers(
        [
            Evidence(operation=LIST.name, body={"principalAccessBoundaryPolicies": boundaries}),
            Evidence(operation=SEARCH.name, params={"name": policy}, body={"policyBindings": items}),
            Evidence(operation=BINDINGS.name, body={"policyBindings": None}),
        ]
    )
    found = list(SERVICE.parse(shard, answers))
    uses = {use.policy: use.target for use in found if isinstance(use, PolicyUse)}
    a, b = f"//iam.googleapis.com/{base}/policyBindings/a", f"//iam.googleapis.com/{base}/policyBindings/b"
    assert uses == {a: a, b: "//x"}
    problems = {record.id: record.problem for record in found if isinstance(record, Policy)}
    assert problems[b] == "its condition has no expression"
    assert {gap.operation for gap in found if isinstance(gap, Gap)} == {LIST.name, SEARCH.name}
