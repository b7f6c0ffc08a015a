"""Permissions boundaries of permission sets, which moto lacks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers


@dataclass
class Boundaries:
    """State of an account in a region."""

    by_permission_set: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Each as GetPermissionsBoundaryForPermissionSet shows it, by the ARN of its permission set."""


@answers("sso-admin", "GetPermissionsBoundaryForPermissionSet")
def _boundary(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    boundary = context.regional(Boundaries).by_permission_set.get(params["PermissionSetArn"])
    if boundary is None:
        raise ServiceError("ResourceNotFoundException", "The permission set has no permissions boundary")
    return {"PermissionsBoundary": boundary}
