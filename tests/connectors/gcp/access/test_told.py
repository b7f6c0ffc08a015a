"""How grants are told: what must be activated and by whose leave, when a role ends, and the names of things."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from nhiscan.model import Resource
from tests.connectors.gcp.access.estates import FOLDER, PAY, Estate

ENTITLEMENT = "//privilegedaccessmanager.googleapis.com/projects/pay-prod/locations/global/entitlements/{}"


@pytest.mark.parametrize(
    ("approval", "told"),
    [
        ("none", ", which nobody has to approve"),
        ("manual", ", which somebody has to approve"),
        ("1 of group:leads@acme.example; 2 of user:bob@acme.example",
         ", with the approval of 1 of group leads@acme.example and of 2 of user bob@acme.example"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_must_be_activated_is_told_with_who_approves_it(approval: str, told: str) -> None:
    estate = Estate()
    who, id = estate.user("ada"), ENTITLEMENT.format("owner")
    attributes = {"approval": approval} if approval else {}
    estate.add(
        Resource(id=id, provider="gcp", kind="google-pam-entitlement", name="owner", scope=PAY, attributes=attributes)
    )
    estate.bind(who, "roles/owner", PAY, eligible=True, id=id)
    assert estate.grants(who)["administer", PAY].conditions == (f"it activates entitlement owner{told}",)


def test_of_two_entitlements_the_one_that_nobody_approves_is_told() -> None:
    estate = Estate()
    who = estate.user("ada")
    for name, approval in (("asked", "manual"), ("free", "none")):
        id = ENTITLEMENT.format(name)
        more: dict[str, Any] = {"name": name, "scope": PAY, "attributes": {"approval": approval}}
        estate.add(Resource(id=id, provider="gcp", kind="google-pam-entitlement", **more))
        estate.bind(who, "roles/owner", PAY, eligible=True, id=id)
    (condition,) = estate.grants(who)["administer", PAY].conditions
    assert condition == "it activates entitlement free, which nobody has to approve"


def test_a_role_that_ends_is_told_with_its_end() -> None:
    estate = Estate()
    who, both = estate.user("ada"), estate.user("bob")
    ends = datetime(2026, 11, 24, 18, 30, tzinfo=timezone(timedelta(hours=1)))
    for user in (who, both):
        estate.bind(user, "roles/owner", FOLDER, expires_at=ends)
    estate.bind(both, "roles/owner", FOLDER)
    found = estate.grants(who)["administer", FOLDER]
    assert found.answer == "allowed"
    assert found.reason == (
        "user ada administers every project of folder shop"
        " (role owner (known by reference) at folder shop until 2026-11-24 17:30 UTC)"
    )
    assert "until" not in estate.grants(both)["administer", FOLDER].reason


def test_things_are_told_by_their_names() -> None:
    estate = Estate()
    who, runtime = estate.user("ada"), estate.account("runtime")
    place = "//aiplatform.googleapis.com/projects/pay-prod/locations/eu/reasoningEngines/314922459808"
    estate.workload("google-reasoning-engine", "customs-documents", runtime, place=place)
    estate.can(who, place, "aiplatform.reasoningEngines.query")
    reason = estate.gained(who)[runtime].reason
    assert "reasoning engine customs-documents" in reason
    assert "314922459808" not in reason
