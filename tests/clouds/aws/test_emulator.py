"""The emulator answers a real SDK as IAM would: sweeps, reports, credentials; and it fails loudly when it is wrong."""

from __future__ import annotations

import csv
import io
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.ids import account_of, stable_id
from tests.clouds.aws.overlays.credential_report import COLUMNS, CredentialReport
from tests.clouds.aws.overlays.root_user import RootKey
from tests.clouds.aws.overlays.service_credentials import ServiceCredentials
from tests.clouds.aws.seed import NOW, ago, allow, trust_service
from tests.clouds.aws.seed_outside import delegation_request, outbound_tokens


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def sweep(iam: Any, size: int) -> list[dict[str, Any]]:
    return list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": size}))


def names_of(pages: list[dict[str, Any]], key: str, name: str) -> list[str]:
    return [item[name] for page in pages for item in page[key]]


def report(aws: Aws) -> list[dict[str, str]]:
    iam = aws.client("iam")
    iam.generate_credential_report()
    content = iam.get_credential_report()["Content"].decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_sweep_pages_over_all_kinds_together(aws: Aws) -> None:
    for number in range(5):
        aws.account.user(f"user-{number}")
        aws.account.role(f"role-{number}", trust_service("lambda"))
    aws.account.group("group")
    aws.account.policy("policy", allow("s3:*"))
    pages = sweep(aws.client("iam"), 3)
    sizes = [
        sum(len(page[key]) for key in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"))
        for page in pages
    ]
    assert sizes == [3, 3, 3, 3]
    assert names_of(pages, "UserDetailList", "UserName") == [f"user-{number}" for number in range(5)]
    assert names_of(pages, "RoleDetailList", "RoleName") == [f"role-{number}" for number in range(5)]
    assert [page["IsTruncated"] for page in pages] == [True, True, True, False]
    assert aws.calls.count("iam", "GetAccountAuthorizationDetails") == 4


def test_sweep_gives_a_hundred_when_not_told(aws: Aws) -> None:
    for number in range(130):
        aws.account.user(f"user-{number}")
    answer = aws.client("iam").get_account_authorization_details()
    assert len(answer["UserDetailList"]) == 100
    assert answer["IsTruncated"]


def test_sweep_filters_by_kind(aws: Aws) -> None:
    aws.account.user("one", attach=["ReadOnlyAccess", aws.account.policy("own", allow("s3:*"))])
    iam = aws.client("iam")
    local = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
    assert not local["UserDetailList"]
    assert [policy["PolicyName"] for policy in local["Policies"]] == ["own"]
    both = iam.get_account_authorization_details(Filter=["User", "AWSManagedPolicy"])
    assert [policy["PolicyName"] for policy in both["Policies"]] == ["ReadOnlyAccess"]
    assert [user["UserName"] for user in both["UserDetailList"]] == ["one"]


def test_sweep_goes_on_after_a_restart_forgot_it(aws: Aws) -> None:
    for number in range(6):
        aws.account.user(f"user-{number}")
    iam = aws.client("iam")
    first = iam.get_account_authorization_details(MaxItems=4)
    aws.emulator.store.clear()
    second = iam.get_account_authorization_details(MaxItems=4, Marker=first["Marker"])
    assert [user["UserName"] for user in second["UserDetailList"]] == ["user-4", "user-5"]


def test_sweep_refuses_a_marker_that_it_never_gave(aws: Aws) -> None:
    with pytest.raises(ClientError) as error:
        aws.client("iam").get_account_authorization_details(Marker="mine")
    assert code_of(error) == "ValidationError"


def test_sweep_shows_everything_of_a_user(aws: Aws) -> None:
    account = aws.account
    boundary = account.policy("boundary", allow("*"))
    account.group("developers")
    user = account.user(
        "ci",
        ago(500),
        {"Owner": "ann"},
        ["developers"],
        ["ReadOnlyAccess"],
        {"own": allow("s3:GetObject")},
        boundary,
        "/svc/",
    )
    detail = aws.client("iam").get_account_authorization_details(Filter=["User"])["UserDetailList"][0]
    assert detail.pop("CreateDate") == ago(500)
    assert detail == {
        "Path": "/svc/",
        "UserName": "ci",
        "UserId": user.id,
        "Arn": "arn:aws:iam::123456789012:user/svc/ci",
        "UserPolicyList": [{"PolicyName": "own", "PolicyDocument": allow("s3:GetObject")}],
        "GroupList": ["developers"],
        "AttachedManagedPolicies": [
            {"PolicyName": "ReadOnlyAccess", "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}
        ],
        "PermissionsBoundary": {
            "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
            "PermissionsBoundaryArn": boundary,
        },
        "Tags": [{"Key": "Owner", "Value": "ann"}],
    }


def test_sweep_shows_everything_of_a_role(aws: Aws) -> None:
    account = aws.account
    made = account.role("web", trust_service("ec2"), ago(700), ago(3), {"Team": "web"}, region="eu-west-1")
    account.instance_profile("web", made, ago(700))
    account.role("idle", trust_service("lambda"))
    web, idle = aws.client("iam").get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert web["AssumeRolePolicyDocument"] == trust_service("ec2")
    assert web["RoleLastUsed"] == {"LastUsedDate": ago(3), "Region": "eu-west-1"}
    assert web["InstanceProfileList"][0]["InstanceProfileName"] == "web"
    assert web["InstanceProfileList"][0]["Roles"][0]["RoleId"] == made.id
    assert idle["RoleLastUsed"] == {}


def test_policies_come_with_their_versions_and_their_names(aws: Aws) -> None:
    arn = aws.account.policy("own", allow("s3:GetObject"), ago(300), former=[allow("s3:*")])
    aws.account.user("one", attach=[arn], boundary=arn)
    policy = aws.client("iam").get_account_authorization_details(Filter=["LocalManagedPolicy"])["Policies"][0]
    assert policy["PolicyName"] == "own"
    assert policy["PolicyId"].startswith("ANPA")
    assert policy["DefaultVersionId"] == "v2"
    assert policy["AttachmentCount"] == 1
    assert policy["PermissionsBoundaryUsageCount"] == 1
    versions = {version["VersionId"]: version for version in policy["PolicyVersionList"]}
    assert versions["v2"]["IsDefaultVersion"]
    assert not versions["v1"]["IsDefaultVersion"]
    assert versions["v2"]["Document"] == allow("s3:GetObject")


def test_documents_are_percent_encoded_on_the_wire(aws: Aws) -> None:
    """As RFC 3986 has it: a plus sign and a slash in a document must come back as they are."""
    odd = allow("s3:GetObject", on="arn:aws:s3:::a+b/c%20d ü")
    aws.account.user("odd", inline={"odd": odd})
    detail = aws.client("iam").get_account_authorization_details(Filter=["User"])["UserDetailList"][0]
    assert detail["UserPolicyList"][0]["PolicyDocument"] == odd
    key = aws.env["AWS_ACCESS_KEY_ID"]
    request = Request(
        aws.endpoint,
        b"Action=GetAccountAuthorizationDetails&Version=2010-05-08",
        {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20261124/us-east-1/iam/aws4_request, Signature=x"},
    )
    with urlopen(request) as answer:
        wire = answer.read().decode()
    assert "%7B%22Version%22%3A%20%222012-10-17%22" in wire
    assert "a%2Bb%2Fc%2520d" in wire


def test_users_are_listed_in_pages_with_the_use_of_passwords(aws: Aws) -> None:
    for number in range(5):
        aws.account.user(f"user-{number}").password(last_used=ago(number) if number else None)
    pages = list(aws.client("iam").get_paginator("list_users").paginate(PaginationConfig={"PageSize": 2}))
    users = [user for page in pages for user in page["Users"]]
    assert len(pages) == 3
    assert "PasswordLastUsed" not in users[0]
    assert users[3]["PasswordLastUsed"] == ago(3)


@pytest.mark.parametrize("prefix", ["AKIA", "AIDA", "AROA"])
def test_ids_hold_the_account_and_stay_the_same(prefix: str) -> None:
    id = stable_id(prefix, "581039954779", "some", "name")
    assert id == stable_id(prefix, "581039954779", "some", "name")
    assert id != stable_id(prefix, "581039954779", "some", "other")
    assert account_of(id) == "581039954779"
    assert account_of("AKIAIOSFODNN7EXAMPLE") == "581039954779"


def test_things_that_a_client_makes_have_lifelike_ids_too(aws: Aws) -> None:
    iam = aws.client("iam")
    assert iam.create_user(UserName="ann")["User"]["UserId"].startswith("AIDA")
    assert iam.create_group(GroupName="staff")["Group"]["GroupId"].startswith("AGPA")


def test_report_is_not_there_before_it_is_ordered(aws: Aws) -> None:
    with pytest.raises(ClientError) as error:
        aws.client("iam").get_credential_report()
    assert code_of(error) == "ReportNotPresent"


def test_report_takes_its_time_when_told_to(aws: Aws) -> None:
    aws.emulator.store.get(CredentialReport, aws.account.id).polls = 2
    iam = aws.client("iam")
    assert iam.generate_credential_report()["State"] == "STARTED"
    for _ in range(2):
        with pytest.raises(ClientError) as error:
            iam.get_credential_report()
        assert code_of(error) == "ReportInProgress"
    assert iam.get_credential_report()["ReportFormat"] == "text/csv"
    assert iam.generate_credential_report()["State"] == "COMPLETE"


def test_report_has_the_columns_of_aws_and_a_row_for_root(aws: Aws) -> None:
    aws.account.root(ago(9), mfa=False, keys=[RootKey(ago(900), last_used=ago(400), service="s3")])
    (root,) = report(aws)
    assert tuple(root) == COLUMNS
    assert len(COLUMNS) == 22
    assert root["user"] == "<root_account>"
    assert root["password_enabled"] == root["password_last_changed"] == "not_supported"
    assert root["password_last_used"] == "2026-11-15T00:00:00+00:00"
    assert root["mfa_active"] == "false"
    assert root["access_key_1_active"] == "true"
    assert root["access_key_1_last_used_service"] == "s3"
    assert root["access_key_2_active"] == "false"
    summary = aws.client("iam").get_account_summary()["SummaryMap"]
    assert summary["AccountAccessKeysPresent"] == 1
    assert summary["AccountMFAEnabled"] == 0


def test_report_tells_of_passwords_keys_and_certificates(aws: Aws) -> None:
    bare = aws.account.user("bare", ago(40))
    never = aws.account.user("never", ago(40)).password(changed=ago(20))
    full = aws.account.user("full", ago(40)).password(last_used=ago(2)).mfa()
    full.key(ago(30), ago(1), service="sqs", region="eu-west-1")
    full.key(ago(10), active=False)
    full.signing_certificate(ago(35), active=False)
    rows = {row["user"]: row for row in report(aws)}
    assert {rows[bare.name][f"password_{what}"] for what in ("last_used", "last_changed", "next_rotation")} == {"N/A"}
    assert rows[bare.name]["password_enabled"] == "false"
    assert rows[bare.name]["access_key_1_last_rotated"] == "N/A"
    assert rows[never.name]["password_last_used"] == "no_information"
    assert rows[never.name]["password_last_changed"] == "2026-11-04T00:00:00+00:00"
    row = rows[full.name]
    assert (row["mfa_active"], row["access_key_1_active"], row["access_key_2_active"]) == ("true", "true", "false")
    assert row["access_key_1_last_used_region"] == "eu-west-1"
    assert row["access_key_1_last_used_service"] == "sqs"
    assert row["access_key_2_last_rotated"] == "2026-11-14T00:00:00+00:00"
    assert row["access_key_2_last_used_date"] == row["access_key_2_last_used_service"] == "N/A"
    assert (row["cert_1_active"], row["cert_1_last_rotated"]) == ("false", "2026-10-20T00:00:00+00:00")
    assert row["cert_2_last_rotated"] == "N/A"


def test_keys_tell_of_their_use(aws: Aws) -> None:
    user = aws.account.user("ci")
    used, unused = user.key(ago(90), ago(5), service="ecr", region="us-west-2"), user.key(ago(80))
    iam = aws.client("iam")
    keys = iam.list_access_keys(UserName="ci")["AccessKeyMetadata"]
    assert [(key["AccessKeyId"], key["CreateDate"]) for key in keys] == [(used, ago(90)), (unused, ago(80))]
    assert iam.get_access_key_last_used(AccessKeyId=used)["AccessKeyLastUsed"] == {
        "LastUsedDate": ago(5),
        "ServiceName": "ecr",
        "Region": "us-west-2",
    }
    never = iam.get_access_key_last_used(AccessKeyId=unused)
    assert never["UserName"] == "ci"
    assert never["AccessKeyLastUsed"] == {"ServiceName": "N/A", "Region": "N/A"}
    with pytest.raises(ClientError):
        iam.list_access_keys(UserName="nobody")


def test_a_password_has_its_own_date(aws: Aws) -> None:
    aws.account.user("ann", ago(90)).password(changed=ago(40))
    aws.account.user("bob")
    iam = aws.client("iam")
    assert iam.get_login_profile(UserName="ann")["LoginProfile"]["CreateDate"] == ago(40)
    with pytest.raises(ClientError) as error:
        iam.get_login_profile(UserName="bob")
    assert code_of(error) == "NoSuchEntity"


def test_second_factors_come_with_seeds_that_aws_would_keep_to_itself(aws: Aws) -> None:
    """moto lists them, which is a trap on purpose: nhiscan must not keep them."""
    aws.account.user("ann").password().mfa(ago(3))
    aws.account.user("bob").password().mfa(ago(2), kind="hardware")
    iam = aws.client("iam")
    (virtual,) = iam.list_virtual_mfa_devices(AssignmentStatus="Assigned")["VirtualMFADevices"]
    assert virtual["User"]["UserName"] == "ann"
    assert virtual["Base32StringSeed"]
    (device,) = iam.list_mfa_devices(UserName="bob")["MFADevices"]
    assert device["SerialNumber"].startswith("GAHT")
    assert device["EnableDate"] == ago(2)


def test_service_credentials_of_everybody_of_one_and_of_one_service(aws: Aws) -> None:
    ann, bob = aws.account.user("ann"), aws.account.user("bob")
    ann.service_credential(created=ago(3), expires=ago(-27))
    ann.service_credential("codecommit.amazonaws.com", ago(300), status="Inactive")
    bob.service_credential(created=ago(2))
    iam = aws.client("iam")
    everybody = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert [item["UserName"] for item in everybody] == ["ann", "ann", "bob"]
    assert everybody[0]["ExpirationDate"] == ago(-27)
    assert everybody[0]["ServiceCredentialAlias"] == "ann-at-123456789012"
    assert everybody[1]["ServiceUserName"] == "ann-at-123456789012"
    assert "ExpirationDate" not in everybody[2]
    bedrock = iam.list_service_specific_credentials(AllUsers=True, ServiceName="bedrock.amazonaws.com")
    assert len(bedrock["ServiceSpecificCredentials"]) == 2
    assert len(iam.list_service_specific_credentials(UserName="ann")["ServiceSpecificCredentials"]) == 2
    first = iam.list_service_specific_credentials(AllUsers=True, MaxItems=2)
    assert first["IsTruncated"]
    second = iam.list_service_specific_credentials(AllUsers=True, MaxItems=2, Marker=first["Marker"])
    assert [item["UserName"] for item in second["ServiceSpecificCredentials"]] == ["bob"]
    assert not second["IsTruncated"]


def test_service_credentials_are_refused_where_aws_refuses(aws: Aws) -> None:
    aws.account.user("ann")
    iam = aws.client("iam")
    for arguments, expected in (
        ({"UserName": "nobody"}, "NoSuchEntity"),
        ({"UserName": "ann", "AllUsers": True}, "ValidationError"),
        ({}, "ValidationError"),
    ):
        with pytest.raises(ClientError) as error:
            iam.list_service_specific_credentials(**arguments)
        assert code_of(error) == expected


def test_a_client_makes_bedrock_keys_and_only_two(aws: Aws) -> None:
    aws.emulator.set_clock(NOW)
    aws.account.user("ann")
    iam = aws.client("iam")
    make = {"UserName": "ann", "ServiceName": "bedrock.amazonaws.com"}
    made = iam.create_service_specific_credential(**make, CredentialAgeDays=30)["ServiceSpecificCredential"]
    assert made["ServiceCredentialSecret"].startswith("ABSK")
    assert made["ExpirationDate"] == ago(-30)
    assert "ExpirationDate" not in iam.create_service_specific_credential(**make)["ServiceSpecificCredential"]
    with pytest.raises(ClientError) as error:
        iam.create_service_specific_credential(**make)
    assert code_of(error) == "LimitExceeded"
    git = iam.create_service_specific_credential(UserName="ann", ServiceName="codecommit.amazonaws.com")
    assert git["ServiceSpecificCredential"]["ServicePassword"].endswith("=")
    assert len(iam.list_service_specific_credentials(UserName="ann")["ServiceSpecificCredentials"]) == 3


def test_outbound_tokens_are_off_until_they_are_on(aws: Aws) -> None:
    iam = aws.client("iam")
    with pytest.raises(ClientError) as error:
        iam.get_outbound_web_identity_federation_info()
    assert code_of(error) == "FeatureDisabled"
    issuer = outbound_tokens(aws.account)
    answer = iam.get_outbound_web_identity_federation_info()
    assert (answer["IssuerIdentifier"], answer["JwtVendingEnabled"]) == (issuer, True)


def test_delegation_requests_are_listed_in_pages(aws: Aws) -> None:
    for name in ("one", "two", "three"):
        delegation_request(aws.account, name, created=ago(1))
    iam = aws.client("iam")
    first = iam.list_delegation_requests(MaxItems=2)
    assert first["isTruncated"]
    second = iam.list_delegation_requests(MaxItems=2, Marker=first["Marker"])
    assert [item["RequestorName"] for item in second["DelegationRequests"]] == ["three"]
    assert second["DelegationRequests"][0]["State"] == "PENDING_APPROVAL"


def test_providers_keep_their_dates(aws: Aws) -> None:
    arn = aws.account.oidc("token.actions.githubusercontent.com", created=ago(50))
    aws.account.saml("okta", ago(90), ago(-5))
    iam = aws.client("iam")
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (provider["Url"], provider["CreateDate"]) == ("token.actions.githubusercontent.com", ago(50))
    assert provider["ClientIDList"] == ["sts.amazonaws.com"]
    (saml,) = iam.list_saml_providers()["SAMLProviderList"]
    assert (saml["ValidUntil"], saml["CreateDate"]) == (ago(-5), ago(90))


def test_certificates_and_ssh_keys_keep_their_dates(aws: Aws) -> None:
    user = aws.account.user("edi")
    user.ssh_key(ago(70))
    user.signing_certificate(ago(60))
    aws.account.server_certificate("old", ago(500), ago(100))
    iam = aws.client("iam")
    assert iam.list_ssh_public_keys(UserName="edi")["SSHPublicKeys"][0]["UploadDate"] == ago(70)
    assert iam.list_signing_certificates(UserName="edi")["Certificates"][0]["UploadDate"] == ago(60)
    (certificate,) = iam.list_server_certificates()["ServerCertificateMetadataList"]
    assert (certificate["UploadDate"], certificate["Expiration"]) == (ago(500), ago(100))


def test_the_use_of_a_key_is_noted_at_the_emulators_time(aws: Aws) -> None:
    aws.emulator.set_clock(NOW)
    user = aws.account.user("ann")
    key = user.key(ago(30))
    session = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "any", "AWS_SESSION_TOKEN": ""}
    aws.client("iam", session=session).list_users()
    used = aws.client("iam").get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    assert used == {"LastUsedDate": NOW, "ServiceName": "iam", "Region": "us-east-1"}


def test_a_fixture_that_breaks_the_model_fails_the_test(aws: Aws) -> None:
    user = aws.account.user("ann")
    user.service_credential()
    aws.emulator.store.get(ServiceCredentials, aws.account.id).items[0].status = "Sleeping"
    with pytest.raises(ClientError) as error:
        aws.client("iam").list_service_specific_credentials(AllUsers=True)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 599
    with pytest.raises(AssertionError, match="Sleeping"):
        aws.emulator.check()
    aws.emulator.defects.clear()


def test_a_field_that_the_model_does_not_have_fails_the_test(aws: Aws) -> None:
    delegation_request(aws.account, "one", Colour="green")
    with pytest.raises(ClientError):
        aws.client("iam").list_delegation_requests()
    with pytest.raises(AssertionError, match="Colour"):
        aws.emulator.check()
    aws.emulator.defects.clear()


def test_an_unsigned_request_is_left_to_moto(aws: Aws) -> None:
    with urlopen(f"{aws.endpoint}/moto-api/data.json") as answer:
        assert answer.status == 200
    assert len(aws.calls) == 0


def test_each_test_begins_with_an_empty_aws_first(aws: Aws) -> None:
    assert aws.client("iam").list_users()["Users"] == []
    aws.account.user("left-behind")
    aws.faults.deny("iam")


def test_each_test_begins_with_an_empty_aws_second(aws: Aws) -> None:
    assert len(aws.calls) == 0
    assert aws.client("iam").list_users()["Users"] == []
