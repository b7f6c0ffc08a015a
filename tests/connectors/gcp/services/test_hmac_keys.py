"""HMAC keys of Cloud Storage."""

from __future__ import annotations

from pathlib import Path

from nhiscan_connectors.gcp.services.hmac_keys import LIST, SERVICE
from tests.clouds.gcp.fixtures import Gcp
from tests.clouds.gcp.seed_guardrails import hmac_key
from tests.connectors.gcp.scanning import inventory_by

BOT = "bot@lab.iam.gserviceaccount.com"
KEY = "GOOG1EMULATED0000000000000000000000000000000000000000000000001"


def test_a_key_is_a_standing_credential_of_its_account(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    lab = company.project("lab", services=("storage-api",))
    company.project("quiet", services=("run",))
    hmac_key(company, lab, BOT, KEY)
    hmac_key(company, lab, BOT, f"{KEY}2", state="INACTIVE")
    hmac_key(company, lab, BOT, f"{KEY}3", state="DELETED")
    gcp.emulator.page_size = 1
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    keys = {one.name: one for one in found.credentials.values()}
    assert {name: one.status for name, one in keys.items()} == {KEY: "active", f"{KEY}2": "inactive"}
    key = keys[KEY]
    assert key.id == f"//storage.googleapis.com/projects/lab/hmacKeys/{KEY}"
    assert key.holder == f"//iam.googleapis.com/projects/-/serviceAccounts/{BOT}"
    assert (key.kind, key.lifetime, key.long_lived) == ("google-hmac-key", "never_expires", True)
    assert key.created_at is not None
    assert gcp.calls.count("storage/v1/projects/quiet/*") == 0
    assert found.gaps == []


def test_a_denied_list_names_its_permission(gcp: Gcp, tmp_path: Path) -> None:
    gcp.company.project("lab", services=("storage",))
    gcp.faults.add("deny", "storage/v1/*")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    (gap,) = found.gaps
    assert (gap.operation, gap.reason, gap.permission) == (LIST.name, "denied", "storage.hmacKeys.list")
    assert not found.knows("//cloudresourcemanager.googleapis.com/projects/lab", "credentials")


def test_a_damaged_key_is_told(gcp: Gcp, tmp_path: Path) -> None:
    lab = gcp.company.project("lab", services=("storage",))
    hmac_key(gcp.company, lab, BOT, KEY)
    hmac_key(gcp.company, lab, "", f"{KEY}2")
    hmac_key(gcp.company, lab, BOT, f"{KEY}3", state="NEW_STATE", timeCreated="soon")
    found = inventory_by(gcp, tmp_path / "b", SERVICE)
    assert sorted((one.name, one.status) for one in found.credentials.values()) == [
        (KEY, "active"),
        (f"{KEY}3", None),
    ]
    (gap,) = found.gaps
    assert "serviceAccountEmail" in gap.detail
