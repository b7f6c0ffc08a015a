"""The emulator behind its socket: whose environment a test has, which account a call is in, and how it ends."""

from __future__ import annotations

import os
import socket

import pytest
from botocore.exceptions import ClientError

from tests.clouds.aws.calls import Call
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.server import AwsServer

MEMBER = "222233334444"


@pytest.fixture
def profiles_of_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a developer's own shell may hold when it runs the tests."""
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/credentials")


def test_nothing_of_the_developers_own_environment_is_left(profiles_of_somebody: None, aws: Aws) -> None:
    from boto3.session import Session

    names = {name for name in os.environ if name.startswith("AWS_")}
    assert names == set(aws.env)
    assert os.environ["AWS_EC2_METADATA_DISABLED"] == "true"
    assert not os.path.exists(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    assert Session().client("sts").get_caller_identity()["Account"] == aws.account.id
    assert Session().client("iam").list_users()["Users"] == []
    assert aws.calls.count("iam", "ListUsers") == 1


def test_accounts_do_not_see_each_other(aws: Aws) -> None:
    aws.account.user("here").service_credential()
    member = aws.seed.account(MEMBER)
    member.user("there")
    iam = aws.client("iam", session=member.session())
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["there"]
    assert iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"] == []
    assert {call.account for call in aws.calls} == {MEMBER}


def test_regions_do_not_see_each_other(aws: Aws) -> None:
    aws.client("secretsmanager", "eu-west-1").create_secret(Name="token", SecretString="x")
    assert aws.client("secretsmanager", "us-east-1").list_secrets()["SecretList"] == []
    assert [call.region for call in aws.calls] == ["eu-west-1", "us-east-1"]


def test_a_key_of_a_user_signs_in_as_the_user(aws: Aws) -> None:
    member = aws.seed.account(MEMBER)
    id = member.user("ci").key()
    keys = {"AWS_ACCESS_KEY_ID": id, "AWS_SECRET_ACCESS_KEY": "x", "AWS_SESSION_TOKEN": ""}
    assert aws.client("sts", session=keys).get_caller_identity()["Arn"] == member.arn("user/ci")


def test_an_estate_may_change_in_the_middle_of_a_scan(aws: Aws) -> None:
    """What one page lists may be gone when it is asked for."""
    aws.account.user("fleeting")

    def remove(number: int, call: Call) -> None:
        if call.operation == "ListAccessKeys":
            del aws.account.iam.users["fleeting"]

    aws.calls.on_call(remove)
    iam = aws.client("iam")
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["fleeting"]
    with pytest.raises(ClientError) as error:
        iam.list_access_keys(UserName="fleeting")
    assert error.value.response["Error"]["Code"] == "NoSuchEntity"


def test_a_reset_forgets_the_organization_and_the_root_users_too(aws: Aws) -> None:
    aws.seed.organization(aws.account).account(MEMBER, "Dev").user("there")
    aws.account.root(mfa=True)
    aws.emulator.reset()
    with pytest.raises(ClientError, match="AWSOrganizationsNotInUse"):
        aws.client("organizations").describe_organization()
    assert aws.client("iam").get_account_summary()["SummaryMap"]["AccountMFAEnabled"] == 0
    member = aws.seed.account(MEMBER)
    assert aws.client("iam", session=member.session()).list_users()["Users"] == []


def test_a_server_that_was_stopped_holds_neither_its_port_nor_a_client(aws: Aws) -> None:
    server = AwsServer(aws.emulator)
    host, port = server.endpoint.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as idle:
        idle.sendall(b"GET /_emulator/defects HTTP/1.1\r\nHost: aws\r\n\r\n")
        assert idle.recv(4096).startswith(b"HTTP/1.1 200")
        server.stop()
        assert idle.recv(1) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, int(port)), timeout=5)
    with AwsServer(aws.emulator, int(port)) as again:
        assert again.endpoint == server.endpoint
        with pytest.raises(OSError, match="in use"):
            AwsServer(aws.emulator, int(port))
