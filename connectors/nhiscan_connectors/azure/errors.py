"""What an answer of Entra, Graph or Azure Resource Manager means that is not the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import msgspec

from nhiscan.connector import JSON, AbsentError, CredentialsExpiredError, Operation, ReadError
from nhiscan.errors import NhiscanError
from nhiscan.model import GapReason

_ABSENT = frozenset({
    "request_resourcenotfound", "resourcenotfound", "resourcegroupnotfound", "parentresourcenotfound", "notfound",
    "itemnotfound", "directoryobjectnotfound", "rolemanagementpolicynotfound", "policynotfound",
    "roledefinitiondoesnotexist", "roleassignmentnotfound", "usernotfound",
    # The subscription never used this provider, so there is nothing of its kind in it.
    "missingsubscriptionregistration", "subscriptionnotregistered",
})  # fmt: skip
_UNSUPPORTED = frozenset({
    "noregisteredproviderfound", "invalidresourcetype", "invalidapiversionparameter", "invalidresourcenamespace",
    "unsupportedapiversion", "request_unsupportedquery", "badrequest", "unknownerror", "notimplemented",
})  # fmt: skip
_DENIED = frozenset({
    "authorizationfailed", "linkedauthorizationfailed", "authorization_requestdenied", "forbidden", "accessdenied",
    "subscriptionnotfound", "invalidauthenticationtokentenant", "requestdisallowedbypolicy",
    "authorization_identitynotfound",
})  # fmt: skip
_UNLICENSED = frozenset({
    "authentication_requestfromnonpremiumtenantorb2ctenant", "aadpremiumlicenserequired", "license_required",
    "nonpremiumtenant", "licenserequired",
})  # fmt: skip
_LICENCE = re.compile(
    r"premium licen[cs]e|not licensed|licen[cs]e (is )?required|(needs?|requires?) to have microsoft entra id (p\d|gov)"
    r"|requires? (a |an )?(microsoft )?(entra|azure ad|aad)[\w ]{0,40} (p1|p2|premium|licen[cs]e)"
    r"|no (valid )?licen[cs]e"
    r"|does ?n[o']t have (a |the )?(premium|licen[cs]e)",
    re.IGNORECASE,
)
_EXPIRED_TOKEN = frozenset({"expiredauthenticationtoken"})
_EXPIRED_CREDENTIAL = re.compile(r"AADSTS(7000222|700024|700082|50173|70043|50089|70008)\b")
_AADSTS = re.compile(r"AADSTS\d{5,7}")


def code_and_message(body: JSON) -> tuple[str, str]:
    """Code and message of an error, in the form that Graph and Azure Resource Manager share; empty without one."""
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("code") or ""), str(error.get("message") or "")
    if isinstance(error, str):  # the token endpoint's form
        return error, str(body.get("error_description") or "")
    if isinstance(body, dict) and isinstance(body.get("code"), str):
        return body["code"], str(body.get("message") or "")
    return "", ""


def refusal(operation: Operation, status: int, body: JSON) -> NhiscanError:
    """The error that an answer amounts to which is not a success."""
    code, message = code_and_message(body)
    said = shortened(message or code or f"HTTP status {status}")
    if status == 401 and (code.lower() in _EXPIRED_TOKEN or "token is expired" in message.lower()):
        return CredentialsExpiredError(
            f"The Azure credentials expired ({code}) while the scan was running.",
            "Renew them (az login) and go on with `nhiscan scan --resume`.",
        )
    if status in (404, 409, 410) and code.lower() in _ABSENT:
        return AbsentError(f"{operation.name}: {code}")
    return ReadError(reason_of(status, code, message), said, code or str(status))


def reason_of(status: int, code: str, message: str) -> GapReason:
    """The reason of a gap; what is not known is `failed`, so that it is asked again."""
    word = code.lower()
    if status in (400, 403) and (word in _UNLICENSED or _LICENCE.search(message)):
        return "not_licensed"
    if status == 429:
        return "throttled"
    if status in (401, 403) or word in _DENIED:
        return "denied"
    if status in (404, 405, 501) or (status == 400 and word in _UNSUPPORTED):
        return "unsupported"
    return "failed"


@contextmanager
def translated(operation: Operation) -> Iterator[None]:
    """Turn the exceptions of azure-core and azure-identity into ReadError, AbsentError and CredentialsExpiredError."""
    from azure.core.exceptions import (
        AzureError,
        ClientAuthenticationError,
        HttpResponseError,
        ServiceRequestError,
        ServiceResponseError,
    )

    try:
        yield
    except ClientAuthenticationError as error:
        answered = _answered(error)
        if answered is not None and not _AADSTS.search(str(error)):
            raise refusal(operation, *answered) from error
        raise _no_token(error) from error
    except HttpResponseError as error:
        answered = _answered(error)
        if answered is None:
            raise ReadError("failed", shortened(str(error)), type(error).__name__) from error
        raise refusal(operation, *answered) from error
    except (ServiceRequestError, ServiceResponseError) as error:
        raise ReadError("failed", f"no answer to {operation.name}: {shortened(str(error))}", "NoAnswer") from error
    except AzureError as error:
        raise ReadError("failed", shortened(str(error)), type(error).__name__) from error


def _answered(error: object) -> tuple[int, JSON] | None:
    """Status and body of the answer that an SDK turned into an exception."""
    response = getattr(error, "response", None)
    if response is None:
        return None
    text = getattr(response, "text", None)
    content = text() if callable(text) else ""
    return int(response.status_code), decoded(content.encode())


def _no_token(error: Exception) -> NhiscanError:
    """Entra gave no token: the credentials are wrong, or have run out."""
    said = shortened(str(error))
    code = match[0] if (match := _AADSTS.search(str(error))) else type(error).__name__
    if _EXPIRED_CREDENTIAL.search(str(error)):
        return CredentialsExpiredError(
            f"The Azure credentials expired: {said}", "Renew them and go on with `nhiscan scan --resume`."
        )
    return ReadError("denied", said, code)


def decoded(content: bytes) -> JSON:
    """An answer as JSON; None for one that is none."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that an answer asks to wait; None when it does not say. Both names that Microsoft's services use."""
    for name, unit in (("retry-after-ms", 0.001), ("x-ms-retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = next((text for key, text in headers.items() if key.lower() == name), "")
        if re.fullmatch(r"\d{1,9}(\.\d{1,6})?", value.strip(), re.ASCII):
            return float(value) * unit
    return None


def shortened(message: str, limit: int = 300) -> str:
    """A message on one line, and not too long."""
    text = " ".join(str(message).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
