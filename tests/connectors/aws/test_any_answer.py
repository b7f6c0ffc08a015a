"""Whatever an export holds in place of a user, a role or a document, the rest of the account is still read."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiscan.connector import Evidence
from nhiscan.inventory import Inventory
from nhiscan_connectors.aws.iam.operations import DETAILS, REPORT
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.services import identity_center, organizations, rolesanywhere
from tests.connectors.aws.answers import (
    ACCOUNT,
    ACCOUNT_SHARD,
    HEADER,
    IAM,
    ORGANIZATION_SHARD,
    REGION_SHARD,
    SCOPE,
    answer,
    details,
    group,
    managed,
    parse,
    report,
    report_row,
    role,
    user,
)

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
WORDS = st.sampled_from(
    ["", "*", "Allow", "Deny", "AWS", "Service", "Federated", "sts:AssumeRole", "bedrock:*", "2024-01-01", ACCOUNT, IAM]
)
KEYS = st.sampled_from([
    "Arn", "UserName", "RoleName", "PolicyName", "Path", "Tags", "Key", "Value", "Statement", "Effect", "Principal",
    "Action", "Condition", "StringLike", "Version", "GroupList", "AttachedManagedPolicies", "PolicyArn", "Id", "Name",
    "PermissionsBoundary", "PolicyDocument", "AssumeRolePolicyDocument", "RoleLastUsed", "LastUsedDate", "CreateDate",
    "InstanceProfileList", "PolicyVersionList", "Document", "IsDefaultVersion", "PolicySummary", "Type", "Content",
])  # fmt: skip
ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | TEXT | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | TEXT, inner, max_size=5),
    max_leaves=12,
)
STATEMENT = st.dictionaries(
    st.sampled_from(["Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition", "Sid", "Resource"]), ANY
)
DOCUMENT = st.fixed_dictionaries({"Version": ANY | st.just("2012-10-17"), "Statement": ANY | st.lists(STATEMENT)}) | ANY


def those_who_are_well(inventory: Inventory) -> set[str]:
    return {name for name in ("ada", "app") if any(i.name == name for i in inventory.identities.values())}


def entry(known: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An entry with some of its fields replaced by anything."""
    return st.dictionaries(st.sampled_from(sorted(known)), ANY, min_size=1, max_size=3).map(
        lambda bad: {**known, **bad}
    )


@settings(max_examples=150, deadline=None)
@given(DOCUMENT)
def test_any_document(document: Any) -> None:
    inline = [{"PolicyName": "p", "PolicyDocument": document}]
    page = details(
        [user("ada"), user("bad", UserPolicyList=inline)],
        [role("app"), role("odd", document if document is not None else "")],
        [group("all", GroupPolicyList=inline)],
        [managed("own", document)],
    )
    inventory = parse(ACCOUNT_SHARD, [answer(DETAILS, page)])
    assert {"ada", "bad", "app", "odd"} <= {identity.name for identity in inventory.identities.values()}
    # What is no document is either told as a problem of its policy or given to the evaluator, which judges its form.
    for id in (f"{IAM}:policy/own", f"{IAM}:user/bad/policy/p", f"{IAM}:role/odd/trust"):
        policy = inventory.policies[id]
        assert (policy.document is None) == bool(policy.problem)
    assert inventory.policies[f"{IAM}:user/bad/policy/p"].document or not inventory.knows(
        SCOPE, "policies", f"{IAM}:user/bad"
    )


@settings(max_examples=200, deadline=None)
@given(ANY | entry(user("bad")), ANY | entry(role("odd")), ANY | entry(group("all")), ANY | entry(managed("own", {})))
def test_any_user_role_group_and_policy(bad_user: Any, bad_role: Any, bad_group: Any, bad_policy: Any) -> None:
    page = details([bad_user, user("ada")], [bad_role, role("app")], [bad_group], [bad_policy])
    inventory = parse(ACCOUNT_SHARD, [answer(DETAILS, page), answer(REPORT, {"Content": report(report_row("ada"))})])
    assert those_who_are_well(inventory) == {"ada", "app"}
    for bad in (bad_user, bad_role, bad_group, bad_policy):
        if not isinstance(bad, dict) or not isinstance(bad.get("Arn"), str):
            assert not inventory.knows(SCOPE, "identities")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.lists(TEXT | st.sampled_from(HEADER.split(",")), max_size=30).map(",".join))
def test_any_report(content: str) -> None:
    page = details([user("ada")], [role("app")])
    for text in (content, HEADER + "\n" + content):
        found = [answer(DETAILS, page), Evidence(operation=REPORT.name, body={"Content": text})]
        assert those_who_are_well(parse(ACCOUNT_SHARD, found)) == {"ada", "app"}


@settings(max_examples=150, deadline=None)
@given(ANY, ANY | st.lists(ANY | st.fixed_dictionaries({"Id": ANY, "TargetId": ANY, "Arn": ANY}), max_size=3))
def test_any_organization(one: Any, several: Any) -> None:
    found = [
        answer(organizations.DESCRIBE, {"Organization": {"Id": "o-1"}}),
        answer(organizations.DESCRIBE, one),
        answer(organizations.DESCRIBE, {"Organization": one}),
        *(
            answer(operation, {key: several}, ParentId="r-1", PolicyId="p-1")
            for operation, key in (
                (ACCOUNTS, "Accounts"),
                (organizations.ROOTS, "Roots"),
                (organizations.UNITS, "OrganizationalUnits"),
                (organizations.CHILDREN, "Accounts"),
                (organizations.POLICIES, "Policies"),
                (organizations.TARGETS, "Targets"),
            )
        ),
        answer(organizations.POLICY, {"Policy": one}),
        answer(organizations.POLICY, {"Policy": {"PolicySummary": one, "Content": one}}),
    ]
    inventory = parse(ORGANIZATION_SHARD, found)
    assert "aws:o-1" in inventory.scopes
    if several is not None and not isinstance(several, list):
        assert not inventory.knows(SCOPE, "organization")


REGIONAL = (
    (identity_center.USERS, "Users"),
    (identity_center.GROUPS, "Groups"),
    (identity_center.MEMBERS, "GroupMemberships"),
    (identity_center.ASSIGNMENTS, "AccountAssignments"),
    (identity_center.APPLICATIONS, "Applications"),
    (identity_center.ISSUERS, "TrustedTokenIssuers"),
    (identity_center.MANAGED, "AttachedManagedPolicies"),
    (identity_center.INLINE, "InlinePolicy"),
    (rolesanywhere.ANCHORS, "trustAnchors"),
    (rolesanywhere.PROFILES, "profiles"),
    (rolesanywhere.SUBJECTS, "subjects"),
)


@settings(max_examples=100, deadline=None)
@given(ANY)
def test_anything_in_a_region(value: Any) -> None:
    found = [answer(operation, {key: value}, PermissionSetArn="arn") for operation, key in REGIONAL]
    found += [answer(operation, {key: [value]}, PermissionSetArn="arn") for operation, key in REGIONAL]
    found += [answer(identity_center.USERS, {"Users": [{"UserId": "u-1"}]})]
    inventory = parse(REGION_SHARD, found)
    assert identity_center.user_arn("u-1") in inventory.identities
    if isinstance(value, int | str | float):
        told = {gap.operation for gap in inventory.gaps}
        assert {op.name for op, key in REGIONAL if key != "InlinePolicy"} <= told
