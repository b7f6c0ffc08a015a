"""CloudWatch investigations: groups and the policies that they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.clouds.aws.answers import ServiceError
from tests.clouds.aws.overlay import Context, answers, paged


@dataclass
class Investigations:
    """State of an account in a region."""

    groups: list[dict[str, Any]] = field(default_factory=list)
    """Each as GetInvestigationGroup shows it."""
    policies: dict[str, str] = field(default_factory=dict)
    """By the ARN of their group."""
    page: int = 50
    """Largest page; tests make it smaller than AWS's."""


def _missing() -> ServiceError:
    return ServiceError("ResourceNotFoundException", "The investigation group was not found.", 404)


@answers("aiops", "ListInvestigationGroups")
def _groups(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    state = context.regional(Investigations)
    page, token = paged(state.groups, params.get("nextToken"), state.page)
    shown = [{"arn": group["arn"], "name": group["name"]} for group in page]
    return {"investigationGroups": shown, **({"nextToken": token} if token else {})}


@answers("aiops", "GetInvestigationGroup")
def _group(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    for group in context.regional(Investigations).groups:
        if params["identifier"] in (group["arn"], group["name"]):
            return group
    raise _missing()


@answers("aiops", "GetInvestigationGroupPolicy")
def _policy(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    arn = params["identifier"]
    policy = context.regional(Investigations).policies.get(arn)
    if policy is None:
        raise _missing()
    return {"investigationGroupArn": arn, "policy": policy}
