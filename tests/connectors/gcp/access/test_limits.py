"""Deny policies and principal access boundaries."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.access.question import Question
from nhiscan.model import Gap, administrator_of
from nhiscan_connectors.gcp.access import decide, readers
from nhiscan_connectors.gcp.access.denies import UNREAD
from nhiscan_connectors.gcp.access.places import Places
from nhiscan_connectors.gcp.access.principals import Principals
from nhiscan_connectors.gcp.access.universe import written_as
from tests.connectors.gcp.access.estates import BUCKET, DEV, FOLDER, ORG, PAY, SECRET, Estate, gained

ACCESS = "secretmanager.versions.access"
KEYS = "iam.googleapis.com/serviceAccountKeys.create"
CREATE_KEY = "iam.serviceAccountKeys.create"
ADA = "principal://goog/subject/ada@acme.example"
EVERYBODY = "principalSet://goog/public:all"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("iam.googleapis.com/serviceAccountKeys.create", "iam.serviceaccountkeys.create"),
        ("cloudresourcemanager.googleapis.com/projects.setIamPolicy", "resourcemanager.projects.setiampolicy"),
        ("iam.googleapis.com/*", "iam.*"),
        ("storage.googleapis.com/buckets.*", "storage.buckets.*"),
        ("compute.instances.create", "compute.instances.create"),
    ],
)
def test_permissions_of_deny_policies(written: str, meant: str) -> None:
    assert written_as(written) == meant


@pytest.mark.parametrize("scope", [ORG, FOLDER, PAY])
@pytest.mark.parametrize(
    ("principals", "binds"),
    [
        ((EVERYBODY,), True),
        ((ADA,), True),
        (("principal://goog/subject/ADA@acme.example",), True),
        (("principalSet://goog/group/staff@acme.example",), True),
        (("principalSet://goog/group/all@acme.example",), True),
        (("principalSet://goog/group/other@acme.example",), False),
        (("principal://goog/subject/bob@acme.example",), False),
        (("principalSet://cloudresourcemanager.googleapis.com/organizations/1",), False),
        ((), False),
    ],
)
def test_whom_a_rule_binds(scope: str, principals: tuple[str, ...], binds: bool) -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.group("all", estate.group("staff", who))
    estate.group("other", estate.user("bob"))
    estate.can(who, ORG, CREATE_KEY)
    estate.deny(scope, KEYS, principals=principals)
    assert (target in estate.gained(who)) is not binds
    assert (("administer_identities", ORG) in estate.grants(who)) is not (binds and scope == ORG)


@pytest.mark.parametrize(
    ("principals", "binds"),
    [
        (("principal://iam.googleapis.com/projects/-/serviceAccounts/ci@pay-prod.iam.gserviceaccount.com",), True),
        (("principal://iam.googleapis.com/projects/-/serviceAccounts/x@pay-prod.iam.gserviceaccount.com",), False),
        (("principalSet://cloudresourcemanager.googleapis.com/projects/42",), True),
        (("principalSet://cloudresourcemanager.googleapis.com/projects/43",), False),
        (("principalSet://cloudresourcemanager.googleapis.com/folders/2/type/ServiceAccount",), True),
        (("principalSet://cloudresourcemanager.googleapis.com/organizations/1/type/ServiceAgent",), False),
        (("principalSet://goog/cloudIdentityCustomerId/C01",), False),
    ],
)
def test_rules_for_accounts(principals: tuple[str, ...], binds: bool) -> None:
    estate = Estate()
    who, target = estate.account("ci"), estate.account("t", DEV)
    estate.can(who, DEV, CREATE_KEY)
    estate.deny(DEV, KEYS, principals=principals)
    found = [edge.answer for edge in estate.judged()[0].becomes_of(who) if edge.target == target]
    assert found == ([] if binds else ["allowed"])


def test_pools_as_principals_of_rules() -> None:
    estate = Estate()
    pool = "iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci"
    one, target = estate.federated(f"principal://{pool}/subject/a"), estate.account("t")
    estate.can(one, PAY, CREATE_KEY)
    assert target in estate.gained(one)
    estate.deny(PAY, KEYS, principals=(f"principalSet://{pool}/*",))
    assert target not in estate.gained(one)


@pytest.mark.parametrize("spared", [(ADA,), ("principalSet://goog/group/staff@acme.example",)])
def test_exceptions_by_principal(spared: tuple[str, ...]) -> None:
    estate = Estate()
    who, other, target = estate.user("ada"), estate.user("bob"), estate.account("t")
    estate.group("staff", who)
    for one in (who, other):
        estate.can(one, PAY, CREATE_KEY)
    estate.deny(ORG, KEYS, spared=spared)
    assert target in estate.gained(who)
    assert target not in estate.gained(other)


def test_exceptions_by_permission() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, CREATE_KEY, "iam.serviceAccounts.signBlob")
    estate.deny(ORG, "iam.googleapis.com/*", spares=("iam.googleapis.com/serviceAccounts.signBlob",))
    assert estate.gained(who)[target].method == "gcp-sign-blob"


@pytest.mark.parametrize(
    "denied", ["iam.googleapis.com/*", "iam.googleapis.com/serviceAccountKeys.*", "*", "iam.googleapis.com/*.create"]
)
def test_wildcards(denied: str) -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.account("t")
    estate.can(who, PAY, CREATE_KEY)
    estate.deny(PAY, denied)
    assert not estate.gained(who)


def test_a_rule_does_not_take_away_another_permission() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, CREATE_KEY, "iam.serviceAccounts.getAccessToken")
    estate.deny(PAY, KEYS)
    assert estate.gained(who)[target].method == "gcp-get-access-token"


def test_denied_administration_of_one_project() -> None:
    estate = Estate()
    who = estate.user("ada")
    estate.can(who, ORG, "resourcemanager.projects.setIamPolicy")
    estate.deny(PAY, "cloudresourcemanager.googleapis.com/projects.setIamPolicy")
    found = estate.gained(who)
    assert administrator_of(DEV) in found
    assert administrator_of(PAY) not in found


def test_member_who_is_spared_and_a_group_that_is_not() -> None:
    estate = Estate()
    who, other, target = estate.user("ada"), estate.user("bob"), estate.account("t")
    group = estate.group("staff", who, other)
    estate.can(group, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, principals=("principalSet://goog/group/staff@acme.example",), spared=(ADA,))
    assert target in estate.gained(who)
    assert target not in estate.gained(other)


def test_a_group_between_that_is_denied_does_not_hide_what_the_outer_one_gives() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    inner = estate.group("inner", who)
    outer = estate.group("outer", inner)
    estate.can(outer, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, principals=("principalSet://goog/group/inner@acme.example",), spared=(ADA,))
    assert target in estate.gained(who)


def test_rule_with_a_condition_makes_conditional() -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, condition="!resource.matchTag('1/env', 'test')")
    edge = estate.gained(who)[target]
    assert edge.answer == "conditional"
    assert "does not apply (!resource.matchTag('1/env', 'test'))" in edge.conditions[0]
    assert estate.grants(who)["administer_identities", PAY].answer == "conditional"


@pytest.mark.parametrize("many", [1, 30])
def test_rule_with_a_condition_further_down(many: int) -> None:
    estate = Estate()
    who = estate.user("ada")
    inside = [estate.account(f"t{n}") for n in range(many)]
    outside = [estate.account(f"u{n}", DEV) for n in range(many)]
    estate.can(who, ORG, CREATE_KEY)
    estate.deny(PAY, KEYS, condition="resource.matchTag('1/env', 'prod')")
    inventory, _ = estate.judged()
    sure = gained(inventory.becomes, who, ("allowed",))
    every = gained(inventory.becomes, who)
    assert {*outside} <= {*sure}
    assert not {*inside} & {*sure}
    assert {*inside, *outside} <= {*every}


@pytest.mark.parametrize(("condition", "left"), [("resource.service == 'iam.googleapis.com'", False), ("false", True)])
def test_condition_of_a_rule_that_is_settled(condition: str, left: bool) -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, condition=condition)
    found = estate.gained(who)
    assert (target in found) is left
    assert not left or found[target].answer == "allowed"


@pytest.mark.parametrize(
    "document",
    [
        None,
        "{",
        "[]",
        '{"rules": 1}',
        '{"rules": [{}]}',
        '{"rules": [{"denyRule": {"deniedPrincipals": 1}}]}',
        '{"rules": [{"denyRule": {"deniedPermissions": [1]}}]}',
    ],
)
def test_policy_that_cannot_be_read(document: str | None) -> None:
    estate = Estate()
    who, target = estate.user("ada"), estate.account("t")
    estate.can(who, PAY, CREATE_KEY)
    estate.deny(FOLDER, document=document)
    edge = estate.gained(who)[target]
    assert edge.answer == "conditional"
    assert edge.conditions[0].startswith(UNREAD)
    assert [gap.hides for gap in estate.judged()[1] if isinstance(gap, Gap)]
    decision = decide(estate.inventory(), Question(identity=who, action=CREATE_KEY, resource=PAY))
    assert decision.answer == "unknown"
    assert decide(estate.inventory(), Question(identity=who, action=CREATE_KEY, resource=DEV)).answer == "denied"


def test_principals_that_are_not_understood() -> None:
    estate = Estate()
    who, account, target = estate.user("ada"), estate.account("ci"), estate.account("t")
    for one in (who, account):
        estate.can(one, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, principals=("principalSet://goog/cloudIdentityCustomerId/C01",))
    assert estate.gained(who)[target].answer == "conditional"
    assert estate.gained(account)[target].answer == "allowed"
    estate.deny(PAY, KEYS, principals=("principalSet://new.example/what",))
    assert estate.gained(account)[target].answer == "conditional"


def test_exceptions_that_are_not_understood() -> None:
    estate = Estate()
    who, account, target = estate.user("ada"), estate.account("ci"), estate.account("t")
    for one in (who, account):
        estate.can(one, PAY, CREATE_KEY)
    estate.deny(PAY, KEYS, spared=("principalSet://goog/cloudIdentityCustomerId/C01",))
    assert estate.gained(who)[target].answer == "conditional"
    assert target not in estate.gained(account)


# Boundaries.

PEOPLE_AND_ALL = "//cloudresourcemanager.googleapis.com/organizations/1"


def test_outside_of_the_boundary_nothing_holds() -> None:
    estate = Estate()
    who, inside, outside = estate.account("ci"), estate.account("t"), estate.account("u", DEV)
    estate.can(who, ORG, CREATE_KEY, ACCESS)
    estate.boundary(PEOPLE_AND_ALL, FOLDER)
    found = estate.gained(who)
    assert inside in found
    assert outside not in found
    assert {*estate.grants(who)} == {("administer_identities", FOLDER), ("read_secrets", FOLDER)}


def test_binding_outside_of_the_boundary() -> None:
    estate = Estate()
    who, outside = estate.account("ci"), estate.account("u", DEV)
    estate.can(who, DEV, CREATE_KEY)
    estate.can(who, outside, CREATE_KEY)
    estate.boundary(PEOPLE_AND_ALL, PAY)
    assert not estate.gained(who)
    assert not estate.grants(who)


def test_several_boundaries_let_each() -> None:
    estate = Estate()
    who, inside, other = estate.account("ci"), estate.account("t"), estate.account("u", DEV)
    estate.can(who, ORG, CREATE_KEY)
    estate.boundary(PEOPLE_AND_ALL, PAY)
    estate.boundary(
        "//cloudresourcemanager.googleapis.com/projects/42", "//cloudresourcemanager.googleapis.com/projects/43"
    )
    assert {inside, other} <= {*estate.gained(who)}


@pytest.mark.parametrize(
    ("target", "binds"),
    [
        ("//cloudresourcemanager.googleapis.com/projects/42", True),
        ("//cloudresourcemanager.googleapis.com/projects/43", False),
        ("principalSet://cloudresourcemanager.googleapis.com/folders/2", True),
        ("//iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci", False),
    ],
)
def test_whom_a_boundary_binds(target: str, binds: bool) -> None:
    estate = Estate()
    who, outside = estate.account("ci"), estate.account("u", DEV)
    estate.can(who, DEV, CREATE_KEY)
    estate.boundary(target, PAY)
    assert (outside in estate.gained(who)) is not binds


def test_boundary_of_a_pool() -> None:
    estate = Estate()
    pool = "iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci"
    one, target = estate.federated(f"principal://{pool}/subject/a"), estate.account("u", DEV)
    estate.can(one, DEV, CREATE_KEY)
    assert target in estate.gained(one)
    estate.boundary(f"//{pool}", PAY)
    assert target not in estate.gained(one)


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        ("principal.type == 'iam.googleapis.com/ServiceAccount'", None),
        ("principal.type != 'iam.googleapis.com/ServiceAccount'", "allowed"),
        ("principal.subject == 'ci@pay-prod.iam.gserviceaccount.com'", None),
        ("principal.subject.endsWith('@dev.iam.gserviceaccount.com')", "allowed"),
        ("principal.size == 1", "conditional"),
    ],
)
def test_condition_of_a_boundary(condition: str, answer: str | None) -> None:
    estate = Estate()
    who, outside = estate.account("ci"), estate.account("u", DEV)
    estate.can(who, DEV, CREATE_KEY)
    estate.boundary(PEOPLE_AND_ALL, PAY, condition=condition)
    found = estate.gained(who).get(outside)
    assert (found.answer if found is not None else None) == answer


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        (
            "principal://iam.googleapis.com/projects/42/locations/global/workloadIdentityPools/ci/subject/a",
            "WorkloadPool",
        ),
        ("principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/ada", "WorkforcePool"),
        ("principal://agents.global.org-1.system.id.goog/resources/aiplatform/projects/42/x", "AgentPool"),
        ("user:ada@acme.example", "Workspace"),
    ],
)
def test_types_of_principals_are_those_that_google_writes(principal: str, told: str) -> None:
    inventory, _ = Estate().judged()
    assert Principals(inventory, Places(inventory)).type_of(principal) == f"iam.googleapis.com/{told}Identity"


def test_boundary_that_could_not_be_read() -> None:
    estate = Estate()
    who, outside = estate.account("ci"), estate.account("u", DEV)
    estate.can(who, DEV, CREATE_KEY)
    estate.boundary(PEOPLE_AND_ALL, PAY, read=False)
    assert estate.gained(who)[outside].answer == "conditional"
    assert decide(estate.inventory(), Question(identity=who, action=CREATE_KEY, resource=DEV)).answer == "unknown"
    assert [gap.hides for gap in estate.judged()[1] if isinstance(gap, Gap)]


def test_boundary_of_people_that_are_not_told_apart() -> None:
    estate = Estate()
    who, account, outside = estate.user("ada"), estate.account("ci"), estate.account("u", DEV)
    for one in (who, account):
        estate.can(one, DEV, CREATE_KEY)
    estate.boundary("//cloudidentity.googleapis.com/customers/C01", PAY)
    assert estate.gained(who)[outside].answer == "conditional"
    assert estate.gained(account)[outside].answer == "allowed"


def test_boundary_binds_members_and_not_their_group() -> None:
    estate = Estate()
    who, person, outside = estate.account("ci"), estate.user("ada"), estate.account("u", DEV)
    group = estate.group("staff", who, person)
    estate.can(group, DEV, CREATE_KEY)
    estate.boundary(PEOPLE_AND_ALL, PAY)
    assert outside not in estate.gained(who)
    assert outside in estate.gained(person)


def test_readers_and_decisions_within_limits() -> None:
    estate = Estate()
    one, two, three = estate.account("one"), estate.account("two", DEV), estate.user("ada")
    estate.bucket()
    for who in (one, two, three):
        estate.can(who, ORG, ACCESS, "storage.objects.get")
    estate.boundary("//cloudresourcemanager.googleapis.com/projects/43", DEV)
    estate.deny(PAY, "secretmanager.googleapis.com/versions.access", principals=(ADA,))
    assert [grant.identity for grant in readers(estate.inventory(), SECRET)] == [one]
    answers: dict[str, Any] = {
        who: decide(estate.inventory(), Question(identity=who, action=ACCESS, resource=SECRET))
        for who in (one, two, three)
    }
    assert {who: decision.answer for who, decision in answers.items()} == {
        one: "allowed",
        two: "denied",
        three: "denied",
    }
    assert "principal access boundary" in answers[two].reason
    assert "deny rule" in answers[three].reason
    assert {grant.identity for grant in readers(estate.inventory(), BUCKET)} == {one, two, three}


def test_a_subject_that_holds_the_name_of_another_kind_of_pool_is_of_its_own_pool() -> None:
    principal = (
        "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/subject/a/workforcePools/b"
    )
    inventory, _ = Estate().judged()
    told = Principals(inventory, Places(inventory)).type_of(principal)
    assert told == "iam.googleapis.com/WorkloadPoolIdentity"
