"""What an error of AWS means for a scan."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from nhiscan.connector import AbsentError, CredentialsExpiredError, Operation, ReadError
from nhiscan.model import GapReason
from nhiscan_connectors.aws.errors import translated

OPERATION = Operation(name="iam:ListUsers", permission="iam:ListUsers", purpose="p", hides="h")


def fail(code: str, status: int = 400) -> None:
    answer = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    with translated(OPERATION, ""):
        raise ClientError(answer, "ListUsers")


@pytest.mark.parametrize(
    ("code", "status", "reason"),
    [
        ("AccessDenied", 403, "denied"),
        ("SomethingNew", 403, "denied"),
        ("Throttling", 400, "throttled"),
        ("LimitExceeded", 409, "throttled"),
        # A region that the account has not opted into does not know the account's keys.
        ("UnrecognizedClientException", 400, "unsupported"),
        ("InvalidClientTokenId", 403, "unsupported"),
        ("OptInRequired", 403, "unsupported"),
        # No report is no answer: without this, an account would look as if it had no credentials.
        ("ReportNotPresent", 410, "failed"),
        ("ReportExpired", 410, "failed"),
        ("ReportInProgress", 404, "failed"),
        ("ServiceFailure", 500, "failed"),
    ],
)
def test_errors_have_a_reason(code: str, status: int, reason: GapReason) -> None:
    with pytest.raises(ReadError) as raised:
        fail(code, status)
    assert (raised.value.reason, raised.value.code) == (reason, code)


@pytest.mark.parametrize("code", ["NoSuchEntity", "FeatureDisabled"])
def test_what_is_not_there_is_an_answer(code: str) -> None:
    with pytest.raises(AbsentError):
        fail(code, 404)


@pytest.mark.parametrize("code", ["ExpiredToken", "ExpiredTokenException"])
def test_the_scanners_own_credentials_may_run_out(code: str) -> None:
    with pytest.raises(CredentialsExpiredError):
        fail(code)


@pytest.mark.parametrize(("region", "reason"), [("eu-west-9", "unsupported"), ("", "failed")])
def test_a_service_has_no_host_in_some_regions(region: str, reason: GapReason) -> None:
    with pytest.raises(ReadError) as raised, translated(OPERATION, region):
        raise EndpointConnectionError(endpoint_url="https://none.invalid")
    assert raised.value.reason == reason
