"""People and groups of Identity Center, and the roles that their assignments give."""

from __future__ import annotations

from nhiscan.access.reach import admin_verdicts
from nhiscan.model import Assignment, Group, Identity, Membership, PolicyUse
from tests.connectors.aws.access.estates import ACCOUNT, Estate, allow, document

SCOPE = f"aws:{ACCOUNT}"
SET = "arn:aws:sso:::permissionSet/ssoins-1/ps-1"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
RESERVED = "aws-reserved/sso.amazonaws.com/AWSReservedSSO_"
ANN = "arn:aws:identitystore:::user/ann"
OPS = "arn:aws:identitystore:::group/ops"


def center(*policies: str, principal: str = ANN, eligible: bool = False) -> Estate:
    """A person, a permission set with managed policies, and its assignment."""
    estate = Estate()
    estate.add(
        Identity(id=ANN, provider="aws", kind="identity-center-user", name="ann", scope=estate.scope()),
        Group(id=OPS, provider="aws", name="ops", scope=SCOPE),
        Assignment(principal=principal, role=SET, scope=SCOPE, eligible=eligible),
        *(PolicyUse(policy=policy, target=SET, use="permission") for policy in policies),
    )
    return estate


def role(estate: Estate, name: str, *policies: str) -> str:
    """A role as Identity Center makes it."""
    texts = {ADMINISTRATOR_ACCESS: allow("*"), READ_ONLY: allow("s3:Get*")}
    arn = estate.role(RESERVED + name, path="/aws-reserved/sso.amazonaws.com/")
    for policy in policies:
        estate.attach(arn, document(texts[policy]), policy, kind="managed")
    return arn


def verdict(estate: Estate) -> str:
    inventory, _ = estate.judged()
    return admin_verdicts(inventory)[ANN][0]


def test_role_is_recognised_by_its_policies() -> None:
    estate = center(ADMINISTRATOR_ACCESS)
    wanted = role(estate, "Admin_1", ADMINISTRATOR_ACCESS)
    role(estate, "Read_2", READ_ONLY)
    inventory, _ = estate.judged()
    assert [edge.target for edge in inventory.becomes_of(ANN)] == [wanted]
    assert verdict(estate) == "can_become"


def test_harmless_assignment() -> None:
    estate = center(READ_ONLY)
    role(estate, "Admin_1", ADMINISTRATOR_ACCESS)
    role(estate, "Read_2", READ_ONLY)
    assert verdict(estate) == "no"


def test_permission_set_is_evaluated_where_no_one_role_fits() -> None:
    estate = center(ADMINISTRATOR_ACCESS)
    for name in ("Admin_1", "Root_2"):
        role(estate, name, ADMINISTRATOR_ACCESS)
    inventory, _ = estate.judged()
    assert [edge.target for edge in inventory.becomes_of(ANN)] == [f"administrator:{SCOPE}"]


def test_assignment_by_a_group() -> None:
    estate = center(ADMINISTRATOR_ACCESS, principal=OPS)
    role(estate, "Admin_1", ADMINISTRATOR_ACCESS)
    assert verdict(estate) == "no"
    estate.add(Membership(member=ANN, group=OPS))
    assert verdict(estate) == "can_become"


def test_eligible_assignment_is_conditional() -> None:
    estate = center(ADMINISTRATOR_ACCESS, eligible=True)
    role(estate, "Admin_1", ADMINISTRATOR_ACCESS)
    assert verdict(estate) == "conditional"


def test_permission_set_that_was_not_read_is_unknown() -> None:
    assert verdict(center("arn:aws:iam::aws:policy/Ghost")) == "unknown"


def test_limits_of_the_account_count() -> None:
    estate = center(ADMINISTRATOR_ACCESS)
    wanted = role(estate, "Admin_1", ADMINISTRATOR_ACCESS)
    estate.scp(SCOPE, allow("s3:*"))
    inventory, _ = estate.judged()
    assert [edge.target for edge in inventory.becomes_of(ANN)] == [wanted]
    assert verdict(estate) == "no"


PERMISSION_SETS = allow(["sso:PutInlinePolicyToPermissionSet", "sso:ProvisionPermissionSet"])


def of(estate: Estate, identity: str) -> str:
    return admin_verdicts(estate.judged()[0])[identity][0]


def test_permission_sets_are_changed_where_the_instance_is_administered() -> None:
    estate = Estate()
    ann = estate.user("ann", PERMISSION_SETS)
    estate.identity_center("true")
    assert of(estate, ann) == "can_become"


def test_a_member_account_only_sees_the_instance() -> None:
    estate = Estate()
    ann = estate.user("ann", PERMISSION_SETS)
    estate.role(f"{RESERVED}Admin_1", path="/aws-reserved/")
    estate.identity_center("false")
    assert of(estate, ann) == "latent"


def test_where_nobody_says_it_is_a_condition() -> None:
    estate = Estate()
    ann = estate.user("ann", PERMISSION_SETS)
    estate.role(f"{RESERVED}Admin_1", path="/aws-reserved/")
    inventory, _ = estate.judged()
    assert admin_verdicts(inventory)[ann][0] == "conditional"
    conditions = {condition for become in inventory.becomes_of(ann) for condition in become.conditions}
    assert f"that account {ACCOUNT} administers Identity Center" in conditions
