"""What an error of AWS means: refused, throttled, not there, or not to be had in this region."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nhiscan.connector import AbsentError, CredentialsExpiredError, Operation, ReadError
from nhiscan.model import GapReason

_DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "UnauthorizedException",
    "NotAuthorized", "403", "Forbidden", "ForbiddenException", "InvalidSignatureException",
    "SignatureDoesNotMatch", "AuthorizationErrorException",
})  # fmt: skip
_THROTTLED = frozenset({
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
    "TooManyRequestsException", "RequestLimitExceeded", "ProvisionedThroughputExceededException", "SlowDown",
    "PriorRequestNotComplete", "BandwidthLimitExceeded", "LimitExceededException", "LimitExceeded", "429",
})  # fmt: skip
_ABSENT = frozenset({
    "NoSuchEntity", "NoSuchEntityException", "ResourceNotFoundException", "NotFoundException", "NotFound",
    "AWSOrganizationsNotInUseException", "NoSuchBucketPolicy", "PolicyNotFound",
    "EntityNotFoundException",
    # Outbound web identity federation is switched off: there is no issuer, and that is the whole answer.
    "FeatureDisabled", "FeatureDisabledException",
})  # fmt: skip
# A region that the account has not opted into answers as if the key did not exist.
# EC2 says AuthFailure then; what a policy refuses it calls UnauthorizedOperation.
_NOT_HERE = frozenset({
    "AuthFailure",
    "UnrecognizedClientException", "InvalidClientTokenId", "InvalidClientTokenIdException", "OptInRequired",
    "SubscriptionRequiredException", "UnknownOperationException", "InvalidAction", "UnsupportedOperation",
    "UnsupportedOperationException", "NotImplemented", "NotImplementedException", "404", "500", "501", "405",
    "FeatureNotAvailableException",
})  # fmt: skip
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})


def reason_of(code: str, status: int = 0) -> GapReason:
    """The reason of a gap, from AWS's error code; an unknown code is `failed`, so that it is asked again."""
    if code in _DENIED:
        return "denied"
    if code in _THROTTLED:
        return "throttled"
    if code in _NOT_HERE:
        return "unsupported"
    if status in (401, 403):
        return "denied"
    return "failed"


@contextmanager
def translated(operation: Operation, region: str) -> Iterator[None]:
    """Turn botocore's exceptions into ReadError and AbsentError."""
    from botocore.exceptions import (
        BotoCoreError,
        ClientError,
        ConnectTimeoutError,
        EndpointConnectionError,
        ParamValidationError,
    )
    from botocore.parsers import ResponseParserError

    where = f"{operation.name} in {region}" if region else operation.name
    try:
        yield
    except ClientError as error:
        details = error.response.get("Error", {})
        code = str(details.get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        if code in _EXPIRED:
            raise CredentialsExpiredError(
                f"The AWS credentials expired ({code}) while the scan was running.",
                "Renew them (aws sso login) and go on with `nhiscan scan --resume`.",
            ) from error
        if code in _ABSENT:
            raise AbsentError(f"{where}: {code}") from error
        raise ReadError(reason_of(code, status), _short(details.get("Message") or code), code) from error
    except ResponseParserError as error:
        # An emulator or a proxy that does not know the call answers with a page of HTML.
        raise ReadError("unsupported", "the answer was not in the form that AWS gives", "NotAnAnswer") from error
    except (EndpointConnectionError, ConnectTimeoutError) as error:
        # A service that does not exist in a region has no host there.
        reason: GapReason = "unsupported" if isinstance(error, EndpointConnectionError) and region else "failed"
        raise ReadError(reason, f"no endpoint of {where} answered", type(error).__name__) from error
    except ParamValidationError as error:
        raise ReadError("unsupported", _short(str(error)), "ParamValidation") from error
    except BotoCoreError as error:
        raise ReadError("failed", _short(str(error)), type(error).__name__) from error


def _short(message: str, limit: int = 300) -> str:
    text = " ".join(str(message).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
