"""Answers of Google's APIs that are not the ones that were asked for."""

from __future__ import annotations

from typing import Any

Item = dict[str, Any]

CODES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE",
}  # fmt: skip


class ApiError(Exception):
    """An error as Google words it. A route raises it."""

    def __init__(self, status: int, message: str, code: str = "", details: list[Item] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES.get(status, "UNKNOWN")
        self.details = details or []

    @property
    def body(self) -> Item:
        """What stands in an answer over HTTP."""
        error: Item = {"code": self.status, "message": self.message, "status": self.code}
        if self.details:
            error["details"] = self.details
        return {"error": error}


def denied(permission: str, resource: str) -> ApiError:
    """The caller lacks a permission."""
    message = f"Permission '{permission}' denied on resource '//{resource}' (or it may not exist)."
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED",
            "domain": "iam.googleapis.com", "metadata": {"permission": permission, "resource": resource}}  # fmt: skip
    return ApiError(403, message, details=[info])


def service_off(service: str, project: str) -> ApiError:
    """A service is not enabled in a project."""
    message = f"{service}.googleapis.com has not been used in project {project} before or it is disabled."
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED",
            "domain": "googleapis.com",
            "metadata": {"service": f"{service}.googleapis.com", "consumer": f"projects/{project}"}}  # fmt: skip
    return ApiError(403, message, details=[info])


def exhausted(seconds: str) -> ApiError:
    """A quota is used up. `seconds`: what RetryInfo says, such as "0.01s"; empty: it says nothing."""
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": seconds}] if seconds else []
    return ApiError(429, "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'.", details=details)


def not_found(what: str) -> ApiError:
    """There is no such thing."""
    return ApiError(404, f"Requested entity was not found: {what}.")
