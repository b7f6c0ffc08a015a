"""Buckets and data sets: whom they let in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nhiscan.inventory import Inventory
from nhiscan_connectors.gcp.services import bigquery, hierarchy, kms, policies, storage
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_stores import bucket, dataset, kms_key
from tests.connectors.gcp.scanning import inventory_by

PAY = "//cloudresourcemanager.googleapis.com/projects/pay"
SALES = "//bigquery.googleapis.com/projects/pay/datasets/sales"
ROBOT = "robot@pay.iam.gserviceaccount.com"


@pytest.fixture(params=["swept", "project by project"])
def way(request: pytest.FixtureRequest, gcp: Gcp) -> str:
    """How the organization lets itself be read."""
    if request.param != "swept":
        gcp.faults.add("deny", service="cloudasset")
    return str(request.param)


def read(gcp: Gcp, path: Path) -> Inventory:
    """Stores and policies."""
    return inventory_by(gcp, path / "b", storage.SERVICE, bigquery.SERVICE, policies.SERVICE, hierarchy.SERVICE)


def project(gcp: Gcp) -> str:
    """A project that uses both."""
    return gcp.company.project("pay", services=("storage", "bigquery"))


def test_a_bucket_is_as_public_as_its_policy(gcp: Gcp, tmp_path: Path, way: str) -> None:
    home = project(gcp)
    closed = bucket(gcp.company, home, "closed", labels={"env": "prod"})
    anyone = bucket(gcp.company, home, "anyone")
    known = bucket(gcp.company, home, "known")
    enforced = {"publicAccessPrevention": "enforced", "uniformBucketLevelAccess": {"enabled": True}}
    shut = bucket(gcp.company, home, "shut", iamConfiguration=enforced)
    gcp.company.bind(closed, "storage.objectViewer", "user:ada@acme.example")
    for name in (anyone, shut):
        gcp.company.bind(name, "storage.objectViewer", "allUsers", "allAuthenticatedUsers")
    gcp.company.bind(known, "storage.objectViewer", "allAuthenticatedUsers")
    gcp.emulator.page_size = 1
    found = read(gcp, tmp_path)
    assert {id: one.attributes.get("public", "") for id, one in found.resources.items()} == {
        closed: "", anyone: "everyone", known: "authenticated", shut: "",
    }  # fmt: skip
    one = found.resources[closed]
    assert (one.kind, one.scope, one.tags) == ("google-storage-bucket", PAY, {"env": "prod"})
    assert (one.attributes["uniform_access"], one.attributes["public_access_prevention"]) == ("true", "inherited")
    assert one.region == "eu"
    assert ("user:ada@acme.example", closed) in {(a.principal, a.scope) for a in found.assignments}
    assert gcp.calls.count("storage/v1/*") == (0 if way == "swept" else 8)


@pytest.mark.parametrize("lists", [{"acl": [{"entity": "allUsers", "role": "READER"}]},
                                   {"defaultObjectAcl": [{"entity": "allUsers", "role": "READER"}]}])  # fmt: skip
def test_lists_of_access_count_where_access_is_not_uniform(gcp: Gcp, tmp_path: Path, lists: dict[str, Any]) -> None:
    old = bucket(gcp.company, project(gcp), "old", iamConfiguration={}, **lists)
    new = bucket(gcp.company, "projects/pay", "new", **lists)
    found = read(gcp, tmp_path).resources
    assert found[old].attributes["public"] == "everyone"
    assert "public" not in found[new].attributes


def test_a_refused_policy_leaves_its_bucket_unknown(gcp: Gcp, tmp_path: Path) -> None:
    name = bucket(gcp.company, project(gcp), "closed")
    gcp.faults.add("deny", service="cloudasset")
    gcp.faults.add("deny", "storage/v1/b/closed/iam", service="storage")
    gcp.faults.add("deny", "bigquery/v2/projects/pay/datasets", service="bigquery")
    found = read(gcp, tmp_path)
    refused = {gap.operation: (gap.permission, gap.subjects) for gap in found.gaps}
    assert refused[storage.POLICY.name] == ("storage.buckets.getIamPolicy", (name,))
    assert refused[bigquery.LIST.name] == ("bigquery.datasets.get", ())


def test_entries_of_a_data_set_are_assignments(gcp: Gcp, tmp_path: Path, way: str) -> None:
    dataset(
        gcp.company, project(gcp), "sales",
        {"role": "OWNER", "specialGroup": "projectOwners"},
        {"role": "READER", "userByEmail": "Ada@acme.example"},
        {"role": "WRITER", "userByEmail": ROBOT},
        {"role": "roles/bigquery.dataViewer", "groupByEmail": "team@acme.example"},
        {"role": "READER", "domain": "acme.example"},
        {"role": "READER", "iamMember": "allUsers", "condition": {"expression": "resource.name != ''"}},
        {"view": {"projectId": "pay", "datasetId": "x", "tableId": "v"}},
        labels={"team": "sales"},
    )  # fmt: skip
    found = read(gcp, tmp_path)
    one = found.resources[SALES]
    assert (one.kind, one.attributes) == ("google-bigquery-dataset", {"public": "everyone", "authorized": "1"})
    assert one.created_at is not None
    assert one.created_at.year == 2025
    assert {(a.principal, a.role.removeprefix("roles/bigquery."), bool(a.condition)) for a in found.assignments} == {
        ("projectOwner:pay", "dataOwner", False),
        ("user:ada@acme.example", "dataViewer", False),
        (f"//iam.googleapis.com/projects/-/serviceAccounts/{ROBOT}", "dataEditor", False),
        ("group:team@acme.example", "dataViewer", False),
        ("domain:acme.example", "dataViewer", False),
        ("*", "dataViewer", True),
    }
    assert {a.scope for a in found.assignments} == {SALES}
    assert gcp.calls.count("bigquery/v2/*") == (0 if way == "swept" else 2)


def test_damaged_entries_are_told(gcp: Gcp, tmp_path: Path) -> None:
    dataset(
        gcp.company, project(gcp), "sales", {"role": "READER"}, {"userByEmail": "x@acme.example"}, creationTime="soon"
    )
    found = read(gcp, tmp_path)
    assert found.assignments == []
    assert found.resources[SALES].created_at is None
    (gap,) = [gap for gap in found.gaps if gap.operation == bigquery.SWEEP.name]
    assert gap.subjects == (SALES,)


def test_keys_of_kms(gcp: Gcp, tmp_path: Path, way: str) -> None:
    home = gcp.company.project("pay", services=("cloudkms",))
    name = kms_key(gcp.company, home, "card", rotationPeriod="7776000s", versionTemplate={"protectionLevel": "HSM"})
    found = inventory_by(gcp, tmp_path / "b", kms.SERVICE, hierarchy.SERVICE)
    if way != "swept":
        assert found.resources == {}
        assert [gap.reason for gap in found.gaps if gap.operation == kms.SWEEP.name] == ["unsupported"]
        return
    one = found.resources[name]
    assert (one.kind, one.name, one.region, one.scope) == ("google-kms-key", "card", "europe-west3", PAY)
    assert one.attributes == {"purpose": "encrypt_decrypt", "protection": "hsm", "rotation_seconds": "7776000"}


def test_locations_that_did_not_answer_are_told(gcp: Gcp, tmp_path: Path) -> None:
    dataset(gcp.company, project(gcp), "sales")
    gcp.faults.add("deny", service="cloudasset")
    gcp.company.state.lists["unreached bigquery"].append({"name": "europe-west5"})
    found = read(gcp, tmp_path)
    (gap,) = [gap for gap in found.gaps if gap.operation == bigquery.LIST.name]
    assert "europe-west5" in gap.detail
    assert SALES in found.resources
