"""Organizations: accounts and units with their parents, control policies and where they apply."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nhiscan.connector import Evidence, Operation
from nhiscan.inventory import Inventory
from nhiscan.model import Link
from nhiscan_connectors.aws.plan import ACCOUNTS
from nhiscan_connectors.aws.services import organizations as org
from tests.clouds.aws.fixtures import Aws
from tests.connectors.aws.answers import (
    ACCOUNT,
    ORGANIZATION_SHARD,
    SCOPE,
    allow,
    answer,
    document,
    parse,
    refused,
)
from tests.connectors.aws.support_org import collected

ORG = "o-abcdefghij"
FENCE = "p-ab12cd34"
ROOT, UNIT, DEEPER = "r-abcd", "ou-abcd-11111111", "ou-abcd-22222222"
MEMBER, LOST = "222222222222", "333333333333"
ARN = f"arn:aws:organizations::{ACCOUNT}:"
DESCRIBED = {"Organization": {"Id": ORG, "MasterAccountId": ACCOUNT, "FeatureSet": "ALL"}}


def account(id: str, name: str, **fields: Any) -> dict[str, Any]:
    return {"Id": id, "Arn": f"{ARN}account/{ORG}/{id}", "Name": name, "Status": "ACTIVE", **fields}


def summary(id: str, type_: str = "SERVICE_CONTROL_POLICY") -> dict[str, Any]:
    return {
        "Id": id,
        "Arn": f"{ARN}policy/{ORG}/{type_.lower()}/{id}",
        "Name": f"name of {id}",
        "Type": type_,
        "AwsManaged": id == "p-FullAWSAccess",
    }


def whole() -> list[Evidence]:
    fence = json.dumps(document({"Effect": "Deny", "Action": "iam:*", "Resource": "*"}), indent=2)
    return [
        answer(org.DESCRIBE, DESCRIBED),
        answer(ACCOUNTS, {"Accounts": [account(ACCOUNT, "acme")]}, page=0),
        answer(ACCOUNTS, {"Accounts": [account(MEMBER, "web"), account(LOST, "old", State="SUSPENDED")]}, page=1),
        answer(org.ROOTS, {"Roots": [{"Id": ROOT, "Arn": f"{ARN}root/{ORG}/{ROOT}", "Name": "Root"}]}),
        answer(org.UNITS, {"OrganizationalUnits": [{"Id": UNIT, "Name": "non-prod"}]}, ParentId=ROOT),
        answer(org.UNITS, {"OrganizationalUnits": [{"Id": DEEPER, "Name": "Workloads"}]}, ParentId=UNIT),
        answer(org.UNITS, {"OrganizationalUnits": []}, ParentId=DEEPER),
        answer(org.CHILDREN, {"Accounts": [account(ACCOUNT, "acme")]}, ParentId=ROOT),
        answer(org.CHILDREN, {"Accounts": [account(MEMBER, "web")]}, ParentId=UNIT),
        answer(org.CHILDREN, {"Accounts": []}, ParentId=DEEPER),
        answer(org.POLICIES, {"Policies": [summary("p-1")]}, Filter="SERVICE_CONTROL_POLICY"),
        answer(
            org.POLICIES,
            {"Policies": [summary("p-2", "RESOURCE_CONTROL_POLICY")]},
            Filter="RESOURCE_CONTROL_POLICY",
        ),
        answer(org.POLICY, {"Policy": {"PolicySummary": summary("p-1"), "Content": fence}}, PolicyId="p-1"),
        answer(
            org.POLICY,
            {"Policy": {"PolicySummary": summary("p-2", "RESOURCE_CONTROL_POLICY"), "Content": fence}},
            PolicyId="p-2",
        ),
        answer(org.TARGETS, {"Targets": [{"TargetId": ROOT, "Type": "ROOT"}]}, PolicyId="p-1"),
        answer(org.TARGETS, {"Targets": [{"TargetId": MEMBER, "Type": "ACCOUNT"}]}, PolicyId="p-1", page=1),
        answer(org.TARGETS, {"Targets": [{"TargetId": UNIT}]}, PolicyId="p-2"),
    ]


def parents(inventory: Inventory) -> dict[str, str | None]:
    return {scope.id: scope.parent for scope in inventory.scopes.values()}


def test_accounts_and_units_know_what_is_above_them() -> None:
    inventory = parse(ORGANIZATION_SHARD, whole())
    assert parents(inventory) == {
        f"aws:{ORG}": None,
        f"aws:{ROOT}": f"aws:{ORG}",
        f"aws:{UNIT}": f"aws:{ROOT}",
        f"aws:{DEEPER}": f"aws:{UNIT}",
        SCOPE: f"aws:{ROOT}",
        f"aws:{MEMBER}": f"aws:{UNIT}",
        f"aws:{LOST}": f"aws:{ORG}",
    }
    assert inventory.scopes[SCOPE].attributes == {"status": "ACTIVE", "management": "true"}
    assert inventory.scopes[f"aws:{LOST}"].attributes == {"status": "SUSPENDED"}
    assert inventory.scopes[f"aws:{MEMBER}"].environment == "development"
    assert inventory.gaps == []


def test_control_policies_limit_what_they_are_attached_to() -> None:
    inventory = parse(ORGANIZATION_SHARD, whole())
    uses = {(use.policy.rpartition("/")[2], use.target, use.use) for use in inventory.policy_uses}
    assert uses == {
        ("p-1", f"aws:{ROOT}", "organization-limit"),
        ("p-1", f"aws:{MEMBER}", "organization-limit"),
        ("p-2", f"aws:{UNIT}", "resource-limit"),
    }
    for policy in inventory.policies.values():
        assert policy.kind == "organization"
        assert policy.scope == f"aws:{ORG}"
        assert policy.problem == ""
        assert json.loads(policy.document or "")["Statement"][0]["Effect"] == "Deny"


def test_a_policy_whose_document_was_refused_still_limits_in_a_way_that_is_not_known() -> None:
    told = [item for item in whole() if not (item.operation == org.POLICY.name and item.params["PolicyId"] == "p-1")]
    inventory = parse(ORGANIZATION_SHARD, [*told, refused(org.POLICY, PolicyId="p-1")])
    policy = inventory.policies[summary("p-1")["Arn"]]
    assert policy.document is None
    assert policy.problem
    assert [use.target for use in inventory.policy_uses if use.policy == policy.id] == [f"aws:{ROOT}", f"aws:{MEMBER}"]


@pytest.mark.parametrize("content", ["{", "[]", None, 7, "[" * 50_000])
def test_a_policy_whose_document_makes_no_sense_has_a_problem(content: Any) -> None:
    found = [
        answer(org.DESCRIBE, DESCRIBED),
        answer(org.POLICY, {"Policy": {"PolicySummary": summary("p-1"), "Content": content}}, PolicyId="p-1"),
    ]
    (policy,) = parse(ORGANIZATION_SHARD, found).policies.values()
    assert policy.document is None
    assert policy.problem


def test_policies_of_aws_are_known_as_such() -> None:
    full = {"PolicySummary": summary("p-FullAWSAccess"), "Content": json.dumps(document(allow("*")))}
    found = [answer(org.DESCRIBE, DESCRIBED), answer(org.POLICY, {"Policy": full}, PolicyId="p-FullAWSAccess")]
    (policy,) = parse(ORGANIZATION_SHARD, found).policies.values()
    assert policy.managed_by_provider
    assert policy.scope == f"aws:{ORG}"


def test_other_kinds_of_policies_limit_nobody() -> None:
    tags = {"PolicySummary": summary("p-9", "TAG_POLICY"), "Content": "{}"}
    found = [
        answer(org.DESCRIBE, DESCRIBED),
        answer(org.POLICY, {"Policy": tags}, PolicyId="p-9"),
        answer(org.TARGETS, {"Targets": [{"TargetId": ROOT}]}, PolicyId="p-9"),
    ]
    inventory = parse(ORGANIZATION_SHARD, found)
    assert not inventory.policies
    assert not inventory.policy_uses


def test_a_member_knows_its_organization_and_nothing_else_of_it() -> None:
    described = {"Organization": {"Id": ORG, "MasterAccountId": MEMBER}}
    inventory = parse(ORGANIZATION_SHARD, [answer(org.DESCRIBE, described), refused(ACCOUNTS)])
    assert parents(inventory) == {f"aws:{ORG}": None, SCOPE: f"aws:{ORG}"}
    assert "management" not in inventory.scopes[SCOPE].attributes


def test_the_organization_is_known_from_the_accounts_where_it_may_not_be_described() -> None:
    inventory = parse(ORGANIZATION_SHARD, [answer(ACCOUNTS, {"Accounts": [account(MEMBER, "web")]})])
    assert parents(inventory) == {f"aws:{ORG}": None, SCOPE: f"aws:{ORG}", f"aws:{MEMBER}": f"aws:{ORG}"}
    assert inventory.scopes[SCOPE].attributes["management"] == "true"


def test_outside_of_an_organization_there_is_nothing() -> None:
    assert list(parse(ORGANIZATION_SHARD, [refused(org.DESCRIBE)]).scopes) == []


def test_a_damaged_entry_is_told_and_hides_no_other() -> None:
    accounts = [account(MEMBER, "web"), {"Name": "nobody"}, 7]
    inventory = parse(ORGANIZATION_SHARD, [answer(org.DESCRIBE, DESCRIBED), answer(ACCOUNTS, {"Accounts": accounts})])
    assert f"aws:{MEMBER}" in inventory.scopes
    assert {gap.scope: gap.operation for gap in inventory.gaps} == {SCOPE: ACCOUNTS.name, f"aws:{ORG}": ACCOUNTS.name}
    assert "Accounts[1] has no Id; Accounts[2] is a number" in inventory.gaps[0].detail
    assert not inventory.knows(SCOPE, "organization")
    assert not inventory.knows(f"aws:{ORG}", "organization")


@pytest.mark.parametrize(
    "operation", [ACCOUNTS, org.ROOTS, org.UNITS, org.CHILDREN, org.POLICIES, org.POLICY, org.TARGETS]
)
def test_a_refusal_hides_the_limits_of_every_account(operation: Operation) -> None:
    inventory = parse(ORGANIZATION_SHARD, [*whole(), refused(operation, PolicyId="p-3", ParentId="ou-abcd-33333333")])
    (gap,) = [gap for gap in inventory.gaps if gap.scope == f"aws:{ORG}"]
    assert (gap.operation, gap.reason, gap.permission) == (operation.name, "denied", operation.permission)
    assert not inventory.knows(f"aws:{ORG}", "organization")


def test_who_acts_for_the_organization_limits_nobody() -> None:
    inventory = parse(ORGANIZATION_SHARD, [*whole(), refused(org.DELEGATES)])
    assert inventory.knows(f"aws:{ORG}", "organization")


def test_accounts_that_act_for_the_organization() -> None:
    delegates = [account(MEMBER, "web"), account(LOST, "old")]
    services = [{"ServicePrincipal": "sso.amazonaws.com"}, {"ServicePrincipal": "guardduty.amazonaws.com"}]
    found = [
        *whole(),
        answer(org.DELEGATES, {"DelegatedAdministrators": delegates}),
        answer(org.DELEGATED, {"DelegatedServices": services}, AccountId=MEMBER),
        refused(org.DELEGATED, AccountId=LOST),
    ]
    assert parse(ORGANIZATION_SHARD, found).links == [
        Link(
            source=f"aws:{ORG}",
            target=f"aws:{MEMBER}",
            kind="delegates_to",
            reason=f"account web acts for organization {ORG} by guardduty.amazonaws.com, sso.amazonaws.com",
        ),
        Link(
            source=f"aws:{ORG}",
            target=f"aws:{LOST}",
            kind="delegates_to",
            reason=f"account old acts for organization {ORG} by services that were not told",
        ),
    ]


def test_the_environment_is_that_of_the_nearest_unit_that_speaks_of_one() -> None:
    found = [
        *whole(),
        answer(org.CHILDREN, {"Accounts": [account(MEMBER, "web")]}, ParentId=DEEPER),
        answer(org.CHILDREN, {"Accounts": [account("444444444444", "web-prod")]}, ParentId=DEEPER),
    ]
    scopes = parse(ORGANIZATION_SHARD, found).scopes
    assert {id.removeprefix("aws:"): scope.environment for id, scope in scopes.items()} == {
        ORG: None,
        ROOT: None,
        UNIT: "development",
        DEEPER: "development",
        ACCOUNT: None,
        MEMBER: "development",
        LOST: None,
        "444444444444": "production",
    }


def test_units_that_lie_in_each_other_are_read() -> None:
    found = [
        answer(org.DESCRIBE, DESCRIBED),
        answer(org.UNITS, {"OrganizationalUnits": [{"Id": UNIT, "Name": "a"}]}, ParentId=DEEPER),
        answer(org.UNITS, {"OrganizationalUnits": [{"Id": DEEPER, "Name": "b"}]}, ParentId=UNIT),
        answer(org.CHILDREN, {"Accounts": [account(MEMBER, "web")]}, ParentId=UNIT),
    ]
    inventory = parse(ORGANIZATION_SHARD, found)
    assert parents(inventory)[f"aws:{UNIT}"] == f"aws:{DEEPER}"
    assert inventory.scopes[f"aws:{MEMBER}"].environment is None


@pytest.mark.parametrize(
    ("name", "body", "operation", "params"),
    [
        (f"targets-{FENCE}.json", {"Targets": [{"TargetId": ROOT}]}, org.TARGETS, {"PolicyId": FENCE}),
        ("p-FullAWSAccess", {"Targets": []}, org.TARGETS, {"PolicyId": "p-FullAWSAccess"}),
        (f"{FENCE}.json", {"Targets": [], "PolicyId": "p-other111"}, org.TARGETS, {"PolicyId": "p-other111"}),
        (f"accounts_{UNIT}.json", {"Accounts": []}, org.CHILDREN, {"ParentId": UNIT}),
        (f"units-in-{ROOT}.json", {"OrganizationalUnits": []}, org.UNITS, {"ParentId": ROOT}),
        (f"{ROOT}-and-{UNIT}.json", {"Accounts": []}, ACCOUNTS, {}),
        ("our-prod-accounts.json", {"Accounts": []}, ACCOUNTS, {}),
        ("delegates.json", {"DelegatedAdministrators": [account(MEMBER, "web")]}, org.DELEGATES, {}),
    ],
)
def test_the_name_of_a_file_says_what_was_asked(
    name: str, body: dict[str, Any], operation: Operation, params: dict[str, str]
) -> None:
    assert org.recognise(body, name) == (operation, params)


@pytest.mark.parametrize("name", ["", "targets.json", "scp-production1.json", f"{FENCE}-{FENCE}1.json"])
def test_targets_of_an_unknown_policy_are_not_recognised(name: str) -> None:
    assert org.recognise({"Targets": []}, name) is None


def test_a_type_of_policy_that_is_no_text_is_no_limit() -> None:
    odd = {**summary("p-1"), "Type": []}
    found = [
        answer(org.DESCRIBE, DESCRIBED),
        answer(org.POLICIES, {"Policies": [odd]}),
        answer(org.POLICY, {"Policy": {"PolicySummary": odd, "Content": "{}"}}, PolicyId="p-1"),
    ]
    assert not parse(ORGANIZATION_SHARD, found).policies
    assert org.recognise({"Policies": [odd]}) is None


def test_a_walk_asks_for_each_unit_policy_and_delegate_once(aws: Aws, tmp_path: Path) -> None:
    organization = aws.seed.organization(aws.account)
    prod = organization.unit("Production")
    organization.account("222233334444", "web", organization.unit("Web", prod))
    organization.control("fence", allow("*"), [prod])
    aws.client("organizations").register_delegated_administrator(
        AccountId="222233334444", ServicePrincipal="guardduty.amazonaws.com"
    )
    aws.calls.clear()
    inventory = collected(org.SERVICE, tmp_path, endpoint=aws.endpoint)
    asked = {name.partition(":")[2]: count for name, count in aws.calls.names().items() if "organizations:" in name}
    policies = len(inventory.policies)
    assert asked == {
        "DescribeOrganization": 1,
        "ListAccounts": 1,
        "ListRoots": 1,
        "ListOrganizationalUnitsForParent": 3,
        "ListAccountsForParent": 3,
        "ListPolicies": 2,
        "DescribePolicy": policies,
        "ListTargetsForPolicy": policies,
        "ListDelegatedAdministrators": 1,
        "ListDelegatedServicesForAccount": 1,
    }
    assert inventory.scopes["aws:222233334444"].environment == "production"
    assert [link.target for link in inventory.links] == ["aws:222233334444"]
    assert ("fence", f"aws:{prod}") in {
        (inventory.policies[use.policy].name, use.target) for use in inventory.policy_uses
    }
    assert inventory.gaps == []


def test_outside_of_an_organization_one_call_is_the_answer(aws: Aws, tmp_path: Path) -> None:
    inventory = collected(org.SERVICE, tmp_path, endpoint=aws.endpoint)
    assert aws.calls.names() == {"organizations:DescribeOrganization": 1}
    assert not inventory.scopes
    assert inventory.gaps == []
    assert inventory.knows(SCOPE, "organization")


def test_whoever_may_not_look_does_not_know(aws: Aws, tmp_path: Path) -> None:
    aws.seed.organization(aws.account)
    aws.faults.deny("organizations", "ListAccounts")
    inventory = collected(org.SERVICE, tmp_path, endpoint=aws.endpoint)
    assert aws.calls.names() == {"organizations:DescribeOrganization": 1, "organizations:ListAccounts": 1}
    assert {(gap.operation, gap.reason, gap.permission) for gap in inventory.gaps} == {
        (ACCOUNTS.name, "denied", "organizations:ListAccounts")
    }
    assert not inventory.knows(SCOPE, "organization")


@pytest.mark.parametrize(
    ("body", "operation", "params"),
    [
        (DESCRIBED, org.DESCRIBE, {}),
        ({"Accounts": [account(MEMBER, "web")]}, ACCOUNTS, {}),
        ({"Accounts": [account(MEMBER, "web")], "ParentId": UNIT}, org.CHILDREN, {"ParentId": UNIT}),
        ({"Roots": [{"Id": ROOT}]}, org.ROOTS, {}),
        ({"OrganizationalUnits": [{"Id": UNIT}], "ParentId": ROOT}, org.UNITS, {"ParentId": ROOT}),
        ({"OrganizationalUnits": []}, org.UNITS, {}),
        ({"Policies": [summary("p-1")]}, org.POLICIES, {"Filter": "SERVICE_CONTROL_POLICY"}),
        (
            {"Policies": [summary("p-2", "RESOURCE_CONTROL_POLICY")]},
            org.POLICIES,
            {"Filter": "RESOURCE_CONTROL_POLICY"},
        ),
        ({"Policy": {"PolicySummary": summary("p-1"), "Content": "{}"}}, org.POLICY, {"PolicyId": "p-1"}),
        ({"Targets": [], "PolicyId": "p-1"}, org.TARGETS, {"PolicyId": "p-1"}),
    ],
)
def test_every_answer_is_recognised(body: dict[str, Any], operation: Any, params: dict[str, Any]) -> None:
    assert org.recognise(body) == (operation, params)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Targets": []},
        {"Organization": "o-1"},
        {"Organization": {}},
        {"Accounts": {}},
        {"Accounts": [{"Name": "x"}]},
        {"Policies": [summary("p-9", "TAG_POLICY")]},
        {"Policies": [{"Arn": "x"}]},
        {"Policy": {"PolicySummary": None}},
    ],
)
def test_anything_else_is_not(body: dict[str, Any]) -> None:
    assert org.recognise(body) is None
