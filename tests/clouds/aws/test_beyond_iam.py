"""The emulator answers for regions, Identity Center, organizations, Roles Anywhere and STS as AWS would."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.seed import ago, allow, trust, trust_service
from tests.clouds.aws.seed_outside import Anywhere


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_roles_anywhere_lives_in_a_region(aws: Aws) -> None:
    role = aws.account.role("gateway", trust_service("rolesanywhere"))
    anywhere = Anywhere(aws.account, "eu-west-1")
    anchor = anywhere.anchor("ca", created=ago(30))
    anywhere.anchor("pca", "AWS_ACM_PCA")
    anywhere.profile("warehouse", [role], duration=7200)
    subject = anywhere.subject("CN=gw-1", ago(2))
    client = aws.client("rolesanywhere", "eu-west-1")
    first = client.list_trust_anchors(pageSize=1)
    found = [*first["trustAnchors"], *client.list_trust_anchors(nextToken=first["nextToken"])["trustAnchors"]]
    assert [item["source"]["sourceType"] for item in found] == ["CERTIFICATE_BUNDLE", "AWS_ACM_PCA"]
    assert found[0]["trustAnchorArn"] == anchor
    (profile,) = client.list_profiles()["profiles"]
    assert (profile["roleArns"], profile["durationSeconds"]) == ([role.arn], 7200)
    (listed,) = client.list_subjects()["subjects"]
    assert listed["lastSeenAt"] == ago(2)
    assert "credentials" not in listed
    assert client.get_subject(subjectId=subject)["subject"]["credentials"][0]["seenAt"] == ago(2)
    assert aws.client("rolesanywhere", "us-east-1").list_profiles()["profiles"] == []
    with pytest.raises(ClientError) as error:
        client.get_subject(subjectId="0" * 36)
    assert code_of(error) == "ResourceNotFoundException"


def test_regions_are_those_that_the_account_has(aws: Aws) -> None:
    account = aws.client("account")
    pages = account.get_paginator("list_regions").paginate(
        RegionOptStatusContains=["ENABLED", "ENABLED_BY_DEFAULT"], PaginationConfig={"PageSize": 10}
    )
    assert len([region for page in pages for region in page["Regions"]]) == 17
    aws.account.regions("us-east-1", "eu-west-1", opted_in=["me-south-1"])
    statuses = {
        region["RegionName"]: region["RegionOptStatus"] for region in account.list_regions(MaxResults=50)["Regions"]
    }
    assert statuses["eu-west-1"] == "ENABLED_BY_DEFAULT"
    assert statuses["me-south-1"] == "ENABLED"
    assert statuses["af-south-1"] == "DISABLED"
    ec2 = aws.client("ec2")
    assert [region["RegionName"] for region in ec2.describe_regions()["Regions"]] == [
        "eu-west-1",
        "me-south-1",
        "us-east-1",
    ]
    everywhere = {
        region["RegionName"]: region["OptInStatus"] for region in ec2.describe_regions(AllRegions=True)["Regions"]
    }
    assert everywhere["af-south-1"] == "not-opted-in"


def test_identity_center_has_people_sets_and_assignments(aws: Aws) -> None:
    center = aws.account.identity_center("eu-west-1")
    ann = center.person("Ann Lee", "ann@example.com", "Engineer")
    staff = center.group("Staff", [ann])
    permission = center.permission_set("Reader", ["ReadOnlyAccess"], json.dumps(allow("s3:*")), created=ago(30))
    role = center.assign(staff, permission, aws.account)
    center.assign(ann, permission, aws.account)
    sso, store = aws.client("sso-admin", "eu-west-1"), aws.client("identitystore", "eu-west-1")
    (instance,) = sso.list_instances()["Instances"]
    where = {"InstanceArn": instance["InstanceArn"]}
    assert aws.client("sso-admin", "us-east-1").list_instances()["Instances"] == []
    identities = {"IdentityStoreId": instance["IdentityStoreId"]}
    assert [user["UserName"] for user in store.list_users(**identities)["Users"]] == ["ann@example.com"]
    (membership,) = store.list_group_memberships(**identities, GroupId=staff)["GroupMemberships"]
    assert membership["MemberId"] == {"UserId": ann}
    assert sso.list_permission_sets(**where)["PermissionSets"] == [permission]
    described = sso.describe_permission_set(**where, PermissionSetArn=permission)["PermissionSet"]
    assert (described["Name"], described["SessionDuration"]) == ("Reader", "PT8H")
    managed = sso.list_managed_policies_in_permission_set(**where, PermissionSetArn=permission)
    assert managed["AttachedManagedPolicies"][0]["Arn"] == "arn:aws:iam::aws:policy/ReadOnlyAccess"
    assert json.loads(sso.get_inline_policy_for_permission_set(**where, PermissionSetArn=permission)["InlinePolicy"])
    accounts = sso.list_accounts_for_provisioned_permission_set(**where, PermissionSetArn=permission)
    assert accounts["AccountIds"] == [aws.account.id]
    assignments = sso.list_account_assignments(**where, AccountId=aws.account.id, PermissionSetArn=permission)
    assert {item["PrincipalType"] for item in assignments["AccountAssignments"]} == {"GROUP", "USER"}
    assert role.arn.startswith(
        f"arn:aws:iam::{aws.account.id}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReserved"
    )


def test_identity_center_has_applications_and_issuers(aws: Aws) -> None:
    center = aws.account.identity_center()
    staff = center.group("Staff")
    issuer = center.trusted_issuer("entra", "https://login.example.com/v2.0")
    grant = {"GrantType": "refresh_token", "Grant": {"RefreshToken": {}}}
    arn = center.application("Dash", grants=[grant], scopes=["read"], actor=allow("sso-oauth:*"), assigned=[staff])
    sso = aws.client("sso-admin")
    where = {"InstanceArn": center.instance}
    (application,) = sso.list_applications(**where)["Applications"]
    assert (application["ApplicationArn"], application["Name"]) == (arn, "Dash")
    assert sso.list_application_grants(ApplicationArn=arn)["Grants"] == [grant]
    assert sso.list_application_access_scopes(ApplicationArn=arn)["Scopes"] == [{"Scope": "read"}]
    (method,) = sso.list_application_authentication_methods(ApplicationArn=arn)["AuthenticationMethods"]
    assert method["AuthenticationMethod"]["Iam"]["ActorPolicy"] == allow("sso-oauth:*")
    (assignment,) = sso.list_application_assignments(ApplicationArn=arn)["ApplicationAssignments"]
    assert (assignment["PrincipalId"], assignment["PrincipalType"]) == (staff, "GROUP")
    assert [item["Name"] for item in sso.list_trusted_token_issuers(**where)["TrustedTokenIssuers"]] == ["entra"]
    details = sso.describe_trusted_token_issuer(TrustedTokenIssuerArn=issuer)["TrustedTokenIssuerConfiguration"]
    assert details["OidcJwtConfiguration"]["IssuerUrl"] == "https://login.example.com/v2.0"


def test_organization_has_accounts_units_and_controls(aws: Aws) -> None:
    organization = aws.seed.organization(aws.account)
    unit = organization.unit("Workloads")
    member = organization.account("222222222222", "Production", unit, ago(900))
    organization.account("333333333333", "Closed", suspended=True)
    organization.control("stay", {"Version": "2012-10-17", "Statement": []}, [unit, member.id])
    organization.root_features("RootSessions")
    client = aws.client("organizations")
    accounts = {account["Id"]: account for account in client.list_accounts()["Accounts"]}
    assert list(accounts) == [aws.account.id, "333333333333", "222222222222"]
    assert accounts["222222222222"]["JoinedTimestamp"] == ago(900)
    assert accounts["333333333333"]["Status"] == "SUSPENDED"
    assert client.describe_organization()["Organization"]["Id"] == organization.id
    assert [item["Id"] for item in client.list_accounts_for_parent(ParentId=unit)["Accounts"]] == ["222222222222"]
    policies = {item["Name"]: item["Id"] for item in client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]}
    targets = client.list_targets_for_policy(PolicyId=policies["stay"])["Targets"]
    assert {target["TargetId"] for target in targets} == {unit, "222222222222"}
    features = aws.client("iam").list_organizations_features()
    assert (features["OrganizationId"], features["EnabledFeatures"]) == (organization.id, ["RootSessions"])
    with pytest.raises(ClientError) as error:
        aws.client("iam", session=member.session()).list_organizations_features()
    assert code_of(error) == "AccountNotManagementOrDelegatedAdministratorException"


def test_member_accounts_are_entered_by_their_role(aws: Aws) -> None:
    organization = aws.seed.organization(aws.account)
    member = organization.account("222222222222", "Production")
    member.user("in-production")
    keys = aws.client("sts").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/OrganizationAccountAccessRole", RoleSessionName="scan"
    )["Credentials"]
    session = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    assert aws.client("sts", session=session).get_caller_identity()["Account"] == "222222222222"
    users = aws.client("iam", session=session).list_users()["Users"]
    assert [user["UserName"] for user in users] == ["in-production"]
    assert aws.client("iam").list_users()["Users"] == []
    assert {call.account for call in aws.calls.of("iam", "ListUsers")} == {"123456789012", "222222222222"}


@pytest.mark.parametrize(("external_id", "let_in"), [("right", True), ("wrong", False), (None, False)])
def test_a_role_minds_its_external_id(aws: Aws, external_id: str | None, let_in: bool) -> None:
    other = aws.seed.account("222222222222")
    conditions = {"sts:ExternalId": "right"}
    role = other.role("audit", trust({"AWS": aws.account.arn("root")}, StringEquals=conditions))
    given = {"ExternalId": external_id} if external_id else {}
    sts = aws.client("sts")
    if let_in:
        assert sts.assume_role(RoleArn=role.arn, RoleSessionName="scan", **given)["Credentials"]
        return
    with pytest.raises(ClientError) as error:
        sts.assume_role(RoleArn=role.arn, RoleSessionName="scan", **given)
    assert code_of(error) == "AccessDenied"


def test_a_role_that_does_not_exist_lets_nobody_in(aws: Aws) -> None:
    with pytest.raises(ClientError) as error:
        aws.client("sts").assume_role(RoleArn="arn:aws:iam::222222222222:role/none", RoleSessionName="scan")
    assert code_of(error) == "AccessDenied"
