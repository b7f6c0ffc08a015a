"""What answers mean, in the words that Google's services use for them."""

from __future__ import annotations

from typing import Any

import pytest
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
from google.rpc import error_details_pb2
from requests.exceptions import ConnectionError as NoConnectionError

from nhiscan.connector import AbsentError, CredentialsExpiredError, ReadError
from nhiscan.errors import NhiscanError
from nhiscan_connectors.gcp.errors import (
    QUOTA_PAUSE,
    decoded,
    patience_of,
    reason_of,
    refusal_in,
    refused,
    rpc_refusal,
    shortened,
    translated,
)
from nhiscan_connectors.gcp.services.api_keys import LIST
from nhiscan_connectors.gcp.services.secret_manager import POLICY as OF_SECRET


def body(status: str, reason: str = "", *, older: str = "", retry: str = "") -> dict[str, Any]:
    """An error in the form of today, or of the services that are older."""
    details: list[dict[str, Any]] = []
    if reason:
        details.append({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason})
    if retry:
        details.append({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": retry})
    error: dict[str, Any] = {"code": 1, "message": "It is so.", "status": status, "details": details}
    if older:
        error = {"code": 1, "message": "It is so.", "errors": [{"reason": older, "domain": "global"}]}
    return {"error": error}


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (403, body("PERMISSION_DENIED", "IAM_PERMISSION_DENIED"), "denied"),
        (403, body("PERMISSION_DENIED"), "denied"),
        (403, body("", older="forbidden"), "denied"),
        (403, body("", older="insufficientPermissions"), "denied"),
        (401, body("UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"), "failed"),
        (403, body("PERMISSION_DENIED", "SERVICE_DISABLED"), "unsupported"),
        (403, body("", older="accessNotConfigured"), "unsupported"),
        (429, body("RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), "throttled"),
        (429, None, "throttled"),
        (403, body("", older="rateLimitExceeded"), "throttled"),
        (403, body("", older="userRateLimitExceeded"), "throttled"),
        (403, body("", older="quotaExceeded"), "throttled"),
        (403, body("PERMISSION_DENIED", "RATE_LIMIT_EXCEEDED"), "throttled"),
        (400, body("INVALID_ARGUMENT"), "unsupported"),
        (400, body("FAILED_PRECONDITION"), "failed"),
        (404, body("", older="notFound"), "unsupported"),
        (404, None, "unsupported"),
        (405, None, "unsupported"),
        (501, body("UNIMPLEMENTED"), "unsupported"),
        (500, body("INTERNAL"), "failed"),
        (503, body("UNAVAILABLE"), "failed"),
        (302, None, "failed"),
        (418, ["teapot"], "failed"),
        (403, [body("PERMISSION_DENIED", "SERVICE_DISABLED")], "unsupported"),
        (403, {"error": "access denied"}, "denied"),
        (403, {"error": {"errors": "all", "status": 7, "message": ["a"]}}, "denied"),
    ],
)
def test_a_refusal_has_a_reason(status: int, answer: Any, reason: str) -> None:
    found = refusal_in(status, answer)
    assert reason_of(found) == reason
    error = refused(LIST, found)
    assert isinstance(error, ReadError)
    assert error.reason == reason
    assert error.message


@pytest.mark.parametrize("details", [7, "all", ["a", None, {"@type": 3}], {"a": 1}])
def test_damaged_details_are_passed_over(details: Any) -> None:
    found = refusal_in(403, {"error": {"status": "PERMISSION_DENIED", "details": details}})
    assert (found.code, found.reason, found.wait) == ("PERMISSION_DENIED", "", None)


def test_the_most_exact_word_is_told() -> None:
    error = refused(LIST, refusal_in(403, body("PERMISSION_DENIED", "SERVICE_DISABLED")))
    assert isinstance(error, ReadError)
    assert (error.code, error.message) == ("SERVICE_DISABLED", "It is so.")


def test_what_is_not_there_is_no_refusal() -> None:
    assert isinstance(refused(OF_SECRET, refusal_in(404, body("NOT_FOUND"))), AbsentError)


def test_a_list_that_is_not_found_is_no_empty_one() -> None:
    error = refused(LIST, refusal_in(404, body("NOT_FOUND")))
    assert isinstance(error, ReadError)
    assert (error.reason, error.code) == ("failed", "NOT_FOUND")


@pytest.mark.parametrize(
    ("status", "answer", "patience"),
    [
        (429, body("RESOURCE_EXHAUSTED", retry="7s"), (429, 7.0)),
        (429, body("RESOURCE_EXHAUSTED", retry="0.25s"), (429, 0.25)),
        (429, body("RESOURCE_EXHAUSTED"), (429, QUOTA_PAUSE)),
        (429, body("RESOURCE_EXHAUSTED", retry="soon"), (429, QUOTA_PAUSE)),
        (429, body("RESOURCE_EXHAUSTED", retry="-4s"), (429, QUOTA_PAUSE)),
        (429, body("RESOURCE_EXHAUSTED", retry="٣s"), (429, QUOTA_PAUSE)),
        (429, None, (429, QUOTA_PAUSE)),
        (403, body("", older="rateLimitExceeded"), (429, QUOTA_PAUSE)),
        (403, body("PERMISSION_DENIED"), (403, None)),
        (503, body("UNAVAILABLE", retry="2s"), (503, 2.0)),
        (503, None, (503, None)),
    ],
)
def test_how_long_to_wait(status: int, answer: Any, patience: tuple[int, float | None]) -> None:
    assert patience_of(refusal_in(status, answer)) == patience


def test_what_grpc_raises_is_told_alike() -> None:
    wait = error_details_pb2.RetryInfo()
    wait.retry_delay.seconds, wait.retry_delay.nanos = 3, 500_000_000
    info = error_details_pb2.ErrorInfo(reason="RATE_LIMIT_EXCEEDED")
    for error, reason, seconds in (
        (exceptions.ResourceExhausted("quota", details=[wait, info], error_info=info), "throttled", 3.5),  # type: ignore[no-untyped-call]
        (exceptions.ResourceExhausted("quota"), "throttled", QUOTA_PAUSE),  # type: ignore[no-untyped-call]
        (exceptions.PermissionDenied("no"), "denied", None),  # type: ignore[no-untyped-call]
        (exceptions.MethodNotImplemented("no"), "unsupported", None),  # type: ignore[no-untyped-call]
        (exceptions.ServiceUnavailable("no"), "failed", None),  # type: ignore[no-untyped-call]
    ):
        found = rpc_refusal(error)
        assert reason_of(found) == reason
        assert patience_of(found)[1] == seconds


@pytest.mark.parametrize(
    ("raised", "reason", "code"),
    [
        (DefaultCredentialsError("nothing was found"), "failed", "NoCredentials"),  # type: ignore[no-untyped-call]
        (RefreshError("unauthorized_client: no"), "failed", "NoToken"),  # type: ignore[no-untyped-call]
        (TransportError("cut"), "failed", "NoAnswer"),  # type: ignore[no-untyped-call]
        (NoConnectionError("cut"), "failed", "NoAnswer"),
        (GoogleAuthError("odd"), "failed", "GoogleAuthError"),  # type: ignore[no-untyped-call]
        (exceptions.RetryError("odd", None), "failed", "RetryError"),  # type: ignore[no-untyped-call]
    ],
)
def test_what_libraries_raise_becomes_a_gap(raised: Exception, reason: str, code: str) -> None:
    with pytest.raises(ReadError) as caught, translated(LIST):
        raise raised
    assert (caught.value.reason, caught.value.code) == (reason, code)


@pytest.mark.parametrize("said", ["invalid_grant: Token has been expired or revoked.", "Reauthentication is needed."])
def test_credentials_that_ran_out_stop_the_scan(said: str) -> None:
    with pytest.raises(CredentialsExpiredError, match="expired") as caught, translated(LIST):
        raise RefreshError(said, {"error": "invalid_grant"})  # type: ignore[no-untyped-call]
    assert isinstance(caught.value, NhiscanError)
    assert "--resume" in str(caught.value.diagnostics())


def test_a_key_that_is_not_accepted_is_not_said_to_have_expired() -> None:
    said = "invalid_grant: Invalid JWT Signature."
    with pytest.raises(CredentialsExpiredError, match=f"are not accepted: {said}") as caught, translated(LIST):
        raise RefreshError(said)  # type: ignore[no-untyped-call]
    assert "--resume" in str(caught.value.diagnostics())


def test_a_token_that_nobody_gave_for_the_moment_is_no_refusal() -> None:
    with pytest.raises(ReadError) as caught, translated(LIST):
        raise RefreshError("<html>expired</html>", retryable=True)  # type: ignore[no-untyped-call]
    assert (caught.value.reason, caught.value.code) == ("failed", "NoToken")


def test_what_is_no_json_is_nothing() -> None:
    assert decoded(b"<html>") is None
    assert decoded(b"\xff\xfe") is None
    assert decoded(b'{"a":1}') == {"a": 1}


def test_a_message_is_one_line_and_short() -> None:
    assert shortened("a\n  b") == "a b"
    assert len(shortened("x" * 1000)) == 300
