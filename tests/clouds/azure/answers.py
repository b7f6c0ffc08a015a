"""Answers in the form that Graph, Azure Resource Manager and the token endpoint give them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from tests.clouds.azure.https import Reply

Plane = Literal["graph", "arm", "data"]


class ApiError(Exception):
    """An error that an API answers with."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def reply(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """A JSON answer."""
    given = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Reply(status, json.dumps(body).encode(), given)


def error_reply(plane: Plane, error: ApiError) -> Reply:
    """An error, as the plane writes it."""
    inner: dict[str, Any] = {"code": error.code, "message": error.message}
    if plane == "graph":
        inner["innerError"] = {
            "date": "2026-11-24T09:00:00",
            "request-id": "00000000-0000-0000-0000-00000000000e",
            "client-request-id": "00000000-0000-0000-0000-00000000000e",
        }
    return reply({"error": inner}, error.status, error.headers)


def denied(plane: Plane, path: str) -> ApiError:
    """The scanner lacks a permission."""
    if plane == "graph":
        return ApiError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    action = "/".join(path.partition("/providers/")[2].split("/")[:2]) or "Microsoft.Resources/subscriptions"
    return ApiError(
        403,
        "AuthorizationFailed",
        "The client '00000000-0000-0000-0000-0000000000c1' with object id '00000000-0000-0000-0000-0000000000c2' does "
        f"not have authorization to perform action '{action}/read' over scope '{path.partition('/providers/')[0]}' or "
        "the scope is invalid. If access was recently granted, please refresh your credentials.",
    )


def unlicensed(plane: Plane, path: str) -> ApiError:
    """The tenant lacks a licence, in the words of the part of Graph that is asked."""
    if "ligib" in path or "roleAssignmentSchedule" in path:
        return ApiError(
            400,
            "AadPremiumLicenseRequired",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
        )
    if "identityProtection" in path:
        return ApiError(403, "Forbidden", "Your tenant is not licensed for this feature.")
    return ApiError(
        403,
        "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
        "Neither tenant is B2C or tenant doesn't have premium license",
    )


def throttled(seconds: str) -> ApiError:
    """Too many requests; `seconds` stands in Retry-After, unless it is empty."""
    return ApiError(429, "TooManyRequests", "Too many requests.", {"Retry-After": seconds} if seconds else {})


def not_found(plane: Plane, path: str) -> ApiError:
    """There is no such thing."""
    if plane == "graph":
        return ApiError(
            404,
            "Request_ResourceNotFound",
            f"Resource '{path.rpartition('/')[2]}' does not exist or one of its queried reference-property objects "
            "are not present.",
        )
    return ApiError(404, "ResourceNotFound", f"The Resource '{path}' was not found.")


def no_route(plane: Plane, path: str) -> ApiError:
    """The emulator, or the cloud that it stands for, does not know such a path."""
    if plane == "graph":
        return ApiError(400, "BadRequest", f"Resource not found for the segment '{path.rpartition('/')[2]}'.")
    return ApiError(404, "InvalidResourceType", f"The resource type could not be found for {path}.")
