"""Members of the groups that policies name, and of those that could not be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services import deny_policies, policies, privileged_access
from nhiscan_connectors.gcp.services.groups import LOOKUP, MEMBERS, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed import ORGANIZATION_ID
from tests.clouds.gcp.seed_guardrails import deny, deny_policy, entitlement, group
from tests.connectors.gcp.scanning import inventory_by

ORGANIZATION = f"//cloudresourcemanager.googleapis.com/organizations/{ORGANIZATION_ID}"
ADMINS, INNER, ONCALL = (f"group:{name}@acme.example" for name in ("admins", "inner", "oncall"))
BOT = "bot@lab.iam.gserviceaccount.com"
BOT_ID = f"//iam.googleapis.com/projects/-/serviceAccounts/{BOT}"


def read(gcp: Gcp, directory: Path) -> Inventory:
    """What the services that read groups tell together."""
    return inventory_by(gcp, directory, SERVICE, policies.SERVICE, privileged_access.SERVICE, deny_policies.SERVICE)


def members(found: Inventory) -> set[tuple[str, str]]:
    return {(one.member, one.group) for one in found.memberships}


@pytest.mark.parametrize("swept", [True, False])
def test_groups_in_groups_are_followed_and_each_is_asked_once(gcp: Gcp, tmp_path: Path, swept: bool) -> None:
    company = gcp.company
    lab = company.project("lab", services=("privilegedaccessmanager",))
    company.project("other")
    company.bind(lab, "editor", "group:Admins@acme.example")
    company.bind("projects/other", "viewer", ADMINS)
    company.bind(company.organization, "viewer", ADMINS)
    group(company, "admins@acme.example", "user:Ada@acme.example", INNER, f"serviceAccount:{BOT}", "SHARED_DRIVE:x")
    group(company, "inner@acme.example", "user:bob@acme.example", ADMINS)
    group(company, "unused@acme.example", "user:eve@acme.example")
    entitlement(company, lab, "break-glass", ONCALL)
    deny_policy(
        company, company.organization, "d", deny(("*",), but_for=("principalSet://goog/group/safe@acme.example",))
    )
    if not swept:
        gcp.faults.add("deny", service="cloudasset")
    gcp.emulator.page_size = 1

    found = read(gcp, tmp_path / "b")

    assert members(found) == {
        ("user:ada@acme.example", ADMINS),
        (INNER, ADMINS),
        (BOT_ID, ADMINS),
        ("user:bob@acme.example", INNER),
        (ADMINS, INNER),
    }
    assert {"user:ada@acme.example", "user:bob@acme.example"} <= set(found.identities)
    asked = sorted(call.query["groupKey.id"][0] for call in gcp.calls.of("v1/groups:lookup"))
    assert asked == [f"{name}@acme.example" for name in ("admins", "inner", "oncall", "safe")]
    assert [gap for gap in found.gaps if gap.operation.startswith("cloudidentity")] == []
    assert found.knows(ORGANIZATION, "policies", ADMINS)


def test_groups_that_lie_deep_are_followed_to_the_end(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", "group:g-0@acme.example")
    for number in range(30):
        group(company, f"g-{number}@acme.example", f"group:g-{number + 1}@acme.example")
    group(company, "g-30@acme.example", "user:ada@acme.example")
    assert ("user:ada@acme.example", "group:g-30@acme.example") in members(read(gcp, tmp_path / "b"))


def test_the_policies_are_searched_once_for_both(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", ADMINS)
    read(gcp, tmp_path / "b")
    assert gcp.calls.count("*:searchAllIamPolicies") == 1


def test_a_group_that_may_not_be_read_is_unknown_and_no_other(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", ADMINS, "group:partner@elsewhere.example")
    group(company, "admins@acme.example", "user:ada@acme.example")
    found = read(gcp, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.operation, gap.reason, gap.scope) == (LOOKUP.name, "denied", ORGANIZATION)
    assert gap.subjects == ("group:partner@elsewhere.example",)
    assert "Groups Reader" in gap.detail
    assert not found.knows(ORGANIZATION, "policies", "group:partner@elsewhere.example")
    assert found.knows(ORGANIZATION, "policies", ADMINS)
    assert found.knows(ORGANIZATION, "policies", "user:ada@acme.example")
    assert "group:partner@elsewhere.example" in found.groups


def test_without_the_right_every_group_is_unknown(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab")
    for number in range(60):
        company.bind(lab, "viewer", f"group:g-{number}@acme.example")
    gcp.faults.add("deny", service="cloudidentity")
    found = read(gcp, tmp_path / "b")
    (gap,) = found.gaps
    assert len(gap.subjects) == 60
    assert gcp.calls.count("v1/groups:lookup") < 40
    assert not found.knows(ORGANIZATION, "policies", "group:g-59@acme.example")


def test_members_that_may_not_be_listed_leave_the_group_unknown(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", ADMINS, ONCALL)
    group(company, "oncall@acme.example", "user:bob@acme.example")
    gcp.faults.add("deny", "v1/groups/admins/memberships")
    found = read(gcp, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.operation, gap.subjects) == (MEMBERS.name, (ADMINS,))
    assert members(found) == {("user:bob@acme.example", ONCALL)}


def test_where_projects_are_asked_by_themselves_the_gap_is_the_organizations(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", ADMINS)
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", service="cloudidentity")
    found = read(gcp, tmp_path / "b")
    assert not found.knows(ORGANIZATION, "policies", ADMINS)
    assert found.knows("//cloudresourcemanager.googleapis.com/projects/lab", "policies")


@pytest.mark.parametrize("kind", ["OTHER", "", "NEW_KIND"])
def test_a_member_of_unknown_kind_leaves_the_group_unknown(gcp: Gcp, tmp_path: Path, kind: str) -> None:
    company = gcp.company
    company.bind(company.project("lab"), "editor", ADMINS)
    group(company, "admins@acme.example", "user:ada@acme.example", f"{kind}:all@acme.example")
    found = read(gcp, tmp_path / "b")
    (gap,) = found.gaps
    assert (gap.operation, gap.reason, gap.subjects) == (MEMBERS.name, "failed", (ADMINS,))
    assert members(found) == {("user:ada@acme.example", ADMINS)}
