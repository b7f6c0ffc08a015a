"""Roles Anywhere: machines with certificates, the authorities that vouch for them, and the roles that they get."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.connector import Evidence, Operation
from nhiscan.inventory import Inventory
from nhiscan.model import Activity, Grant
from nhiscan_connectors.aws.services.rolesanywhere import ANCHORS, PROFILES, SERVICE, SUBJECTS, holder_of
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago, trust_service
from tests.clouds.aws.seed_outside import Anywhere
from tests.connectors.aws.answers import ACCOUNT, IAM, REGION_SHARD, SCOPE, answer, parse, refused, signals
from tests.connectors.aws.support_org import collected

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


ROLE = f"{IAM}:role/press"


def handing(**fields: Any) -> list[Any]:
    return [{"name": "presses", "enabled": True, "roleArns": [ROLE], **fields}]


def verdict(inventory: Inventory) -> str:
    """Whether the machine comes to administer, where the role does."""
    inventory.add(Grant(identity=ROLE, capability="administer", resource="*", answer="allowed"))
    return admin_verdicts(inventory)[MACHINE][0]


def test_a_machine_may_get_the_roles_of_profiles_if_their_trust_policies_let_it() -> None:
    inventory = parse(REGION_SHARD, evidence([anchor()], handing(), [subject()]))
    (machine,) = inventory.becomes_of(MACHINE)
    assert (machine.target, machine.answer) == (holder_of(ANCHOR), "allowed")
    assert machine.reason == "CN=press-7 signs in with a certificate under plant"
    (holder,) = inventory.becomes_of(holder_of(ANCHOR))
    assert (holder.target, holder.answer, holder.conditions) == (ROLE, "conditional", ("trust policy of the role",))
    assert verdict(inventory) == "conditional"


def test_of_several_authorities_it_may_be_any() -> None:
    second = anchor("lab", trustAnchorArn=ANCHOR + "2")
    inventory = parse(REGION_SHARD, evidence([anchor(), second], handing(), [subject()]))
    (machine,) = inventory.becomes_of(MACHINE)
    assert {edge.target for edge in inventory.becomes_of(machine.target)} == {
        holder_of(ANCHOR),
        holder_of(ANCHOR + "2"),
    }
    assert verdict(inventory) == "conditional"


@pytest.mark.parametrize(
    ("anchors", "profiles", "subjects"),
    [
        ([anchor(enabled=False)], handing(), [subject()]),
        ([anchor()], handing(enabled=False), [subject()]),
        ([anchor()], handing(), [subject(enabled=False)]),
        ([anchor()], handing(roleArns=[]), [subject()]),
    ],
)
def test_a_machine_that_is_shut_out_gets_nothing(anchors: list[Any], profiles: list[Any], subjects: list[Any]) -> None:
    assert verdict(parse(REGION_SHARD, evidence(anchors, profiles, subjects))) == "no"


def test_a_session_policy_is_a_condition_more() -> None:
    for fields in ({"sessionPolicy": "{}"}, {"managedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]}):
        inventory = parse(REGION_SHARD, evidence([anchor()], handing(**fields)))
        (holder,) = inventory.becomes_of(holder_of(ANCHOR))
        assert holder.conditions == ("trust policy of the role", "session policy of the profile")


def test_an_authority_of_aws_is_named() -> None:
    authority = f"arn:aws:acm-pca:eu-west-1:{ACCOUNT}:certificate-authority/ca-1"
    source = {"sourceType": "AWS_ACM_PCA", "sourceData": {"acmPcaArn": authority}}
    provider = parse(REGION_SHARD, evidence([anchor(source=source)])).federation_providers[ANCHOR]
    assert provider.issuer == authority


@pytest.mark.parametrize("operation", [ANCHORS, PROFILES])
def test_without_profiles_no_machine_is_known_to_be_harmless(operation: Operation) -> None:
    found = [*evidence([anchor()], [], [subject()]), refused(operation)]
    inventory = parse(REGION_SHARD, found)
    assert not inventory.knows(SCOPE, "policies", MACHINE)
    assert inventory.knows(SCOPE, "policies", f"{IAM}:user/other")
    assert verdict(inventory) == "unknown"


def test_everything_is_read_with_one_call_of_each_kind(aws: Aws, tmp_path: Path) -> None:
    press = aws.account.role("press", trust_service("rolesanywhere.amazonaws.com"))
    anywhere = Anywhere(aws.account, "eu-west-1")
    plant = anywhere.anchor("plant", "AWS_ACM_PCA")
    anywhere.profile("presses", [press])
    anywhere.subject("CN=press-7", ago(3))
    aws.calls.clear()
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region="eu-west-1")
    assert aws.calls.names() == {operation.name: 1 for operation in (ANCHORS, PROFILES, SUBJECTS)}
    (machine,) = inventory.identities.values()
    assert machine.activity == Activity(last_used_at=ago(3), source=SUBJECTS.name)
    assert [edge.target for edge in inventory.becomes_of(holder_of(plant))] == [f"{IAM}:role/press"]
    assert inventory.gaps == []


def test_a_region_without_authorities_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    Anywhere(aws.account, "eu-west-1").anchor("plant")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region="eu-central-1")
    assert aws.calls.names() == {ANCHORS.name: 1}
    assert not inventory.federation_providers
    assert inventory.gaps == []


def test_whoever_may_not_see_authorities_has_a_gap(aws: Aws, tmp_path: Path) -> None:
    aws.faults.deny("rolesanywhere", "ListTrustAnchors")
    inventory = collected(SERVICE, tmp_path, endpoint=aws.endpoint, region="eu-west-1")
    assert [(gap.operation, gap.reason, gap.permission, gap.region) for gap in inventory.gaps] == [
        (ANCHORS.name, "denied", "rolesanywhere:ListTrustAnchors", "eu-west-1")
    ]


def test_a_damaged_entry_is_told_and_hides_no_other() -> None:
    profile = {"name": "presses", "enabled": True, "roleArns": [7, f"{IAM}:role/press"]}
    inventory = parse(REGION_SHARD, evidence([{}, anchor()], [profile], [subject(), "x"]))
    assert ANCHOR in inventory.federation_providers
    assert MACHINE in inventory.identities
    assert [link.target for link in inventory.links] == [f"{IAM}:role/press"]
    assert {gap.operation for gap in inventory.gaps} == {ANCHORS.name, PROFILES.name, SUBJECTS.name}
