"""IAM Identity Center: people, groups, what they are assigned, applications and outside issuers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from nhiscan.connector import Evidence
from nhiscan.model import Assignment
from nhiscan_connectors.aws.services import identity_center as ic
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, SCOPE, allow, answer, document, parse, signals

SET = "arn:aws:sso:::permissionSet/ssoins-1111111111111111/ps-1111111111111111"
STORE = "d-1111111111"
ANN = ic.user_arn("u-ann")


def people() -> list[Evidence]:
    ann = {
        "UserName": "ann",
        "UserId": "u-ann",
        "DisplayName": "Ann Archer",
        "Emails": [{"Type": "work", "Primary": True}, {"Value": "ann@example.com"}],
        "Title": "Engineer",
        "UserStatus": "ENABLED",
        "CreatedAt": "2024-02-03T04:05:06.789Z",
    }
    member = {"IdentityStoreId": STORE, "GroupId": "g-ops", "MemberId": {"UserId": "u-ann"}}
    return [
        answer(ic.USERS, {"Users": [ann]}, IdentityStoreId=STORE),
        answer(ic.USERS, {"Users": [{"UserId": "u-ben", "UserStatus": "DISABLED"}]}, page=1, IdentityStoreId=STORE),
        answer(ic.GROUPS, {"Groups": [{"GroupId": "g-ops", "DisplayName": "Ops"}]}, IdentityStoreId=STORE),
        answer(ic.MEMBERS, {"GroupMemberships": [member]}, IdentityStoreId=STORE, GroupId="g-ops"),
    ]


def test_people_and_groups() -> None:
    inventory = parse(REGION_SHARD, people())
    ann = inventory.identities[ANN]
    assert (ann.name, ann.email, ann.enabled, ann.kind) == ("ann", "ann@example.com", True, "identity-center-user")
    assert ann.created_at == datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert signals(inventory, ANN) == {"identity-center-user"}
    ben = inventory.identities[ic.user_arn("u-ben")]
    assert (ben.name, ben.enabled, ben.email) == ("u-ben", False, None)
    assert [group.name for group in inventory.groups.values()] == ["Ops"]
    (membership,) = inventory.memberships
    assert (membership.member, membership.group) == (ANN, ic.group_arn("g-ops"))


def test_assignments_of_people_and_groups() -> None:
    def assigned(kind: str, id: str) -> dict[str, str]:
        return {"AccountId": ACCOUNT, "PermissionSetArn": SET, "PrincipalType": kind, "PrincipalId": id}

    items = [assigned("USER", "u-ann"), assigned("GROUP", "g-ops")]
    found = [answer(ic.ASSIGNMENTS, {"AccountAssignments": items}, PermissionSetArn=SET, AccountId=ACCOUNT)]
    assert parse(REGION_SHARD, found).assignments == [
        Assignment(principal=ANN, role=SET, scope=SCOPE, source=ic.ASSIGNMENTS.name),
        Assignment(principal=ic.group_arn("g-ops"), role=SET, scope=SCOPE, source=ic.ASSIGNMENTS.name),
    ]


def test_policies_of_permission_sets() -> None:
    text = json.dumps(document(allow("bedrock:*")), indent=2)
    managed = {"AttachedManagedPolicies": [{"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}
    found = [
        answer(ic.INLINE, {"InlinePolicy": text}, PermissionSetArn=SET),
        answer(ic.INLINE, {"InlinePolicy": ""}, PermissionSetArn=SET + "2"),
        answer(ic.MANAGED, managed, PermissionSetArn=SET),
    ]
    inventory = parse(REGION_SHARD, found)
    (policy,) = inventory.policies.values()
    assert json.loads(policy.document or "") == document(allow("bedrock:*"))
    assert {(use.policy, use.target) for use in inventory.policy_uses} == {
        (policy.id, SET),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", SET),
    }


def test_a_policy_that_makes_no_sense_has_a_problem() -> None:
    inventory = parse(REGION_SHARD, [answer(ic.INLINE, {"InlinePolicy": "{"}, PermissionSetArn=SET)])
    (policy,) = inventory.policies.values()
    assert policy.document is None
    assert "not JSON" in policy.problem


@pytest.mark.parametrize(
    ("provider", "of_aws"),
    [
        ("arn:aws:sso::aws:applicationProvider/sso", True),
        ("arn:aws:sso::aws:applicationProvider/custom", False),
        ("arn:aws:sso::aws:applicationProvider/custom-saml", False),
        (None, False),
    ],
)
def test_applications(provider: str | None, of_aws: bool) -> None:
    arn = "arn:aws:sso::123456789012:application/ssoins-1/apl-1"
    application = {
        "ApplicationArn": arn,
        "ApplicationProviderArn": provider,
        "Name": "wiki",
        "Status": "DISABLED",
        "CreatedDate": "2024-01-01T00:00:00Z",
    }
    identity = parse(REGION_SHARD, [answer(ic.APPLICATIONS, {"Applications": [application]})]).identities[arn]
    assert (identity.name, identity.enabled, identity.managed_by_provider) == ("wiki", False, of_aws)


def test_outside_issuers() -> None:
    arn = "arn:aws:sso::123456789012:trustedTokenIssuer/ssoins-1/tti-1"
    issuers = {"TrustedTokenIssuers": [{"TrustedTokenIssuerArn": arn, "Name": "okta"}]}
    provider = parse(REGION_SHARD, [answer(ic.ISSUERS, issuers)]).federation_providers[arn]
    assert (provider.kind, provider.name) == ("oidc", "okta")


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        (ic.USERS, {"Users": [{"UserName": "x"}]}),
        (ic.USERS, {"Users": "x"}),
        (ic.GROUPS, {"Groups": [None]}),
        (ic.MEMBERS, {"GroupMemberships": [{"MemberId": {}}]}),
        (ic.ASSIGNMENTS, {"AccountAssignments": [{"PrincipalId": "x"}]}),
        (ic.APPLICATIONS, {"Applications": [{"Name": "x"}]}),
    ],
)
def test_a_damaged_entry_is_told_and_hides_no_other(operation: Any, body: dict[str, Any]) -> None:
    inventory = parse(REGION_SHARD, [*people(), answer(operation, body, page=2)])
    assert ANN in inventory.identities
    (gap,) = inventory.gaps
    assert (gap.operation, gap.reason, gap.region) == (operation.name, "failed", "eu-west-1")
