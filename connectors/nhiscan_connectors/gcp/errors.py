"""What an answer of a Google API means that is not the one that was asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from nhiscan.connector import JSON, AbsentError, CredentialsExpiredError, Operation, ReadError
from nhiscan.errors import NhiscanError
from nhiscan.model import GapReason
from nhiscan_connectors.common.fields import table, text

_QUOTA: Final = frozenset({
    "ratelimitexceeded", "userratelimitexceeded", "quotaexceeded", "rate_limit_exceeded", "dailylimitexceeded",
    "resource_quota_exceeded",
})  # fmt: skip
"""Reasons under which older services answer 403 to who asks too often."""
_OFF: Final = frozenset({"service_disabled", "accessnotconfigured"})
_DURATION: Final = re.compile(r"(\d{1,6}(?:\.\d{1,9})?)s", re.ASCII)
_EXPIRED: Final = re.compile(r"invalid_grant|reauth|expired|invalid_rapt", re.IGNORECASE)
_RAN_OUT: Final = re.compile(r"expired|revoked|reauth|rapt", re.IGNORECASE)
QUOTA_PAUSE: Final = 12.0
"""Seconds to wait where a quota is used up and nobody says for how long: most of them are for a minute."""


class Refusal(msgspec.Struct, frozen=True):
    """What Google says of a call that it does not answer."""

    status: int
    """Of HTTP."""
    code: str
    """"PERMISSION_DENIED"; the status as a number where there is none."""
    message: str
    reason: str = ""
    """The most exact word that it has: "SERVICE_DISABLED", "rateLimitExceeded"."""
    wait: float | None = None
    """Seconds after which it would answer; None when it does not say."""


def refusal_in(status: int, body: JSON) -> Refusal:
    """What stands in the body of an answer over HTTP."""
    error = table(table(body).get("error"))
    if not error and isinstance(body, list) and body:  # streamed answers wrap the error
        error = table(table(body[0]).get("error"))
    reason, wait = "", None
    told = error.get("details")
    for detail in told if isinstance(told, list) else ():
        kind = text(table(detail).get("@type"))
        if kind.endswith("ErrorInfo"):
            reason = text(detail.get("reason"))
        elif kind.endswith("RetryInfo") and (found := _DURATION.fullmatch(text(detail.get("retryDelay")))):
            wait = float(found[1])
    if not reason:
        older = error.get("errors")
        reason = text(table(older[0]).get("reason")) if isinstance(older, list) and older else ""
    code = text(error.get("status")) or str(status)
    return Refusal(status, code, text(error.get("message")) or f"HTTP status {status}", reason, wait)


def refused(operation: Operation, refusal: Refusal) -> NhiscanError:
    """The error that a refusal amounts to."""
    reason = reason_of(refusal)
    if refusal.status == 404 and refusal.code == "NOT_FOUND":
        if getattr(operation, "there", False):
            return ReadError("failed", shortened(refusal.message), refusal.code)
        return AbsentError(f"{operation.name}: {shortened(refusal.message)}")
    return ReadError(reason, shortened(refusal.message), refusal.reason or refusal.code)


def reason_of(refusal: Refusal) -> GapReason:
    """The reason of a gap; what is not known is `failed`, so that it is asked again.

    A token that is not accepted (401) is of that kind: it says nothing of what its owner may do.
    """
    if refusal.status == 429 or (refusal.status == 403 and refusal.reason.lower() in _QUOTA):
        return "throttled"
    if refusal.reason.lower() in _OFF:
        return "unsupported"
    if refusal.status == 403:
        return "denied"
    if refusal.status in (404, 405, 501) or refusal.code in ("UNIMPLEMENTED", "INVALID_ARGUMENT"):
        return "unsupported"
    return "failed"


def patience_of(refusal: Refusal) -> tuple[int, float | None]:
    """Status and seconds to wait, as `Patience` takes them. A used-up quota is a 429, in whatever form it comes."""
    if reason_of(refusal) == "throttled":
        return 429, QUOTA_PAUSE if refusal.wait is None else refusal.wait
    return refusal.status, refusal.wait


@contextmanager
def translated(operation: Operation) -> Iterator[None]:
    """Turn the exceptions of google-auth, requests and google-api-core into ReadError and CredentialsExpiredError."""
    from google.api_core.exceptions import GoogleAPIError
    from google.auth.exceptions import DefaultCredentialsError, GoogleAuthError, RefreshError, TransportError
    from requests.exceptions import RequestException

    try:
        yield
    except DefaultCredentialsError as error:
        raise ReadError("failed", shortened(str(error)), "NoCredentials") from error
    except RefreshError as error:
        raise _no_token(error) from error
    except (TransportError, RequestException) as error:
        raise ReadError("failed", f"no answer to {operation.name}: {shortened(str(error))}", "NoAnswer") from error
    except (GoogleAuthError, GoogleAPIError) as error:
        raise ReadError("failed", shortened(str(error)), type(error).__name__) from error


def _no_token(error: Exception) -> NhiscanError:
    """Google gave no token: the credentials are wrong, or have run out, or nobody answered for the moment.

    Nothing was asked, so it is no refusal: a resumed scan asks again, and no permission would help.
    """
    said = shortened(" ".join(str(part) for part in error.args[:1]))
    if _EXPIRED.search(said) and not getattr(error, "retryable", False):
        what = "expired" if _RAN_OUT.search(said) else "are not accepted"
        return CredentialsExpiredError(
            f"The Google Cloud credentials {what}: {said}",
            "Renew them (gcloud auth application-default login) and go on with `nhiscan scan --resume`.",
        )
    return ReadError("failed", f"no token: {said}", "NoToken")


def decoded(content: bytes) -> JSON:
    """An answer as JSON; None for one that is none."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def rpc_refusal(error: Any) -> Refusal:
    """What an exception of google-api-core says."""
    details: Mapping[str, JSON] = getattr(error, "error_info", None) or {}
    reason = text(getattr(error, "reason", None)) or text(table(details).get("reason"))
    code = getattr(error, "grpc_status_code", None)
    status = int(getattr(error, "code", None) or 500)
    wait = next((_seconds(item) for item in getattr(error, "details", ()) or () if hasattr(item, "retry_delay")), None)
    return Refusal(status, code.name if code is not None else str(status), str(error.message), reason, wait)


def _seconds(item: Any) -> float:
    return float(item.retry_delay.seconds) + float(item.retry_delay.nanos) / 1e9


def shortened(message: str, limit: int = 300) -> str:
    """A message on one line, and not too long."""
    line = " ".join(str(message).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
