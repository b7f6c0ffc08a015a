"""IAM Roles Anywhere: machines outside of AWS that take on roles with certificates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class RolesAnywhere:
    """State of an account in a region, each record as the API shows it."""

    anchors: list[dict[str, Any]] = field(default_factory=list)
    profiles: list[dict[str, Any]] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    """With `credentials`, which only GetSubject shows."""


def _page(key: str, items: list[dict[str, Any]], params: dict[str, Any]) -> dict[str, Any]:
    page, token = paged(items, params.get("nextToken"), int(params.get("pageSize") or 50))
    return {key: page, **({"nextToken": token} if token else {})}


@answers("rolesanywhere", "ListTrustAnchors")
def _anchors(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("trustAnchors", context.regional(RolesAnywhere).anchors, params)


@answers("rolesanywhere", "ListProfiles")
def _profiles(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    return _page("profiles", context.regional(RolesAnywhere).profiles, params)


@answers("rolesanywhere", "ListSubjects")
def _subjects(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    shown = [
        {key: value for key, value in subject.items() if key not in ("credentials", "instanceProperties")}
        for subject in context.regional(RolesAnywhere).subjects
    ]
    return _page("subjects", shown, params)


@answers("rolesanywhere", "GetSubject")
def _subject(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for subject in context.regional(RolesAnywhere).subjects:
        if subject["subjectId"] == params["subjectId"]:
            return {"subject": subject}
    raise ServiceError("ResourceNotFoundException", "The subject could not be found.", 404)
