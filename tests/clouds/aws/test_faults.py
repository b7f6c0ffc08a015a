"""Faults, the log of calls, and the emulator as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from botocore.parsers import ResponseParserError

from tests.clouds.aws.calls import Call
from tests.clouds.aws.faults import Fault
from tests.clouds.aws.fixtures import Aws
from tests.clouds.aws.process import AwsProcess
from tests.clouds.aws.routing import signing_name
from tests.clouds.aws.seed import trust

PROTOCOLS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("iam", "list_users", {}),
    ("ec2", "describe_instances", {}),
    ("organizations", "list_accounts", {}),
    ("rolesanywhere", "list_profiles", {}),
    ("s3", "list_buckets", {}),
    ("lambda", "list_functions", {}),
)


def failure(client: Any, operation: str, arguments: dict[str, Any]) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**arguments)
    response = error.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        *zip(
            PROTOCOLS,
            [
                ("AccessDenied", 403),
                ("UnauthorizedOperation", 403),
                ("AccessDeniedException", 400),
                ("AccessDeniedException", 403),
                ("AccessDenied", 403),
                ("AccessDeniedException", 403),
            ],
            strict=True,
        )
    ],
)
def test_denial_in_each_protocol(aws: Aws, call: tuple[str, str, dict[str, Any]], expected: tuple[str, int]) -> None:
    service, operation, arguments = call
    aws.faults.deny(service)
    assert failure(aws.client(service), operation, arguments) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        *zip(
            PROTOCOLS,
            [
                ("Throttling", 400),
                ("RequestLimitExceeded", 503),
                ("ThrottlingException", 400),
                ("ThrottlingException", 429),
                ("SlowDown", 503),
                ("TooManyRequestsException", 429),
            ],
            strict=True,
        )
    ],
)
def test_throttling_in_each_protocol(
    aws: Aws, call: tuple[str, str, dict[str, Any]], expected: tuple[str, int]
) -> None:
    service, operation, arguments = call
    aws.faults.throttle(service)
    assert failure(aws.client(service), operation, arguments) == expected


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("ec2", "describe_instances", ("AuthFailure", 401)),
        ("sqs", "list_queues", ("UnrecognizedClientException", 400)),
        ("sns", "list_topics", ("InvalidClientTokenId", 403)),
        ("rolesanywhere", "list_profiles", ("UnrecognizedClientException", 403)),
    ],
)
def test_a_region_that_is_not_enabled(aws: Aws, service: str, operation: str, expected: tuple[str, int]) -> None:
    assert failure(aws.client(service, "me-south-1"), operation, {}) == expected
    assert getattr(aws.client(service, "us-east-1"), operation)()
    assert aws.client("iam", "me-south-1").list_users()
    aws.account.regions(opted_in=["me-south-1"])
    assert getattr(aws.client(service, "me-south-1"), operation)()
    aws.faults.disable_region("me-south-1")
    assert failure(aws.client(service, "me-south-1"), operation, {}) == expected


def test_denial_of_one_operation_in_one_account_and_region(aws: Aws) -> None:
    other = aws.seed.account("222222222222")
    aws.faults.deny("rolesanywhere", "List*", account="222222222222", region="eu-*")
    session = other.session()
    assert failure(aws.client("rolesanywhere", "eu-west-1", session), "list_profiles", {})[0] == "AccessDeniedException"
    assert aws.client("rolesanywhere", "us-east-1", session).list_profiles()["profiles"] == []
    assert aws.client("rolesanywhere", "eu-west-1").list_profiles()["profiles"] == []


def test_denial_by_parameter(aws: Aws) -> None:
    for account in ("222222222222", "333333333333"):
        aws.seed.account(account).role("audit", trust({"AWS": aws.account.arn("root")}))
    aws.faults.deny("sts", "AssumeRole", params={"RoleArn": "arn:aws:iam::333*"})
    sts = aws.client("sts")
    assert sts.assume_role(RoleArn="arn:aws:iam::222222222222:role/audit", RoleSessionName="scan")
    arguments = {"RoleArn": "arn:aws:iam::333333333333:role/audit", "RoleSessionName": "scan"}
    assert failure(sts, "assume_role", arguments) == ("AccessDenied", 403)


def test_a_fault_that_begins_late_and_ends(aws: Aws) -> None:
    aws.faults.throttle("iam", "ListUsers", times=2, after=1)
    iam = aws.client("iam")
    outcomes = []
    for _ in range(5):
        try:
            iam.list_users()
            outcomes.append("")
        except ClientError as error:
            outcomes.append(error.response["Error"]["Code"])
    assert outcomes == ["", "Throttling", "Throttling", "", ""]


def test_the_sdk_gets_over_throttling_by_itself(aws: Aws) -> None:
    from boto3.session import Session
    from botocore.config import Config

    aws.faults.throttle("iam", "ListUsers", times=1)
    client = Session().client("iam", config=Config(retries={"mode": "standard", "total_max_attempts": 3}))
    assert client.list_users()["Users"] == []
    assert [call.status for call in aws.calls.of("iam", "ListUsers")] == [400, 200]


def test_a_fault_is_lifted(aws: Aws) -> None:
    fault = aws.faults.deny("iam")
    assert failure(aws.client("iam"), "list_users", {})[0] == "AccessDenied"
    aws.faults.remove(fault)
    assert aws.client("iam").list_users()["Users"] == []


def test_an_error_to_order(aws: Aws) -> None:
    aws.faults.error("iam", "ListUsers", "ExpiredToken", "The security token included in the request is expired", 403)
    assert failure(aws.client("iam"), "list_users", {}) == ("ExpiredToken", 403)


def test_a_page_of_html(aws: Aws) -> None:
    aws.faults.html("iam", "ListUsers", status=404)
    with pytest.raises(ResponseParserError):
        aws.client("iam").list_users()
    aws.faults.html("organizations", status=502)
    assert failure(aws.client("organizations"), "list_accounts", {})[1] == 502


def test_slowness(aws: Aws) -> None:
    iam = aws.client("iam")
    iam.list_users()
    aws.faults.slow(0.3, "iam")
    begun = time.monotonic()
    iam.list_users()
    assert time.monotonic() - begun >= 0.3


def test_a_connection_that_is_cut(aws: Aws) -> None:
    aws.faults.drop("iam", times=1)
    iam = aws.client("iam")
    with pytest.raises((ConnectionClosedError, HTTPClientError)):
        iam.list_users()
    assert iam.list_users()["Users"] == []


def test_what_moto_does_not_know_is_a_page_of_html(aws: Aws) -> None:
    with pytest.raises(ResponseParserError):
        aws.client("iam").simulate_principal_policy(
            PolicySourceArn="arn:aws:iam::123456789012:user/ann", ActionNames=["s3:GetObject"]
        )
    (call,) = aws.calls
    assert (call.source, call.status) == ("moto", 500)


def test_calls_are_logged_whoever_answers(aws: Aws) -> None:
    aws.account.user("ann")
    aws.client("iam").get_user(UserName="ann")
    aws.client("iam").list_users(PathPrefix="/", MaxItems=5)
    aws.client("rolesanywhere", "eu-west-1").list_profiles(pageSize=7)
    aws.client("lambda", "eu-west-1").list_functions(MaxItems=3)
    aws.client("organizations").create_organization(FeatureSet="ALL")
    aws.client("s3").list_buckets()
    aws.client("comprehend").list_endpoints()
    aws.client("bedrock").list_custom_models()
    aws.client("elbv2").describe_load_balancers(Names=[])
    seen = [(call.source, call.region, call.name, call.params, call.status) for call in aws.calls]
    assert seen == [
        ("moto", "us-east-1", "iam:GetUser", {"UserName": "ann"}, 200),
        ("overlay", "us-east-1", "iam:ListUsers", {"PathPrefix": "/", "MaxItems": 5}, 200),
        ("overlay", "eu-west-1", "rolesanywhere:ListProfiles", {"pageSize": 7}, 200),
        ("moto", "eu-west-1", "lambda:ListFunctions", {"MaxItems": 3}, 200),
        ("moto", "us-east-1", "organizations:CreateOrganization", {"FeatureSet": "ALL"}, 200),
        ("moto", "us-east-1", "s3:ListBuckets", {}, 200),
        ("moto", "us-east-1", "comprehend:ListEndpoints", {}, 200),
        ("moto", "us-east-1", "bedrock:ListCustomModels", {}, 200),
        ("moto", "us-east-1", "elbv2:DescribeLoadBalancers", {"Names": []}, 200),
    ]
    assert aws.calls.names()["iam:ListUsers"] == 1
    assert {call.account for call in aws.calls} == {"123456789012"}


def test_services_are_known_by_the_name_they_sign_with() -> None:
    assert signing_name("sso-admin") == "sso"
    assert signing_name("bedrock-agentcore-control") == "bedrock-agentcore"
    assert signing_name("iam") == "iam"
    with pytest.raises(KeyError):
        signing_name("no-such-service")


def test_calls_from_many_threads_are_all_counted(aws: Aws) -> None:
    for number in range(40):
        aws.account.user(f"user-{number}").key()
    iam = aws.client("iam")

    def keys(number: int) -> int:
        return len(iam.list_access_keys(UserName=f"user-{number % 40}")["AccessKeyMetadata"])

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(keys, range(200))) == 200
    assert aws.calls.count("iam", "ListAccessKeys") == 200


def test_a_hook_runs_before_a_call_is_answered(aws: Aws) -> None:
    seen: list[tuple[int, str, int]] = []

    def hook(number: int, call: Call) -> None:
        seen.append((number, call.operation, call.status))

    aws.calls.on_call(hook)
    aws.client("iam").list_users()
    aws.client("sts").get_caller_identity()
    assert seen == [(1, "ListUsers", 0), (2, "GetCallerIdentity", 0)]


CHILD = """
import boto3
iam = boto3.client("iam")
for number in range(1000):
    iam.list_users()
"""


def test_a_client_is_killed_after_so_many_calls(aws: Aws) -> None:
    started = threading.Event()
    child: list[subprocess.Popen[bytes]] = []

    def hook(number: int, call: Call) -> None:
        started.wait(10)
        if number == 7:
            child[0].kill()

    aws.calls.on_call(hook)
    child.append(subprocess.Popen([sys.executable, "-c", CHILD]))
    started.set()
    assert child[0].wait(60) == -9
    assert 7 <= len(aws.calls) <= 8
    assert aws.client("iam").list_users()["Users"] == []


@pytest.fixture(scope="module")
def process() -> Iterator[AwsProcess]:
    with AwsProcess() as running:
        yield running


def clients(process: AwsProcess, service: str) -> Any:
    from boto3.session import Session
    from botocore.config import Config

    return Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=process.endpoint,
        aws_access_key_id=process.env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=process.env["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=process.env["AWS_SESSION_TOKEN"],
        config=Config(retries={"total_max_attempts": 1}),
    )


def test_a_process_is_steered_from_outside(process: AwsProcess) -> None:
    process.reset()
    process.seed("bench", users=3, roles=2, policies=1)
    process.forget_calls()
    iam = clients(process, "iam")
    assert len(iam.list_users()["Users"]) == 3
    process.fault(Fault("deny", "iam", "ListUsers", times=1))
    assert failure(iam, "list_users", {}) == ("AccessDenied", 403)
    assert len(iam.list_users()["Users"]) == 3
    process.fault(Fault("throttle", "iam"))
    process.heal()
    assert len(iam.list_users(MaxItems=2)["Users"]) == 2
    assert process.counts() == {"iam:ListUsers": 4}
    last = process.calls()[-1]
    assert (last["params"], last["source"], last["account"]) == ({"MaxItems": 2}, "overlay", "123456789012")
    assert process.defects() == []
    assert process.client_env["AWS_ENDPOINT_URL"] == process.endpoint
    process.reset()
    assert process.counts() == {}
