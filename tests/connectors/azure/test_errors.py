"""What answers mean, in the words that Microsoft's services use for them."""

from __future__ import annotations

from typing import Any

import pytest

from nhiscan.connector import AbsentError, CredentialsExpiredError, ReadError
from nhiscan_connectors.azure.errors import decoded, refusal, retry_after, shortened
from nhiscan_connectors.azure.services.users import USERS


def body(code: str, message: str = "") -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@pytest.mark.parametrize(
    ("status", "answer", "reason"),
    [
        (403, body("Authorization_RequestDenied", "Insufficient privileges to complete the operation."), "denied"),
        (403, body("AuthorizationFailed", "The client does not have authorization to perform action"), "denied"),
        (403, body("Authentication_RequestFromNonPremiumTenantOrB2CTenant"), "not_licensed"),
        (403, body("Forbidden", "Your tenant is not licensed for this feature."), "not_licensed"),
        (
            400,
            body("AadPremiumLicenseRequired", "The tenant needs to have Microsoft Entra ID P2 license."),
            "not_licensed",
        ),
        (403, body("UnknownError", "Tenant doesn't have premium license"), "not_licensed"),
        (403, body("Forbidden", "The driver's licence office app is not allowed here"), "denied"),
        (401, body("InvalidAuthenticationToken", "Invalid audience."), "denied"),
        (404, body("SubscriptionNotFound", "The subscription could not be found."), "denied"),
        (400, body("BadRequest", "Resource not found for the segment 'x'."), "unsupported"),
        (404, body("InvalidResourceType"), "unsupported"),
        (404, None, "unsupported"),
        (400, body("NoRegisteredProviderFound"), "unsupported"),
        (400, body("SomethingElse"), "failed"),
        (429, body("TooManyRequests"), "throttled"),
        (429, None, "throttled"),
        (500, body("InternalServerError"), "failed"),
        (302, None, "failed"),
        (418, ["teapot"], "failed"),
    ],
)
def test_a_refusal_has_a_reason(status: int, answer: Any, reason: str) -> None:
    error = refusal(USERS, status, answer)
    assert isinstance(error, ReadError)
    assert error.reason == reason


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "Request_ResourceNotFound"), (404, "ResourceNotFound"), (409, "MissingSubscriptionRegistration")],
)
def test_what_is_not_there_is_no_refusal(status: int, code: str) -> None:
    assert isinstance(refusal(USERS, status, body(code)), AbsentError)


def test_a_token_that_ran_out_stops_the_scan() -> None:
    assert isinstance(refusal(USERS, 401, body("ExpiredAuthenticationToken")), CredentialsExpiredError)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "17"}, 17.0),
        ({"retry-after": " 2 "}, 2.0),
        ({"Retry-After": "5", "x-ms-retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "٣"}, None),
        ({}, None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_what_is_no_json_is_nothing() -> None:
    assert decoded(b"<html>") is None
    assert decoded(b"\xff\xfe") is None
    assert decoded(b'{"a":1}') == {"a": 1}


def test_a_message_is_one_line_and_short() -> None:
    assert shortened("a\n  b") == "a b"
    assert len(shortened("x" * 1000)) == 300
