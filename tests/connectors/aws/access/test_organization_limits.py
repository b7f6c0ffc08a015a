"""Hand-worked cases of organization limits on both sides of a request, and of documents that are missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nhiscan.access.question import Question
from nhiscan.model import Gap, Identity
from nhiscan_connectors.aws.access import decide
from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import ACCOUNT, OTHER, Estate, Stmt, allow, deny, role_arn, trusts, user_arn

Build = Callable[[Estate], Question]
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:work"
FAR_QUEUE = f"arn:aws:sqs:eu-west-1:{OTHER}:work"
TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/books"
ALICE = user_arn("alice")
FULL: Stmt = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def ask(identity: str, action: str, resource: str = "*", context: dict[str, tuple[str, ...]] | None = None) -> Question:
    return Question(identity=identity, action=action, resource=resource, context=context or {})


def in_region(name: str) -> dict[str, tuple[str, ...]]:
    """What a request to a region carries."""
    return {"aws:RequestedRegion": (name,)}


def refuse(action: str, **more: object) -> Stmt:
    """A Deny of a resource control policy."""
    return {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*", **more}


def tree(e: Estate, account: str = ACCOUNT, **attributes: str) -> None:
    """A root, two units below each other, and an account."""
    e.level("aws:o-1", "organization", organization_id="o-1")
    e.level("aws:ou-1", "organizational-unit", parent="aws:o-1")
    e.level("aws:ou-2", "organizational-unit", parent="aws:ou-1")
    e.scope(account, parent="aws:ou-2", **attributes)


def far_queue(e: Estate) -> None:
    """A queue of the other account that lets everyone in."""
    e.resource_policy(FAR_QUEUE, FULL, account=OTHER)


# Each builder's docstring is the reason for its answer.


def scp_middle_level(e: Estate) -> Question:
    """A unit in the middle of the path that does not allow stops what is above and below it."""
    tree(e)
    e.scp("aws:o-1", allow("*"), name="a")
    e.scp("aws:ou-1", allow("s3:*"), name="b")
    e.scp("aws:ou-2", allow("*"), name="c")
    e.scp("aws:" + ACCOUNT, allow("*"), name="d")
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_four_levels(e: Estate) -> Question:
    """All four levels allow."""
    tree(e)
    for level in ("aws:o-1", "aws:ou-1", "aws:ou-2", "aws:" + ACCOUNT):
        e.scp(level, allow("ec2:*"), name=level[4:])
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_root_deny_spares_management(e: Estate) -> Question:
    """A deny at the root does not bind the management account, though it is below the root."""
    tree(e, management="true")
    e.scp("aws:o-1", deny("*"))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_of_the_other_side(e: Estate) -> Question:
    """Service control policies of the resource's account do not bind callers from elsewhere."""
    e.scp(e.scope(OTHER), deny("sqs:*"))
    far_queue(e)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", FAR_QUEUE)


def scp_of_the_caller(e: Estate) -> Question:
    """Those of the caller's account bind it wherever the resource is."""
    e.scp(e.scope(), allow("*"), deny("sqs:*"))
    far_queue(e)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", FAR_QUEUE)


def scp_and_grant_by_name(e: Estate) -> Question:
    """What a resource gives by name is limited by service control policies all the same."""
    e.scp(e.scope(), allow("s3:*"))
    alice = e.user("alice")
    e.resource_policy(QUEUE, {**FULL, "Principal": {"AWS": alice}})
    return ask(alice, "sqs:SendMessage", QUEUE)


def regions(e: Estate) -> str:
    spare = {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}
    e.scp(e.scope(), allow("*"), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*", "Condition": spare})
    return e.user("alice", allow("*"))


def scp_region_inside(e: Estate) -> Question:
    """The usual region deny spares its regions."""
    return ask(regions(e), "ec2:StopInstances", context=in_region("eu-west-1"))


def scp_region_outside(e: Estate) -> Question:
    """And binds elsewhere."""
    return ask(regions(e), "ec2:StopInstances", context=in_region("us-east-1"))


def scp_region_open(e: Estate) -> Question:
    """Without the region it is open."""
    return ask(regions(e), "ec2:StopInstances")


def scp_region_exempt(e: Estate) -> Question:
    """What its NotAction lists is bound nowhere."""
    return ask(regions(e), "iam:CreateUser", context=in_region("us-east-1"))


def scp_allow_condition(e: Estate) -> Question:
    """An Allow of a service control policy may have a condition."""
    e.scp(e.scope(), allow("*", Condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_allow_resource(e: Estate) -> Question:
    """And a resource."""
    e.scp(e.scope(), allow("dynamodb:*", TABLE))
    return ask(e.user("alice", allow("*")), "dynamodb:GetItem", TABLE)


def scp_allow_other_resource(e: Estate) -> Question:
    """Which is then the only one."""
    e.scp(e.scope(), allow("dynamodb:*", TABLE + "-2"))
    return ask(e.user("alice", allow("*")), "dynamodb:GetItem", TABLE)


def scp_tag_spares(e: Estate) -> Question:
    """A deny that excepts a tag of the caller spares who has it."""
    e.scp(e.scope(), allow("*"), deny("*", Condition={"StringNotEquals": {"aws:PrincipalTag/level": "high"}}))
    return ask(e.user("alice", allow("*"), tags={"level": "high"}), "ec2:StopInstances")


def scp_tag_binds(e: Estate) -> Question:
    """A caller without the tag differs from every value."""
    e.scp(e.scope(), allow("*"), deny("*", Condition={"StringNotEquals": {"aws:PrincipalTag/level": "high"}}))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_boundary_identity(e: Estate) -> Question:
    """Identity, boundary and organization must all allow; two of three are not enough."""
    e.scp(e.scope(), allow("ec2:*"))
    alice = e.user("alice", allow("ec2:*"))
    e.boundary(alice, allow("s3:*"))
    return ask(alice, "ec2:StopInstances")


def scp_foreign_service_linked(e: Estate) -> Question:
    """A role with a similar name that is not service-linked is bound."""
    e.scp(e.scope(), deny("*"))
    return ask(e.role("AWSServiceRoleForOps", allow("ec2:*")), "ec2:StopInstances")


def rcp_of_a_unit(e: Estate) -> Question:
    """A resource control policy of a unit binds resources of the accounts below it."""
    tree(e)
    e.rcp("aws:ou-1", FULL, refuse("sqs:*"))
    e.resource_policy(QUEUE, FULL)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def rcp_spares_management(e: Estate) -> Question:
    """Resources of the management account are not bound."""
    tree(e, management="true")
    e.rcp("aws:o-1", FULL, refuse("sqs:*"))
    e.resource_policy(QUEUE, FULL)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def rcp_spares_service_linked(e: Estate) -> Question:
    """Resource control policies do not bind service-linked roles."""
    e.rcp(e.scope(), FULL, refuse("sqs:*"))
    e.resource_policy(QUEUE, FULL)
    role = e.role("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", allow("sqs:*"), path="/aws-service-role/x/")
    return ask(role, "sqs:SendMessage", QUEUE)


def rcp_binds_root_user(e: Estate) -> Question:
    """They bind the root user of a member account."""
    e.rcp(e.scope(), FULL, refuse("sqs:*"))
    e.resource_policy(QUEUE, FULL)
    root = f"arn:aws:iam::{ACCOUNT}:root"
    e.add(Identity(id=root, provider="aws", kind="root-user", name="root", scope=e.scope()))
    return ask(root, "sqs:SendMessage", QUEUE)


def perimeter(e: Estate, resource: str, owner: str) -> None:
    outside = {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}
    e.rcp(e.scope(owner), FULL, refuse("*", Condition=outside))
    e.resource_policy(resource, FULL, account=owner)


def rcp_inside_perimeter(e: Estate) -> Question:
    """A data perimeter by organization lets its own accounts through."""
    tree(e)
    perimeter(e, QUEUE, ACCOUNT)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def rcp_outside_perimeter(e: Estate) -> Question:
    """And nobody from another organization."""
    tree(e)
    perimeter(e, FAR_QUEUE, OTHER)
    alice = e.user("alice", allow("sqs:*"))
    return ask(alice, "sqs:SendMessage", FAR_QUEUE, {"aws:PrincipalOrgID": ("o-2",)})


def rcp_unknown_perimeter(e: Estate) -> Question:
    """Where nobody knows the caller's organization, that decides."""
    perimeter(e, FAR_QUEUE, OTHER)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", FAR_QUEUE)


def rcp_of_the_caller(e: Estate) -> Question:
    """Resource control policies of the caller's account do not bind resources of another."""
    e.rcp(e.scope(), FULL, refuse("sqs:*"))
    far_queue(e)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", FAR_QUEUE)


def rcp_assume_role(e: Estate) -> Question:
    """They reach sts:AssumeRole on roles of the account."""
    e.rcp(e.scope(), FULL, refuse("sts:AssumeRole"))
    return ask(e.user("alice", allow("sts:*")), "sts:AssumeRole", e.role("target", trust=[trusts({"AWS": ACCOUNT})]))


def rcp_gives_nothing(e: Estate) -> Question:
    """A resource control policy that allows grants nothing."""
    e.rcp(e.scope(), FULL)
    e.resource_policy(QUEUE, {**FULL, "Principal": {"AWS": OTHER}})
    return ask(e.user("alice"), "sqs:SendMessage", QUEUE)


def rcp_unread(e: Estate) -> Question:
    """One that was not read may deny."""
    e.attach(e.scope(), None, "arn:rcp", use="resource-limit", kind="organization")
    e.resource_policy(QUEUE, FULL)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def rcp_unread_other_service(e: Estate) -> Question:
    """Unless it could not reach the service anyway."""
    e.attach(e.scope(), None, "arn:rcp", use="resource-limit", kind="organization")
    return ask(e.user("alice", allow("ec2:*")), "ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1")


def group_policy_unread(e: Estate) -> Question:
    """A policy of one's group that was not read may deny."""
    alice = e.user("alice", allow("ec2:*"))
    group = e.group("readers", members=(alice,))
    e.attach(group, None, f"{group}/policy/lost")
    return ask(alice, "ec2:StopInstances")


def boundary_unread(e: Estate) -> Question:
    """A boundary that was not read may not allow."""
    alice = e.user("alice", allow("ec2:*"))
    e.attach(alice, None, "arn:aws:iam::1:policy/limit", use="boundary", kind="managed")
    return ask(alice, "ec2:StopInstances")


def boundary_unread_not_allowed(e: Estate) -> Question:
    """But it gives nothing to who has no policy."""
    alice = e.user("alice")
    e.attach(alice, None, "arn:aws:iam::1:policy/limit", use="boundary", kind="managed")
    return ask(alice, "ec2:StopInstances")


def boundary_unread_denied(e: Estate) -> Question:
    """And an explicit deny stands without it."""
    alice = e.user("alice", allow("*"), deny("ec2:*"))
    e.attach(alice, None, "arn:aws:iam::1:policy/limit", use="boundary", kind="managed")
    return ask(alice, "ec2:StopInstances")


def policies_not_listed(e: Estate) -> Question:
    """Policies that could not be listed may deny."""
    alice = e.user("alice", allow("ec2:*"))
    gap = Gap(connector="aws", scope=e.scope(), operation="o", reason="denied", blinds=("policies",), subjects=(alice,))
    e.add(gap)
    return ask(alice, "ec2:StopInstances")


def resource_policy_malformed(e: Estate) -> Question:
    """A resource policy that cannot be understood may deny."""
    e.scope()
    e.attach(QUEUE, "{}", f"{QUEUE}/policy", use="resource", kind="resource")
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def trust_policy_malformed(e: Estate) -> Question:
    """Nor does a trust policy that cannot be understood tell who is trusted."""
    role = e.role("target")
    e.attach(role, "[]", f"{role}/policy/trust", use="trust", kind="trust")
    return ask(e.user("alice", allow("sts:*")), "sts:AssumeRole", role)


def trust_wrong_action(e: Estate) -> Question:
    """A trust policy for web identities lets nobody assume the role otherwise."""
    trust = trusts({"AWS": ACCOUNT}, "sts:AssumeRoleWithWebIdentity")
    return ask(e.user("alice", allow("sts:*")), "sts:AssumeRole", e.role("target", trust=[trust]))


def trust_other_account(e: Estate) -> Question:
    """A role of another account needs both its trust and the caller's own policies."""
    role = e.role("target", trust=[trusts({"AWS": ALICE})], account=OTHER)
    return ask(e.user("alice"), "sts:AssumeRole", role)


def trust_other_account_both(e: Estate) -> Question:
    """With both it can be assumed."""
    role = e.role("target", trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    return ask(e.user("alice", allow("sts:AssumeRole", role_arn("target", OTHER))), "sts:AssumeRole", role)


def trust_manage_other_account(e: Estate) -> Question:
    """A role of another account cannot be managed from here, whatever one's policies say."""
    role = e.role("target", trust=[trusts({"AWS": ACCOUNT})], account=OTHER)
    return ask(e.user("alice", allow("iam:*")), "iam:PutRolePolicy", role)


CASES: list[tuple[Build, str, str]] = [
    (scp_middle_level, "denied", pages.SCP_LOGIC),
    (scp_four_levels, "allowed", pages.SCP_LOGIC),
    (scp_root_deny_spares_management, "allowed", pages.SCP),
    (scp_of_the_other_side, "allowed", pages.SCP),
    (scp_of_the_caller, "denied", pages.SCP),
    (scp_and_grant_by_name, "denied", pages.LOGIC),
    (scp_region_inside, "allowed", pages.SCP),
    (scp_region_outside, "denied", pages.SCP),
    (scp_region_open, "conditional", pages.SCP),
    (scp_region_exempt, "allowed", pages.NOT_ACTION),
    (scp_allow_condition, "conditional", pages.SCP),
    (scp_allow_resource, "allowed", pages.SCP),
    (scp_allow_other_resource, "denied", pages.SCP),
    (scp_tag_spares, "allowed", pages.SCP),
    (scp_tag_binds, "denied", pages.OPERATORS),
    (scp_boundary_identity, "denied", pages.LOGIC),
    (scp_foreign_service_linked, "denied", pages.SCP),
    (rcp_of_a_unit, "denied", pages.RCP),
    (rcp_spares_management, "allowed", pages.RCP),
    (rcp_spares_service_linked, "allowed", pages.RCP),
    (rcp_binds_root_user, "denied", pages.RCP),
    (rcp_inside_perimeter, "allowed", pages.RCP),
    (rcp_outside_perimeter, "denied", pages.RCP),
    (rcp_unknown_perimeter, "conditional", pages.RCP),
    (rcp_of_the_caller, "allowed", pages.RCP),
    (rcp_assume_role, "denied", pages.RCP),
    (rcp_gives_nothing, "denied", pages.RCP),
    (rcp_unread, "unknown", pages.RCP),
    (rcp_unread_other_service, "allowed", pages.RCP),
    (group_policy_unread, "unknown", pages.LOGIC),
    (boundary_unread, "unknown", pages.BOUNDARY),
    (boundary_unread_not_allowed, "denied", pages.BOUNDARY),
    (boundary_unread_denied, "denied", pages.DENY_ALLOW),
    (policies_not_listed, "unknown", pages.LOGIC),
    (resource_policy_malformed, "unknown", pages.GRAMMAR),
    (trust_policy_malformed, "unknown", pages.GRAMMAR),
    (trust_wrong_action, "denied", pages.TRUST),
    (trust_other_account, "denied", pages.CROSS),
    (trust_other_account_both, "allowed", pages.CROSS),
    (trust_manage_other_account, "denied", pages.CROSS),
]


@pytest.mark.parametrize(("build", "expected", "page"), CASES, ids=[build.__name__ for build, _, _ in CASES])
def test_limit(build: Build, expected: str, page: str) -> None:
    estate = Estate()
    question = build(estate)
    decision = decide(estate.inventory(), question)
    assert decision.answer == expected, decision.reason
    assert page.startswith("https://docs.aws.amazon.com/")
    assert build.__doc__
