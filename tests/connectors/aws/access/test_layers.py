"""Hand-worked cases of several layers: groups, boundaries, sessions, organizations, resources, other accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from nhiscan.access.question import Decision, Question
from nhiscan.model import Gap, Identity
from nhiscan_connectors.aws.access import decide
from tests.connectors.aws.access import pages
from tests.connectors.aws.access.estates import (
    ACCOUNT,
    OTHER,
    Estate,
    allow,
    deny,
    document,
    role_arn,
    trusts,
    user_arn,
)

BUCKET = "arn:aws:s3:::books"
OBJECT = BUCKET + "/page"
QUEUE = f"arn:aws:sqs:eu-west-1:{ACCOUNT}:work"
FAR_QUEUE = f"arn:aws:sqs:eu-west-1:{OTHER}:work"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
SECRET = f"arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:db-AbCdEf"
FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:pay"

Build = Callable[[Estate], Question]


def ask(identity: str, action: str, resource: str = "*", **context: tuple[str, ...]) -> Question:
    return Question(identity=identity, action=action, resource=resource, context=context)


def by_resource(resource: str, *statements: dict[str, object], account: str = ACCOUNT) -> Callable[[Estate], None]:
    def add(estate: Estate) -> None:
        estate.resource_policy(resource, *statements, account=account)

    return add


def named(effect: str, principal: object, action: str, **more: object) -> dict[str, object]:
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", **more}


# Each builder's docstring is the reason for its answer.


def group_policy(e: Estate) -> Question:
    """A member has what its group has."""
    alice = e.user("alice")
    e.group("readers", allow("ec2:DescribeInstances"), members=(alice,))
    return ask(alice, "ec2:DescribeInstances")


def group_deny(e: Estate) -> Question:
    """A deny of the group binds its members."""
    alice = e.user("alice", allow("ec2:*"))
    e.group("readers", deny("ec2:Stop*"), members=(alice,))
    return ask(alice, "ec2:StopInstances")


def no_member(e: Estate) -> Question:
    """Whoever is not in the group does not have it."""
    bob = e.user("bob")
    e.group("readers", allow("ec2:*"), members=(e.user("alice"),))
    return ask(bob, "ec2:StopInstances")


def boundary_intersects(e: Estate) -> Question:
    """A boundary gives nothing, it only limits: both must allow."""
    alice = e.user("alice", allow("*"))
    e.boundary(alice, allow("s3:*"))
    return ask(alice, "iam:CreateUser")


def boundary_lets_through(e: Estate) -> Question:
    """What both allow is allowed."""
    alice = e.user("alice", allow("*"))
    e.boundary(alice, allow("ec2:*"))
    return ask(alice, "ec2:StopInstances")


def boundary_alone(e: Estate) -> Question:
    """A boundary without a policy allows nothing."""
    alice = e.user("alice")
    e.boundary(alice, allow("*"))
    return ask(alice, "ec2:StopInstances")


def boundary_denies(e: Estate) -> Question:
    """A deny in the boundary is a deny."""
    alice = e.user("alice", allow("*"))
    e.boundary(alice, allow("*"), deny("ec2:Stop*"))
    return ask(alice, "ec2:StopInstances")


def boundary_condition(e: Estate) -> Question:
    """A condition of the boundary decides as well."""
    alice = e.user("alice", allow("*"))
    e.boundary(alice, allow("*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    return ask(alice, "ec2:StopInstances")


def scp_account(e: Estate) -> Question:
    """The account's service control policy must allow."""
    e.scp(e.scope(), allow("s3:*"))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_allows(e: Estate) -> Question:
    """Policy and service control policy allow."""
    e.scp(e.scope(), allow("*"))
    return ask(e.user("alice", allow("ec2:*")), "ec2:StopInstances")


def scp_gives_nothing(e: Estate) -> Question:
    """A service control policy alone grants nothing."""
    e.scp(e.scope(), allow("*"))
    return ask(e.user("alice"), "ec2:StopInstances")


def organization(e: Estate, root: list[dict[str, object]], unit: list[dict[str, object]]) -> str:
    e.level("aws:o-1", "organization", organization_id="o-1")
    e.level("aws:ou-1", "organizational-unit", parent="aws:o-1")
    e.scope(parent="aws:ou-1")
    e.scp("aws:o-1", *root, name="root")
    e.scp("aws:ou-1", *unit, name="unit")
    e.scp("aws:" + ACCOUNT, allow("*"), name="own")
    return e.user("alice", allow("*"))


def scp_every_level(e: Estate) -> Question:
    """Every level from the root down must allow."""
    return ask(organization(e, [allow("*")], [allow("s3:*")]), "ec2:StopInstances")


def scp_all_levels(e: Estate) -> Question:
    """All levels allow."""
    return ask(organization(e, [allow("*")], [allow("ec2:*")]), "ec2:StopInstances")


def scp_root_deny(e: Estate) -> Question:
    """A deny at the root binds every account below."""
    return ask(organization(e, [allow("*"), deny("ec2:*")], [allow("*")]), "ec2:StopInstances")


def scp_two_policies_one_level(e: Estate) -> Question:
    """Policies of one level add up."""
    e.scp(e.scope(), allow("s3:*"), name="a")
    e.scp(e.scope(), allow("ec2:*"), name="b")
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_management_account(e: Estate) -> Question:
    """Service control policies do not bind the management account."""
    e.scope(management="true")
    e.scp("aws:" + ACCOUNT, deny("*"))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_service_linked(e: Estate) -> Question:
    """Service control policies do not bind service-linked roles."""
    e.scp(e.scope(), deny("*"))
    role = e.role(
        "aws-service-role/ops.amazonaws.com/AWSServiceRoleForOps", allow("ec2:*"), path="/aws-service-role/x/"
    )
    return ask(role, "ec2:StopInstances")


def scp_binds_root_user(e: Estate) -> Question:
    """Service control policies bind the root user of a member account."""
    e.scp(e.scope(), allow("*"), deny("*", Condition={"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}))
    return ask(root_user(e), "ec2:StopInstances")


def root_user(e: Estate) -> str:
    id_ = f"arn:aws:iam::{ACCOUNT}:root"
    e.add(Identity(id=id_, provider="aws", kind="root-user", name="root", scope=e.scope()))
    return id_


def root_may_all(e: Estate) -> Question:
    """The root user needs no policy."""
    return ask(root_user(e), "ec2:StopInstances")


def scp_exception_by_arn(e: Estate) -> Question:
    """A deny that excepts a role by ARN does not bind that role."""
    spare = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}}
    e.scp(e.scope(), allow("*"), deny("ec2:*", Condition=spare))
    return ask(e.role("break-glass", allow("*")), "ec2:StopInstances")


def scp_exception_others(e: Estate) -> Question:
    """And binds every other."""
    spare = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/break-glass"}}
    e.scp(e.scope(), allow("*"), deny("ec2:*", Condition=spare))
    return ask(e.role("other", allow("*")), "ec2:StopInstances")


def scp_unread(e: Estate) -> Question:
    """A service control policy that was not read may deny."""
    e.scope()
    e.attach("aws:" + ACCOUNT, None, "arn:scp", use="organization-limit", kind="organization")
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_refused(e: Estate) -> Question:
    """Organizations would not answer, so a limit may exist."""
    e.add(Gap(connector="aws", scope=e.scope(), operation="o", reason="denied", blinds=("organization",)))
    return ask(e.user("alice", allow("*")), "ec2:StopInstances")


def scp_refused_but_not_allowed(e: Estate) -> Question:
    """What the identity's own policies do not allow stays denied, whatever a limit says."""
    e.add(Gap(connector="aws", scope=e.scope(), operation="o", reason="denied", blinds=("organization",)))
    return ask(e.user("alice"), "ec2:StopInstances")


def same_account_bucket(e: Estate) -> Question:
    """Within an account a resource policy that names the identity is enough."""
    alice = e.user("alice")
    by_resource(BUCKET, named("Allow", {"AWS": alice}, "s3:GetObject"))(e)
    return ask(alice, "s3:GetObject", OBJECT)


def same_account_bucket_root(e: Estate) -> Question:
    """Naming the account leaves it to the identity's own policies."""
    by_resource(BUCKET, named("Allow", {"AWS": ACCOUNT}, "s3:GetObject"))(e)
    return ask(e.user("alice"), "s3:GetObject", OBJECT)


def same_account_bucket_deny(e: Estate) -> Question:
    """A deny of the bucket beats the identity's allow."""
    alice = e.user("alice", allow("s3:*"))
    by_resource(BUCKET, named("Deny", "*", "s3:*"))(e)
    return ask(alice, "s3:GetObject", OBJECT)


def bucket_tls_only(e: Estate) -> Question:
    """The usual TLS-only deny leaves it to the transport."""
    alice = e.user("alice", allow("s3:*"))
    by_resource(BUCKET, named("Deny", "*", "s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))(e)
    return ask(alice, "s3:GetObject", OBJECT)


def bucket_not_principal(e: Estate) -> Question:
    """Deny with NotPrincipal spares who is named, with its account."""
    alice = e.user("alice", allow("s3:*"))
    spare = {"AWS": [alice, f"arn:aws:iam::{ACCOUNT}:root"]}
    e.resource_policy(BUCKET, {"Effect": "Deny", "NotPrincipal": spare, "Action": "s3:*", "Resource": "*"})
    return ask(alice, "s3:GetObject", OBJECT)


def bucket_not_principal_others(e: Estate) -> Question:
    """And denies everybody else."""
    bob = e.user("bob", allow("s3:*"))
    spare = {"AWS": [user_arn("alice")]}
    e.resource_policy(BUCKET, {"Effect": "Deny", "NotPrincipal": spare, "Action": "s3:*", "Resource": "*"})
    return ask(bob, "s3:GetObject", OBJECT)


def user_boundary_and_resource(e: Estate) -> Question:
    """An implicit deny of a boundary does not limit what a resource gives a user by name."""
    alice = e.user("alice")
    e.boundary(alice, allow("ec2:*"))
    by_resource(QUEUE, named("Allow", {"AWS": alice}, "sqs:SendMessage"))(e)
    return ask(alice, "sqs:SendMessage", QUEUE)


def role_boundary_and_resource(e: Estate) -> Question:
    """It does limit what a resource gives a role by name."""
    role = e.role("worker")
    e.boundary(role, allow("ec2:*"))
    by_resource(QUEUE, named("Allow", {"AWS": role}, "sqs:SendMessage"))(e)
    return ask(role, "sqs:SendMessage", QUEUE)


def user_boundary_deny_and_resource(e: Estate) -> Question:
    """An explicit deny of a boundary always counts."""
    alice = e.user("alice")
    e.boundary(alice, allow("*"), deny("sqs:*"))
    by_resource(QUEUE, named("Allow", {"AWS": alice}, "sqs:SendMessage"))(e)
    return ask(alice, "sqs:SendMessage", QUEUE)


def queue_other_bucket_read(e: Estate) -> Question:
    """Policies of this service were read here, so this queue has none."""
    by_resource(f"arn:aws:sqs:eu-west-1:{ACCOUNT}:other", named("Allow", "*", "sqs:ReceiveMessage"))(e)
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def queue_policy_unread(e: Estate) -> Question:
    """No policy of the service was read here, so this one may deny."""
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", QUEUE)


def cross_account_both(e: Estate) -> Question:
    """Across accounts both sides must allow."""
    alice = e.user("alice", allow("sqs:*"))
    by_resource(FAR_QUEUE, named("Allow", {"AWS": ACCOUNT}, "sqs:SendMessage"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def cross_account_resource_only(e: Estate) -> Question:
    """The resource alone is not enough."""
    alice = e.user("alice")
    by_resource(FAR_QUEUE, named("Allow", {"AWS": alice}, "sqs:SendMessage"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def cross_account_identity_only(e: Estate) -> Question:
    """Nor is the identity."""
    alice = e.user("alice", allow("sqs:*"))
    by_resource(FAR_QUEUE, named("Allow", {"AWS": "123456789012"}, "sqs:SendMessage"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def cross_account_unread(e: Estate) -> Question:
    """Without the other side's policy nobody knows."""
    return ask(e.user("alice", allow("sqs:*")), "sqs:SendMessage", FAR_QUEUE)


def cross_account_unread_not_allowed(e: Estate) -> Question:
    """Without one's own allow it is denied whatever the other side says."""
    return ask(e.user("alice"), "sqs:SendMessage", FAR_QUEUE)


def cross_account_boundary(e: Estate) -> Question:
    """Across accounts the boundary of a user counts."""
    alice = e.user("alice", allow("sqs:*"))
    e.boundary(alice, allow("s3:*"))
    by_resource(FAR_QUEUE, named("Allow", {"AWS": alice}, "sqs:SendMessage"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def bucket_of_other_account(e: Estate) -> Question:
    """A bucket's ARN names no account: the policy's own account tells."""
    alice = e.user("alice")
    by_resource(BUCKET, named("Allow", {"AWS": alice}, "s3:GetObject"), account=OTHER)(e)
    return ask(alice, "s3:GetObject", OBJECT)


def rcp_denies(e: Estate) -> Question:
    """A resource control policy binds the resource's account."""
    outside = {"StringNotEquals": {"aws:PrincipalAccount": OTHER}}
    e.rcp(e.scope(OTHER), named("Deny", "*", "sqs:*", Condition=outside), named("Allow", "*", "*"))
    alice = e.user("alice", allow("sqs:*"))
    by_resource(FAR_QUEUE, named("Allow", {"AWS": ACCOUNT}, "sqs:*"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def rcp_lets_through(e: Estate) -> Question:
    """One that spares this caller does not matter."""
    outside = {"StringNotEquals": {"aws:PrincipalAccount": ACCOUNT}}
    e.rcp(e.scope(OTHER), named("Deny", "*", "sqs:*", Condition=outside), named("Allow", "*", "*"))
    alice = e.user("alice", allow("sqs:*"))
    by_resource(FAR_QUEUE, named("Allow", {"AWS": ACCOUNT}, "sqs:*"), account=OTHER)(e)
    return ask(alice, "sqs:SendMessage", FAR_QUEUE)


def rcp_other_service(e: Estate) -> Question:
    """Resource control policies reach only the services that support them."""
    e.rcp(e.scope(), named("Deny", "*", "*"))
    return ask(e.user("alice", allow("ec2:*")), "ec2:StopInstances")


def kms_identity_only(e: Estate) -> Question:
    """A KMS key whose policy does not let its account in is closed to the account's own policies."""
    alice = e.user("alice", allow("kms:*"))
    by_resource(KEY, named("Allow", {"AWS": user_arn("bob")}, "kms:*"))(e)
    return ask(alice, "kms:Decrypt", KEY)


def kms_account(e: Estate) -> Question:
    """A key policy that names the account lets its policies decide."""
    alice = e.user("alice", allow("kms:*"))
    by_resource(KEY, named("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*"))(e)
    return ask(alice, "kms:Decrypt", KEY)


def kms_account_no_policy(e: Estate) -> Question:
    """Then an identity without a policy has nothing."""
    by_resource(KEY, named("Allow", {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*"))(e)
    return ask(e.user("alice"), "kms:Decrypt", KEY)


def kms_named(e: Estate) -> Question:
    """A key policy that names the identity is enough."""
    alice = e.user("alice")
    by_resource(KEY, named("Allow", {"AWS": alice}, "kms:Decrypt"))(e)
    return ask(alice, "kms:Decrypt", KEY)


def kms_unread(e: Estate) -> Question:
    """Without its policy nobody knows."""
    return ask(e.user("alice", allow("kms:*")), "kms:Decrypt", KEY)


def secret_by_policy(e: Estate) -> Question:
    """A secret's policy names the role."""
    role = e.role("worker")
    by_resource(SECRET, named("Allow", {"AWS": role}, "secretsmanager:GetSecretValue"))(e)
    return ask(role, "secretsmanager:GetSecretValue", SECRET)


def function_alias(e: Estate) -> Question:
    """The policy of a function holds for its aliases."""
    role = e.role("worker")
    by_resource(FUNCTION, named("Allow", {"AWS": role}, "lambda:InvokeFunction"))(e)
    return ask(role, "lambda:InvokeFunction", FUNCTION + ":live")


def assume_named(e: Estate) -> Question:
    """A trust policy that names an identity of the account is enough."""
    alice = e.user("alice")
    return ask(alice, "sts:AssumeRole", e.role("target", trust=[trusts({"AWS": alice})]))


def assume_account(e: Estate) -> Question:
    """One that names the account needs the caller's own policies."""
    return ask(e.user("alice"), "sts:AssumeRole", e.role("target", trust=[trusts({"AWS": ACCOUNT})]))


def assume_account_allowed(e: Estate) -> Question:
    """Both agree."""
    alice = e.user("alice", allow("sts:AssumeRole"))
    return ask(alice, "sts:AssumeRole", e.role("target", trust=[trusts({"AWS": ACCOUNT})]))


def assume_not_trusted(e: Estate) -> Question:
    """A role that does not trust the caller cannot be assumed, whatever the caller's policies."""
    alice = e.user("alice", allow("*"))
    return ask(alice, "sts:AssumeRole", e.role("target", trust=[trusts({"Service": "ec2.amazonaws.com"})]))


def assume_itself(e: Estate) -> Question:
    """A role does not trust itself unless its policy says so."""
    role = e.role("target", allow("sts:AssumeRole"), trust=[trusts({"Service": "ec2.amazonaws.com"})])
    return ask(role, "sts:AssumeRole", role)


def assume_trust_unread(e: Estate) -> Question:
    """Without the trust policy nobody knows."""
    return ask(e.user("alice", allow("*")), "sts:AssumeRole", e.role("target"))


def assume_external_id(e: Estate) -> Question:
    """An external id decides."""
    statement = trusts({"AWS": ACCOUNT}, Condition={"StringEquals": {"sts:ExternalId": "x"}})
    return ask(e.user("alice", allow("sts:*")), "sts:AssumeRole", e.role("target", trust=[statement]))


def assume_denied_by_trust(e: Estate) -> Question:
    """A deny in the trust policy beats its allow."""
    refuse = {"Effect": "Deny", "Principal": {"AWS": user_arn("alice")}, "Action": "sts:AssumeRole"}
    role = e.role("target", trust=[trusts({"AWS": ACCOUNT}), refuse])
    return ask(e.user("alice", allow("sts:*")), "sts:AssumeRole", role)


def assume_everyone_denied_by_identity(e: Estate) -> Question:
    """An identity's own deny holds even where everyone is trusted."""
    role = e.role("target", trust=[trusts("*")])
    return ask(e.user("alice", deny("sts:*")), "sts:AssumeRole", role)


def identity_policy_unread(e: Estate) -> Question:
    """A policy of its own that was not read may deny or allow."""
    alice = e.user("alice", allow("ec2:*"))
    e.attach(alice, None, f"{alice}/policy/lost")
    return ask(alice, "ec2:StopInstances")


def identity_policy_unread_but_denied(e: Estate) -> Question:
    """An explicit deny that was read settles it."""
    alice = e.user("alice", deny("ec2:*"))
    e.attach(alice, None, f"{alice}/policy/lost")
    return ask(alice, "ec2:StopInstances")


def identity_policy_malformed(e: Estate) -> Question:
    """A policy that cannot be understood is not an empty policy."""
    alice = e.user("alice")
    e.attach(alice, "{", f"{alice}/policy/broken")
    return ask(alice, "ec2:StopInstances")


CASES: list[tuple[Build, str, str]] = [
    (group_policy, "allowed", pages.LOGIC),
    (group_deny, "denied", pages.DENY_ALLOW),
    (no_member, "denied", pages.LOGIC),
    (boundary_intersects, "denied", pages.BOUNDARY),
    (boundary_lets_through, "allowed", pages.BOUNDARY),
    (boundary_alone, "denied", pages.BOUNDARY),
    (boundary_denies, "denied", pages.BOUNDARY),
    (boundary_condition, "conditional", pages.BOUNDARY),
    (scp_account, "denied", pages.SCP),
    (scp_allows, "allowed", pages.SCP),
    (scp_gives_nothing, "denied", pages.SCP),
    (scp_every_level, "denied", pages.SCP_LOGIC),
    (scp_all_levels, "allowed", pages.SCP_LOGIC),
    (scp_root_deny, "denied", pages.SCP_LOGIC),
    (scp_two_policies_one_level, "allowed", pages.SCP_LOGIC),
    (scp_management_account, "allowed", pages.SCP),
    (scp_service_linked, "allowed", pages.SCP),
    (scp_binds_root_user, "denied", pages.SCP),
    (root_may_all, "allowed", pages.LOGIC),
    (scp_exception_by_arn, "allowed", pages.SCP),
    (scp_exception_others, "denied", pages.SCP),
    (scp_unread, "unknown", pages.SCP),
    (scp_refused, "unknown", pages.SCP),
    (scp_refused_but_not_allowed, "denied", pages.SCP),
    (same_account_bucket, "allowed", pages.LOGIC),
    (same_account_bucket_root, "denied", pages.PRINCIPAL),
    (same_account_bucket_deny, "denied", pages.DENY_ALLOW),
    (bucket_tls_only, "conditional", pages.KEYS),
    (bucket_not_principal, "allowed", pages.NOT_PRINCIPAL),
    (bucket_not_principal_others, "denied", pages.NOT_PRINCIPAL),
    (user_boundary_and_resource, "allowed", pages.BOUNDARY),
    (role_boundary_and_resource, "denied", pages.BOUNDARY),
    (user_boundary_deny_and_resource, "denied", pages.BOUNDARY),
    (queue_other_bucket_read, "allowed", pages.LOGIC),
    (queue_policy_unread, "unknown", pages.LOGIC),
    (cross_account_both, "allowed", pages.CROSS),
    (cross_account_resource_only, "denied", pages.CROSS),
    (cross_account_identity_only, "denied", pages.CROSS),
    (cross_account_unread, "unknown", pages.CROSS),
    (cross_account_unread_not_allowed, "denied", pages.CROSS),
    (cross_account_boundary, "denied", pages.BOUNDARY),
    (bucket_of_other_account, "denied", pages.CROSS),
    (rcp_denies, "denied", pages.RCP),
    (rcp_lets_through, "allowed", pages.RCP),
    (rcp_other_service, "allowed", pages.RCP),
    (kms_identity_only, "denied", pages.KMS),
    (kms_account, "allowed", pages.KMS),
    (kms_account_no_policy, "denied", pages.KMS),
    (kms_named, "allowed", pages.KMS),
    (kms_unread, "unknown", pages.KMS),
    (secret_by_policy, "allowed", pages.LOGIC),
    (function_alias, "allowed", pages.LOGIC),
    (assume_named, "allowed", pages.TRUST),
    (assume_account, "denied", pages.TRUST),
    (assume_account_allowed, "allowed", pages.TRUST),
    (assume_not_trusted, "denied", pages.TRUST),
    (assume_itself, "denied", pages.TRUST),
    (assume_trust_unread, "unknown", pages.TRUST),
    (assume_external_id, "conditional", pages.TRUST),
    (assume_denied_by_trust, "denied", pages.TRUST),
    (assume_everyone_denied_by_identity, "denied", pages.DENY_ALLOW),
    (identity_policy_unread, "unknown", pages.LOGIC),
    (identity_policy_unread_but_denied, "denied", pages.DENY_ALLOW),
    (identity_policy_malformed, "unknown", pages.GRAMMAR),
]


def answered(build: Build) -> Decision:
    estate = Estate()
    question = build(estate)
    return decide(estate.inventory(), question)


@pytest.mark.parametrize(("build", "expected", "page"), CASES, ids=[build.__name__ for build, _, _ in CASES])
def test_layers(build: Build, expected: str, page: str) -> None:
    decision = answered(build)
    assert decision.answer == expected, decision.reason
    assert page.startswith("https://docs.aws.amazon.com/")
    assert build.__doc__


@pytest.mark.parametrize(
    ("session", "expected"),
    [(allow("ec2:*"), "allowed"), (allow("s3:*"), "denied"), (deny("ec2:Stop*"), "denied")],
)
def test_session_policies_narrow(session: dict[str, object], expected: str) -> None:
    estate = Estate()
    role = estate.role("worker", allow("*"))
    decision = decide(estate.inventory(), ask(role, "ec2:StopInstances"), session=(document(session),))
    assert decision.answer == expected


def test_layers_are_told_one_by_one() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*", Sid="All"))
    estate.boundary(alice, allow("s3:*"))
    estate.scp(estate.scope(), allow("*"), deny("iam:*"), name="guard")
    decision = decide(estate.inventory(), ask(alice, "iam:CreateUser"))
    told = {layer.name: layer for layer in decision.layers}
    assert told["identity policies"].answer == "allowed"
    assert told["identity policies"].statements == ("policy own, statement 1 (All) allows iam:CreateUser on *",)
    assert told["permissions boundary"].answer == "denied"
    assert told["permissions boundary"].statements == ("no statement allows iam:CreateUser on *",)
    assert told[f"service control policies of {ACCOUNT}"].answer == "denied"
    assert decision.reason == (
        "user alice may not do iam:CreateUser on *: policy guard, statement 2 denies iam:CreateUser on *"
    )


def test_unknown_names_what_is_missing() -> None:
    estate = Estate()
    alice = estate.user("alice", allow("*"))
    estate.attach(alice, "[]", f"{alice}/policy/broken")
    decision = decide(estate.inventory(), ask(alice, "ec2:StopInstances"))
    assert decision.answer == "unknown"
    assert decision.layers[0].missing == ("policy broken: it is not a JSON object",)
    assert "policy broken" in decision.reason


def test_identity_that_is_not_there() -> None:
    decision = decide(Estate().inventory(), ask(role_arn("ghost"), "ec2:StopInstances"))
    assert decision.answer == "unknown"
    assert "ghost" in decision.reason
