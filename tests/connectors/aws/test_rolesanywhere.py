"""Roles Anywhere: machines with certificates, the authorities that vouch for them, and the roles that they get."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from nhiscan.connector import Evidence
from nhiscan.model import Activity
from nhiscan_connectors.aws.services.rolesanywhere import ANCHORS, PROFILES, SUBJECTS
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, answer, parse, signals

PREFIX = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:"
ANCHOR = f"{PREFIX}trust-anchor/a-1"
MACHINE = f"{PREFIX}subject/s-1"


def anchor(name: str = "plant", **fields: Any) -> dict[str, Any]:
    return {"trustAnchorArn": ANCHOR, "name": name, "enabled": True, "createdAt": "2024-01-01T00:00:00Z", **fields}


def evidence(
    anchors: list[Any], profiles: list[Any] | None = None, subjects: list[Any] | None = None
) -> list[Evidence]:
    return [
        answer(ANCHORS, {"trustAnchors": anchors}),
        answer(PROFILES, {"profiles": profiles or []}),
        answer(SUBJECTS, {"subjects": subjects or []}),
    ]


def subject(**fields: Any) -> dict[str, Any]:
    return {
        "subjectArn": MACHINE,
        "x509Subject": "CN=press-7",
        "enabled": True,
        "createdAt": "2025-01-01T00:00:00Z",
        "lastSeenAt": "2026-11-01T10:00:00Z",
        **fields,
    }


def test_anchors_and_machines() -> None:
    inventory = parse(REGION_SHARD, evidence([anchor()], subjects=[subject()]))
    provider = inventory.federation_providers[ANCHOR]
    assert (provider.kind, provider.name, provider.enabled) == ("x509", "plant", True)
    machine = inventory.identities[MACHINE]
    assert (machine.name, machine.kind, machine.enabled) == ("CN=press-7", "x509-subject", True)
    seen = datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert machine.activity == Activity(last_used_at=seen, source=SUBJECTS.name)
    assert signals(inventory, MACHINE) == {"roles-anywhere-subject"}


def test_a_machine_of_which_nobody_says_when_it_came_is_not_unused() -> None:
    for fields in ({"lastSeenAt": None}, {"lastSeenAt": "yesterday"}):
        assert parse(REGION_SHARD, evidence([], subjects=[subject(**fields)])).identities[MACHINE].activity is None


def test_a_switch_of_which_nobody_speaks_is_not_known() -> None:
    inventory = parse(REGION_SHARD, evidence([anchor(enabled=None)], subjects=[subject(enabled="false")]))
    assert inventory.federation_providers[ANCHOR].enabled is None
    assert inventory.identities[MACHINE].enabled is None


def test_profiles_hand_out_roles() -> None:
    roles = [f"{IAM}:role/press", f"{IAM}:role/log"]
    profile = {"name": "presses", "enabled": True, "roleArns": roles}
    inventory = parse(REGION_SHARD, evidence([anchor()], [profile]))
    assert [(link.source, link.target, link.kind) for link in inventory.links] == [
        (ANCHOR, role, "hands_out") for role in roles
    ]
    assert inventory.links[0].reason == (
        f"machines with a certificate under plant get role {IAM}:role/press by profile presses"
    )


def test_what_is_switched_off_hands_out_nothing() -> None:
    profile = {"name": "presses", "enabled": True, "roleArns": [f"{IAM}:role/press"]}
    assert not parse(REGION_SHARD, evidence([anchor(enabled=False)], [profile])).links
    assert not parse(REGION_SHARD, evidence([anchor()], [{**profile, "enabled": False}])).links


def test_a_damaged_entry_is_told_and_hides_no_other() -> None:
    profile = {"name": "presses", "enabled": True, "roleArns": [7, f"{IAM}:role/press"]}
    inventory = parse(REGION_SHARD, evidence([{}, anchor()], [profile], [subject(), "x"]))
    assert ANCHOR in inventory.federation_providers
    assert MACHINE in inventory.identities
    assert [link.target for link in inventory.links] == [f"{IAM}:role/press"]
    assert {gap.operation for gap in inventory.gaps} == {ANCHORS.name, PROFILES.name, SUBJECTS.name}
