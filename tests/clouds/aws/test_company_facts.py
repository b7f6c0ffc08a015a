"""What is wrong at the company, and what is in order, each read as a scanner would read it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pytest

from tests.clouds.aws.company import build, company_estate
from tests.clouds.aws.company_people import PEOPLE
from tests.clouds.aws.company_shape import MANAGEMENT, Company
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import NOW, Account, ago


@dataclass
class Read:
    """What the SDK reads of one account."""

    aws: Aws
    account: Account

    @cached_property
    def iam(self) -> Any:
        return self.aws.client("iam", session=self.account.session())

    @cached_property
    def pages(self) -> list[dict[str, Any]]:
        return list(self.iam.get_paginator("get_account_authorization_details").paginate())

    @cached_property
    def users(self) -> dict[str, dict[str, Any]]:
        return {user["UserName"]: user for page in self.pages for user in page["UserDetailList"]}

    @cached_property
    def roles(self) -> dict[str, dict[str, Any]]:
        return {role["RoleName"]: role for page in self.pages for role in page["RoleDetailList"]}

    @cached_property
    def report(self) -> dict[str, dict[str, str]]:
        self.iam.generate_credential_report()
        rows = csv.DictReader(io.StringIO(self.iam.get_credential_report()["Content"].decode()))
        return {row["user"]: row for row in rows}

    @cached_property
    def bedrock_keys(self) -> dict[str, dict[str, Any]]:
        found = self.iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
        return {credential["UserName"]: credential for credential in found}

    def trust(self, role: str) -> dict[str, Any]:
        (statement,) = self.roles[role]["AssumeRolePolicyDocument"]["Statement"]
        return dict(statement)


@pytest.fixture
def company(aws: Aws) -> Iterator[Company]:
    yield company_estate(aws.seed)
    assert aws.emulator.defects == []


@pytest.fixture
def production(aws: Aws, company: Company) -> Read:
    return Read(aws, company.production)


@pytest.fixture
def development(aws: Aws, company: Company) -> Read:
    return Read(aws, company.development)


@pytest.fixture
def management(aws: Aws, company: Company) -> Read:
    return Read(aws, company.management)


def since(text: str) -> int:
    """Days from a date of the credential report to the estate's clock."""
    return (NOW - datetime.fromisoformat(text)).days


def attached(holder: dict[str, Any]) -> set[str]:
    return {policy["PolicyName"] for policy in holder["AttachedManagedPolicies"]}


def allowed(holder: dict[str, Any], kind: str) -> set[str]:
    return {
        action
        for policy in holder[kind]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in statement["Action"]
    }


def tags(holder: dict[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in holder["Tags"]}


def test_twenty_five_people_sign_in_through_identity_center(aws: Aws, company: Company) -> None:
    session = company.session
    (instance,) = aws.client("sso-admin", "eu-west-1", session).list_instances()["Instances"]
    store = aws.client("identitystore", "eu-west-1", session)
    users = store.get_paginator("list_users").paginate(IdentityStoreId=instance["IdentityStoreId"])
    names = {user["UserName"].partition("@")[0] for page in users for user in page["Users"]}
    assert names == {address for _, address, _, _ in PEOPLE}
    assert len(names) == 25
    assert not {"viktor.lindqvist", "dana.whitfield"} & names


def test_old_users_of_people_have_passwords_with_and_without_a_second_factor(
    management: Read, production: Read, development: Read
) -> None:
    people = [row for read in (management, production, development) for row in read.report.values()]
    factors = {row["user"]: row["mfa_active"] for row in people if row["password_enabled"] == "true"}
    assert {"true", "false"} == set(factors.values())
    assert (factors["ingrid.solberg"], factors["peter.novak"]) == ("true", "false")


def test_one_account_has_a_root_key_and_no_second_factor(management: Read, production: Read, development: Read) -> None:
    roots = [read.report["<root_account>"] for read in (management, production, development)]
    assert [(root["access_key_1_active"], root["mfa_active"]) for root in roots] == [
        ("false", "true"),
        ("false", "true"),
        ("true", "false"),
    ]
    summary = development.iam.get_account_summary()["SummaryMap"]
    assert (summary["AccountAccessKeysPresent"], summary["AccountMFAEnabled"]) == (1, 0)


def test_keys_are_of_every_age_and_some_were_never_used(production: Read, development: Read) -> None:
    rows = [*production.report.values(), *development.report.values()]
    ages = [
        since(row[f"access_key_{number}_last_rotated"])
        for row in rows
        for number in (1, 2)
        if row[f"access_key_{number}_active"] == "true"
    ]
    for lowest, highest in ((0, 90), (90, 365), (365, 900), (900, 2000)):
        assert any(lowest <= age < highest for age in ages), (lowest, highest)
    assert since(production.report["jenkins"]["access_key_1_last_rotated"]) > 900
    assert production.report["jenkins"]["access_key_2_last_used_date"] == "N/A"
    unused = {row["user"] for row in rows if row["access_key_1_last_used_date"] == "N/A" != row["access_key_1_active"]}
    assert {"terraform-import", "testdata-seeder"} <= unused


def test_the_key_of_a_person_who_left_still_works(production: Read) -> None:
    row = production.report["viktor.lindqvist"]
    assert row["access_key_1_active"] == "true"
    assert since(row["access_key_1_last_used_date"]) <= 1 < since(row["password_last_used"])
    owned = {name for name, user in production.users.items() if tags(user).get("Owner", "").startswith("viktor.")}
    assert {"ftp-sync", "jenkins"} <= owned


def test_services_sign_in_with_users_of_their_own(production: Read) -> None:
    assert {"backup-s3", "datadog-integration", "ftp-sync"} <= production.users.keys()
    assert since(production.report["ftp-sync"]["access_key_1_last_used_date"]) > 365
    assert attached(production.users["svc-deploy-admin"]) == {"AdministratorAccess"}
    assert production.report["svc-deploy-admin"]["access_key_1_active"] == "true"


def test_test_automation_is_kept_in_by_a_boundary(development: Read) -> None:
    boundary = development.users["svc-integration-tests"]["PermissionsBoundary"]
    assert boundary["PermissionsBoundaryArn"].endswith(":policy/developer-boundary")


def test_pipelines_are_trusted_well_too_widely_and_without_saying_whom(production: Read) -> None:
    subject = "token.actions.githubusercontent.com:sub"
    good = production.trust("github-deploy-shipment-api")["Condition"]
    assert good["StringEquals"][subject] == "repo:harbourline/shipment-api:environment:production"
    wide = production.trust("github-terraform")["Condition"]
    assert wide["StringLike"][subject] == "repo:harbourline/*"
    assert attached(production.roles["github-terraform"]) == {"AdministratorAccess"}
    assert subject not in json.dumps(production.trust("github-docs-preview"))


def test_pipelines_can_become_more_than_they_are(production: Read) -> None:
    role = production.roles["github-user-provisioning"]
    assert attached(role) == set()
    assert allowed(role, "RolePolicyList") == {
        "iam:CreateUser", "iam:PutUserPolicy", "lambda:CreateFunction", "lambda:InvokeFunction", "iam:PassRole",
    }  # fmt: skip
    assert {"iam:PassRole", "iam:AttachRolePolicy"} <= allowed(production.users["jenkins"], "UserPolicyList")


def test_vendors_come_in_with_and_without_an_external_id(management: Read, production: Read) -> None:
    assert production.trust("sentrywall-audit")["Condition"] == {"StringEquals": {"sts:ExternalId": "hl-7f31c9e2-4b8d"}}
    assert "Condition" not in management.trust("costlens-readonly")
    forgotten = production.roles["freightmatch-integration"]
    assert "Condition" not in production.trust("freightmatch-integration")
    assert attached(forgotten) == {"AdministratorAccess"}
    assert forgotten["RoleLastUsed"] == {}


def test_everybody_is_trusted_once_within_the_organization_and_once_without(
    aws: Aws, company: Company, production: Read
) -> None:
    inside = production.trust("shared-artifacts-read")
    assert inside["Principal"] == {"AWS": "*"}
    organization = aws.client("organizations", session=company.session).describe_organization()["Organization"]
    assert inside["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": organization["Id"]}
    outside = production.trust("public-tracking-upload")
    assert outside["Principal"] == "*"
    assert "Condition" not in outside


def test_a_role_trusts_somebody_who_was_deleted(production: Read) -> None:
    gone = production.trust("legacy-reporting")["Principal"]["AWS"]
    assert gone.startswith("AIDA")
    assert gone not in {user["UserId"] for user in production.users.values()}


def test_workloads_have_roles_of_their_own(production: Read) -> None:
    services = {name: json.dumps(role["AssumeRolePolicyDocument"]) for name, role in production.roles.items()}
    for service in ("ec2", "lambda", "ecs-tasks", "glue", "rolesanywhere", "bedrock", "bedrock-agentcore"):
        assert any(f'"{service}.amazonaws.com"' in text for text in services.values()), service
    (profile,) = production.roles["bastion"]["InstanceProfileList"]
    assert profile["InstanceProfileName"] == "bastion"
    assert production.trust("support-agent-runtime")["Principal"] == {"Service": "bedrock-agentcore.amazonaws.com"}


def test_aws_keeps_roles_of_its_own_there(management: Read, production: Read, development: Read) -> None:
    for read in (management, production, development):
        paths = [role["Path"] for role in read.roles.values()]
        assert any(path.startswith("/aws-service-role/") for path in paths)
        assert any(path.startswith("/aws-reserved/sso.amazonaws.com/") for path in paths)


def test_keys_of_models_end_late_or_never_and_one_outlived_its_user(production: Read, development: Read) -> None:
    assert "ExpirationDate" not in development.bedrock_keys["BedrockAPIKey-a7x2"]
    assert ago(0) < production.bedrock_keys["svc-quote-assistant"]["ExpirationDate"] < ago(-90)
    assert production.bedrock_keys["support-copilot"]["ExpirationDate"] - NOW > timedelta(days=36000)
    assert development.bedrock_keys["BedrockAPIKey-q9f4"]["Status"] == "Expired"
    assert development.report["BedrockAPIKey-q9f4"]["access_key_1_active"] == "true"
    # Nothing is left of its key but the user that the console made for it, with its policy.
    assert "BedrockAPIKey-m3k8" in development.users
    assert "BedrockAPIKey-m3k8" not in development.bedrock_keys
    assert attached(development.users["BedrockAPIKey-m3k8"]) == {"AmazonBedrockLimitedAccess"}


def test_building_it_leaves_nothing_else(aws: Aws) -> None:
    aws.account.user("stray")
    aws.faults.deny("*")
    build(aws.server)
    assert aws.client("iam").list_users()["Users"] == []
    assert aws.emulator.now == NOW
    session = aws.seed.account(MANAGEMENT).session()
    accounts = aws.client("organizations", session=session).list_accounts()["Accounts"]
    assert len(accounts) == 4
