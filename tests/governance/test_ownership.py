"""Owners: whom tags name, whom they only seem to name, and who is still there."""

from __future__ import annotations

import time
from typing import Any

import pytest

from nhiscan.classify import classify
from nhiscan.governance.ownership import Directory, owner_exists, owners_in, ownerships
from nhiscan.inventory import Inventory
from nhiscan.model import AnyRecord, Gap, Group, Identity, Ownership, Scope, Secret, Signal, Workload

ACCOUNT = Scope(id="aws:1", provider="aws", kind="account", name="prod")
TENANT = Scope(id="entra:t", provider="azure", kind="tenant", name="corp")
STORE = Scope(id="aws:d-1", provider="aws", kind="identity-store", name="d-1")


def role(name: str = "r", **fields: Any) -> Identity:
    id = f"arn:aws:iam::1:role/{name}"
    return Identity(**{"id": id, "provider": "aws", "kind": "iam-role", "name": name, "scope": "aws:1"} | fields)


def person(name: str, scope: Scope = TENANT, **fields: Any) -> Identity:
    id = f"/users/{name}"
    email = f"{name}@example.com"
    base = {"id": id, "provider": scope.provider, "kind": "user", "name": name, "scope": scope.id, "email": email}
    return Identity(**base | fields)


def inventory(*records: AnyRecord) -> Inventory:
    return Inventory([ACCOUNT, TENANT, STORE, *records])


def owned_by(tags: dict[str, str], *more: str) -> list[tuple[str, str, str]]:
    return [(o.owner, o.kind, o.source) for o in ownerships(inventory(role(tags=tags)), more)]


def exists(owner: str, *records: AnyRecord, kind: Any = "owner") -> bool | None:
    return owner_exists(inventory(role(), *records), Ownership(subject="x", owner=owner, kind=kind))


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("Owner", "owner"),
        ("owner", "owner"),
        ("OWNER_EMAIL", "owner"),
        ("nhi:owner", "owner"),
        ("Team", "team"),
        ("CreatedBy", "creator"),
        ("created-by", "creator"),
        ("managed-by", "manager"),
        ("Sponsor", "sponsor"),
    ],
)
def test_tags_name_owners_with_their_provenance(key: str, kind: str) -> None:
    assert owned_by({key: "ann@example.com"}) == [("ann@example.com", kind, f"tag {key}")]


@pytest.mark.parametrize("key", ["CostCenter", "Name", "ownership-model", "environment"])
def test_other_tags_name_nobody(key: str) -> None:
    assert owned_by({key: "ann@example.com"}) == []


@pytest.mark.parametrize(
    "value", ["", "  ", "n/a", "TBD", "Unknown", "-", "terraform", "CloudFormation", "???", "none "]
)
def test_placeholders_and_tools_answer_for_nothing(value: str) -> None:
    assert owned_by({"Owner": value, "ManagedBy": value}) == []


def test_further_keys_come_from_the_configuration() -> None:
    assert owned_by({"verantwortlich": "Ann"}) == []
    assert owned_by({"verantwortlich": "Ann"}, "Verantwortlich") == [("Ann", "owner", "tag verantwortlich")]


@pytest.mark.parametrize(
    ("value", "owners"),
    [
        ("ann@example.com; bob@example.com", ["ann@example.com", "bob@example.com"]),
        ("ann@example.com bob@example.com", ["ann@example.com", "bob@example.com"]),
        ("Ann Lee", ["Ann Lee"]),
        ("Ann Lee <ann@example.com>", ["Ann Lee <ann@example.com>"]),
        ('"platform"', ["platform"]),
        ("tbd, ann@example.com", ["ann@example.com"]),
    ],
)
def test_a_tag_may_name_several(value: str, owners: list[str]) -> None:
    assert owners_in(value) == owners


def test_a_hostile_tag_is_bounded() -> None:
    found = owners_in(",".join(f"owner{n}" for n in range(100_000)))
    assert len(found) == 8
    assert all(len(owner) <= 256 for owner in owners_in("x" * 1_000_000))


def test_workloads_and_secrets_have_owners_too() -> None:
    workload = Workload(id="f", provider="aws", kind="lambda-function", name="f", scope="aws:1", tags={"team": "pay"})
    secret = Secret(id="s", provider="aws", kind="secret", name="s", scope="aws:1", owner_hint="ann")
    found = [(o.subject, o.owner, o.kind) for o in ownerships(inventory(workload, secret))]
    assert found == [("f", "pay", "team"), ("s", "ann", "creator")]


def test_what_is_known_already_is_not_said_again() -> None:
    r = role(tags={"Owner": "Ann@example.com", "Contact": "ann@example.com"})
    assert len(list(ownerships(inventory(r)))) == 1
    told = Ownership(subject=r.id, owner="ann@example.com", source="directory")
    assert list(ownerships(inventory(r, told))) == []
    creator = Ownership(subject=r.id, owner="ann@example.com", kind="creator", source="log")
    assert len(list(ownerships(inventory(r, creator)))) == 1


def test_a_person_owns_what_is_theirs_and_only_that() -> None:
    ann = person("ann")
    door = role("sso", human_access=True)
    service = role("svc")
    signals = [
        Signal(subject=ann.id, name="mfa-device", detail=""),
        Signal(subject=service.id, name="runs-workload", detail=""),
    ]
    estate = inventory(ann, door, service, *signals)
    verdicts = {i.id: classify(i, estate.signals_of(i.id)) for i in estate.identities.values()}
    assert verdicts[door.id].class_ == "human"
    found = list(ownerships(estate, verdicts=verdicts))
    assert [(o.subject, o.owner, o.source) for o in found] == [(ann.id, "ann@example.com", "it is the person's own")]


def test_a_person_who_is_there_exists() -> None:
    ann = person("ann")
    for written in (
        "ann@example.com",
        "ANN@example.com",
        "Ann <ann@example.com>",
        "mailto:ann@example.com",
        "ann",
        ann.id,
    ):
        assert exists(written, ann) is True


def test_a_person_who_is_switched_off_everywhere_has_left() -> None:
    gone = person("ann", enabled=False)
    assert exists("ann@example.com", gone) is False
    elsewhere = person("ann", scope=STORE, id="store/ann")
    assert exists("ann@example.com", gone, elsewhere) is True


def test_who_is_missing_from_a_complete_directory_has_left() -> None:
    assert exists("ann@example.com", person("bob")) is False


def test_who_is_missing_from_a_directory_that_was_not_read_to_its_end_may_be_there() -> None:
    gap = Gap(connector="azure", scope=TENANT.id, operation="users", reason="throttled", blinds=("identities",))
    assert exists("ann@example.com", person("bob"), gap) is None


def test_a_second_directory_that_was_not_read_may_hold_them() -> None:
    other = Scope(id="entra:u", provider="azure", kind="tenant", name="sister")
    gap = Gap(connector="azure", scope=other.id, operation="users", reason="denied", blinds=("identities",))
    assert exists("ann@example.com", person("bob"), other, gap) is None
    assert exists("ann@example.com", person("bob"), other) is False


@pytest.mark.parametrize("owner", ["ann@elsewhere.example", "Ann Lee", "platform"])
def test_who_would_not_be_in_the_directory_cannot_be_told(owner: str) -> None:
    assert exists(owner, person("bob")) is None


def test_an_identity_store_is_no_complete_directory() -> None:
    assert exists("ann@example.com", person("bob", scope=STORE)) is None


def test_an_id_of_an_account_that_was_read_must_be_in_it() -> None:
    bob = role("bob", id="arn:aws:iam::1:user/bob", kind="iam-user")
    assert exists("arn:aws:iam::1:user/bob", bob) is True
    assert exists("arn:aws:iam::1:user/ann", bob) is False
    assert exists("arn:aws:iam::2:user/ann", bob) is None
    gap = Gap(connector="aws", scope="aws:1", operation="x", reason="denied", blinds=("identities",))
    assert exists("arn:aws:iam::1:user/ann", bob, gap) is None


def test_teams_are_found_among_groups_and_are_never_known_to_be_gone() -> None:
    group = Group(id="g1", provider="azure", name="Platform", scope=TENANT.id)
    assert exists("platform", group, kind="team") is True
    assert exists("payments", group, person("bob"), kind="team") is None
    assert exists("payments@example.com", person("bob"), kind="team") is None


def test_a_machine_is_nobody() -> None:
    machine = role("deploy", kind="iam-user")
    works = Signal(subject=machine.id, name="access-keys-only", detail="")
    assert exists("deploy", machine) is True  # nothing says that it is a machine
    assert exists("deploy", machine, works) is None
    assert exists("deploy", role("deploy", managed_by_provider=True)) is None


def test_sees_what_was_added_since() -> None:
    estate = inventory(person("bob"))
    ann = Ownership(subject="x", owner="ann@example.com")
    assert owner_exists(estate, ann) is False
    estate.add(person("ann"))
    assert owner_exists(estate, ann) is True


def test_asking_for_every_owner_stays_linear() -> None:
    def seconds(size: int) -> float:
        estate = inventory(*(person(f"p{n}") for n in range(size)))
        asked = [Ownership(subject="x", owner=f"p{n * 2}@example.com") for n in range(size)]
        begun = time.process_time()
        answers = [owner_exists(estate, o) for o in asked]
        assert answers.count(True) == size // 2
        return time.process_time() - begun

    # The least of several runs: what else the machine does only ever adds.
    assert min(seconds(4000) for _ in range(4)) < 8 * max(min(seconds(1000) for _ in range(2)), 0.01)


def test_verdicts_that_are_given_are_believed() -> None:
    estate = inventory(person("ann"))
    verdict = classify(person("ann"), [Signal(subject="/users/ann", name="agent-user-account", detail="")])
    assert Directory(estate).exists(Ownership(subject="x", owner="ann@example.com")) is True
    directory = Directory(estate, {"/users/ann": verdict})
    assert directory.exists(Ownership(subject="x", owner="ann@example.com")) is None
