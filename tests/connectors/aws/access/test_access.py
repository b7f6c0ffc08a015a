"""What `access` makes of whole estates: administrators, powers over others, gaps, and the shape of the edges."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.access.reach import admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import (
    CanBecome,
    Gap,
    Grant,
    Identity,
    PolicyUse,
    Trust,
    administrator_of,
)
from nhiscan_connectors.aws.access import access
from nhiscan_connectors.aws.access.hubs import DIRECT
from tests.connectors.aws.access.estates import (
    ACCOUNT,
    OTHER,
    PARTNER,
    Estate,
    allow,
    deny,
    document,
    role_arn,
    trusts,
    user_arn,
)

SCOPE = f"aws:{ACCOUNT}"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def verdict(estate: Estate, identity: str) -> str:
    """The core's verdict on an identity."""
    inventory, _ = estate.judged()
    return admin_verdicts(inventory)[identity][0]


def becomes(estate: Estate, identity: str = "", target: str = "") -> list[CanBecome]:
    """Powers of an identity, over a target."""
    _, derived = estate.judged()
    return [
        record
        for record in derived
        if isinstance(record, CanBecome)
        and (not identity or record.identity == identity)
        and (not target or record.target == target)
    ]


def administer(estate: Estate, identity: str) -> list[Grant]:
    _, derived = estate.judged()
    return [r for r in derived if isinstance(r, Grant) and r.identity == identity and r.capability == "administer"]


# Administrators.


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("*")], "is"),
        ([allow("*:*")], "is"),
        ([allow("iam:*")], "is"),
        ([allow("iam:*", f"arn:aws:iam::{ACCOUNT}:*")], "is"),
        ([allow("iam:*", "arn:aws:iam::*:*")], "is"),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], "is"),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::payroll"}], "is"),
        ([allow(["iam:A*", "iam:C*", "iam:P*", "iam:U*"])], "is"),
        ([allow("*"), deny("cloudtrail:*")], "is"),
        ([allow("*"), deny("iam:PutUserPolicy")], "is"),
        ([allow("*"), deny("iam:*", f"arn:aws:iam::{ACCOUNT}:role/audit")], "is"),
        ([allow("*"), deny("*", Condition={"StringNotEquals": {"aws:RequestedRegion": "eu-west-1"}})], "is"),
        ([allow("*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})], "is"),
        ([allow("*", Condition=MFA)], "conditional"),
        (
            [allow("*"), deny("iam:*", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})],
            "conditional",
        ),
        ([allow("*"), deny("iam:*"), deny("sso:*"), deny("identitystore:*"), deny("sso-directory:*")], "latent"),
        ([allow("*"), deny("*")], "no"),
        ([allow("s3:*")], "no"),
        ([allow("iam:Get*"), allow("iam:List*")], "no"),
        ([allow("iam:*", "arn:aws:iam::444455556666:*")], "no"),
        ([allow("iam:*", Condition={"StringEquals": {"aws:PrincipalAccount": OTHER}})], "no"),
    ],
)
def test_administration(statements: list[dict[str, Any]], expected: str) -> None:
    estate = Estate()
    alice = estate.user("alice", *statements)
    assert verdict(estate, alice) == expected


def test_administrator_by_group() -> None:
    estate = Estate()
    alice, bob = estate.user("alice"), estate.user("bob")
    estate.group("admins", allow("*"), members=(alice,))
    assert verdict(estate, alice) == "is"
    assert verdict(estate, bob) == "no"


def test_administrator_by_managed_policy_names_it() -> None:
    estate = Estate()
    alice = estate.user("alice")
    estate.attach(alice, document(allow("*")), "arn:aws:iam::aws:policy/AdministratorAccess", kind="managed")
    (grant,) = administer(estate, alice)
    assert grant.reason == f"user alice administers account {ACCOUNT} (policy AdministratorAccess, statement 1)"


def test_administrator_has_no_escalations() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.user("bob")
    assert not becomes(estate, alice)


def test_boundary_takes_administration_away() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.boundary(alice, allow("s3:*"))
    assert verdict(estate, alice) == "no"


def test_boundary_that_allows_all_takes_nothing() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.boundary(alice, allow("*"))
    assert verdict(estate, alice) == "is"


def test_service_control_policy_takes_administration_away() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.scp(SCOPE, allow("*"), deny("iam:*"), deny("sso*:*"), deny("identitystore:*"))
    assert verdict(estate, alice) in ("no", "latent")
    assert not administer(estate, alice)


def test_root_user() -> None:
    estate = Estate()
    root = f"arn:aws:iam::{ACCOUNT}:root"
    estate.add(Identity(id=root, provider="aws", kind="root-user", name="root user", scope=estate.scope()))
    assert verdict(estate, root) == "is"


# Widening and removing limits.


def test_own_policy_does_not_pass_a_boundary() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("iam:PutUserPolicy"))
    estate.boundary(alice, allow(["s3:*", "iam:PutUserPolicy"]))
    estate.user("bob")
    assert verdict(estate, alice) == "no"


def test_own_policy_fills_a_boundary() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("iam:PutUserPolicy"))
    estate.boundary(alice, allow(["iam:PutUserPolicy", "iam:CreateAccessKey"]))
    bob = estate.user("bob", allow("*"))
    (edge,) = [e for e in becomes(estate, alice, bob) if e.method == "iam-create-access-key"]
    assert "write itself an inline policy" in edge.reason
    assert "then it can create access keys for user bob" in edge.reason
    assert verdict(estate, alice) == "can_become"


def test_own_policy_and_boundary_removed() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("iam:PutUserPolicy"))
    estate.boundary(alice, allow(["iam:PutUserPolicy", "iam:DeleteUserPermissionsBoundary"]))
    (edge,) = becomes(estate, alice, administrator_of(SCOPE))
    assert "remove its own permissions boundary" in edge.reason


def test_boundary_removed_frees_what_the_policies_allow() -> None:
    estate = Estate()
    alice = estate.user("alice", allow(["iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey"]))
    estate.boundary(alice, allow("iam:DeleteUserPermissionsBoundary"))
    bob = estate.user("bob", allow("*"))
    assert [edge.method for edge in becomes(estate, alice, bob)] == ["iam-create-access-key"]


def test_policy_of_a_target_does_not_pass_its_boundary() -> None:
    estate = Estate()
    alice = estate.user("alice", allow(["iam:AttachUserPolicy", "iam:CreateAccessKey"], user_arn("bob")))
    bob = estate.user("bob")
    estate.boundary(bob, allow("s3:*"))
    assert not becomes(estate, alice, administrator_of(SCOPE))
    assert becomes(estate, alice, bob)


def test_attaching_only_harmless_policies_gives_nothing() -> None:
    only = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}}
    estate = Estate()
    alice = estate.user("alice", allow("iam:AttachUserPolicy", Condition=only))
    assert verdict(estate, alice) == "no"


def test_deny_of_one_administrative_policy_leaves_the_other() -> None:
    but = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess"}}
    estate = Estate()
    alice = estate.user("alice", allow("iam:AttachUserPolicy"), deny("iam:AttachUserPolicy", Condition=but))
    assert verdict(estate, alice) == "can_become"


def test_new_role_must_be_without_boundary() -> None:
    bounded = {"StringEquals": {"iam:PermissionsBoundary": "arn:aws:iam::111122223333:policy/limit"}}
    estate = Estate()
    free = estate.user("free", allow(["iam:CreateRole", "iam:PutRolePolicy"], role_arn("app-*")))
    held = estate.user("held", allow(["iam:CreateRole", "iam:PutRolePolicy"], role_arn("app-*"), Condition=bounded))
    assert [e.method for e in becomes(estate, free, administrator_of(SCOPE))] == ["iam-new-role-put"]
    assert not becomes(estate, held, administrator_of(SCOPE))


def test_self_service_is_no_escalation() -> None:
    own = "arn:aws:iam::*:user/${aws:username}"
    estate = Estate()
    alice = estate.user("alice", allow(["iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:*LoginProfile"], own))
    estate.user("bob", allow("*"))
    assert not becomes(estate, alice)


def test_tag_of_target_decides() -> None:
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    estate = Estate()
    alice = estate.user("alice", allow("iam:CreateAccessKey", Condition=same_team), tags={"team": "blue"})
    blue = estate.user("blue", tags={"team": "blue"})
    estate.user("red", tags={"team": "red"})
    estate.user("bare")
    assert [edge.target for edge in becomes(estate, alice)] == [blue]


def test_answers_are_shared_only_by_those_who_hold_the_same() -> None:
    same_team = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    estate = Estate()
    policy = document(allow("iam:CreateAccessKey", Condition=same_team))
    callers = {}
    for team in ("blue", "red"):
        callers[team] = estate.user(f"{team}-lead", tags={"team": team})
        estate.attach(callers[team], policy, f"arn:aws:iam::{ACCOUNT}:policy/keys", kind="managed")
        estate.user(f"{team}-bot", tags={"team": team})
    assert [e.target for e in becomes(estate, callers["blue"])] == [user_arn("blue-bot")]
    assert [e.target for e in becomes(estate, callers["red"])] == [user_arn("red-bot")]


def test_reasons_name_the_statement_of_the_identity_itself() -> None:
    estate = Estate()
    estate.user("bob")
    for name in ("alice", "carol"):
        arn = estate.user(name)
        estate.attach(arn, document(allow("iam:CreateAccessKey", user_arn("bob"))), f"{arn}/policy/of-{name}")
    found = {edge.identity.rpartition("/")[2]: edge for edge in becomes(estate, target=user_arn("bob"))}
    assert "(policy of-alice, statement 1)" in found["alice"].reason
    assert "(policy of-carol, statement 1)" in found["carol"].reason
    assert "of-carol" in found["carol"].fix


def test_joining_a_group() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("iam:AddUserToGroup"))
    group = estate.group("strong", allow("iam:CreateAccessKey"))
    bob = estate.user("bob", allow("*"))
    assert [edge.target for edge in becomes(estate, alice)] == [group]
    assert bob in [edge.target for edge in becomes(estate, group)]
    assert verdict(estate, alice) == "can_become"


def test_joining_a_group_of_administrators() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("iam:AddUserToGroup"))
    estate.group("admins", allow("*"))
    assert verdict(estate, alice) == "can_become"


# Assuming roles.


def test_role_that_names_a_user() -> None:
    estate = Estate()
    alice = estate.user("alice")
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": alice})])
    assert [(e.target, e.method, e.answer) for e in becomes(estate, alice)] == [(role, "sts-assume-role", "allowed")]
    assert verdict(estate, alice) == "can_become"


def test_role_that_names_the_account() -> None:
    estate = Estate()
    alice, bob = estate.user("alice", allow("sts:AssumeRole")), estate.user("bob")
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})])
    assert [edge.target for edge in becomes(estate, alice)] == [role]
    assert not becomes(estate, bob)


def test_role_that_chooses_by_arn() -> None:
    choose = {"ArnLike": {"aws:PrincipalArn": user_arn("ci-*")}}
    estate = Estate()
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": ACCOUNT}, Condition=choose)])
    chosen = estate.user("ci-1", allow("sts:AssumeRole"))
    without = estate.user("ci-2")
    other = estate.user("alice", allow("sts:AssumeRole"))
    assert [(edge.target, edge.answer) for edge in becomes(estate, chosen)] == [(role, "allowed")]
    assert not becomes(estate, without)
    assert not becomes(estate, other)


def test_role_with_an_external_id_is_conditional() -> None:
    ask = {"StringEquals": {"sts:ExternalId": "x"}}
    estate = Estate()
    alice = estate.user("alice", allow("sts:AssumeRole"))
    estate.role("admin", allow("*"), trust=[trusts({"AWS": ACCOUNT}, Condition=ask)])
    assert verdict(estate, alice) == "conditional"


def test_role_of_another_account_needs_both_sides() -> None:
    estate = Estate()
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    alice, bob = estate.user("alice", allow("sts:AssumeRole", role)), estate.user("bob")
    assert [edge.target for edge in becomes(estate, alice)] == [role]
    assert not becomes(estate, bob)
    assert verdict(estate, alice) == "can_become"


def test_role_of_another_account_by_name_needs_both_sides() -> None:
    estate = Estate()
    alice, bob = estate.user("alice", allow("sts:AssumeRole")), estate.user("bob")
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": [alice, bob]})], account=OTHER)
    assert [edge.target for edge in becomes(estate, alice)] == [role]
    assert not becomes(estate, bob)


def test_administrators_still_tell_roles_abroad() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    role = estate.role("far", allow("*"), trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    estate.role("near", trust=[trusts({"AWS": ACCOUNT})])
    assert [edge.target for edge in becomes(estate, alice)] == [role]
    assert [edge.target for edge in becomes(estate, administrator_of(SCOPE))] == [role]


def test_resource_control_policy_of_the_roles_account() -> None:
    inside = {"StringNotEquals": {"aws:PrincipalAccount": OTHER}}
    block = {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*", "Condition": inside}
    let = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    estate = Estate()
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    alice = estate.user("alice", allow("sts:AssumeRole"))
    carol = estate.user("carol", allow("sts:AssumeRole"), account=OTHER)
    estate.rcp(f"aws:{OTHER}", block, let)
    assert not becomes(estate, alice, role)
    assert not becomes(estate, carol, role)  # the trust names the other account only


def test_service_control_policy_of_the_callers_account() -> None:
    estate = Estate()
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    alice = estate.user("alice", allow("sts:AssumeRole"))
    estate.scp(SCOPE, allow("*"), deny("sts:AssumeRole"))
    assert not becomes(estate, alice, role)


def test_user_named_in_trust_is_not_held_by_its_boundary() -> None:
    estate = Estate()
    alice = estate.user("alice")
    worker = estate.role("worker")
    for holder in (alice, worker):
        estate.boundary(holder, allow("s3:*"))
    role = estate.role("admin", allow("*"), trust=[trusts({"AWS": [alice, worker]})])
    assert [edge.target for edge in becomes(estate, alice)] == [role]
    assert not becomes(estate, worker, role)


def test_role_that_trusts_everyone() -> None:
    estate = Estate()
    alice, bob = estate.user("alice"), estate.user("bob", deny("sts:*"))
    role = estate.role("open", allow("*"), trust=[trusts("*")])
    assert [(edge.identity, edge.answer) for edge in becomes(estate, target=role)] == [
        (alice, "allowed"),
        ("*", "allowed"),
    ]
    assert verdict(estate, bob) == "no"


def test_partner_account_and_deleted_principals() -> None:
    estate = Estate()
    role = estate.role("shared", trust=[trusts({"AWS": [PARTNER, "AROAEXAMPLEEXAMPLE11"]})])
    named = estate.role("named", trust=[trusts({"AWS": user_arn("ops", PARTNER)})])
    assert [(edge.identity, edge.target) for edge in becomes(estate)] == [
        (f"aws:{PARTNER}", role),
        (user_arn("ops", PARTNER), named),
    ]


def test_unique_id_of_a_living_principal() -> None:
    estate = Estate()
    worker = estate.role("worker", attributes={"unique_id": "AROAEXAMPLEEXAMPLE22"})
    role = estate.role("admin", trust=[trusts({"AWS": "AROAEXAMPLEEXAMPLE22"})])
    assert [edge.target for edge in becomes(estate, worker)] == [role]


def test_session_in_a_trust_stands_for_its_role() -> None:
    estate = Estate()
    worker = estate.role("worker")
    role = estate.role("admin", trust=[trusts({"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/worker/nightly"})])
    assert [edge.target for edge in becomes(estate, worker)] == [role]


def test_workflows_of_other_providers() -> None:
    estate = Estate()
    role = estate.role("deploy", allow("*"))
    subject = "oidc:token.actions.githubusercontent.com#repo:acme/web:*"
    estate.add(Trust(identity=role, principal=subject, kind="oidc", statement="trust policy, statement 1"))
    (edge,) = becomes(estate, subject)
    assert (edge.target, edge.method, edge.answer) == (role, "sts-assume-role-with-web-identity", "allowed")


# What could not be read.


def test_unread_policy_makes_unknown() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("s3:*"))
    estate.attach(alice, None, f"{alice}/policy/lost")
    (grant,) = administer(estate, alice)
    assert grant.answer == "unknown"
    assert "policy lost" in grant.reason
    assert verdict(estate, alice) == "unknown"


def test_unread_policy_does_not_hide_what_is_proved() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.attach(alice, None, f"{alice}/policy/lost")
    assert verdict(estate, alice) == "is"


def test_unread_trust_policy_leaves_open_who_may_assume() -> None:
    estate = Estate()
    alice, bob = estate.user("alice", allow("sts:AssumeRole")), estate.user("bob")
    role = estate.role("admin", allow("*"))
    estate.attach(role, None, f"{role}/policy/trust", use="trust", kind="trust")
    assert [(edge.target, edge.answer) for edge in becomes(estate, alice)] == [(role, "unknown")]
    assert (verdict(estate, alice), verdict(estate, bob)) == ("unknown", "no")


def test_unread_trust_policy_leaves_open_which_service_may_have_the_role() -> None:
    estate = Estate()
    alice = estate.user("alice", allow(["iam:PassRole", "ec2:RunInstances"]))
    role = estate.role("admin", allow("*"))
    estate.add(Gap(connector="aws", scope=SCOPE, operation="o", reason="denied", blinds=("trust",)))
    assert [(edge.target, edge.answer) for edge in becomes(estate, alice)] == [(role, "unknown")]


def test_policies_of_one_text_and_two_names_are_told_apart() -> None:
    estate = Estate()
    text = document(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]))
    for name in ("alice", "carol"):
        arn = estate.user(name)
        estate.attach(arn, text, f"{arn}/policy/of-{name}")
    for edge in becomes(estate):
        name = edge.identity.rpartition("/")[2]
        assert f"of-{name}" in edge.reason
        assert f"of-{name}" in edge.fix


def test_policy_that_was_never_listed_makes_unknown() -> None:
    estate = Estate()
    alice = estate.user("alice")
    estate.add(PolicyUse(policy="arn:aws:iam::aws:policy/Ghost", target=alice, use="permission"))
    assert verdict(estate, alice) == "unknown"


def test_unread_boundary_makes_unknown() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.attach(alice, None, "arn:aws:iam::111122223333:policy/lost", use="boundary", kind="managed")
    assert verdict(estate, alice) == "unknown"


def test_unread_boundary_does_not_make_the_powerless_powerful() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("s3:GetObject"))
    estate.attach(alice, None, "arn:aws:iam::111122223333:policy/lost", use="boundary", kind="managed")
    assert verdict(estate, alice) == "no"


def test_unread_limits_are_said_and_change_nothing() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.add(Gap(connector="aws", scope=SCOPE, operation="o", reason="denied", blinds=("organization",)))
    (grant,) = administer(estate, alice)
    assert grant.answer == "allowed"
    assert "(service control policies were not readable)" in grant.reason


def test_account_without_organization_says_nothing_of_limits() -> None:
    estate = Estate()
    (grant,) = administer(estate, estate.user("alice", allow("*")))
    assert "service control" not in grant.reason


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "no Statement"),
        ('{"Statement": []}', "no Statement"),
        ('{"Version": "2020-01-01", "Statement": {}}', "does not exist"),
        ('{"Statement": ["x"]}', "not an object"),
        ('{"Statement": {"Effect": "allow", "Action": "*", "Resource": "*"}}', "not Allow or Deny"),
        ('{"Statement": {"Action": "*", "Resource": "*"}}', "not Allow or Deny"),
        ('{"Statement": {"Effect": "Allow", "Resource": "*"}}', "neither Action and NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": "*"}}', "neither Resource and NotResource"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "s3:*", "Resource": "*"}}', "both Action"),
        ('{"Statement": {"Effect": "Allow", "Action": 1, "Resource": "*"}}', "neither text nor a list"),
        ('{"Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}', "empty"),
        ('{"Statement": {"Effect": "Allow", "Action": "GetObject", "Resource": "*"}}', "not an action"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "my-bucket"}}', "neither an ARN nor *"),
        ('{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}', "Principal"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": []}}', "not an object"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Same": {}}}}', "operator"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Kondition": {}}}', "no element"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Sid": 4}}', "Sid is not text"),
        (
            '{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"a:b": {}}}}}',
            "not text, number or truth value",
        ),
        ("[" * 5000, "not JSON"),
    ],
)
def test_malformed_policy_is_a_gap_and_not_an_empty_policy(text: str, problem: str) -> None:
    estate = Estate()
    alice, bob = estate.user("alice"), estate.user("bob")
    estate.attach(alice, text, f"{alice}/policy/broken")
    inventory, derived = estate.judged()
    (gap,) = [record for record in derived if isinstance(record, Gap)]
    assert problem in gap.detail
    assert "policy broken" in gap.detail
    assert gap.blinds == ("policies",)
    assert gap.subjects == (alice,)
    assert not inventory.knows(SCOPE, "policies", alice)
    assert inventory.knows(SCOPE, "policies", bob)
    found = admin_verdicts(inventory)
    assert (found[alice][0], found[bob][0]) == ("unknown", "no")


def test_malformed_trust_policy_is_a_gap() -> None:
    estate = Estate()
    role = estate.role("lost")
    estate.attach(role, '{"Statement": 3}', f"{role}/policy/trust", use="trust", kind="trust")
    _, derived = estate.judged()
    (gap,) = [record for record in derived if isinstance(record, Gap)]
    assert gap.blinds == ("trust",)
    assert gap.subjects == (role,)


def test_document_that_the_parser_refused_is_a_gap() -> None:
    estate = Estate()
    alice = estate.user("alice")
    estate.attach(alice, None, f"{alice}/policy/odd", problem="is not JSON: Expecting value")
    _, derived = estate.judged()
    (gap,) = [record for record in derived if isinstance(record, Gap)]
    assert "is not JSON" in gap.detail


# Capabilities.


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("iam:CreateUser"), {"administer_identities"}),
        (allow("secretsmanager:GetSecretValue"), {"read_secrets"}),
        (allow("s3:GetObject", "arn:aws:s3:::b/*"), {"read_data"}),
        (allow("s3:PutObject", "arn:aws:s3:::b/*"), {"write_data"}),
        (allow("lambda:InvokeFunction"), {"run_code"}),
        (allow("bedrock:InvokeModel"), {"invoke_models"}),
        (allow("bedrock:UpdateGuardrail"), {"change_guardrails"}),
        (allow("ec2:TerminateInstances"), {"destroy"}),
        (allow("ec2:DescribeInstances"), set()),
        (allow("s3:GetObject", "arn:aws:dynamodb:*:*:table/x"), set()),
    ],
)
def test_capability(statement: dict[str, Any], expected: set[str]) -> None:
    estate = Estate()
    alice = estate.user("alice", statement)
    _, derived = estate.judged()
    found = [record for record in derived if isinstance(record, Grant)]
    assert {grant.capability for grant in found} == expected
    assert all(grant.identity == alice and grant.answer == "allowed" for grant in found)
    assert all(grant.resource == statement["Resource"] for grant in found)


def test_capability_under_a_condition() -> None:
    estate = Estate()
    estate.user("alice", allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}))
    _, derived = estate.judged()
    (grant,) = [record for record in derived if isinstance(record, Grant)]
    assert (grant.answer, grant.conditions) == ("conditional", ("aws:SourceIp",))


def test_many_resources_are_counted() -> None:
    estate = Estate()
    buckets = [f"arn:aws:s3:::b{n:02}/*" for n in range(30)]
    estate.user("alice", allow("s3:GetObject", buckets))
    _, derived = estate.judged()
    found = [record for record in derived if isinstance(record, Grant)]
    assert len(found) == 13
    assert "17 further resources" in found[-1].reason


def test_boundary_narrows_capabilities_by_resource() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("s3:GetObject", "arn:aws:s3:::a/*"))
    estate.boundary(alice, allow("s3:GetObject", "arn:aws:s3:::b/*"))
    _, derived = estate.judged()
    assert not [record for record in derived if isinstance(record, Grant)]


QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:work"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"


def named(principal: str, action: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action, "Resource": "*", **more}


def test_capability_by_a_resource_policy() -> None:
    estate = Estate()
    role = estate.role("worker")
    estate.resource_policy(SECRET, named(role, "secretsmanager:GetSecretValue"))
    _, derived = estate.judged()
    (grant,) = [record for record in derived if isinstance(record, Grant)]
    assert (grant.identity, grant.capability, grant.resource, grant.answer) == (
        role,
        "read_secrets",
        SECRET,
        "allowed",
    )
    assert "resource policy" in grant.reason


def test_resource_policy_against_the_identitys_own_side() -> None:
    for limit, expected in ((deny("sqs:*"), 0), (deny("s3:*"), 1)):
        estate = Estate()
        estate.resource_policy(QUEUE, named(estate.role("worker", limit), "sqs:ReceiveMessage"))
        _, derived = estate.judged()
        assert len([record for record in derived if isinstance(record, Grant)]) == expected


def test_resource_policy_and_the_boundary_of_a_role_and_a_user() -> None:
    for make, expected in ((Estate.role, 0), (Estate.user, 1)):
        estate = Estate()
        holder = make(estate, "worker")
        estate.boundary(holder, allow("s3:*"))
        estate.resource_policy(QUEUE, named(holder, "sqs:ReceiveMessage"))
        _, derived = estate.judged()
        assert len([record for record in derived if isinstance(record, Grant)]) == expected


def test_resource_policy_of_another_account_is_not_enough() -> None:
    estate = Estate()
    far = QUEUE.replace(ACCOUNT, OTHER)
    estate.resource_policy(far, named(estate.role("worker"), "sqs:ReceiveMessage"), account=OTHER)
    _, derived = estate.judged()
    assert not [record for record in derived if isinstance(record, Grant)]


# Shape and cost.


def test_many_targets_share_a_hub() -> None:
    estate = Estate()
    makers = [estate.user(f"maker-{n}", allow("iam:CreateAccessKey")) for n in range(3)]
    for n in range(DIRECT + 4):
        estate.user(f"user-{n}")
    estate.user("admin", allow("*"))
    inventory, derived = estate.judged()
    edges = [record for record in derived if isinstance(record, CanBecome)]
    hubs = {edge.target for edge in edges if edge.identity in makers}
    assert len(hubs) == 1
    (hub,) = hubs
    members = [edge for edge in edges if edge.identity == hub]
    assert len(members) == len(inventory.identities)
    assert all(admin_verdicts(inventory)[maker][0] == "can_become" for maker in makers)
    reason = admin_verdicts(inventory)[makers[0]][1]
    assert "maker-0 can create access keys for any user" in reason
    assert "user admin administers account" in reason


def test_conditions_stand_on_the_edge_to_the_hub() -> None:
    estate = Estate()
    estate.user("free", allow("iam:CreateAccessKey"))
    held = estate.user("held", allow("iam:CreateAccessKey", Condition=MFA))
    for n in range(DIRECT + 4):
        estate.user(f"user-{n}")
    _, derived = estate.judged()
    edges = [record for record in derived if isinstance(record, CanBecome)]
    (edge,) = [edge for edge in edges if edge.identity == held]
    assert (edge.answer, edge.conditions) == ("conditional", ("aws:MultiFactorAuthPresent",))
    assert all(edge.answer == "allowed" for edge in edges if edge.method == "member")


def test_order_of_records_does_not_matter() -> None:
    estate = Estate()
    estate.user("alice", allow(["iam:CreateAccessKey", "iam:PassRole", "lambda:*"]))
    estate.role("worker", allow("*"), service="lambda.amazonaws.com")
    estate.user("bob", allow("sts:AssumeRole"))
    estate.role("open", trust=[trusts({"AWS": ACCOUNT})])
    forward = {repr(record) for record in access(Inventory(estate.records))}
    backward = {repr(record) for record in access(Inventory(reversed(estate.records)))}
    assert forward == backward
