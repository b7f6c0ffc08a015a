"""HTTP answers in the form of each AWS protocol, errors among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.clouds.aws.routing import Target

REQUEST_ID = "7a62c49f-347e-4fc4-9331-6e8eexample"


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class ServiceError(Exception):
    """An error that AWS documents; an operation of the overlay raises it in order to answer with it."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def error_answer(target: Target, code: str, message: str, status: int) -> Answer:
    """An error as the protocol of the service writes it."""
    if target.protocol == "json":
        return _json(status, {"__type": code, "message": message}, {})
    if target.protocol == "rest-json":
        return _json(status, {"message": message}, {"x-amzn-ErrorType": code})
    code, message = escape(code), escape(message)
    if target.protocol == "ec2":
        body = (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{REQUEST_ID}</RequestID></Response>"
        )
    elif target.service == "s3":
        body = f"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{REQUEST_ID}</RequestId></Error>"
    else:
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
    return Answer(
        status,
        f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(),
        {"Content-Type": "text/xml", "x-amzn-RequestId": REQUEST_ID},
    )


def _json(status: int, document: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
    return Answer(
        status,
        json.dumps(document).encode(),
        {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": REQUEST_ID, **headers},
    )


def html_answer(status: int) -> Answer:
    """A web page where an answer should be, as a proxy or moto gives it."""
    title = {404: "Not Found", 502: "Bad Gateway"}.get(status, "Internal Server Error")
    page = f"<!doctype html>\n<html lang=en>\n<title>{status} {title}</title>\n<h1>{title}</h1>\n"
    return Answer(status, page.encode(), {"Content-Type": "text/html; charset=utf-8"})


def denied(target: Target, principal: str) -> ServiceError:
    """What a service says to somebody who may not make a call."""
    message = (
        f"User: {principal} is not authorized to perform: {target.signing}:{target.operation}"
        f" because no identity-based policy allows the {target.signing}:{target.operation} action"
    )
    match target.protocol:
        case "ec2":
            return ServiceError("UnauthorizedOperation", "You are not authorized to perform this operation.", 403)
        case "json":
            return ServiceError("AccessDeniedException", message, 400)
        case "rest-json":
            return ServiceError("AccessDeniedException", message, 403)
        case _:
            return ServiceError("AccessDenied", message, 403)


def throttled(target: Target) -> ServiceError:
    """What a service says to somebody who calls too often."""
    match target.protocol:
        case "ec2":
            return ServiceError("RequestLimitExceeded", "Request limit exceeded.", 503)
        case "json":
            return ServiceError("ThrottlingException", "Rate exceeded", 400)
        case "rest-json":
            code = "TooManyRequestsException" if target.service == "lambda" else "ThrottlingException"
            return ServiceError(code, "Rate exceeded", 429)
        case "rest-xml" if target.service == "s3":
            return ServiceError("SlowDown", "Please reduce your request rate.", 503)
        case _:
            return ServiceError("Throttling", "Rate exceeded", 400)


def not_opted_in(target: Target) -> ServiceError:
    """What a service says in a region that the account has not enabled: it does not know the key there."""
    message = "The security token included in the request is invalid."
    match target.protocol:
        case "ec2":
            return ServiceError("AuthFailure", "AWS was not able to validate the provided access credentials", 401)
        case "json":
            return ServiceError("UnrecognizedClientException", message, 400)
        case "rest-json":
            return ServiceError("UnrecognizedClientException", message, 403)
        case "rest-xml" if target.service == "s3":
            return ServiceError("InvalidAccessKeyId", message, 403)
        case _:
            return ServiceError("InvalidClientTokenId", message, 403)
