"""IAM Identity Center: people, groups, what they are assigned, applications and outside issuers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence, Operation
from nhiscan.model import Assignment, Link
from nhiscan_connectors.aws.services import identity_center as ic
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.overlays.permission_set_boundaries import Boundaries
from tests.clouds.aws.seed_identity_center import IdentityCenter
from tests.clouds.aws.untyped import moto_module
from tests.connectors.aws.answers import ACCOUNT, REGION_SHARD, SCOPE, allow, answer, document, parse, refused, signals
from tests.connectors.aws.support_org import collected

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


OTHER = "222233334444"


def provisioned(*accounts: str) -> list[Evidence]:
    return [
        answer(ic.SET, {"PermissionSet": {"Name": "Operators", "PermissionSetArn": SET}}, PermissionSetArn=SET),
        answer(ic.WHERE, {"AccountIds": list(accounts)}, PermissionSetArn=SET),
    ]


def test_permission_sets_are_put_into_accounts() -> None:
    assert parse(REGION_SHARD, provisioned(ACCOUNT, OTHER)).links == [
        Link(
            source=SET,
            target=f"aws:{account}",
            kind="provisions",
            reason=f"permission set Operators is a role in account {account}",
        )
        for account in (ACCOUNT, OTHER)
    ]


def test_policies_of_the_accounts_themselves_are_known_by_name_and_path() -> None:
    references = [{"Name": "operate", "Path": "/team/"}, {"Name": "look"}]
    found = [
        *provisioned(ACCOUNT, OTHER),
        answer(ic.CUSTOMER, {"CustomerManagedPolicyReferences": references}, PermissionSetArn=SET),
    ]
    uses = parse(REGION_SHARD, found).policy_uses
    assert {(use.target, use.use) for use in uses} == {(SET, "permission")}
    assert {use.policy for use in uses} == {
        f"arn:aws:iam::{account}:policy{name}" for account in (ACCOUNT, OTHER) for name in ("/team/operate", "/look")
    }


@pytest.mark.parametrize(
    ("boundary", "policy"),
    [
        ({"ManagedPolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ({"CustomerManagedPolicyReference": {"Name": "fence"}}, f"arn:aws:iam::{ACCOUNT}:policy/fence"),
    ],
)
def test_boundaries_of_permission_sets(boundary: dict[str, Any], policy: str) -> None:
    found = [*provisioned(ACCOUNT), answer(ic.BOUNDARY, {"PermissionsBoundary": boundary}, PermissionSetArn=SET)]
    (use,) = parse(REGION_SHARD, found).policy_uses
    assert (use.policy, use.target, use.use) == (policy, SET, "boundary")


@pytest.mark.parametrize(
    "operation", [ic.GROUPS, ic.MEMBERS, ic.SETS, ic.MANAGED, ic.CUSTOMER, ic.INLINE, ic.WHERE, ic.ASSIGNMENTS]
)
def test_without_any_call_that_gives_access_nobody_is_known_to_be_harmless(operation: Operation) -> None:
    refusals = [refused(operation, PermissionSetArn=SET), refused(operation, PermissionSetArn=SET + "2")]
    inventory = parse(REGION_SHARD, [*people(), *refusals])
    (gap,) = inventory.gaps
    assert (gap.operation, gap.reason, gap.permission) == (operation.name, "denied", operation.permission)
    assert gap.detail == "no (and 1 more calls alike)"
    assert not inventory.knows(SCOPE, "policies", ANN)
    assert inventory.knows(SCOPE, "policies", f"arn:aws:iam::{ACCOUNT}:user/other")


@pytest.mark.parametrize("operation", [ic.BOUNDARY, ic.APPLICATIONS, ic.GRANTS, ic.ISSUERS, ic.SET])
def test_other_refusals_say_nothing_of_what_people_may_do(operation: Operation) -> None:
    assert parse(REGION_SHARD, [*people(), refused(operation)]).knows(SCOPE, "policies", ANN)


def test_without_people_a_refusal_hides_nobody_else() -> None:
    assert parse(REGION_SHARD, [refused(ic.SETS)]).knows(SCOPE, "policies")


def test_a_member_of_an_unknown_kind_may_be_anybody() -> None:
    member = {"GroupId": "g-ops", "MemberId": {"SDK_UNKNOWN_MEMBER": {"name": "RobotId"}}}
    found = [*people(), answer(ic.MEMBERS, {"GroupMemberships": [member]}, IdentityStoreId=STORE, GroupId="g-new")]
    inventory = parse(REGION_SHARD, found)
    assert [membership.member for membership in inventory.memberships] == [ANN]
    assert not inventory.knows(SCOPE, "policies", ANN)


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


APP = f"arn:aws:sso::{ACCOUNT}:application/ssoins-1/apl-1"
ISSUER = f"arn:aws:sso::{ACCOUNT}:trustedTokenIssuer/ssoins-1/tti-1"


def test_an_application_with_its_users_and_the_issuers_that_it_takes_tokens_of() -> None:
    bearer = {"AuthorizedTokenIssuers": [{"TrustedTokenIssuerArn": ISSUER, "AuthorizedAudiences": ["wiki", "api"]}]}
    grants = [
        {"GrantType": "urn:ietf:params:oauth:grant-type:jwt-bearer", "Grant": {"JwtBearer": bearer}},
        {"GrantType": "authorization_code", "Grant": {"AuthorizationCode": {"RedirectUris": ["https://x"]}}},
    ]
    used_by = [
        {"ApplicationArn": APP, "PrincipalType": "GROUP", "PrincipalId": "g-ops"},
        {"ApplicationArn": APP, "PrincipalType": "USER", "PrincipalId": "u-gone"},
    ]
    configured = {"OidcJwtConfiguration": {"IssuerUrl": "https://login.example.com"}}
    inventory = parse(
        REGION_SHARD,
        [
            *people(),
            answer(ic.APPLICATIONS, {"Applications": [{"ApplicationArn": APP, "Name": "wiki"}]}),
            answer(ic.GRANTS, {"Grants": grants}, ApplicationArn=APP),
            answer(ic.ACCESS, {"Scopes": [{"Scope": "sso:account:access"}]}, ApplicationArn=APP),
            answer(ic.APPLICATION_ASSIGNMENTS, {"ApplicationAssignments": used_by}, ApplicationArn=APP),
            answer(ic.ISSUERS, {"TrustedTokenIssuers": [{"TrustedTokenIssuerArn": ISSUER, "Name": "login"}]}),
            answer(ic.ISSUER, {"TrustedTokenIssuerConfiguration": configured}, TrustedTokenIssuerArn=ISSUER),
        ],
    )
    assert inventory.identities[APP].attributes == {
        "grants": "authorization_code, jwt-bearer",
        "access_scopes": "sso:account:access",
    }
    provider = inventory.federation_providers[ISSUER]
    assert (provider.issuer, provider.audiences) == ("https://login.example.com", ("api", "wiki"))
    assert {(link.source, link.target, link.kind, link.reason) for link in inventory.links} == {
        (ic.group_arn("g-ops"), APP, "may_use", "Ops may use application wiki"),
        (ic.user_arn("u-gone"), APP, "may_use", f"{ic.user_arn('u-gone')} may use application wiki"),
        (ISSUER, APP, "vouches_for", "application wiki exchanges tokens of https://login.example.com"),
    }
    assert inventory.gaps == []


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


HOME = "eu-west-1"


def center(aws: Aws) -> tuple[IdentityCenter, str]:
    """An Identity Center with one of everything, and its permission set."""
    account = aws.account
    center = account.identity_center(HOME)
    ann = center.person("Ann Archer", "ann@example.com")
    ops = center.group("Ops", [ann])
    operators = center.permission_set("Operators", ["ReadOnlyAccess"], json.dumps(document(allow("s3:*"))))
    center.assign(ops, operators, account)
    center.assign(ann, operators, account)
    bearer = {"AuthorizedTokenIssuers": [{"TrustedTokenIssuerArn": center.trusted_issuer("login", "https://login")}]}
    grant = {"GrantType": "urn:ietf:params:oauth:grant-type:jwt-bearer", "Grant": {"JwtBearer": bearer}}
    center.application("wiki", grants=[grant], scopes=["sso:account:access"], assigned=[ann])
    center.application("quicksight", provider="quicksight")
    boundary = {"ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"}
    boundaries = aws.emulator.store.get(Boundaries, account.id, HOME).by_permission_set
    boundaries[operators] = boundary
    center.permission_set("Unused")
    aws.client("sso-admin", HOME).attach_customer_managed_policy_reference_to_permission_set(
        InstanceArn=center.instance,
        PermissionSetArn=operators,
        CustomerManagedPolicyReference={"Name": "operate", "Path": "/team/"},
    )
    aws.calls.clear()
    return center, operators


def asked(aws: Aws) -> dict[str, int]:
    return {name: count for name, count in aws.calls.names().items() if not name.startswith("sts:")}


def test_everything_is_read_at_home_with_few_calls(aws: Aws, tmp_path: Path) -> None:
    _, operators = center(aws)
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region=HOME)
    assert inventory.gaps == []
    assert asked(aws) == {
        "sso-admin:ListInstances": 1,
        "identitystore:ListUsers": 1,
        "identitystore:ListGroups": 1,
        "identitystore:ListGroupMemberships": 1,
        "sso-admin:ListPermissionSets": 1,
        "sso-admin:DescribePermissionSet": 2,
        "sso-admin:ListManagedPoliciesInPermissionSet": 2,
        "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet": 2,
        "sso-admin:GetInlinePolicyForPermissionSet": 2,
        "sso-admin:GetPermissionsBoundaryForPermissionSet": 2,
        "sso-admin:ListAccountsForProvisionedPermissionSet": 2,
        "sso-admin:ListAccountAssignments": 1,
        "sso-admin:ListApplications": 1,
        "sso-admin:ListApplicationAssignments": 1,
        "sso-admin:ListApplicationGrants": 1,
        "sso-admin:ListApplicationAccessScopes": 1,
        "sso-admin:ListTrustedTokenIssuers": 1,
        "sso-admin:DescribeTrustedTokenIssuer": 1,
    }
    assert {identity.name: identity.managed_by_provider for identity in inventory.identities.values()} == {
        "ann@example.com": False,
        "wiki": False,
        "quicksight": True,
    }
    assert len(inventory.memberships) == 1
    assert {assignment.role for assignment in inventory.assignments} == {operators}
    assert len(inventory.assignments) == 2
    assert {(use.policy.rpartition("/")[2], use.use) for use in inventory.policy_uses_of(operators)} == {
        ("ReadOnlyAccess", "permission"),
        ("operate", "permission"),
        ("inline", "permission"),
        ("PowerUserAccess", "boundary"),
    }
    assert [link.kind for link in inventory.links_from(operators)] == ["provisions"]


def test_a_region_that_is_not_home_costs_one_call(aws: Aws, tmp_path: Path) -> None:
    center(aws)
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region="us-east-1")
    assert asked(aws) == {"sso-admin:ListInstances": 1}
    assert not inventory.identities
    assert inventory.gaps == []


@pytest.mark.parametrize(("primary", "people"), [(HOME, 1), ("us-east-1", 0)])
def test_a_copy_of_an_instance_is_not_read_again(aws: Aws, tmp_path: Path, primary: str, people: int) -> None:
    here, _ = center(aws)
    instance = {"InstanceArn": here.instance, "IdentityStoreId": here.store, "PrimaryRegion": primary}
    seen = [answer(ic.INSTANCES, {"Instances": [instance]})]
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region=HOME, answered=seen)
    assert sum(identity.kind == "identity-center-user" for identity in inventory.identities.values()) == people
    assert bool(asked(aws)) == bool(people)
    assert inventory.gaps == []


def lend(region: str = HOME) -> None:
    """Make the instance that the account sees another account's."""
    moto_module("ssoadmin.models").ssoadmin_backends[ACCOUNT][region].instances[0].account_id = OTHER


def test_a_member_that_sees_the_organizations_instance_is_not_asked_on_when_refused(aws: Aws, tmp_path: Path) -> None:
    center(aws)
    lend()
    for service in ("sso-admin", "identitystore"):
        for operation in ic.OPERATIONS[1:]:
            if operation.name.startswith(service):
                aws.faults.deny(service, operation.name.partition(":")[2])
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region=HOME)
    assert asked(aws) == {"sso-admin:ListInstances": 1, "sso-admin:ListPermissionSets": 1}
    assert [(gap.operation, gap.reason) for gap in inventory.gaps] == [(ic.SETS.name, "denied")]


def test_a_delegate_reads_the_organizations_instance(aws: Aws, tmp_path: Path) -> None:
    center(aws)
    lend()
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region=HOME)
    assert "ann@example.com" in {identity.name for identity in inventory.identities.values()}
    assert inventory.gaps == []


def test_the_owner_that_may_not_read_permission_sets_still_reads_people(aws: Aws, tmp_path: Path) -> None:
    center(aws)
    aws.faults.deny("sso-admin", "ListPermissionSets")
    inventory = collected(ic.SERVICE, tmp_path, endpoint=aws.endpoint, region=HOME)
    (ann,) = [identity for identity in inventory.identities.values() if identity.email]
    (gap,) = inventory.gaps
    assert (gap.operation, gap.reason, gap.permission) == (ic.SETS.name, "denied", "sso:ListPermissionSets")
    assert not inventory.knows(SCOPE, "policies", ann.id)
    assert inventory.knows(SCOPE, "policies", f"arn:aws:iam::{ACCOUNT}:user/somebody")
